"""What is wrong with courseware, as data: the web layer has the sentences."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint: file, field and (where known) line, a stable code as the reason, the value, further facts."""

    file: str
    field: str
    code: str
    value: str = ""
    line: int | None = None
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)


#: every code a Problem may carry
CODES = (
    "missing", "too_long", "too_short", "too_few", "too_many", "duplicate", "unknown_field", "unknown_value",
    "not_text", "not_a_list", "not_a_table", "not_a_date", "not_a_number", "out_of_range", "control_character",
    "bad_name", "unlisted", "unused", "unreadable", "not_utf8", "no_title", "second_title", "raw_html",
    "no_description", "unsafe_picture", "wrong_content", "not_machine_scored", "licence_ended", "more",
    "cycle", "bad_time", "not_sorted", "no_length",
)  # fmt: skip


def shortened(value: object, limit: int = 60) -> str:
    """A value as a complaint shows it: one printable line, at most `limit` characters."""
    if isinstance(value, dict | list):
        return f"({len(value)})"
    text = str(value)[: limit * 4]
    text = " ".join("".join(c if c.isprintable() or c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
