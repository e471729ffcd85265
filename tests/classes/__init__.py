"""Tests of training classes."""
