"""Own pass marks of papers: the average stays, harder papers get lower ones, and the simulation is made fairer by them."""

import statistics
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.assembly import Form, Slot
from question_bank.blueprint import Blueprint, Section
from question_bank.equating import LEAST_ANSWERS, Facts, Sat, Tally, Yardstick, facts, yardstick
from question_bank.grading import Score
from tests.question_bank import fairness

TWO = Decimal(2)
PLAN = Blueprint((Section("甲", ("true_false",), (), 2, TWO),), Decimal(2))


def paper(*versions: int, marks: Decimal = TWO) -> Form:
    """A paper of these questions."""
    return Form(b"x" * 32, tuple(Slot(n, 0, key, marks) for n, key in enumerate(versions, 1)))


def scores(form: Form, *earned: str) -> list[Score]:
    """What was earned."""
    return [Score(slot.number, Decimal(one), slot.marks, False) for slot, one in zip(form.slots, earned, strict=True)]


def sitting(times: int = 30) -> Tally:
    """Questions 1 and 2 are right two times of three, 3 and 4 one time of three; papers 1-2 and 3-4."""
    tally = Tally()
    for n in range(times):
        for form, right in ((paper(1, 2), n % 3 > 0), (paper(3, 4), n % 3 == 0)):
            tally.add(form, scores(form, *("2" if right else "0",) * 2))
    return tally


def test_the_harder_paper_gets_the_lower_pass_mark() -> None:
    """
    By as much as the other gets a higher one: on average it is the exam's; the same questions get the exam's.
    """
    measure = yardstick(sitting(), {}, PLAN)
    easy, hard = measure.expected(paper(1, 2)), measure.expected(paper(3, 4))

    assert hard < 2 < easy
    assert abs((easy + hard) / 2 - 2) < Decimal("0.02")
    assert abs(measure.expected(paper(1, 3)) - 2) < Decimal("0.02")


def test_pass_marks_are_steps_in_which_marks_are_given() -> None:
    """
    Where nobody earned part of the two marks they come in twos; one half of a mark earned by somebody, and in halves.
    """
    tally = sitting()
    assert tally.step == 200
    assert yardstick(tally, {}, PLAN).cut(paper(3, 4)) in (0, 2)
    tally.add(paper(1, 2), scores(paper(1, 2), "0.5", "2"))
    measure = yardstick(tally, {}, PLAN)

    assert tally.step == 50
    for form in (paper(1, 2), paper(3, 4)):
        assert measure.cut(form) % Decimal("0.5") == 0
        assert abs(measure.cut(form) - measure.expected(form)) <= Decimal("0.25")


@given(st.integers(0, 60), st.integers(1, 12))
def test_the_nearest_step_and_of_two_the_lower(chance: int, step: int) -> None:
    """
    Compared with fractions: never further off than half a step, and in the candidate's favour where two are as near.
    """
    form = paper(1, marks=Decimal(chance))
    known = sitting().difficulties({})
    measure = Yardstick(round(known[1].b * 1000), step * 100, known, {1: 1.0})  # half of the marks are expected

    cut, exact = Fraction(measure.cut(form)), Fraction(chance, 2)
    assert cut % step == 0
    assert abs(cut - exact) <= Fraction(step, 2)
    assert cut - exact < Fraction(step, 2)


def test_a_pass_mark_between_two_steps_is_the_upper_one() -> None:
    """
    Nobody can have three of four marks in twos: who passed had four.
    """
    between = Blueprint(PLAN.sections, Decimal(3))
    full = Blueprint(PLAN.sections, Decimal(4))

    assert yardstick(sitting(), {}, between).ability == yardstick(sitting(), {}, full).ability


def test_questions_that_do_not_count_say_nothing() -> None:
    """
    Neither about difficulties nor about a paper; a sitting without marks has no yardstick.
    """
    tally, trial = sitting(), paper(9, marks=Decimal(0))
    before = dict(tally.taken)
    tally.add(trial, scores(trial, "0"))

    assert dict(tally.taken) == before
    assert yardstick(tally, {}, PLAN).cut(trial) == 0
    empty = Tally()
    empty.add(trial, scores(trial, "0"))
    with pytest.raises(ValueError, match="no papers"):
        yardstick(empty, {}, PLAN)


def test_the_order_of_papers_makes_no_difference() -> None:
    """
    Sums are exact: whoever counts again, in whatever order, finds the same to the last digit.
    """
    one, other = Tally(), Tally()
    papers = [(paper(1, 2), ("0.33", "2")), (paper(2, 3), ("1.5", "0")), (paper(3, 1), ("2", "0.67"))] * 7
    for form, earned in papers:
        one.add(form, scores(form, *earned))
    for form, earned in reversed(papers):
        other.add(form, scores(form, *earned))

    assert yardstick(one, {}, PLAN) == yardstick(other, {}, PLAN)


def test_facts_are_kept_as_they_are() -> None:
    """
    As a record and back.
    """
    papers = [Sat(Decimal(n), n >= 4, Decimal(n), Decimal(6 - n)) for n in range(7)]
    found = facts(papers, variance=0.25, answers=LEAST_ANSWERS)

    assert (found.least, found.median, found.most, found.rise, found.fall) == (0, 3, 6, 1, 0)
    assert found.sound
    assert facts(papers, variance=4.0, answers=40).sound is False
    assert facts(papers, variance=0.25, answers=LEAST_ANSWERS - 1).sound is False
    assert Facts.from_record(found.to_record()).to_record() == found.to_record()


@pytest.mark.parametrize("candidates", [300, 1_000])
def test_a_sitting_of_slices_is_made_fairer_by_its_own_answers(candidates: int) -> None:
    """
    Measured by the truth: papers that nothing was known of differ less once equated, by about as much as it says itself.
    """
    before, after, found = fairness.equated_afterwards(candidates)

    assert found.sound
    assert after.spread < before.spread * (0.7 if candidates == 300 else 0.4)
    assert after.decided < before.decided * 0.75
    assert after.spread == pytest.approx(found.doubt, rel=0.25)


def test_a_small_sitting_says_itself_that_it_does_not_help() -> None:
    """
    A hundred candidates are too few: equated papers would be no fairer, and it is not offered.
    """
    before, after, found = fairness.equated_afterwards(100)

    assert not found.sound
    assert after.spread > before.spread * 0.75


def test_matched_papers_need_no_pass_marks_of_their_own() -> None:
    """
    What the papers of a matched cohort seem to differ by is mostly error, and it says so.
    """
    _before, after, found = fairness.equated_afterwards(500, matched=True)

    assert not found.sound
    assert after.spread > 0.5
    assert statistics.fmean([float(found.least), float(found.most)]) == pytest.approx(60, abs=4)


def test_the_page_says_what_is_measured() -> None:
    """
    The lines of docs/fairness.md are what is measured now.
    """
    page = (Path(__file__).parents[2] / "docs" / "fairness.md").read_text(encoding="utf-8")

    assert [row for row in fairness.equated_rows() if row not in page] == []
