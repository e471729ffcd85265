"""Aiken in and out."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.formats import aiken
from question_bank.formats.refusal import Imported
from question_bank.interactions.options import Option, Options
from question_bank.item import ItemVersion


def read(text: str) -> Imported:
    """A file of this text, read."""
    return aiken.read(text.encode(), name="题.txt", subjects={})


def test_a_question_has_stem_options_and_key() -> None:
    """
    Both marks of options are known, with or without a blank; several letters are several right answers.
    """
    found = read("问一\n第二行\nA. 甲\nB)乙 < 丙\nANSWER: B\n\n问二\nA) 甲\nB) 乙\nC) 丙\nanswer: A, C")

    assert [(item.type, item.stem) for item in found.items] == [
        ("single_choice", "问一\\\n第二行"),
        ("multiple_choice", "问二"),
    ]
    assert [option.text for option in found.items[0].body.options] == ["甲", "乙 \\< 丙"]
    assert [sorted(item.body.right_keys()) for item in found.items] == [["B"], ["A", "C"]]


REFUSED = [
    ("问\nA. 甲\nANSWER: A", "题.txt:1", "options", "too_few"),
    ("\nA. 甲\nB. 乙\nANSWER: A", "题.txt:2", "stem", "missing"),
    ("问\nA. 甲\nB. 乙\nANSWER: C", "题.txt:1", "answer", "not_an_option"),
    ("问\nA. 甲\nB. 乙\nANSWER: 甲", "题.txt:1", "answer", "not_an_option"),
    ("问\nA. 甲\nB. 乙\n\n另一问\nA. 甲\nB. 乙\nANSWER: A", "题.txt:1", "answer", "no_key"),
    ("问\nA. 甲\nA. 乙\nANSWER: A", "题.txt:1", "options", "duplicate"),
    ("问\nA. 甲\nB. 乙", "题.txt:1", "answer", "no_key"),
]


@pytest.mark.parametrize(("text", "where", "field", "code"), REFUSED)
def test_what_is_no_question_says_why(text: str, where: str, field: str, code: str) -> None:
    """
    A bad question is refused with its line; those around it are taken.
    """
    assert [(one.where, one.field, one.code) for one in read(text).refused] == [(where, field, code)]


def test_losses_are_listed_before_writing() -> None:
    """
    Words, options and key are carried; everything else, and every other type, is in the list.
    """
    options = Options((Option("甲", right=True, why="好"), Option("乙", right=False)))
    item = ItemVersion("food-1", "single_choice", "food", "**问**", options, point="许可")

    assert {one.field for one in aiken.losses([item])} == {"ref", "subject", "stem", "point", "options"}
    assert [one.code for one in aiken.losses([replace(item, type="multiple_choice")])] == ["not_written"]


@settings(deadline=None)
@given(st.text(alphabet="甲AB.) :\nANSWER", max_size=100))
def test_any_text_is_a_result(text: str) -> None:
    """
    Reading never raises, and every item is sound.
    """
    found = read(text)

    assert found.items or found.refused
    assert not [item for item in found.items if item.problems()]
