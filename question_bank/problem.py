"""What is wrong with an item, as data: the web layer has the sentences."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint: the field it concerns, a stable code, the offending value (shortened) and further facts."""

    field: str
    code: str
    value: str = ""
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)


#: every code a Problem may carry
CODES = (
    "missing", "too_long", "too_few", "too_many", "duplicate", "no_key", "several_keys", "unknown_type",
    "unknown_value", "not_a_number", "not_a_date", "blank_marks", "no_blank_key", "shares", "unknown_field",
    "number_lost", "not_an_option", "same_stem", "unreadable", "date_order",
    "weight", "area", "share_key", "share_range", "share_pair", "share_order",
    "html_deep", "html_left_out", "html_looks", "html_unknown", "html_link", "html_span",
    "picture_missing", "picture_kind",
    "partial_credit", "negative_credit", "one_key", "feedback_left_out", "wrong_left_out", "any_answer",
    "no_model_answer", "factor_rounded", "cloze_empty", "cloze_part", "cloze_mixed", "cloze_numeric",
    "moodle_calculated", "moodle_random", "moodle_type", "description_alone", "description_case", "category_unknown",
    "setting_left_out", "element_left_out", "edited_elsewhere", "record_unreadable", "gift_open", "gift_braces",
    "no_questions", "not_carried", "not_written", "more_remarks",
)  # fmt: skip


def shortened(value: object, limit: int = 60) -> str:
    """A value as a complaint shows it: one line, at most `limit` characters."""
    text = " ".join(str(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
