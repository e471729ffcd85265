"""Tests of the overview of learning."""
