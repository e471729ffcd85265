"""Essay (论述题): written by the candidate, marked by people."""

from question_bank.interactions.written import (
    from_record,
    is_blank,
    key_summary,
    offered,
    present,
    problems,
    read,
    same,
    score,
    shown,
    summary,
    to_record,
)

KEY = "essay"
CONTROL = "text"
MACHINE_SCORED = False

__all__ = [
    "CONTROL",
    "KEY",
    "MACHINE_SCORED",
    "from_record",
    "is_blank",
    "key_summary",
    "offered",
    "present",
    "problems",
    "read",
    "same",
    "score",
    "shown",
    "summary",
    "to_record",
]
