"""Marking by people: final marks by hand, rubrics, and every constraint of who marks what."""

import itertools
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.chance import Chance
from question_bank.interactions.written import Point
from question_bank.moderation import CannotAllot, Criterion, Marking, Rubric, allot, control_scripts, rubric_of

DOUBLE = Marking()
RUBRIC = Rubric(
    (
        Criterion(
            "观点", Decimal(40), ((Decimal(0), "没有观点"), (Decimal(20), "有观点而无论证"), (Decimal(40), "观点鲜明"))
        ),
        Criterion("结构", Decimal(35)),
        Criterion("文字", Decimal(25)),
    ),
    Decimal("0.5"),
)


def d(*numbers: str) -> list[Decimal]:
    """Decimals."""
    return [Decimal(number) for number in numbers]


@pytest.mark.parametrize(
    ("first", "second", "maximum", "differ"),
    [
        ("70", "80", "100", False),
        ("70", "80.01", "100", True),
        ("10", "15", "20", False),
        ("10", "15.5", "20", True),
        ("30", "45", "150", False),
    ],
)
def test_when_marks_differ_too_much(first: str, second: str, maximum: str, differ: bool) -> None:
    """
    By more than ten of a hundred and by more than five marks, whichever is more, and either way round.
    """
    assert DOUBLE.differ(Decimal(first), Decimal(second), Decimal(maximum)) == differ
    assert DOUBLE.differ(Decimal(second), Decimal(first), Decimal(maximum)) == differ


@pytest.mark.parametrize(
    ("marks", "adjudicator", "step", "final"),
    [
        (("70", "75"), None, "0.01", "72.50"),
        (("70.01", "70.02"), None, "0.01", "70.02"),
        (("70", "70.5"), None, "0.5", "70.5"),
        (("60", "80"), "77", "0.01", "78.50"),
        (("60", "80"), "63", "0.01", "61.50"),
        # as near to both: the candidate has the higher
        (("60", "80"), "70", "0.01", "75.00"),
        (("60", "80"), "95", "1", "88"),
        # an adjudicator may be asked where nobody must be
        (("70", "75"), "74", "0.01", "74.50"),
    ],
)
def test_final_marks_worked_out_by_hand(marks: tuple[str, str], adjudicator: str | None, step: str, final: str) -> None:
    """
    The mean, or that of the adjudicator and the nearer; half a step goes up; the order of markers does not matter.
    """
    policy = Marking(step=Decimal(step))
    third = None if adjudicator is None else Decimal(adjudicator)

    assert policy.final(d(*marks), Decimal(100), third) == Decimal(final)
    assert policy.final(d(*reversed(marks)), Decimal(100), third) == Decimal(final)


MARK = st.integers(0, 10_000).map(lambda cents: Decimal(cents) / 100)


@given(MARK, MARK, MARK)
def test_final_marks_lie_between_those_they_come_of(first: Decimal, second: Decimal, third: Decimal) -> None:
    """
    Never outside the two that count, and never further than half a hundredth from their mean.
    """
    found = DOUBLE.final([first, second], Decimal(100), third)
    nearest = min(abs(first - third), abs(second - third))

    assert min(first, second, third) <= found <= max(first, second, third)
    assert abs(found - third) <= nearest / 2 + Decimal("0.005")
    if not DOUBLE.differ(first, second, Decimal(100)):
        assert 0 <= DOUBLE.final([first, second], Decimal(100)) - (first + second) / 2 <= Decimal("0.005")


def test_a_single_marker_decides() -> None:
    """
    One mark, as it is; an adjudicator still counts half.
    """
    single = Marking(double=False)

    assert (single.markers, DOUBLE.markers) == (1, 2)
    assert single.final(d("63.5"), Decimal(100)) == Decimal("63.5")
    assert single.final(d("60"), Decimal(100), Decimal(70)) == Decimal(65)


def test_marks_by_criterion_add_up() -> None:
    """
    Each within its bounds and in steps of half a mark.
    """
    given_marks = {"观点": Decimal("32.5"), "结构": Decimal(30), "文字": Decimal(0)}

    assert RUBRIC.maximum == 100
    assert RUBRIC.total(given_marks) == Decimal("62.5")
    for name, mark in (("观点", "40.5"), ("结构", "-0.5"), ("文字", "0.25"), ("标题", "1")):
        with pytest.raises(ValueError, match=r"marks|steps"):
            RUBRIC.total(given_marks | {name: Decimal(mark)})
    with pytest.raises(ValueError, match="every criterion"):
        RUBRIC.total({"观点": Decimal(1)})


def test_the_points_of_a_question_are_its_criteria() -> None:
    """
    Written questions have points with shares: they become marks.
    """
    points = [Point("依据", Decimal("0.4")), Point("程序", Decimal("0.6"))]
    found = rubric_of(points, Decimal(15), Decimal("0.5"))

    assert [(one.name, one.marks) for one in found.criteria] == [("依据", 6), ("程序", 9)]
    with pytest.raises(ValueError, match="steps"):
        rubric_of(points, Decimal(3), Decimal("0.5"))


def test_rubrics_and_policies_are_kept() -> None:
    """
    As records and back.
    """
    policy = Marking(False, Decimal("0.15"), Decimal(3), Decimal("0.5"), Decimal(0))

    assert Rubric.from_record(json.loads(json.dumps(RUBRIC.to_record()))) == RUBRIC
    assert Marking.from_record(json.loads(json.dumps(policy.to_record()))) == policy
    for kind in (Rubric, Marking):
        with pytest.raises(KeyError):
            kind.from_record({"f": 2})


NUMBERS = st.lists(st.integers(1, 60), min_size=1, max_size=25, unique=True)


@given(NUMBERS, st.integers(2, 7), st.integers(1, 3), st.data())
def test_every_constraint_of_allotment(scripts: list[int], markers: int, per_script: int, data: st.DataObject) -> None:
    """
    So many different markers a script, none that is forbidden; where it is refused, just those scripts are named that
    have too few; the same seed draws the same.
    """
    panel = [*range(100, 100 + markers)]
    forbidden = {script: data.draw(st.sets(st.sampled_from(panel), max_size=2)) for script in scripts}
    short = tuple(sorted(script for script in scripts if markers - len(forbidden[script]) < per_script))
    seed = b"s" * 32
    if short:
        with pytest.raises(CannotAllot) as refusal:
            allot(scripts, panel, chance=Chance(seed), per_script=per_script, forbidden=forbidden)
        assert refusal.value.scripts == short
        return
    found = allot(scripts, panel, chance=Chance(seed), per_script=per_script, forbidden=forbidden)

    assert set(found) == set(scripts)
    for script, chosen in found.items():
        assert len(chosen) == len(set(chosen)) == per_script
        assert not set(chosen) & forbidden[script]
        assert set(chosen) <= set(panel)
    assert found == allot(scripts, panel, chance=Chance(seed), per_script=per_script, forbidden=forbidden)


@given(st.integers(1, 60), st.integers(2, 9), st.integers(1, 2), st.binary(min_size=1, max_size=8))
def test_without_constraints_loads_differ_by_one(scripts: int, markers: int, per_script: int, seed: bytes) -> None:
    """
    Nobody marks two more than another.
    """
    found = allot(range(scripts), range(markers), chance=Chance(seed), per_script=per_script, forbidden={})
    load = Counter(marker for chosen in found.values() for marker in chosen)
    loads = [load[marker] for marker in range(markers)]

    assert sum(loads) == scripts * per_script
    assert max(loads) - min(loads) <= 1


@given(st.lists(st.sets(st.integers(0, 3), min_size=1), min_size=1, max_size=6), st.binary(min_size=1, max_size=8))
def test_loads_are_the_evenest_there_are(allowed: list[set[int]], seed: bytes) -> None:
    """
    Against all ways of allotting: the sum of squared loads is the least.
    """
    forbidden = {script: {0, 1, 2, 3} - may for script, may in enumerate(allowed)}
    found = allot(range(len(allowed)), range(4), chance=Chance(seed), per_script=1, forbidden=forbidden)

    def unevenness(chosen: Any) -> int:
        return sum(count**2 for count in Counter(chosen).values())

    assert unevenness(marker for (marker,) in found.values()) == min(map(unevenness, itertools.product(*allowed)))


def test_every_pair_of_markers_comes_up() -> None:
    """
    Drawn at random: of five markers all ten pairs mark together, each marker is first about as often, and no more than
    one of ten pairs is as it was with another seed.
    """
    one, other = (
        allot(range(300), range(5), chance=Chance(seed), per_script=2, forbidden={}) for seed in (b"one", b"other")
    )
    pairs = Counter(frozenset(chosen) for chosen in one.values())

    assert len(pairs) == 10
    assert min(pairs.values()) >= 10
    assert all(40 <= count <= 80 for count in Counter(chosen[0] for chosen in one.values()).values())
    assert sum(one[script] == other[script] for script in one) < 30


def test_a_large_panel_with_units_is_quick_and_even() -> None:
    """
    Four hundred scripts of eight units and sixteen markers, two of each unit: nobody marks their own, all mark fifty.
    """
    forbidden = {script: {script % 8, script % 8 + 8} for script in range(400)}
    found = allot(range(400), range(16), chance=Chance(b"panel"), per_script=2, forbidden=forbidden)

    assert all(not set(chosen) & forbidden[script] for script, chosen in found.items())
    assert set(Counter(marker for chosen in found.values() for marker in chosen).values()) == {50}


@given(NUMBERS, st.sampled_from(["0", "0.05", "0.5", "1"]), st.binary(min_size=1, max_size=8))
def test_control_scripts_are_a_share(scripts: list[int], share: str, seed: bytes) -> None:
    """
    Rounded up, of the scripts there are, each once.
    """
    found = control_scripts(scripts, Marking(control_share=Decimal(share)), chance=Chance(seed))

    assert set(found) <= set(scripts)
    assert len(set(found)) == len(found)
    assert 0 <= len(found) - len(scripts) * Decimal(share) < 1


@pytest.mark.parametrize(
    "refused",
    [
        lambda: Marking(share=Decimal(2)),
        lambda: Marking(step=Decimal("0.005")),
        lambda: Marking(marks=Decimal(-1)),
        lambda: DOUBLE.final(d("60", "80"), Decimal(100)),
        lambda: DOUBLE.final(d("60"), Decimal(100)),
        lambda: DOUBLE.final(d("60", "101"), Decimal(100)),
        lambda: DOUBLE.final(d("60", "80"), Decimal(100), Decimal(-1)),
        lambda: Rubric(()),
        lambda: Rubric((Criterion("a", Decimal(1)), Criterion("a", Decimal(1)))),
        lambda: Rubric((Criterion("", Decimal(1)),)),
        lambda: Rubric((Criterion("a", Decimal("0.25")),), Decimal("0.5")),
        lambda: Rubric((Criterion("a", Decimal(1), ((Decimal(2), "x"),)),)),
        lambda: Rubric((Criterion("a", Decimal(2), ((Decimal(2), "x"), (Decimal(1), "y"))),)),
        lambda: allot([1, 1], [1], chance=Chance(b"s"), per_script=1, forbidden={}),
        lambda: allot([1], [1], chance=Chance(b"s"), per_script=0, forbidden={}),
    ],
)
def test_what_makes_no_sense_is_refused(refused: Any) -> None:
    """
    Settings out of range, marks that need an adjudicator, rubrics that are none.
    """
    with pytest.raises(ValueError, match=r"\w"):
        refused()
