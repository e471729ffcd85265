"""Marking by people: who marks which answers, blindly, and what their marks come to."""
