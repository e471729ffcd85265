"""Extensions and pauses: no answer counts after the deadline, none that was in time is cut."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from question_bank.attempt import Event, Kind, replay, time_of
from question_bank.timing import GRACE, Allowance, Time

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

#: what happens, and how many seconds after the thing before
STEPS = st.lists(
    st.tuples(st.sampled_from(["extend", "pause", "resume", "answer"]), st.integers(0, 2400), st.integers(1, 1200)),
    max_size=12,
)


def test_time_stands_still() -> None:
    """
    Ten minutes before the end a pause of two hours leaves ten minutes.
    """
    paused = Time(NINE + HOUR).paused(NINE + timedelta(minutes=50))
    later = NINE + timedelta(minutes=170)

    assert paused.left(later) == timedelta(minutes=10)
    assert paused.is_open(later)
    assert paused.resumed(later).deadline_at == NINE + timedelta(minutes=180)


def test_granted_time_adds_a_share_and_minutes() -> None:
    """
    A quarter more of an hour and five minutes are twenty minutes; nothing granted is nothing.
    """
    assert Allowance(5, 125).beyond(HOUR) == timedelta(minutes=20)
    assert Allowance().beyond(HOUR) == timedelta(0)


@given(STEPS)
def test_an_answer_counts_exactly_while_working_time_is_left(steps: list[tuple[str, int, int]]) -> None:
    """
    Beside a stop-watch that runs only while nothing is paused: an answer counts exactly when the watch shows no more
    than the hour, what was given so far and the grace; and the journal says the same as the steps.
    """
    time, moment, worked, given, paused = Time(NINE + HOUR), NINE, timedelta(0), timedelta(0), False
    events: list[Event] = [Event(1, "server", 1, Kind.START, None, None, NINE)]
    for what, pause, seconds in steps:
        moment += timedelta(seconds=pause)
        worked += timedelta(0) if paused else timedelta(seconds=pause)
        if what == "answer":
            assert time.is_open(moment) is (paused or worked <= HOUR + given + GRACE)
            assert time.left(moment) == max(timedelta(0), HOUR + given - worked)
            continue
        response = {"seconds": seconds} if what == "extend" else {}
        events.append(Event(len(events) + 1, f"key{len(events)}", 1, Kind(what), None, response, moment))
        if what == "extend":
            time, given = time.extended(timedelta(seconds=seconds)), given + timedelta(seconds=seconds)
        elif what == "pause":
            time, paused = time.paused(moment), True
        else:
            time, paused = time.resumed(moment), False

    assert time_of(Time(NINE + HOUR), reversed(events)) == time


def test_a_void_attempt_stays_what_it_ended_as() -> None:
    """
    Declared void after the hand-in: both are told; the answers are still there.
    """
    told = [
        Event(1, "server", 1, Kind.START, None, None, NINE),
        Event(2, "window", 1, Kind.ANSWER, 1, "A", NINE),
        Event(3, "window", 2, Kind.AWAY, None, None, NINE),
        Event(4, "server", 4, Kind.HAND_IN, None, None, NINE),
        Event(5, "key", 1, Kind.VOID, None, {"reason": "替考"}, NINE),
    ]
    state = replay(told)

    assert (state.ended, state.voided, state.answers, state.away) == (Kind.HAND_IN, True, {1: "A"}, 1)
