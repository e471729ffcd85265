"""Formats in which questions come and go."""
