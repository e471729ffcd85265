"""Rehearsing an exam: simulated candidates sit it on a copy, so that one knows beforehand how many this machine serves."""
