"""Supervising an exam: rooms and seats, the live board, measures, more time for some, incidents, outages."""
