"""Shares of the marks that options, answers and pairs carry themselves."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank import shares
from question_bank.formats.record import from_record, to_record
from question_bank.interactions import KINDS
from question_bank.interactions.fill_in import Blank, Blanks, Partly
from question_bank.interactions.hotspot import Spot, Spots
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.matching import Pairs, Worth
from question_bank.interactions.numeric import Number, Within
from question_bank.interactions.options import Option, Options
from question_bank.item import ItemVersion
from question_bank.scoring import DEFAULT, MATCH_RULES, MULTI_RULES, Rules

HALF, THIRD, QUARTER = Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)
ONE = Options((Option("甲", True), Option("乙", False, share=HALF), Option("丙", False, share=-THIRD)))
MANY = Options(
    (
        Option("甲", True, share=Fraction(1, 6)),
        Option("乙", True, share=THIRD),
        Option("丙", True, share=Fraction(5, 6)),
        Option("丁", False, share=-HALF),
        Option("戊", False),
    )
)
SPOTS = Spots(
    "picture:" + "ab" * 32,
    400,
    300,
    (
        Spot("一区", "rect", (0, 0, 9, 9), True, Fraction(3, 4)),
        Spot("二区", "rect", (20, 0, 9, 9), True, QUARTER),
        Spot("三区", "rect", (40, 0, 9, 9), False, -HALF),
    ),
)
GAPS = Gaps((Gap(("应当", "可以", "不得"), 0, shares=(Fraction(1), HALF, -HALF)), Gap(("三日", "五日"), 1)))
BLANKS = Blanks(
    (
        Blank(("Hello",), case=True, partly=(Partly("hello", THIRD), Partly("*ello*", Fraction(2, 3), pattern=True))),
        Blank(("三十日",), weight=3, partly=(Partly("三*", HALF, pattern=True), Partly("*", -QUARTER, pattern=True))),
    )
)
NUMBER = Number(
    Decimal(10),
    Decimal(1),
    "米",
    units=(("千米", Decimal(1000)),),
    partly=(
        Within(Decimal(5), Decimal(15), HALF),
        Within(Decimal(100), Decimal(100), Fraction(1)),
        Within(Decimal(50), None, Fraction(0)),
        Within(None, None, QUARTER),
    ),
)
PAIRS = Pairs(
    (("甲", "一"), ("乙", "二")),
    ("三",),
    shares=(Worth("甲", "一", Fraction(3, 4)), Worth("乙", "二", QUARTER), Worth("甲", "三", HALF)),
    wrong=-QUARTER,
)
#: type, body, (response, share)
SCORED: list[tuple[str, Any, list[tuple[Any, Fraction | int]]]] = [
    ("single_choice", ONE, [("A", 1), ("B", HALF), ("C", 0), (None, 0)]),
    ("single_choice", Options((Option("甲", True, share=Fraction(1)), Option("乙", True))), [("A", 1), ("B", 1)]),
    (
        "multiple_choice",
        MANY,
        [
            (["A", "B", "C"], 1), (["A", "B"], HALF), (["B", "C"], 1), (["C", "D"], THIRD), (["D"], 0), (["E"], 0),
            (["A", "B", "C", "D"], Fraction(5, 6)), ([], 0), (["A", "E"], Fraction(1, 6)),
        ],
    ),
    (
        "multiple_choice",
        Options((Option("甲", True), Option("乙", True), Option("丙", False, share=-QUARTER))),
        [(["A", "B"], 1), (["A"], HALF), (["A", "C"], QUARTER), (["C"], 0)],
    ),
    ("multiple_choice", Options((Option("甲", True, share=Fraction(1)), Option("乙", False))), [(["A", "B"], 1)]),
    ("hotspot", SPOTS, [(["A", "B"], 1), (["A"], Fraction(3, 4)), (["A", "C"], QUARTER), (["B", "C"], 0), ([], 0)]),
    (
        "inline_choice",
        GAPS,
        [([0, 1], 1), ([1, 1], Fraction(3, 4)), ([2, 1], QUARTER), ([2, 0], 0), ([None, 1], HALF), ([None, None], 0)],
    ),
    (
        "fill_in",
        BLANKS,
        [
            (["Hello", "三十日"], 1), (["hello", "三十日"], Fraction(5, 6)), (["Say Hello", ""], Fraction(1, 6)),
            (["", "三日"], Fraction(3, 8)), (["Hello", "四日"], Fraction(1, 16)), (["", "四日"], 0), (["", ""], 0),
        ],
    ),
    (
        "numeric",
        NUMBER,
        [
            ("11", 1), ("15", HALF), ("15.01", QUARTER), ("-3", QUARTER), ("100", 1), ("60", 0), ("0.1千米", 1),
            ("十", 0), ("", 0),
        ],
    ),
    (
        "matching",
        PAIRS,
        [
            ([0, 1], 1), ([0, None], Fraction(3, 4)), ([2, 1], Fraction(3, 4)), ([1, 1], 0), ([0, 0], HALF),
            ([None, 2], 0), ([None, None], 0),
        ],
    ),
    (
        "matching",
        Pairs((("甲", "一"), ("乙", "二")), wrong=-HALF),
        [([0, 1], 1), ([0, 0], 0), ([0, None], HALF)],
    ),
]  # fmt: skip
ROWS = [(kind, body, response, share) for kind, body, rows in SCORED for response, share in rows]
BODIES = [(kind, body) for kind, body, _rows in SCORED]


def version(kind: str, body: Any) -> ItemVersion:
    """A question with that body."""
    return ItemVersion(
        "i-1", kind, "food", "期限[[1]]，[[2]]" if kind in ("fill_in", "inline_choice") else "题干", body
    )


@pytest.mark.parametrize(("kind", "body", "response", "share"), ROWS)
def test_shares_decide_whatever_rule_the_exam_names(kind: str, body: Any, response: Any, share: Fraction) -> None:
    """
    A response earns what its parts carry, held between nothing and all, under every rule.
    """
    for multiple in MULTI_RULES:
        for matching in MATCH_RULES:
            assert KINDS[kind].score(body, response, Rules(multiple=multiple, matching=matching)) == share


@pytest.mark.parametrize(("kind", "body"), BODIES)
def test_shares_are_sound_and_kept(kind: str, body: Any) -> None:
    """
    They are no problem, and a record gives them back; candidates are shown the same as without them.
    """
    item = version(kind, body)

    assert item.problems() == ()
    assert from_record(to_record(item)) == item
    assert KINDS[kind].present(body, b"seed") == KINDS[kind].present(bare(kind, body), b"seed")
    assert KINDS[kind].offered(body) == KINDS[kind].offered(bare(kind, body))


def bare(kind: str, body: Any) -> Any:
    """The body without its shares."""
    record = {
        name: [{k: v for k, v in one.items() if k not in ("share", "shares", "partly")} for one in value]
        if isinstance(value, list) and value and isinstance(value[0], dict)
        else value
        for name, value in KINDS[kind].to_record(body).items()
        if name not in ("shares", "wrong", "partly")
    }
    return KINDS[kind].from_record(record)


def test_what_says_nothing_of_shares_is_kept_as_before() -> None:
    """
    Records of questions without shares name none: stored wordings and their fingerprints stay as they are.
    """
    for kind, body in BODIES:
        plain = bare(kind, body)
        assert not {"share", "shares", "partly", "wrong"} & set(str(KINDS[kind].to_record(plain)).split("'"))


@pytest.mark.parametrize(
    ("kind", "body", "summary"),
    [
        ("single_choice", ONE, "A. 甲; B. 乙 (50%); C. 丙 (-1/3)"),
        ("multiple_choice", MANY, "A. 甲 (1/6); B. 乙 (1/3); C. 丙 (5/6); D. 丁 (-50%)"),
        ("hotspot", SPOTS, "A. 一区 (75%); B. 二区 (25%); C. 三区 (-50%)"),
        ("inline_choice", GAPS, "应当 / 可以 (50%) / 不得 (-50%) | 五日"),
        ("fill_in", BLANKS, "Hello / hello (1/3) / *ello* (2/3) | 三十日 / 三* (50%) / * (-25%)"),
        ("numeric", NUMBER, "10 ± 1 米 / [5, 15] (50%) / 100 / [50, ∞] (0%) / [-∞, ∞] (25%)"),
        ("matching", PAIRS, "甲 - 一 (75%); 乙 - 二 (25%); 甲 - 三 (50%); * (-25%)"),
    ],
)
def test_the_key_says_shares_that_are_not_all_or_nothing(kind: str, body: Any, summary: str) -> None:
    """
    Markers and records see what a part is worth.
    """
    assert KINDS[kind].key_summary(body) == summary


PROBLEMS: list[tuple[str, Any, list[tuple[str, str]]]] = [
    ("single_choice", Options((Option("甲", True, share=HALF), Option("乙", False))), [("answer", "share_key")]),
    (
        "single_choice",
        Options((Option("甲", True), Option("乙", False, share=Fraction(1)))),
        [("answer", "share_key")],
    ),
    (
        "single_choice",
        Options((Option("甲", True), Option("乙", False, share=Fraction(3, 2)))),
        [("options.B", "share_range")],
    ),
    ("single_choice", Options((Option("甲", True), Option("乙", True))), [("answer", "several_keys")]),
    (
        "multiple_choice",
        Options((Option("甲", True, share=HALF), Option("乙", True, share=THIRD), Option("丙", False, share=THIRD))),
        [("answer", "share_key")],
    ),
    (
        "multiple_choice",
        Options((Option("甲", True, share=Fraction(1)), Option("乙", False, share=Fraction(-101)))),
        [("options.B", "share_range")],
    ),
    (
        "hotspot",
        replace(SPOTS, spots=(replace(SPOTS.spots[0], share=HALF), *SPOTS.spots[1:])),
        [("answer", "share_key")],
    ),
    (
        "inline_choice",
        Gaps((Gap(("甲", "乙"), 0, shares=(Fraction(1),)), Gap(("甲", "乙"), 0, shares=(HALF, Fraction(1))))),
        [("gaps.1", "share_key"), ("gaps.2", "share_key")],
    ),
    (
        "fill_in",
        Blanks((Blank(("甲",), partly=(Partly("乙", Fraction(2)),)), Blank(("丙",), partly=(Partly(" ", HALF),)))),
        [("blanks.1", "share_range"), ("blanks.2", "missing")],
    ),
    (
        "fill_in",
        Blanks((Blank(("甲",), partly=(Partly("乙", HALF),)), Blank(("丙",))), ordered=False),
        [("blanks.1", "share_order")],
    ),
    (
        "numeric",
        replace(NUMBER, partly=(Within(Decimal(2), Decimal(1), HALF), Within(None, Decimal("NaN"), Fraction(2)))),
        [("partly.1", "not_a_number"), ("partly.2", "share_range"), ("partly.2", "not_a_number")],
    ),
    (
        "matching",
        replace(PAIRS, shares=(Worth("甲", "四", HALF), Worth("甲", "一", QUARTER), Worth("甲", "一", HALF))),
        [("pairs", "share_pair"), ("pairs", "duplicate"), ("answer", "share_key")],
    ),
]


@pytest.mark.parametrize(("kind", "body", "complaints"), PROBLEMS)
def test_what_can_be_wrong_with_shares(kind: str, body: Any, complaints: list[tuple[str, str]]) -> None:
    """
    The key earns everything, nothing alone earns more, and a share belongs to something that can be answered.
    """
    found = KINDS[kind].problems(body, version(kind, body).stem)

    assert [(one.field, one.code) for one in found] == complaints


SHARES = st.fractions(min_value=-3, max_value=3, max_denominator=60)


@given(st.lists(SHARES, min_size=2, max_size=8), st.sets(st.integers(0, 7), min_size=1), st.randoms())
def test_no_answer_earns_more_than_all_or_less_than_nothing(worth: list[Fraction], ticks: set[int], rng: Any) -> None:
    """
    Whatever the shares are, and in whatever order options stand.
    """
    options = [Option(str(n), share > 0, share=share) for n, share in enumerate(worth)]
    chosen = sorted({n % len(options) for n in ticks})
    places = list(range(len(options)))
    rng.shuffle(places)
    mixed = Options(tuple(options[place] for place in places))
    score = KINDS["multiple_choice"].score

    first = score(Options(tuple(options)), ["ABCDEFGH"[n] for n in chosen], DEFAULT)
    second = score(mixed, sorted("ABCDEFGH"[places.index(n)] for n in chosen), DEFAULT)

    assert 0 <= first == second <= 1
    assert all(0 <= KINDS["single_choice"].score(mixed, letter, DEFAULT) <= 1 for letter in mixed.letters())


@given(SHARES)
def test_shares_are_kept_exactly(share: Fraction) -> None:
    """
    The text of a record gives the same share.
    """
    assert shares.share_of(shares.written(share)) == share


@pytest.mark.parametrize("text", ["", "x", "1/0", "1e9", "١", "--1", "1/-2", "0x1", "1_0", ".5", "9" * 31, " 1"])
def test_what_is_no_share_is_refused(text: str) -> None:
    """
    Nothing is guessed, and nothing grows without end.
    """
    with pytest.raises(ValueError, match="no share"):
        shares.share_of(text)
    with pytest.raises(TypeError):
        shares.share_of(1)
