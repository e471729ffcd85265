"""Scoring again: what each change does to a score, that order and reversal give the same bits, and what is refused."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.assembly import Form, Slot
from question_bank.blueprint import Blueprint, Section
from question_bank.grading import grade
from question_bank.interactions.numeric import Number
from question_bank.interactions.options import Option, Options
from question_bank.interactions.true_false import Statement
from question_bank.interactions.written import Written
from question_bank.item import ItemVersion
from question_bank.remarking import Change, Remark, Scoring, Standing, refusal, remarked
from question_bank.scoring import Rules


def options(right: str) -> Options:
    """Four options, some right."""
    return Options(tuple(Option(f"选项{letter}", letter in right) for letter in "ABCD"))


def item(ref: str, kind: str, body: Any) -> ItemVersion:
    """A version of little else than its key."""
    return ItemVersion(ref, kind, "penalty", "题干", body)


VERSIONS = {
    1: item("one", "single_choice", options("A")),
    2: item("many", "multiple_choice", options("AB")),
    3: item("fact", "true_false", Statement(answer=True)),
    4: item("days", "numeric", Number(Decimal(30))),
    5: item("text", "essay", Written("要点")),
}
KINDS = ("single_choice", "multiple_choice", "true_false", "numeric")
PLAN = Blueprint(tuple(Section(kind, (kind,), (), 1, Decimal(10)) for kind in KINDS), pass_mark=Decimal(24))
FORM = Form(b"seed", tuple(Slot(n, n - 1, n, Decimal(10)) for n in (1, 2, 3, 4)))
REKEYED = replace(VERSIONS[1], body=options("B"))


def standing(answers: dict[int, Any], *remarks: Remark) -> Standing:
    """An attempt after some remarks."""
    found, scoring = Standing(grade(FORM, VERSIONS, answers, blueprint=PLAN)), Scoring.first(PLAN, VERSIONS)
    for remark in remarks:
        scoring = scoring.after(remark)
        found = remarked(found.result.scores, FORM, answers, remark, scoring)
    return found


def earned(answers: dict[int, Any], *changes: Change, favour: bool = False) -> list[Decimal]:
    """Marks by question after one remark."""
    return [score.earned for score in standing(answers, Remark(changes, favour)).result.scores]


RIGHT = {1: "A", 2: ["A", "B"], 3: True, 4: "30"}
WRONG = {1: "B", 2: ["C"], 3: False, 4: "60"}


@pytest.mark.parametrize(
    ("answers", "change", "favour", "marks"),
    [
        (RIGHT, Change("key", 1, REKEYED), False, [0, 10, 10, 10]),
        (RIGHT, Change("key", 1, REKEYED), True, [10, 10, 10, 10]),
        (WRONG, Change("key", 1, REKEYED), False, [10, 0, 0, 0]),
        (WRONG, Change("key", 1, REKEYED), True, [10, 0, 0, 0]),
        (WRONG, Change("accept", 1, "B"), False, [10, 0, 0, 0]),
        (RIGHT, Change("accept", 1, "B"), False, [10, 10, 10, 10]),
        (WRONG, Change("accept", 2, ["C"]), False, [0, 10, 0, 0]),
        (WRONG, Change("accept", 4, "60"), False, [0, 0, 0, 10]),
        (WRONG, Change("full", 3), False, [0, 0, 10, 0]),
        ({}, Change("full", 3), False, [0, 0, 10, 0]),
        (RIGHT, Change("void", 3), True, [10, 10, 0, 10]),
        ({2: ["A"]}, Change("rules", None, Rules(multiple="all_or_nothing")), False, [0, 0, 0, 0]),
        ({2: ["A"]}, Change("rules", None, Rules(multiple="all_or_nothing")), True, [0, 5, 0, 0]),
        ({2: ["A", "C"]}, Change("rules", None, Rules(multiple="multiple_true_false")), False, [0, 5, 0, 0]),
    ],
)
def test_what_a_change_makes_of_marks(answers: dict[int, Any], change: Change, favour: bool, marks: list[int]) -> None:
    """
    Each kind of change, against and in favour of the candidate.
    """
    assert earned(answers, change, favour=favour) == marks


def test_a_voided_question_takes_its_marks_and_its_part_of_the_pass_mark_along() -> None:
    """
    Three of four questions are left: 24 of 40 become 18 of 30.
    """
    after = standing({1: "A", 2: ["A"], 4: "99"}, Remark((Change("void", 3),)))

    assert (after.result.total, after.result.maximum, after.pass_mark) == (15, 30, 18)
    assert not after.result.passed
    assert standing({1: "A", 2: ["A", "B"]}, Remark((Change("void", 3),))).result.passed


def test_the_share_of_a_pass_mark_is_rounded_in_favour_of_candidates() -> None:
    """
    What is no hundredth is rounded down.
    """
    mark = replace(PLAN, pass_mark=Decimal("24.01"))
    scoring = Scoring.first(mark, VERSIONS).after(Remark((Change("void", 3),)))

    assert scoring.pass_mark_of(FORM) == Decimal("18.00")


def test_another_pass_mark_changes_outcomes_and_no_marks() -> None:
    """
    Marks stay; the mark it went by is named.
    """
    answers = {1: "A", 2: ["A", "B"]}

    before, after = standing(answers), standing(answers, Remark((Change("pass_mark", None, Decimal(20)),)))

    assert (before.result.passed, after.result.passed) == (False, True)
    assert (before.pass_mark, after.pass_mark) == (None, 20)
    assert before.result.scores == after.result.scores


def test_what_is_out_stays_out_whatever_comes_later() -> None:
    """
    A key for a voided question changes nothing; nor does full marks.
    """
    later = Remark((Change("key", 1, REKEYED), Change("full", 1)), favour=True)

    assert standing(WRONG, Remark((Change("void", 1),)), later).result.scores[0].marks == 0


CHANGES = st.one_of(
    st.sampled_from(
        [
            Change("key", 1, REKEYED),
            Change("key", 1, replace(VERSIONS[1], body=options("C"))),
            Change("key", 2, replace(VERSIONS[2], body=options("CD"))),
            Change("key", 3, replace(VERSIONS[3], body=Statement(answer=False))),
            Change("key", 4, replace(VERSIONS[4], body=Number(Decimal(60)))),
            Change("accept", 1, "D"),
            Change("accept", 2, ["A"]),
            Change("rules", None, Rules(multiple="all_or_nothing")),
            Change("rules", None, Rules(multiple="right_minus_wrong")),
            Change("pass_mark", None, Decimal(10)),
            Change("pass_mark", None, Decimal(40)),
        ]
    ),
    st.builds(Change, st.sampled_from(["void", "full"]), st.integers(1, 4)),
)
REMARKS = st.builds(Remark, st.lists(CHANGES, min_size=1, max_size=3).map(tuple), st.booleans())
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        1: st.sampled_from("ABCD"),
        2: st.lists(st.sampled_from("ABCD"), min_size=1, unique=True).map(sorted),
        3: st.booleans(),
        4: st.sampled_from(["30", "60", "7"]),
    },
)


@given(ANSWERS, st.lists(REMARKS, max_size=5))
def test_the_same_steps_give_the_same_bits_and_marks_stay_within_bounds(
    answers: dict[int, Any], remarks: list[Remark]
) -> None:
    """
    Through their records as well; earned marks are between nothing and the marks of each question.
    """
    through = [Remark.from_record(json.loads(json.dumps(remark.to_record()))) for remark in remarks]

    after = standing(answers, *remarks)

    assert json.dumps(standing(answers, *through).result.to_record()) == json.dumps(after.result.to_record())
    assert standing(answers, *through) == after
    assert all(0 <= score.earned <= score.marks for score in after.result.scores)
    assert after.result.total == sum(score.earned for score in after.result.scores)


@given(ANSWERS, st.lists(REMARKS, max_size=4), REMARKS)
def test_taking_back_is_as_if_it_had_never_been(answers: dict[int, Any], before: list[Remark], remark: Remark) -> None:
    """
    Scored by the remarks that are left, every score is bit by bit what it was.
    """
    was = standing(answers, *before)
    _meanwhile = standing(answers, *before, remark)

    assert standing(answers, *before) == was


@given(ANSWERS, REMARKS)
def test_in_favour_nobody_loses_by_a_key_or_a_rule(answers: dict[int, Any], remark: Remark) -> None:
    """
    A question is worth less only where it is out.
    """
    kind = replace(remark, favour=True)
    pairs = zip(standing(answers).result.scores, standing(answers, kind).result.scores, strict=True)

    assert all(new.earned >= old.earned or new.marks == 0 for old, new in pairs)


@given(ANSWERS, REMARKS)
def test_only_what_is_touched_changes(answers: dict[int, Any], remark: Remark) -> None:
    """
    Without the answers to the others it comes to the same.
    """
    touched = {slot.number for slot in FORM.slots if remark.touches(slot)}
    first = standing(answers)
    scoring = Scoring.first(PLAN, VERSIONS).after(remark)
    some = {number: answer for number, answer in answers.items() if number in touched}

    assert remarked(first.result.scores, FORM, some, remark, scoring) == standing(answers, remark)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ((), "empty"),
        ((Change("void", 9),), "unknown_version"),
        ((Change("void", None),), "unknown_version"),
        ((Change("key", 1, VERSIONS[2]),), "other_question"),
        ((Change("key", 1, replace(VERSIONS[1], body=Options(options("A").options[:3]))),), "other_question"),
        ((Change("key", 1, VERSIONS[1]),), "same_key"),
        ((Change("key", 5, VERSIONS[5]),), "by_hand"),
        ((Change("accept", 5, "字"),), "by_hand"),
        ((Change("accept", 4, ""),), "bad_answer"),
        ((Change("pass_mark", None, Decimal(41)),), "bad_pass_mark"),
        ((Change("pass_mark", None, Decimal(-1)),), "bad_pass_mark"),
        ((Change("void", 1), Change("pass_mark", None, Decimal(41))), "bad_pass_mark"),
        ((Change("key", 1, REKEYED),), None),
        ((Change("full", 5),), None),
    ],
)
def test_what_is_refused(changes: tuple[Change, ...], why: str | None) -> None:
    """
    A remark that makes no sense, each for its own reason.
    """
    assert refusal(Remark(changes), VERSIONS, PLAN) == why


ESSAYS = Form(b"seed", tuple(Slot(n, n - 1, n, Decimal(10)) for n in (1, 2, 3, 4, 5)))


def marked(answers: dict[int, Any], *remarks: Remark, attempt: int = 7) -> Standing:
    """An attempt with an essay after some remarks."""
    found, scoring = Standing(grade(ESSAYS, VERSIONS, answers, blueprint=PLAN)), Scoring.first(PLAN, VERSIONS)
    for remark in remarks:
        scoring = scoring.after(remark)
        found = remarked(found.result.scores, ESSAYS, answers, remark, scoring, attempt=attempt)
    return found


def marks(attempt: int, mark: str) -> Remark:
    """A mark that people gave to an essay."""
    return Remark((Change("marks", None, {attempt: {5: Decimal(mark)}}),), favour=False)


WRITTEN: dict[int, Any] = {1: "A", 5: "应当先取证后裁决"}


@pytest.mark.parametrize(
    ("answers", "remarks", "earned_by_essay"),
    [
        (WRITTEN, (marks(7, "6.5"),), "6.5"),
        (WRITTEN, (marks(8, "6.5"),), "0"),
        ({1: "A", 5: "  "}, (marks(7, "6.5"),), "0"),
        (WRITTEN, (marks(7, "6.5"), marks(7, "4")), "4"),
        (WRITTEN, (marks(7, "6.5"), Remark((Change("rules", None, Rules(multiple="all_or_nothing")),), False)), "6.5"),
        (WRITTEN, (marks(7, "6.5"), Remark((Change("full", 5),))), "10"),
        (WRITTEN, (Remark((Change("full", 5),)), marks(7, "6.5")), "10"),
        (WRITTEN, (marks(7, "6.5"), Remark((Change("void", 5),))), "0"),
    ],
)
def test_marks_of_people_count_for_the_answer_they_were_given_to(
    answers: dict[int, Any], remarks: tuple[Remark, ...], earned_by_essay: str
) -> None:
    """
    The newest mark of this attempt; blanks earn nothing, other rules for machines change nothing, and what holds for all goes first.
    """
    assert marked(answers, *remarks).result.scores[4].earned == Decimal(earned_by_essay)


def test_a_mark_beyond_the_marks_of_its_question_is_refused() -> None:
    """
    Nobody earns 11 of 10; below nothing is refused when it is asked for.
    """
    with pytest.raises(ValueError, match="0 to 10"):
        marked(WRITTEN, marks(7, "11"))

    assert refusal(marks(7, "-1"), VERSIONS, PLAN) == "bad_marks"


def test_marks_are_stored_and_read_as_they_are() -> None:
    """
    Through JSON and back, by attempt and slot.
    """
    assert Remark.from_record(json.loads(json.dumps(marks(7, "6.25").to_record()))) == marks(7, "6.25")
    assert marks(7, "6.25").by_people
    assert not Remark((*marks(7, "1").changes, Change("void", 1))).by_people
