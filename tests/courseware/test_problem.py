"""Complaints are data with known codes, short enough to show."""

import ast
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from courseware.problem import CODES, shortened

PACKAGE = Path(__file__).parents[2] / "courseware"
CODE_PLACE = {"Problem": 2, "refuse": 1, "_bad": 1, "Flaw": 1}


def codes_written() -> set[str]:
    """The codes that stand in the package where a complaint is made."""
    calls = [
        node
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    ]
    found = set()
    for call in calls:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in CODE_PLACE:
            code = call.args[CODE_PLACE[name]]
            branches = [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]
            found |= {branch.value for branch in branches if isinstance(branch, ast.Constant)}
    return {code for code in found if isinstance(code, str)}


def test_the_codes_in_use_are_the_codes_announced() -> None:
    """
    The web layer needs a sentence for each of CODES and for no other.
    """
    assert codes_written() == set(CODES)


@given(st.one_of(st.text(), st.integers(), st.lists(st.integers()), st.dictionaries(st.text(), st.none())))
def test_a_value_is_shown_in_one_short_printable_line(value: object) -> None:
    """
    Whatever stood in the file, what is shown of it cannot break the page or the log.
    """
    shown = shortened(value)

    assert len(shown) <= 60
    assert shown.isprintable()
