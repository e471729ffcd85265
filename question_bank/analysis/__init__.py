"""What results say about an examination and its items. Figures about versions, never a part of them."""
