"""Transcripts: what a person has learned, appended and never altered, printed with a code that anyone can check."""
