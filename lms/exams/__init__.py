"""Exams: what is asked of whom, when, and what is shown afterwards."""
