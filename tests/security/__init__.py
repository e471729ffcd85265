"""Tests of the outer wall: rights, headers, forgery, strict JSON, sessions."""
