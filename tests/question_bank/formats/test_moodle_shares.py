"""Moodle's fractions, in its XML, in GIFT and in embedded answers: shares of the marks, in and out."""

from fractions import Fraction
from typing import Any

import pytest

from question_bank.formats import gift, moodle, moodle_writer
from question_bank.formats.refusal import Imported
from question_bank.interactions.options import Option, Options
from question_bank.item import ItemVersion
from question_bank.scoring import MULTI_RULES, Rules
from tests.question_bank.test_shares import SCORED

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
#: GIFT text, type, (answer, share)
READ: dict[str, tuple[str, str, list[tuple[Any, Any]]]] = {
    "a part of a single choice": ("问{=甲 ~%50%乙 ~%-33.33333%丙 ~丁}", "single_choice", [("A", 1), ("B", HALF), ("C", 0)]),
    "two wholly right": ("问{=甲 =乙 ~丙}", "single_choice", [("A", 1), ("B", 1), ("C", 0)]),
    "wrong ticks that cost": (
        "问{~%50%甲 ~%50%乙 ~%-50%丙 ~丁}",
        "multiple_choice",
        [(["A", "B"], 1), (["A"], HALF), (["A", "C"], 0), (["A", "B", "C"], HALF), (["A", "D"], HALF)],
    ),
    "uneven ticks": (
        "问{~%66.66667%甲 ~%33.33333%乙 ~%-16.66667%丙}",
        "multiple_choice",
        [(["A", "B"], 1), (["A"], 2 * THIRD), (["B", "C"], Fraction(1, 6)), (["C"], 0)],
    ),
    "one tick with costs": ("问{~%100%甲 ~%-100%乙}", "multiple_choice", [(["A"], 1), (["A", "B"], 0)]),
    "typed answers in parts": (
        "问{=市场监督管理局 =%50%市监局 =%25%市场*}",
        "fill_in",
        [(["市场监督管理局"], 1), (["市监局"], HALF), (["市场局"], Fraction(1, 4)), (["公安局"], 0)],
    ),
    "a whole one behind a part": (
        "问{=甲乙 =%50%甲丙 =甲*}", "fill_in", [(["甲乙"], 1), (["甲丙"], HALF), (["甲丁"], 1), (["丁"], 0)],
    ),
    "a wrong one before a wide one": (
        "问{=甲 =%0%乙丙 =%50%乙*}", "fill_in", [(["甲"], 1), (["乙丙"], 0), (["乙丁"], HALF)],
    ),
    "numbers in parts": (
        "问{#=10:0.5 =%50%10:2 =%100%20:1 =%25%100..200}",
        "numeric",
        [("10.5", 1), ("12", HALF), ("19", 1), ("150", Fraction(1, 4)), ("13", 0)],
    ),
}  # fmt: skip


def taken(text: str) -> Imported:
    """What becomes of a GIFT text."""
    return gift.read(text.encode(), name="q.gift", subjects={})


@pytest.mark.parametrize("name", READ)
def test_fractions_are_kept_exactly(name: str) -> None:
    """
    What an answer earns in Moodle it earns here, whatever rule the exam names; per cent that Moodle rounds are exact.
    """
    text, kind, rows = READ[name]
    found = taken(text)

    assert found.refused == ()
    assert {warning.code for warning in found.warnings} <= {"negative_credit"}
    assert found.items[0].type == kind
    for response, share in rows:
        for rule in MULTI_RULES:
            rules = Rules(multiple=rule)
            assert found.items[0].interaction.score(found.items[0].body, response, rules) == share, response


@pytest.mark.parametrize("name", READ)
def test_gift_gives_fractions_back(name: str) -> None:
    """
    Written and read again they are the same, and no loss is named.
    """
    (item,) = taken(READ[name][0]).items

    assert gift.losses([item]) == ()
    assert gift.read(gift.write([item], pictures={}), name="q", subjects={}).items[0].body == item.body


def test_equal_parts_stay_with_the_rule_of_the_exam() -> None:
    """
    Where every right tick is worth the same and wrong ones cost nothing, the exam says how parts count, as before.
    """
    (item,) = taken("问{~%33.333%甲 ~%33.333%乙 ~%33.333%丙 ~丁}").items

    assert not item.body.own


def test_embedded_answers_keep_fractions() -> None:
    """
    Gaps of a cloze text, to choose from or to type, with a part for some answers.
    """
    text = (
        '<quiz><question type="cloze"><questiontext format="html"><text>期限{2:MC:=三日~%50%五日~%-25%六日~七日}，'
        '{1:SA:=当场~%40%现场}</text></questiontext></question><question type="cloze"><questiontext><text>选'
        '{2:MC:=甲~%50%乙~%-25%丙}和{1:MC:=丁~戊}</text></questiontext></question><question type="cloze">'
        "<questiontext><text>填{1:SA:=当场~%40%现场}</text></questiontext></question></quiz>"
    )
    found = moodle.read(text.encode(), name="q.xml", subjects={})
    chosen, typed = found.items

    assert [refusal.code for refusal in found.refused] == ["cloze_mixed"]
    assert chosen.body.gaps[0].shares == (1, HALF, Fraction(-1, 4))
    assert chosen.interaction.score(chosen.body, [1, 0], Rules()) == 2 * THIRD
    assert chosen.interaction.score(chosen.body, [2, 0], Rules()) == Fraction(1, 6)
    assert typed.interaction.score(typed.body, ["现场"], Rules()) == Fraction(2, 5)


@pytest.mark.parametrize("number", range(len(SCORED)))
def test_moodle_xml_gives_shares_back(number: int) -> None:
    """
    With our record everything; as Moodle keeps it, what Moodle has a place for.
    """
    kind, body, _rows = SCORED[number]
    stem = "期限[[1]]，[[2]]" if kind in ("fill_in", "inline_choice") else "题干"
    item = ItemVersion(f"own-{number}", kind, "food", stem, body)
    data = moodle_writer.write([item], pictures={})

    assert moodle.read(data, name="q.xml", subjects={"food": "food"}).items == (item,)


def test_moodle_reads_the_fractions_we_write() -> None:
    """
    Without our record the options still carry their shares.
    """
    body = Options((Option("甲", True), Option("乙", False, share=THIRD), Option("丙", False, share=-HALF)))
    item = ItemVersion("own-1", "single_choice", "food", "题干", body)
    data = moodle_writer.write([item], pictures={})
    bare = data[: data.index(b"<" + moodle.OWN.encode())] + data[data.index(b"</question>", len(data) // 2) :]

    assert b'fraction="33.33333"' in data
    assert moodle.read(bare, name="q.xml", subjects={"food": "food"}).items[0].body == body
