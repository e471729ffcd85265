"""What a set of questions gives away as a whole."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.interactions.options import Option, Options
from question_bank.item import Citation, ItemVersion, Stimulus
from question_bank.quality import balance, flaws, jaccard, twins


def choice(ref: str, stem: str, *texts: str, right: int = 0, kind: str = "single_choice") -> ItemVersion:
    """A sound question with these options."""
    options = Options(tuple(Option(text, n == right, "" if n == right else "不对") for n, text in enumerate(texts)))
    return ItemVersion(
        ref=ref, type=kind, subject="food", stem=stem, body=options, explanation="因为", point="点", cognitive="apply",
        difficulty="easy", citations=(Citation("某法", "第一条"),), valid_from=date(2025, 1, 1),
    )  # fmt: skip


def spread(keys: str, *texts: str) -> list[ItemVersion]:
    """One question for each letter of `keys`; the stems share nothing."""
    return [
        choice(
            f"i-{n}", chr(0x4E00 + 40 * n) * 12, *(texts or ("甲甲", "乙乙", "丙丙", "丁丁")), right="ABCD".index(key)
        )
        for n, key in enumerate(keys)
    ]


def codes(items: list[ItemVersion]) -> set[str]:
    """What is wrong with them."""
    return {flaw.code for flaw in flaws(items)}


def test_a_sound_set_has_no_flaw() -> None:
    """
    Letters spread, everything said.
    """
    assert flaws(spread("ABCDABCDABCD")) == []


@pytest.mark.parametrize(
    ("counts", "chance"), [("ABCD" * 4, 1.0), ("A" * 8 + "BCD" * 4, 0.4), ("A" * 12 + "BCD", 0.0005), ("", 1.0)]
)
def test_balance_is_the_chi_square_of_three_degrees(counts: str, chance: float) -> None:
    """
    Values of a table: x = 0, 2.4 and 24.2 (0.0005 is an upper bound there).
    """
    assert balance(counts) == pytest.approx(chance, abs=0.1) if chance > 0.001 else balance(counts) < chance


@pytest.mark.parametrize(("x", "tail"), [(7.815, 0.05), (11.345, 0.01)])
def test_the_tail_agrees_with_the_table(x: float, tail: float) -> None:
    """
    Two letters far off in opposite directions make exactly x: total n, counts n/4 + d, n/4 - d, n/4, n/4.
    """
    total = 40_000
    d = round((x * total / 8) ** 0.5)
    even = total // 4
    letters = "A" * (even + d) + "B" * (even - d) + "C" * even + "D" * even

    assert balance(letters) == pytest.approx(tail, rel=0.02)


def test_letters_that_repeat_are_told() -> None:
    """
    Twelve keys at A are no accident.
    """
    assert codes(spread("A" * 12)) == {"uneven_letters"}


def test_long_keys_are_told() -> None:
    """
    A key that is always the longest option gives itself away; an equally long one does not.
    """
    long = [choice(f"i-{n}", chr(0x4E00 + 40 * n) * 12, *(("长长长" if k == n % 4 else f"短{k}") for k in range(4)), right=n % 4) for n in range(12)]  # fmt: skip

    assert codes(long) == {"long_keys"}
    assert codes(spread("ABCD" * 3)) == set()


def test_all_of_the_above_is_rare() -> None:
    """
    More than three in a hundred are told.
    """
    assert "all_or_none" in codes(spread("ABCD" * 3, "甲甲", "乙乙", "丙丙", "以上都对"))


NEGATIONS = [
    ("下列说法不正确的是：", True),
    ("下列说法**不**正确的是：", False),
    ("下列情形中，不属于虚假宣传的有（ ）", True),
    ("下列情形中，**不属于**虚假宣传的有（ ）", False),
    ("该条件不包括：", True),
    ("小李的想法，错误在于：", False),
    ("经营者不履行义务的，应当怎样处理？", False),
]


@pytest.mark.parametrize(("stem", "told"), NEGATIONS)
def test_a_negation_stands_out(stem: str, told: bool) -> None:
    """
    A stem that asks for what is not so says so in bold.
    """
    assert ("quiet_negation" in codes([choice("i-1", stem, "甲", "乙")])) is told


@pytest.mark.parametrize("name", ["explanation", "citations", "point", "cognitive", "difficulty", "valid_from"])
def test_what_is_missing_is_told(name: str) -> None:
    """
    A question of ours explains itself and says what it rests on.
    """
    empty = {"citations": (), "valid_from": None}.get(name, "")

    assert codes([replace(choice("i-1", "题干", "甲", "乙"), **{name: empty})]) == {f"no_{name}"}


def test_twins_are_found_but_for_one_case() -> None:
    """
    The same words in another order of names are twins; questions on one material may look alike.
    """
    first = choice("a", "某超市销售过期食品货值五百元，应当怎样处理？", "甲", "乙")
    second = choice("b", "某超市销售过期食品货值八百元，应当怎样处理？", "甲", "乙")
    case = Stimulus("c", "材料", "一家超市")

    assert [flaw.refs for flaw in twins([first, second])] == [("a", "b")]
    assert list(twins([replace(first, stimulus=case), replace(second, stimulus=case)])) == []


@given(st.frozensets(st.text(max_size=2), max_size=6), st.frozensets(st.text(max_size=2), max_size=6))
def test_likeness_is_symmetric_and_at_most_one(first: frozenset[str], second: frozenset[str]) -> None:
    """
    Jaccard's index.
    """
    likeness = jaccard(first, second)

    assert likeness == jaccard(second, first)
    assert 0 <= likeness <= 1
    assert (likeness == 1) == (first == second and bool(first)) or Fraction(likeness) == 0
