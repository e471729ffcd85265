"""What a unit of learning is, when it is learnt and what it is worth. No framework, no clock, no chance, no disk."""
