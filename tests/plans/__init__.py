"""Tests of required training."""
