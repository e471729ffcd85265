"""What is wrong with a text of rules, in the language of the page."""

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from courseware.problem import Problem

REASONS: dict[str, LazyString] = {
    "missing": lazy_gettext("must be given"),
    "too_long": lazy_gettext("is too long; at most %(most)s characters"),
    "too_many": lazy_gettext("has too many; at most %(most)s are allowed"),
    "duplicate": lazy_gettext("stands there twice"),
    "unknown_field": lazy_gettext("is no field known here"),
    "unknown_value": lazy_gettext("is not one of the values known here"),
    "not_text": lazy_gettext("must be text in quotation marks"),
    "not_a_list": lazy_gettext("must be a list"),
    "not_a_table": lazy_gettext("must be a table"),
    "not_a_date": lazy_gettext("is not a date"),
    "not_a_number": lazy_gettext("must be a number; amounts stand in quotation marks, as in “0.25”"),
    "out_of_range": lazy_gettext("is out of the range that makes sense, or out of order"),
    "control_character": lazy_gettext("holds a character that cannot be shown"),
    "bad_name": lazy_gettext("must consist of small letters, digits and hyphens"),
    "unreadable": lazy_gettext("cannot be read as TOML: %(reason)s"),
    "not_utf8": lazy_gettext("is not text in UTF-8"),
    "more": lazy_gettext("There is more; mend these first."),
}


def complaint(problem: Problem) -> str:
    """One complaint as a line: where, what stands there, what is wrong."""
    reason = str(REASONS[problem.code]) % {"most": problem.facts.get("most", ""), "reason": problem.value}
    value = f" “{problem.value}”" if problem.value and problem.code != "unreadable" else ""
    where = problem.field + value
    if problem.line:
        where = gettext("line %(line)s", line=problem.line) + (f", {where}" if where else "")
    return f"{where}: {reason}" if where else reason
