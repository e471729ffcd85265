"""Particulars of many questions at once."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.interactions.true_false import Statement
from question_bank.item import Citation, ItemVersion
from question_bank.particulars import CLEAR, LEAVE, Changes

LAW, RULES = Citation("行政处罚法", "第五条"), Citation("行政处罚法", "第九条")
ITEM = ItemVersion(
    ref="a",
    type="true_false",
    subject="penalty",
    stem="题干",
    body=Statement(True),
    point="公开",
    difficulty="easy",
    citations=(LAW, RULES),
    valid_from=date(2026, 1, 1),
)
APPLIED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"subject": "food"}, {"subject": "food"}),
    ({"point": ""}, {"point": ""}),
    ({"valid_from": CLEAR, "valid_until": date(2027, 1, 1)}, {"valid_from": None, "valid_until": date(2027, 1, 1)}),
    ({"remove_citation": LAW}, {"citations": (RULES,)}),
    ({"remove_citation": Citation("行政处罚法")}, {"citations": ()}),
    ({"remove_citation": Citation("食品安全法")}, {}),
    ({"add_citation": LAW}, {}),
    ({"add_citation": Citation("食品安全法")}, {"citations": (LAW, RULES, Citation("食品安全法"))}),
    ({"remove_citation": LAW, "add_citation": Citation("新法", "第一条")}, {"citations": (RULES, Citation("新法", "第一条"))}),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), APPLIED)
def test_only_what_is_named_changes(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """
    A label is set or taken away, a citation added once or removed with its article or with all of them.
    """
    assert Changes(**given).applied(ITEM) == replace(ITEM, **expected)


TEXTS = st.none() | st.text(max_size=5)
DAYS = st.sampled_from([LEAVE, CLEAR]) | st.dates()
CITATIONS = st.none() | st.builds(Citation, st.text(max_size=5), st.none() | st.text(max_size=5))
CHANGES = st.builds(
    Changes, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, DAYS, DAYS, CITATIONS, CITATIONS
)  # fmt: skip


@given(CHANGES)
def test_changes_are_kept_and_read_again(changes: Changes) -> None:
    """
    The record says neither more nor less.
    """
    assert Changes.from_record(changes.to_record()) == changes
    assert changes.none is (changes.to_record() == {})


@given(CHANGES)
def test_words_and_key_stay(changes: Changes) -> None:
    """
    Whatever is said about a question, it asks the same; said twice it changes nothing more.
    """
    after = changes.applied(ITEM)
    named = {field.name for field in fields(changes)} | {"citations"}

    assert all(getattr(after, f.name) == getattr(ITEM, f.name) for f in fields(ITEM) if f.name not in named)
    if changes.add_citation is None or changes.remove_citation is None:
        assert changes.applied(after) == after
