"""Files that candidates hand in: what they are by their content, copies that do not say who made them, where they lie.

Nothing here knows an exam. `docs/decisions/12-answer-files.md` says why files are copied for those who mark them.
"""
