"""Classes as values: the steps they take, the rule of one seventh, outcomes, and their rates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.classes.attendance import SEVENTH, Kind, Mark, Session, Tally, half_day, lasting, tally
from courseware.classes.outcome import Assessment, Outcome, granted, grouped, outcome, standing
from courseware.classes.states import Move, State, after, decides, moves, phase
from courseware.errors import BadMove
from courseware.hours import Hours
from courseware.rates import percent, rates

MONDAY = date(2026, 3, 2)
HERE, AWAY = Mark(Kind.PRESENT), Mark(Kind.ABSENT)
#: seven half days of four hours: a seventh of the class is one of them
WEEK = [Session(Hours.of(4), half_day(MONDAY, 540) or 0)] + [Session(Hours.of(4), number) for number in range(1, 7)]

hours = st.integers(0, 32).map(Hours)
sessions = st.builds(Session, st.integers(1, 32).map(Hours), st.none() | st.integers(1, 9))
marks = st.none() | st.builds(Mark, st.sampled_from(Kind), hours)


@pytest.mark.parametrize(
    ("missed", "withdrawn", "remaining"),
    [
        ([], False, "4"),
        ([Mark(Kind.LEAVE, Hours.of("3.75"))], False, "0.25"),
        ([Mark(Kind.LEAVE, Hours.of(4))], False, "0"),
        ([AWAY], False, "0"),
        ([Mark(Kind.LEAVE, Hours.of(4)), Mark(Kind.LEAVE, Hours.of("0.25"))], True, "0"),
        ([AWAY, Mark(Kind.LEAVE, Hours.of("0.25"))], True, "0"),
        ([Mark(Kind.LATE)] * 7, False, "4"),
    ],
)
def test_a_seventh_may_be_missed_and_no_quarter_more(missed: list[Mark], withdrawn: bool, remaining: str) -> None:
    """
    Of 28 hours four may be missed on leave or without it; a quarter of an hour more is withdrawal. Being late is not missing.
    """
    found = tally(zip(WEEK, missed + [HERE] * (7 - len(missed)), strict=True))

    assert (found.withdrawn, str(found.remaining)) == (withdrawn, remaining)


@pytest.mark.parametrize(("leave", "warned"), [("2.5", False), ("2.75", True), ("4", True), ("4.25", False)])
def test_the_warning_comes_before_the_seventh_is_used_up(leave: str, warned: bool) -> None:
    """
    From two thirds of what is allowed on; who is beyond it is past warning.
    """
    assert Tally(Hours.of(28), leave=Hours.of(leave)).warned is warned


@pytest.mark.parametrize(
    ("starts", "ends", "half", "worth"),
    [(9 * 60, 11 * 60 + 15, 0, "3"), (12 * 60 + 29, 13 * 60, 0, "0.75"), (12 * 60 + 30, 14 * 60, 1, "2"), (14 * 60, 17 * 60, 1, "4"), (18 * 60, 19 * 60, None, "1.25"), (540, 541, 0, "0")],
)  # fmt: skip
def test_half_days_and_hours_of_a_session(starts: int, ends: int, half: int | None, worth: str) -> None:
    """
    Mornings end at half past twelve, evenings are no half days; an hour is 45 minutes, to the nearest quarter.
    """
    expected = None if half is None else MONDAY.toordinal() * 2 + half

    assert (half_day(MONDAY, starts), str(lasting(starts, ends))) == (expected, worth)


@given(st.lists(st.tuples(sessions, marks)))
def test_a_tally_adds_up(pairs: list[tuple[Session, Mark | None]]) -> None:
    """
    What was attended and missed is all that was marked; half days are at most those there were; the rule follows the share.
    """
    found = tally(pairs)
    marked = sum(session.hours.quarters for session, mark in pairs if mark)

    assert (found.attended + found.missed).quarters == marked <= found.total.quarters
    assert found.half_days <= len({session.half_day for session, _mark in pairs} - {None})
    assert found.unmarked == sum(mark is None for _session, mark in pairs)
    assert found.withdrawn == (found.share > SEVENTH)
    assert not (found.withdrawn and found.remaining)


@pytest.mark.parametrize(
    ("attended", "absent", "assessment", "assessed", "exempt", "expected"),
    [
        (28, 0, "attendance", None, False, "passed"),
        (24, 4, "attendance", None, False, "passed"),
        (23, 5, "attendance", None, False, "withdrawn"),
        (28, 0, "mark", True, False, "passed"),
        (28, 0, "exam", False, False, "failed"),
        (28, 0, "exam", None, False, "failed"),
        (23, 5, "exam", True, False, "withdrawn"),
        (0, 0, "attendance", None, False, "failed"),
        (0, 28, "mark", None, True, "exempt"),
        (28, 0, "mark", True, True, "exempt"),
    ],
)
def test_outcomes(
    attended: int, absent: int, assessment: str, assessed: bool | None, exempt: bool, expected: str
) -> None:
    """
    Exemption comes first, then the seventh, then mark or exam; hours are granted to those alone who passed.
    """
    held = Tally(Hours.of(28), Hours.of(attended), absent=Hours.of(absent))
    found = outcome(held, Assessment(assessment), assessed=assessed, exempt=exempt)

    assert found == expected
    assert granted(found, held.attended) == (held.attended if expected == "passed" else Hours())


def test_sixty_of_sixty_and_one_exempt() -> None:
    """
    All present and passed is 100 and 100; with one exempt 59 are expected, and the reason is counted.
    """
    passed, exempt = standing(Outcome.PASSED, Hours.of(8)), standing(Outcome.EXEMPT, Hours(), "maternity")
    whole, one_less = grouped([(passed, 60)]), grouped([(passed, 59), (exempt, 1)])

    assert (whole.expected, percent(whole.participation), percent(whole.pass_rate)) == (60, "100", "100")
    assert (one_less.expected, one_less.exempt) == (59, (("maternity", 1),))
    assert (percent(one_less.participation), percent(one_less.pass_rate)) == ("100", "100")


@given(st.lists(st.tuples(st.sampled_from(Outcome), hours, st.sampled_from(["illness", "duty"]), st.integers(0, 5))))
def test_groups_count_as_their_people_do(groups: list[tuple[Outcome, Hours, str, int]]) -> None:
    """
    Rates of groups are those of the people in them; nobody passes who did not take part.
    """
    stand = [(standing(found, there, why), count) for found, there, why, count in groups]
    found = grouped(stand)

    assert found == rates([one for one, count in stand for _each in range(count)])
    assert found.passed <= found.took_part <= found.expected <= found.called


def test_a_class_goes_from_plan_to_closing_and_back_where_it_is_sent() -> None:
    """
    Each move is possible from its states alone, and every state but closed and dropped has a way on.
    """
    path = [Move.SUBMIT, Move.RETURN, Move.SUBMIT, Move.APPROVE, Move.PROPOSE, Move.REOPEN, Move.PROPOSE, Move.CONFIRM]
    state = State.DRAFT
    for move in path:
        state = after(state, move)

    assert state is State.CLOSED
    assert [one for one in State if not moves(one)] == [State.CLOSED, State.DROPPED]
    for one in State:
        for move in set(Move) - set(moves(one)):
            with pytest.raises(BadMove):
                after(one, move)


@pytest.mark.parametrize(
    ("day", "expected"), [(1, "soon"), (2, "running"), (6, "running"), (7, "over")]
)  # fmt: skip
def test_an_approved_class_is_named_by_its_days(day: int, expected: str) -> None:
    """
    It is coming, being held or over; any other state is itself.
    """
    days = MONDAY, date(2026, 3, 6), date(2026, 3, day)

    assert phase(State.APPROVED, *days) == expected
    assert phase(State.CLOSING, *days) == "closing"


@pytest.mark.parametrize(
    ("paths", "expected"),
    [(("/",), True), (("/1/",), True), (("/1/4/",), False), (("/1/4/9/",), False), (("/1/5/", "/1/"), True), ((), False)],
)  # fmt: skip
def test_somebody_above_decides(paths: tuple[str, ...], expected: bool) -> None:
    """
    A class of a branch is decided on above the branch; one of the whole organisation by whoever has all of it.
    """
    assert decides("/1/4/", paths) is expected
    assert decides("/1/", paths) is (bool(paths) and any(path in ("/", "/1/") for path in paths))
