"""A first paper and what may change on it: turns, rings of sections, swaps."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from question_bank.blueprint import Blueprint, Section
from question_bank.chance import Chance
from question_bank.difficulty import measured
from question_bank.fair import deal
from question_bank.interactions.true_false import Statement
from question_bank.item import ItemVersion
from question_bank.pool import Pool
from question_bank.sampling import Bounds, Draft
from question_bank.supply import supply
from tests.question_bank import known_bank as bank

SUBJECTS = ("food", "penalty", "ip")


def item(number: int, subject: str, enemies: str = "") -> ItemVersion:
    """A statement."""
    return ItemVersion(
        ref=f"i-{number}", type="true_false", subject=subject, stem="题干", body=Statement(True), enemies=enemies
    )


def section(quota: int, *subjects: str, marks: int = 1) -> Section:
    """A section of that many questions; without marks a field test."""
    return Section("判断", ("true_false",), subjects, quota, Decimal(marks), counts=marks > 0)


def draft_of(bounds: Bounds) -> Draft:
    """One question on the paper, of six in its cell of which the last two are enemies of each other."""
    held = Pool.of((n, item(n, "food", "同" if n > 4 else "")) for n in range(1, 7))
    stock = supply(held, Blueprint((section(1),), Decimal(1)))
    draft = Draft(stock, bounds, Chance(b""))
    draft.take(stock.cells[0][0], 5)
    return draft


SWAPS = [
    (Bounds(), 1, True),
    (Bounds(), 5, False),  # itself
    (Bounds(), 6, True),  # an enemy of what goes out
    (Bounds(avoid={1}), 1, False),  # a neighbour has it
    (Bounds(papers=60, shown={1: 20}), 1, True),  # ten expected, twice as many allowed
    (Bounds(papers=60, shown={1: 22}), 1, False),
]


@pytest.mark.parametrize(("bounds", "key", "may"), SWAPS)
def test_what_may_be_swapped_in(bounds: Bounds, key: int, may: bool) -> None:
    """
    Neither what neighbours have, nor what was shown on more than twice the papers expected.
    """
    assert draft_of(bounds).fits(key, 0) is may


def test_what_is_swapped_out_is_free_again() -> None:
    """
    And its enemies with it.
    """
    draft = draft_of(Bounds())
    draft.swap(0, 1)

    assert [draft.is_free(key) for key in (1, 5, 6)] == [False, True, True]


def test_sections_that_compete_in_a_ring_are_all_filled() -> None:
    """
    Whichever question the first takes, the others move.
    """
    held = Pool.of((n, item(n, subject)) for n, subject in enumerate(SUBJECTS))
    pairs = (("food", "penalty"), ("penalty", "ip"), ("food", "ip"))
    plan = Blueprint(tuple(section(1, *pair) for pair in pairs), Decimal(1))
    papers = {tuple(slot.version for slot in form.slots) for form in deal(held, plan, [bytes([n]) for n in range(40)])}

    assert papers == {(0, 1, 2), (1, 2, 0)}


def test_questions_take_turns() -> None:
    """
    How often each is shown spreads less than half as much as in independent draws.
    """
    plan = Blueprint((section(50, marks=2),), Decimal(60))
    held = Pool({key: replace(version, enemies="") for key, version in bank.pool().versions.items()})
    shown = Counter(slot.version for form in deal(held, plan, bank.seeds(300)) for slot in form.slots)
    independent = 300 * (1 / 12) * (11 / 12)

    assert sum((shown[key] - 25) ** 2 for key in held.versions) / 600 < independent / 4


def test_a_field_test_keeps_no_paper_from_being_matched() -> None:
    """
    Nothing is known of items on trial, and nothing need be.
    """
    known = {n: measured(0.0, 0.2, answers=99) for n in range(5)}
    held = Pool.of(((n, item(n, "food")) for n in range(40)), trial=range(5, 40))
    sections = Blueprint((section(3), section(6, marks=0)), Decimal(1))

    assert supply(held, sections, known).matched
    assert not supply(held, sections, {}).matched
