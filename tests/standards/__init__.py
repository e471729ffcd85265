"""Standard setting."""
