"""Tests of lms.claims."""
