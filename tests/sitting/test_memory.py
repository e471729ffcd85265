"""What a process remembers of journals: exactly what decides, in few bytes."""

import json
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lms.sitting.memory import Counts, Journal
from question_bank.assembly import Form, Slot
from question_bank.attempt import Event, Kind, Origin

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def event(number: int, client: str, count: int, *, kind: Kind = Kind.ANSWER, slot: int | None = 1) -> Event:
    """An event of a journal."""
    return Event(number, client, count, kind, slot, "x" * 40, AT)


@given(st.lists(st.integers(-3, 60), unique=True))
def test_counts_are_a_set(numbers: list[int]) -> None:
    """
    In whatever order they come, those that came are there and no others.
    """
    counts = Counts()
    for number in numbers:
        counts.add(number)

    assert {n for n in range(-5, 65) if n in counts} == set(numbers)


def test_counts_without_a_gap_are_one_number() -> None:
    """
    A gap that closes is forgotten.
    """
    counts = Counts()
    for number in (1, 2, 5, 4, 3):
        counts.add(number)

    assert (counts.upto, counts.beyond) == (5, set())


def test_the_newest_answer_of_a_slot_is_whence_it_came() -> None:
    """
    Flags and what came too late do not answer; two windows are two.
    """
    journal = Journal()
    for entry in (
        event(1, "server", 1, kind=Kind.START, slot=None),
        event(2, "a", 1, slot=7),
        event(3, "b", 1, slot=7),
        event(4, "a", 2, kind=Kind.STALE, slot=7),
        event(5, "a", 3, kind=Kind.FLAG, slot=8),
        event(6, "a", 4, kind=Kind.AWAY, slot=None),
    ):
        journal.add(entry)

    assert journal.newest == {7: Origin(3, "b", 1)}
    assert {name: counts.upto for name, counts in journal.windows.items()} == {"server": 1, "a": 4, "b": 1}
    assert (journal.away, journal.voided) == (1, False)


def test_an_attempt_takes_little_memory() -> None:
    """
    Fifty answered questions are remembered in 8 KB, however their texts came from the network.
    """
    tracemalloc.start()
    try:
        journals = []
        for _attempt in range(100):
            journal = Journal()
            for number in range(1, 51):
                journal.add(event(number, "".join(["window", "0123456789"]), number, slot=number))
            journals.append(journal)
        used, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert used / len(journals) < 8_000


def test_papers_in_memory_are_small() -> None:
    """
    Papers of one exam that hold the same questions at the same places share them: under 1 KB each, where a paper of its own
    takes 7 KB.
    """
    stored = [
        json.dumps(
            Form(
                bytes([n]) * 32, tuple(Slot(k, 0, 1000 + (k * 7 + n) % 60, Decimal("2.5")) for k in range(1, 51))
            ).to_record()
        )
        for n in range(120)
    ]
    met = [Form.from_record(json.loads(record)) for record in stored[:60]]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    met += [Form.from_record(json.loads(record)) for record in stored[60:]]
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()

    assert [json.dumps(form.to_record()) for form in met] == stored
    assert grown / 60 < 1000
