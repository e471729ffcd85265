"""Courses and required training: who has to learn what by when, who has, who is late, who is told."""
