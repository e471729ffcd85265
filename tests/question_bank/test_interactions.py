"""What holds for every question type, and what is special about each."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.errors import BadResponse
from question_bank.formats.record import from_record, to_record
from question_bank.interactions import KINDS
from question_bank.interactions.file_answer import FileAsked
from question_bank.interactions.fill_in import Blank, Blanks
from question_bank.interactions.hotspot import Spot, Spots
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.matching import Pairs
from question_bank.interactions.numeric import Number
from question_bank.interactions.options import Option, Options
from question_bank.interactions.ordering import Sequence
from question_bank.interactions.true_false import Statement
from question_bank.interactions.written import Point, Written
from question_bank.item import ItemVersion
from question_bank.scoring import DEFAULT, MATCH_RULES, MULTI_RULES, ORDER_RULES, Rules

PICTURE = "picture:" + "ab" * 32
SENT = {"name": "调查报告.PDF", "sha256": "cd" * 32, "size": 1000}
ONE = Options((Option("甲", True), Option("乙", False, "错"), Option("丙", False), Option("丁", False, fixed=True)))
MANY = Options((Option("甲", True), Option("乙", True), Option("丙", False)))
BODIES: dict[str, Any] = {
    "single_choice": ONE,
    "multiple_choice": MANY,
    "true_false": Statement(False),
    "fill_in": Blanks((Blank(("三十日", "30日"), numerals=True), Blank(("当场",)))),
    "numeric": Number(Decimal("12.5"), Decimal("0.5"), "万元"),
    "ordering": Sequence(("立案", "调查", "告知", "决定")),
    "matching": Pairs((("甲", "一"), ("乙", "二"), ("丙", "一")), ("三",)),
    "inline_choice": Gaps((Gap(("应当", "可以", "不得"), 0), Gap(("三日", "五日"), 1, weight=3))),
    "hotspot": Spots(
        PICTURE,
        400,
        300,
        (
            Spot("甲区", "rect", (0, 0, 100, 100), False),
            Spot("乙区", "circle", (200, 150, 40), True),
            Spot("丙区", "poly", (300, 200, 390, 200, 390, 290), False),
        ),
    ),
    "file_answer": FileAsked(Written("要点"), ("pdf",), 2),
    "short_answer": Written("要点", (Point("一", Decimal("0.4")), Point("二", Decimal("0.6")))),
    "essay": Written("要点"),
}
#: kind -> (stored response, share of the marks)
SCORED: dict[str, list[tuple[Any, Fraction | int]]] = {
    "single_choice": [("A", 1), ("B", 0), (None, 0)],
    "multiple_choice": [(["A", "B"], 1), (["A"], Fraction(1, 2)), (["A", "C"], 0), ([], 0)],
    "true_false": [(False, 1), (True, 0), (None, 0)],
    "fill_in": [
        (["30 日", "当场"], 1), (["三十日", "现场"], Fraction(1, 2)), (["当场", "30日"], 0), (["", " "], 0),
    ],
    "numeric": [
        ("12.5", 1), ("13", 1), ("12", 1), ("13.01", 0), ("１２．５万元", 1), ("1,2.5", 1), ("十二", 0), ("", 0),
        ("1e400", 0), ("NaN", 0),
    ],
    "ordering": [([0, 1, 2, 3], 1), ([1, 0, 2, 3], 0), ([], 0)],
    "matching": [([0, 1, 0], 1), ([0, 1, None], Fraction(2, 3)), ([1, 0, 1], 0), ([None] * 3, 0)],
    "inline_choice": [([0, 1], 1), ([0, 0], Fraction(1, 4)), ([None, 1], Fraction(3, 4)), ([None, None], 0)],
    "hotspot": [(["B"], 1), (["A"], 0), (["A", "B"], 0), ([], 0)],
    "file_answer": [(SENT, 0), (None, 0)],
    "short_answer": [("要点", 0)],
    "essay": [("要点", 0)],
}  # fmt: skip
ROWS = [(kind, response, share) for kind, rows in SCORED.items() for response, share in rows]
SEEDS = st.binary(min_size=1, max_size=16)


def version(kind: str) -> ItemVersion:
    """A question of that type."""
    return ItemVersion(
        "i-1", kind, "food", "期限[[1]]，[[2]]办结" if kind in ("fill_in", "inline_choice") else "题干", BODIES[kind]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_is_sound_scored_and_kept(kind: str) -> None:
    """
    No type without an example, no example with a problem; the record gives it back.
    """
    assert version(kind).problems() == ()
    assert from_record(to_record(version(kind))) == version(kind)
    assert SCORED[kind]


@pytest.mark.parametrize(("kind", "response", "share"), ROWS)
def test_responses_earn_their_share(kind: str, response: Any, share: Fraction) -> None:
    """
    By the default rules.
    """
    assert KINDS[kind].score(BODIES[kind], response, DEFAULT) == share


@given(st.sampled_from(sorted(KINDS)), SEEDS)
def test_what_a_page_shows_can_be_sent_back(kind: str, seed: bytes) -> None:
    """
    A stored response shown on any candidate's page and read again is the same response.
    """
    interaction, body = KINDS[kind], BODIES[kind]
    for response, _share in SCORED[kind]:
        assert interaction.read(body, seed, interaction.shown(body, seed, response)) == response


@given(st.sampled_from(["single_choice", "multiple_choice", "ordering", "matching", "hotspot"]), SEEDS)
def test_a_page_tells_nothing_of_the_key(kind: str, seed: bytes) -> None:
    """
    Ids are opaque and differ between candidates; changing which option is right changes nothing that is shown.
    """
    shown = KINDS[kind].present(BODIES[kind], seed)
    ids = [choice.id for choice in (*shown.choices, *shown.prompts)]
    other = [choice.id for choice in KINDS[kind].present(BODIES[kind], seed + b"x").choices]

    assert len(set(ids)) == len(ids)
    assert not set(ids) & set(other)


@given(SEEDS)
def test_the_order_does_not_depend_on_the_key(seed: bytes) -> None:
    """
    The same options with another key stand in the same order; a fixed one keeps its place; an ordering never starts
    out right.
    """
    other = Options(tuple(Option(o.text, not o.right, o.why, o.fixed) for o in ONE.options))
    choices = KINDS["single_choice"].present(ONE, seed).choices

    assert choices == KINDS["single_choice"].present(other, seed).choices
    assert choices[3].text == "丁"
    assert [c.text for c in KINDS["ordering"].present(BODIES["ordering"], seed).choices] != list(
        BODIES["ordering"].lines
    )


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=600) | st.floats(),
    lambda inner: st.lists(inner, max_size=14) | st.dictionaries(st.text(max_size=14), inner, max_size=4),
    max_leaves=20,
)


@given(st.sampled_from(sorted(KINDS)), JUNK)
def test_anything_sent_is_read_or_refused(kind: str, raw: Any) -> None:
    """
    A browser can send what it likes: it becomes a response that can be scored, or BadResponse.
    """
    interaction, body = KINDS[kind], BODIES[kind]
    try:
        response = interaction.read(body, b"seed", raw)
    except BadResponse:
        return
    if response is not None and not interaction.is_blank(response):
        assert 0 <= interaction.score(body, response, DEFAULT) <= 1
    interaction.summary(body, response)


def spotted(shape: str, coords: tuple[int, ...]) -> Spots:
    """The picture with another second area."""
    first, _second, third = BODIES["hotspot"].spots
    return replace(BODIES["hotspot"], spots=(first, Spot("乙区", shape, coords, True), third))


PROBLEMS: list[tuple[str, Any, list[tuple[str, str]]]] = [
    ("single_choice", Options((Option("甲", True),)), [("options", "too_few")]),
    ("single_choice", MANY, [("answer", "several_keys")]),
    ("single_choice", Options((Option("甲", False), Option("乙", False))), [("answer", "no_key")]),
    ("single_choice", Options((Option("甲", True), Option(" 甲 ", False))), [("options", "duplicate")]),
    ("single_choice", Options(tuple(Option(str(n), n == 0) for n in range(11))), [("options", "too_many")]),
    ("multiple_choice", ONE, [("answer", "too_few")]),
    ("fill_in", Blanks(()), [("blanks", "no_key"), ("stem", "blank_marks")]),
    ("fill_in", Blanks((Blank(()), Blank(("甲",)))), [("blanks.1", "no_blank_key")]),
    ("fill_in", Blanks((Blank(("甲",), weight=0), Blank(("乙",)))), [("blanks.1", "weight")]),
    ("fill_in", Blanks((Blank(("甲",)), Blank(("乙",), weight=2)), ordered=False), [("blanks.2", "weight")]),
    ("inline_choice", Gaps(()), [("gaps", "no_key"), ("stem", "blank_marks")]),
    ("inline_choice", Gaps((Gap(("甲",), 0), Gap(("甲", " 甲"), 0))), [("gaps.1", "too_few"), ("gaps.2", "duplicate")]),
    (
        "inline_choice",
        Gaps((Gap(("甲", "乙"), 2), Gap(("甲", "乙"), 0, 101))),
        [("gaps.1", "no_key"), ("gaps.2", "weight")],
    ),
    ("hotspot", replace(BODIES["hotspot"], picture="https://example.org/a.png"), [("picture", "unknown_value")]),
    ("hotspot", replace(BODIES["hotspot"], spots=()), [("spots", "too_few"), ("answer", "no_key")]),
    ("hotspot", spotted("rect", (350, 0, 100, 100)), [("spots.2", "area")]),
    ("hotspot", spotted("circle", (10, 10, 20)), [("spots.2", "area")]),
    ("hotspot", spotted("poly", (1, 1, 2, 2)), [("spots.2", "area")]),
    ("hotspot", spotted("star", (1, 1, 2)), [("spots.2", "area")]),
    ("file_answer", FileAsked(Written("要点"), ("exe",)), [("endings", "unknown_value")]),
    ("file_answer", FileAsked(Written("要点"), (), 51), [("endings", "missing"), ("megabytes", "unknown_value")]),
    ("numeric", Number(Decimal(1), mode="nearly"), [("mode", "unknown_value")]),
    ("numeric", Number(Decimal(1), mode="figures"), [("tolerance", "unknown_value")]),
    ("numeric", Number(Decimal(1), unit="米", units=(("米", Decimal(1)),)), [("units", "duplicate")]),
    ("numeric", Number(Decimal(1), unit="米", units=(("千米", Decimal(0)),)), [("units", "not_a_number")]),
    ("numeric", Number(Decimal("NaN")), [("answer", "not_a_number")]),
    ("numeric", Number(Decimal(1), Decimal(-1)), [("tolerance", "not_a_number")]),
    ("ordering", Sequence(("甲", "乙")), [("sequence", "too_few")]),
    ("ordering", Sequence(("甲", "乙", "甲")), [("sequence", "duplicate")]),
    ("matching", Pairs((("甲", "一"),)), [("pairs", "too_few")]),
    ("matching", Pairs((("甲", "一"), ("甲", "二"))), [("pairs", "duplicate")]),
    ("essay", Written(" "), [("model_answer", "missing")]),
    ("essay", Written("要点", (Point("一", Decimal("0.5")),)), [("points", "shares")]),
]


@pytest.mark.parametrize(("kind", "body", "complaints"), PROBLEMS)
def test_what_can_be_wrong_with_a_body(kind: str, body: Any, complaints: list[tuple[str, str]]) -> None:
    """
    Each at its field, with a stable code.
    """
    stem = version(kind).stem

    assert [(one.field, one.code) for one in KINDS[kind].problems(body, stem)] == complaints


def test_blanks_in_any_order_count_each_answer_once() -> None:
    """
    Where the order is free, two right answers fill two blanks, one right answer twice fills one.
    """
    body = Blanks((Blank(("甲", "丙")), Blank(("乙", "甲"))), ordered=False)
    score = KINDS["fill_in"].score

    assert score(body, ["乙", "甲"], DEFAULT) == 1
    assert score(body, ["甲", "甲"], DEFAULT) == 1
    assert score(body, ["乙", "乙"], DEFAULT) == Fraction(1, 2)


def test_the_rules_of_the_exam_decide() -> None:
    """
    The same ticks are worth something else under another rule.
    """
    ticks = KINDS["multiple_choice"].score

    assert ticks(MANY, ["A"], Rules(multiple="all_or_nothing")) == 0
    assert ticks(MANY, ["A"], Rules(multiple="cn_proportional")) == Fraction(1, 2)
    assert KINDS["ordering"].score(BODIES["ordering"], [1, 0, 2, 3], Rules(ordering="absolute_position")) == Fraction(
        1, 2
    )


@pytest.mark.parametrize(
    ("accepted", "typed", "right"),
    [
        ("市场监督管理*", "市场监督管理局", True),
        ("市场监督管理*", "监督管理局", False),
        ("*管理*局", "市场监督管理总局", True),
        ("*管理*局", "管理", False),
        ("a*b*c", "a-b-c", True),
        ("ab*ba", "aba", False),
        (r"5\*3", "5*3", True),
        (r"5\*3", "5x3", False),
    ],
)
def test_a_star_stands_for_any_characters_where_the_author_says_so(accepted: str, typed: str, right: bool) -> None:
    """
    Without the author's word it is a star.
    """
    score = KINDS["fill_in"].score

    assert score(Blanks((Blank((accepted,), pattern=True),)), [typed], DEFAULT) == right
    assert score(Blanks((Blank(("应*当",)),)), ["应不当"], DEFAULT) == 0


def test_small_and_capital_letters_differ_where_the_author_says_so() -> None:
    """
    By default they are the same.
    """
    score = KINDS["fill_in"].score

    assert score(Blanks((Blank(("GB",)),)), ["gb"], DEFAULT) == 1
    assert score(Blanks((Blank(("GB",), case=True),)), ["gb"], DEFAULT) == 0
    assert score(Blanks((Blank(("GB",), case=True),)), ["ＧＢ"], DEFAULT) == 1


@pytest.mark.parametrize(
    ("body", "typed", "right"),
    [
        (Number(Decimal(200), Decimal("0.01"), mode="relative"), "202", True),
        (Number(Decimal(200), Decimal("0.01"), mode="relative"), "202.01", False),
        (Number(Decimal(-200), Decimal("0.01"), mode="relative"), "-198", True),
        (Number(Decimal("3.14159"), Decimal(3), mode="figures"), "3.135", True),
        (Number(Decimal("3.14159"), Decimal(3), mode="figures"), "3.1349", False),
        (Number(Decimal(1500), unit="米", units=(("千米", Decimal(1000)),)), "1.5千米", True),
        (Number(Decimal(1500), unit="米", units=(("千米", Decimal(1000)),)), "1500 米", True),
        (Number(Decimal(1500), unit="米", units=(("千米", Decimal(1000)),)), "1.5", False),
    ],
)
def test_numbers_are_near_by_their_mode(body: Number, typed: str, right: bool) -> None:
    """
    A share of the answer, significant figures, another unit by its factor.
    """
    assert KINDS["numeric"].score(body, typed, DEFAULT) == right


@given(st.sampled_from(sorted(KINDS)), SEEDS)
def test_every_score_is_a_share_and_the_key_earns_all(kind: str, seed: bytes) -> None:
    """
    What a machine scores lies in [0, 1] whatever the rules; a right response earns all under each of them.
    """
    if not KINDS[kind].MACHINE_SCORED:
        return
    full = next(response for response, share in SCORED[kind] if share == 1)
    for multiple in MULTI_RULES:
        for ordering in ORDER_RULES:
            for matching in MATCH_RULES:
                rules = Rules(multiple=multiple, ordering=ordering, matching=matching)
                shares = [KINDS[kind].score(BODIES[kind], response, rules) for response, _share in SCORED[kind]]
                assert all(0 <= share <= 1 for share in shares)
                assert KINDS[kind].score(BODIES[kind], full, rules) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_response_need_not_be_kept_twice(kind: str) -> None:
    """
    A response is the same as itself, and differs from one that earns something else.
    """
    responses = [response for response, _share in SCORED[kind]]

    assert all(KINDS[kind].same(response, response) for response in responses)
    if KINDS[kind].MACHINE_SCORED:
        assert not KINDS[kind].same(responses[0], responses[1])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_offered_in_print_does_not_tell_the_key(kind: str) -> None:
    """
    The lines are the same whichever option is right, and say what a screen shows.
    """
    offered = KINDS[kind].offered(BODIES[kind])

    assert len(set(offered)) == len(offered)
    if kind in ("ordering", "matching"):
        assert "A. 决定" in offered or "A. 一" in offered
