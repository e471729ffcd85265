"""Journals of attempts, their deadline and their grading."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.assembly import Form, Slot
from question_bank.attempt import Event, Incoming, Kind, chain, is_stale, receipt_code, replay
from question_bank.blueprint import Blueprint, Section
from question_bank.errors import UnknownRecord
from question_bank.grading import grade, scores_from_record
from question_bank.interactions.fill_in import Blank, Blanks
from question_bank.interactions.true_false import Statement
from question_bank.item import ItemVersion
from question_bank.timing import GRACE, deadline, is_open

NINE = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def event(
    number: int, kind: Kind = Kind.ANSWER, slot: int | None = 1, response: object = True, client: str = "w"
) -> Event:
    """An event of a window."""
    return Event(number, client, number, kind, slot, response, NINE)


def test_the_newest_answer_of_a_slot_counts() -> None:
    """
    Later answers replace earlier ones; stale and late ones are evidence only; flags come and go.
    """
    state = replay(
        [
            event(1, Kind.START, None, None), event(2, response="A"), event(3, response="B"), event(4, slot=2, response="C"),
            event(5, Kind.STALE, response="X"), event(6, Kind.FLAG, 2), event(7, Kind.FLAG, 1), event(8, Kind.FLAG, 1, False),
            event(9, Kind.HAND_IN, None, None), event(10, Kind.LATE, response="Y"),
        ]
    )  # fmt: skip

    assert (state.answers, state.flagged, state.ended, state.last) == ({1: "B", 2: "C"}, {2}, Kind.HAND_IN, 10)


@given(st.permutations([event(n, slot=n % 3, response=n) for n in range(1, 8)]))
def test_events_may_arrive_in_any_order(events: list[Event]) -> None:
    """
    Their numbers decide.
    """
    assert replay(events).answers == {0: 6, 1: 7, 2: 5}


STALE = [
    ("w", 4, 0, False), ("w", 2, 9, True), ("other", 1, 3, False), ("other", 1, 2, True), ("other", 9, 0, True),
]  # fmt: skip


@pytest.mark.parametrize(("client", "sequence", "base", "stale"), STALE)
def test_a_forgotten_window_never_overwrites(client: str, sequence: int, base: int, stale: bool) -> None:
    """
    The newest answer is event 3 of window w: its own later ones replace it, others only when they had seen it.
    """
    incoming = Incoming(client, sequence, Kind.ANSWER, 1, "Z", base)

    assert is_stale(incoming, event(3)) is stale
    assert is_stale(incoming, None) is False


def test_a_chain_shows_every_change() -> None:
    """
    Another number, window, response, time or predecessor is another hash; the same event is the same.
    """
    hashes = {
        chain(b"", event(1)), chain(b"x", event(1)), chain(b"", event(2)), chain(b"", event(1, response=False)),
        chain(b"", event(1, client="v")), chain(b"", event(1, slot=2)), chain(b"", event(1, Kind.LATE)),
    }  # fmt: skip

    assert len(hashes) == 7
    assert chain(b"", event(1)) == chain(b"", event(1))


@given(st.binary(min_size=32, max_size=32))
def test_receipts_can_be_read_aloud(head: bytes) -> None:
    """
    Ten signs without those that are mistaken for each other.
    """
    code = receipt_code(head)

    assert len(code) == 10
    assert not set(code) & set("01OIL")


DEADLINES = [
    (NINE, HOUR, NINE + 3 * HOUR, timedelta(0), NINE + HOUR),
    (NINE + 2.5 * HOUR, HOUR, NINE + 3 * HOUR, timedelta(0), NINE + 3 * HOUR),
    (NINE + 2.5 * HOUR, HOUR, NINE + 3 * HOUR, timedelta(minutes=10), NINE + 3 * HOUR + timedelta(minutes=10)),
]


@pytest.mark.parametrize(("start", "allowance", "window", "extra", "ends"), DEADLINES)
def test_an_attempt_ends_with_its_time_or_the_window(
    start: datetime, allowance: timedelta, window: datetime, extra: timedelta, ends: datetime
) -> None:
    """
    Whichever comes first; extra time moves both.
    """
    assert deadline(start, allowance=allowance, window_end=window, extra=extra) == ends


@pytest.mark.parametrize(
    ("after", "counts"), [(timedelta(0), True), (GRACE, True), (GRACE + timedelta(microseconds=1), False)]
)
def test_answers_in_flight_still_count(after: timedelta, counts: bool) -> None:
    """
    For the grace of the network, bounds included.
    """
    assert is_open(NINE + after, NINE) is counts


def paper() -> tuple[Form, dict[int, ItemVersion], Blueprint]:
    """One statement that is true for 2 marks, two blanks for 1.01."""
    versions = {
        7: ItemVersion("a", "true_false", "food", "题干", Statement(True)),
        9: ItemVersion("b", "fill_in", "food", "[[1]] [[2]]", Blanks((Blank(("甲",)), Blank(("乙",))))),
    }
    form = Form(b"seed", (Slot(1, 0, 7, Decimal(2)), Slot(2, 1, 9, Decimal("1.01"))))
    sections = (
        Section("判断", ("true_false",), (), 1, Decimal(2)),
        Section("填空", ("fill_in",), (), 1, Decimal("1.01")),
    )
    return form, versions, Blueprint(sections, pass_mark=Decimal("2.5"))


GRADED = [
    ({1: True, 2: ["甲", "乙"]}, "3.01", True, [200, 101]),
    ({1: True, 2: ["甲", "丙"]}, "2.51", True, [200, 51]),
    ({1: False, 2: ["甲", "乙"]}, "1.01", False, [0, 101]),
    ({2: ["", " "]}, "0", False, [None, None]),
    ({}, "0", False, [None, None]),
]


@pytest.mark.parametrize(("answers", "total", "passed", "record"), GRADED)
def test_a_paper_is_graded_exactly(
    answers: dict[int, object], total: str, passed: bool, record: list[int | None]
) -> None:
    """
    Each slot is rounded once to hundredths, the total is their sum, a blank is no wrong answer.
    """
    form, versions, blueprint = paper()
    result = grade(form, versions, answers, blueprint=blueprint)

    assert (result.total, result.maximum, result.passed) == (Decimal(total), Decimal("3.01"), passed)
    assert result.to_record()["earned"] == record
    assert scores_from_record(result.to_record()) == result.scores


def test_a_result_of_another_release_is_refused() -> None:
    """
    Rather than read wrongly.
    """
    with pytest.raises(UnknownRecord):
        scores_from_record({"f": 99})
