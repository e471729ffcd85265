"""Tests of lms.home."""
