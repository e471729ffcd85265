"""What each page may cost."""
