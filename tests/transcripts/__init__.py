"""Tests of lms.transcripts."""
