"""Files that candidates hand in."""
