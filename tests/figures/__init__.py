"""Tests of every figure of pages and reports against the rows that it counts."""
