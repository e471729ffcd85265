"""Courseware in use: units to study, progress that survives a change of machine, checks, hours."""
