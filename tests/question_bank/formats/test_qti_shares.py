"""QTI whose options, answers and pairs are worth different marks: the shares go with the question, in and out."""

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from question_bank.formats.package import opened, packed
from question_bank.formats.qti_packages import losses, read, write
from question_bank.formats.refusal import Imported
from question_bank.interactions.fill_in import Partly
from question_bank.interactions.options import Option, Options
from question_bank.item import ItemVersion
from question_bank.scoring import MATCH_RULES, MULTI_RULES, Rules
from tests.question_bank.formats.qti_items import MAP, choices, correct, declaration, item, mapping
from tests.question_bank.test_shares import BLANKS, GAPS, HALF, MANY, NUMBER, ONE, PAIRS, QUARTER, SCORED

SUM = (
    '<responseProcessing><setOutcomeValue identifier="SCORE"><sum><mapResponse identifier="RESPONSE"/>'
    '<mapResponse identifier="R2"/></sum></setOutcomeValue></responseProcessing>'
)
SIDES = "".join(
    "<simpleMatchSet>"
    + "".join(f'<simpleAssociableChoice identifier="{n}" matchMax="1">{n}</simpleAssociableChoice>' for n in side)
    + "</simpleMatchSet>"
    for side in ("pq", "xyz")
)


def entry(name: str) -> str:
    """A gap for typing."""
    return f'<textEntryInteraction responseIdentifier="{name}" expectedLength="9"/>'


def gap(name: str, letters: str) -> str:
    """A gap with choices."""
    inner = "".join(f'<inlineChoice identifier="{one}">{one}</inlineChoice>' for one in letters)
    return f'<inlineChoiceInteraction responseIdentifier="{name}" shuffle="true">{inner}</inlineChoiceInteraction>'


def decided(*branches: tuple[str, str]) -> str:
    """Response processing of conditions with the score of each, the first that holds decides."""
    names = ["responseIf", *["responseElseIf"] * (len(branches) - 1)]
    inner = "".join(
        f'<{name}>{test}<setOutcomeValue identifier="SCORE"><baseValue baseType="float">{score}</baseValue>'
        f"</setOutcomeValue></{name}>"
        for name, (test, score) in zip(names, branches, strict=True)
    )
    return f"<responseProcessing><responseCondition>{inner}</responseCondition></responseProcessing>"


def compared(operator: str, value: str, base: str = "float", attributes: str = "") -> str:
    """A comparison of the answer with a value."""
    return (
        f'<{operator} {attributes}><variable identifier="RESPONSE"/><baseValue baseType="{base}">{value}</baseValue>'
        f"</{operator}>"
    )


#: what the file says, the type, and (answer, share of the marks)
TAKEN: dict[str, tuple[bytes, str, list[tuple[Any, Any]]]] = {
    "parts of a single choice": (
        item(declaration("single", "identifier", mapping(a=2, b=1, c=-1)), choices(a="A", b="B", c="C"), MAP),
        "single_choice",
        [("A", 1), ("B", Fraction(1, 2)), ("C", 0)],
    ),
    "two that are wholly right": (
        item(declaration("single", "identifier", mapping(a=2, b=2)), choices(a="A", b="B", c="C"), MAP),
        "single_choice",
        [("A", 1), ("B", 1), ("C", 0)],
    ),
    "unequal options, no lower bound": (
        item(declaration("multiple", "identifier", mapping(a=1, b=2, c=-1)), choices(0, a="A", b="B", c="C"), MAP),
        "multiple_choice",
        [(["A", "B"], 1), (["A"], Fraction(1, 3)), (["B", "C"], Fraction(1, 3)), (["C"], 0)],
    ),
    "bounds and a default": (
        item(
            declaration(
                "multiple", "identifier", mapping('lowerBound="0" upperBound="4" defaultValue="-2"', a=3, b=3)
            ),
            choices(0, a="A", b="B", c="C"),
            MAP,
        ),
        "multiple_choice",
        [(["A", "B"], 1), (["A"], Fraction(3, 4)), (["A", "C"], Fraction(1, 4)), (["A", "B", "C"], 1), (["C"], 0)],
    ),
    "one option that is enough": (
        item(
            declaration("multiple", "identifier"),
            choices(2, a="A", b="B"),
            decided(
                (
                    '<member><baseValue baseType="identifier">a</baseValue><variable identifier="RESPONSE"/></member>',
                    "1",
                )
            ),
        ),
        "multiple_choice",
        [(["A"], 1), (["A", "B"], 1), (["B"], 0)],
    ),
    "typed answers in parts": (
        item(declaration("single", "string", mapping(York=1, york=0.5, Leeds=0.25)), f"<p>{entry('RESPONSE')}</p>", MAP),
        "fill_in",
        [(["York"], 1), (["york"], Fraction(1, 2)), (["YORK"], 0), (["Leeds"], Fraction(1, 4)), (["Hull"], 0)],
    ),
    "a default that costs": (
        item(
            declaration("single", "string", mapping('defaultValue="-1"', x=2))
            + declaration("single", "string", mapping(y=2), "R2"),
            f"<p>{entry('RESPONSE')} {entry('R2')}</p>",
            SUM,
        ),
        "fill_in",
        [(["x", "y"], 1), (["z", "y"], Fraction(1, 4)), (["", "y"], Fraction(1, 2)), (["z", ""], 0)],
    ),
    "a part of a text": (
        item(
            declaration("single", "string", correct("hello")),
            f"<p>{entry('RESPONSE')}</p>",
            decided(
                (compared("stringMatch", "hello", "string", 'caseSensitive="true"'), "4"),
                (compared("stringMatch", "hello", "string", 'caseSensitive="false"'), "1"),
                (compared("stringMatch", "ello", "string", 'caseSensitive="false" substring="true"'), "2"),
            ),
        ),
        "fill_in",
        [(["hello"], 1), (["HELLO"], Fraction(1, 4)), (["Say hello!"], Fraction(1, 2)), (["hell"], 0)],
    ),
    "gaps with choices in parts": (
        item(
            declaration("single", "identifier", mapping(a=4, b=2, c=-2))
            + declaration("single", "identifier", mapping(d=4), "R2"),
            f"<p>{gap('RESPONSE', 'abc')} {gap('R2', 'de')}</p>",
            SUM,
        ),
        "inline_choice",
        [([0, 0], 1), ([1, 0], Fraction(3, 4)), ([2, 0], Fraction(1, 4)), ([2, None], 0)],
    ),
    "numbers in parts, bounds left out": (
        item(
            declaration("single", "float", correct("5")),
            f"<p>{entry('RESPONSE')}</p>",
            decided(
                (compared("equal", "5"), "4"),
                (f"<and>{compared('gt', '4')}{compared('lt', '6')}</and>", "2"),
                (compared("gte", "10"), "1"),
                (compared("equal", "0"), "0"),
                (compared("lt", "4"), "3"),
            ),
        ),
        "numeric",
        [
            ("5", 1), ("5.9", Fraction(1, 2)), ("6", 0), ("4", 0), ("10", Fraction(1, 4)), ("1e6", Fraction(1, 4)),
            ("9.99", 0), ("-7", Fraction(3, 4)), ("0", 0), ("3.999", Fraction(3, 4)), ("x", 0),
        ],
    ),
    "any number but one": (
        item(
            declaration("single", "integer"), f"<p>{entry('RESPONSE')}</p>", decided((compared("notEqual", "0"), "1"))
        ),
        "numeric",
        [("0", 0), ("1", 1), ("-900", 1), ("", 0)],
    ),
    "words put into gaps": (
        item(
            declaration("multiple", "directedPair", mapping('defaultValue="-1" lowerBound="0"', p__g1=1, q__g2=2)),
            '<gapMatchInteraction responseIdentifier="RESPONSE"><prompt>Drag.</prompt>'
            + "".join(f'<gapText identifier="{name}" matchMax="1">{name}</gapText>' for name in "pqr")
            + '<p>First <gap identifier="g1"/>, then <gap identifier="g2"/>.</p></gapMatchInteraction>',
            MAP,
        ),
        "inline_choice",
        [([0, 1], 1), ([0, None], Fraction(1, 3)), ([0, 2], 0), ([2, 1], Fraction(1, 3)), ([2, None], 0)],
    ),
    "pairs of different worth": (
        item(
            declaration("multiple", "directedPair", mapping('defaultValue="-1" lowerBound="0"', p__y=3, q__x=1)),
            f'<p>Match.</p><matchInteraction responseIdentifier="RESPONSE" maxAssociations="2">{SIDES}'
            "</matchInteraction>",
            MAP,
        ),
        "matching",
        [([0, 1], 1), ([0, None], Fraction(3, 4)), ([0, 2], Fraction(1, 2)), ([1, None], 0), ([2, 1], 0)],
    ),
}  # fmt: skip


#: with some more that need no loss
WRITTEN: list[tuple[str, Any, list[tuple[Any, Any]]]] = [
    *SCORED,
    (
        "fill_in",
        replace(
            BLANKS,
            blanks=(
                replace(BLANKS.blanks[0], partly=BLANKS.blanks[0].partly[:1]),
                replace(BLANKS.blanks[1], partly=(Partly("三日", HALF), Partly("*", -QUARTER, pattern=True))),
            ),
        ),
        [
            (["Hello", "三十日"], 1), (["hello", "三十日"], Fraction(5, 6)), (["Hello", "四日"], Fraction(1, 16)),
            (["", "三日"], Fraction(3, 8)), (["", "四日"], 0), (["x", "三十日"], Fraction(3, 4)),
        ],
    ),
    (
        "numeric",
        replace(NUMBER, units=()),
        [("11", 1), ("15", HALF), ("15.01", QUARTER), ("-3", QUARTER), ("100", 1), ("60", 0), ("x", 0)],
    ),
]  # fmt: skip


def taken(data: bytes) -> Imported:
    """What becomes of a single item."""
    return read(data, name="q.xml", subjects={})


@pytest.mark.parametrize("name", TAKEN)
def test_different_worth_becomes_shares(name: str) -> None:
    """
    The highest mark of the file is all; every answer earns its part of that here, under any rule of an exam.
    """
    data, kind, rows = TAKEN[name]
    found = taken(data)

    assert found.refused == ()
    assert found.items[0].type == kind
    assert "qti_shares" in {warning.code for warning in found.warnings}
    for response, share in rows:
        for rules in (Rules(), Rules(multiple="all_or_nothing", matching="none_wrong")):
            assert found.items[0].interaction.score(found.items[0].body, response, rules) == share, response


def test_marks_below_nothing_are_said() -> None:
    """
    Where the file takes more than it gave, nothing is the least here, and the examiner is told.
    """
    found = taken(TAKEN["unequal options, no lower bound"][0])
    said = {warning.code: warning.value for warning in found.warnings}

    assert said["qti_negative"] == "-1"
    assert said["qti_marks"] == "3"


def test_texts_with_gaps_and_pieces_keep_their_text() -> None:
    """
    Gaps stand where they stood; pieces that can be picked stay in the text and become options, which is said.
    """
    gaps = taken(TAKEN["words put into gaps"][0]).items[0]
    pieces = taken(
        item(
            declaration("multiple", "identifier", correct("a", "c")),
            '<hottextInteraction responseIdentifier="RESPONSE" maxChoices="0"><prompt>Which?</prompt><p>'
            + " and ".join(f'<hottext identifier="{name}">piece {name}</hottext>' for name in "abc")
            + ".</p></hottextInteraction>",
        )
    )

    assert gaps.stem == "Drag.\n\nFirst [[1]], then [[2]]."
    assert gaps.body.gaps[0].choices == ("p", "q", "r")
    assert pieces.items[0].stem == "Which?\n\npiece a and piece b and piece c."
    assert [option.text for option in pieces.items[0].body.options if option.right] == ["piece a", "piece c"]
    assert "qti_hottext" in {warning.code for warning in pieces.warnings}


def bare(data: bytes) -> bytes:
    """The package without our own records, as another system would pass it on."""
    parts = dict(opened(data).parts)
    manifest = parts["imsmanifest.xml"]
    parts["imsmanifest.xml"] = re.sub(rb"<metadata><own:item.*?</metadata>", b"", manifest, flags=re.DOTALL)
    return packed(parts)


def version(number: int) -> ItemVersion:
    """A question with shares."""
    kind, body, _rows = WRITTEN[number]
    stem = "期限[[1]]，[[2]]" if kind in ("fill_in", "inline_choice") else "题干"
    return ItemVersion(f"own-{number}", kind, "food", stem, body)


@pytest.mark.parametrize("standard", ["2.1", "2.2", "3.0"])
@pytest.mark.parametrize("number", [n for n, (kind, _body, _rows) in enumerate(WRITTEN) if kind != "hotspot"])
def test_shares_are_written_and_read(number: int, standard: str) -> None:
    """
    The package gives the question back as it was; the bare item, as another system reads it, scores the same answers
    with the same shares, but for what the losses name; where a rule of an exam says the same, it is named instead.
    """
    item_, (kind, _body, rows) = version(number), WRITTEN[number]
    data = write([item_], pictures={}, version=standard)

    assert read(data, name="p.zip", subjects={"food": "food"}).items == (item_,)
    lost = {loss.field for loss in losses([item_])}
    if lost:
        assert kind in ("fill_in", "numeric")
        return
    again = read(bare(data), name="p.zip", subjects={"food": "food"}, subject="food")
    (found,) = again.items
    named = {one.field.partition(".")[2]: one.value for one in again.warnings if one.code == "qti_rule"}
    for response, share in rows:
        for multiple in MULTI_RULES:
            for matching in MATCH_RULES:
                rules = replace(Rules(multiple=multiple, matching=matching), **named)
                assert found.interaction.score(found.body, turned(found, item_, response), rules) == share, response


def turned(found: ItemVersion, item_: ItemVersion, response: Any) -> Any:
    """The response in the order of the right-hand sides that was read."""
    if found.type != "matching":
        return response
    theirs, ours = found.body.rights(), item_.body.rights()
    return [None if place is None else theirs.index(ours[place]) for place in response]


def test_what_shares_others_cannot_see_is_said() -> None:
    """
    Patterns within texts have no place in a mapping.
    """
    assert {(loss.where, loss.field) for loss in losses([version(n) for n in range(len(SCORED))])} == {
        ("own-7", "blanks.partly"),
        ("own-8", "units"),
    }
    assert {BLANKS, GAPS, MANY, NUMBER, ONE, PAIRS} <= {body for _kind, body, _rows in SCORED}


def test_options_without_shares_are_written_as_before() -> None:
    """
    All or nothing stays the template match_correct, without a mapping.
    """
    plain = ItemVersion("p-1", "single_choice", "food", "题干", Options((Option("甲", True), Option("乙", False))))
    content = opened(write([plain], pictures={}, version="2.2")).parts["items/p-1.xml"]

    assert b"match_correct" in content
    assert b"mapping" not in content
