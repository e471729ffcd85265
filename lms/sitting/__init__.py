"""Sitting an exam: start, answer, hand in, be graded. An answer that was acknowledged is on disk."""
