"""Bringing the organisation and its people."""
