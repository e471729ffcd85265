"""Tests of the personnel file."""
