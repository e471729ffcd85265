"""The one thread that writes what candidates send: what it acknowledged is on disk, whatever else happens meanwhile."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, select, text

from lms.database import writing
from lms.direct import Line
from lms.errors import NotFound, StorageAway
from lms.sitting import errors, journal, writer
from lms.sitting.deeds import Save, Saved
from lms.sitting.models import Attempt, AttemptEvent
from lms.sitting.store import Store
from lms.sitting.writer import Unwritten, Writer
from question_bank.assembly import Form
from question_bank.attempt import Kind, replay
from tests.cast import Cast
from tests.conftest import NINE
from tests.exam_day import ExamDay
from tests.sitting.desks import NAMES, Desk, Gate, Sitter, start_of, together
from tests.sitting.desks import desk as desk

SECONDS = 2.0
THREADS_EACH = 2
LATER = NINE + timedelta(hours=2)


class Broken:
    """A deed with a fault in it."""

    def __init__(self, attempt: str = "") -> None:
        self.attempt = attempt

    def run(self, store: Store) -> None:
        """Spoil the sheet, then fail."""
        if self.attempt:
            store.sheets[self.attempt].append(Kind.ANSWER, at=NINE, slot=1, client="spoiled001", client_seq=1)
        raise ZeroDivisionError


@contextmanager
def full_disk(desk: Desk) -> Iterator[None]:
    """Inside, no event can be stored: what a full disk says, said by a trigger."""
    url = desk.engine.url
    if url.drivername.startswith("sqlite"):
        refuse = "CREATE TRIGGER full_disk BEFORE INSERT ON attempt_event BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        with closing(sqlite3.connect(str(url.database))) as shell:
            shell.execute(refuse)
        yield
        with closing(sqlite3.connect(str(url.database))) as shell:
            shell.execute("DROP TRIGGER full_disk")
        return
    refuse = (
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full; END $$;"
        "CREATE TRIGGER full_disk BEFORE INSERT ON attempt_event EXECUTE FUNCTION full_disk()"
    )
    with desk.engine.begin() as connection:
        connection.execute(text(refuse))
    yield
    with desk.engine.begin() as connection:
        connection.execute(text("DROP FUNCTION full_disk CASCADE"))


@contextmanager
def failing_commits(_desk: Desk) -> Iterator[None]:
    """Inside, every transaction is carried out up to its commit, which fails."""

    def fail(_line: Line) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Line, "commit", fail)
        yield


@contextmanager
def slow_commits() -> Iterator[list[int]]:
    """Inside, a commit takes as long as on a disk, so that deeds come together; how many there were."""
    commits: list[int] = []
    commit = Line.commit

    def wait(line: Line) -> None:
        commits.append(1)
        time.sleep(0.002)
        commit(line)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Line, "commit", wait)
        yield commits


def stored_now(engine: Engine, window: str, seq: int) -> bool:
    """Whether another connection sees the event."""
    with engine.connect() as connection:
        query = select(AttemptEvent.number).where(AttemptEvent.client == window, AttemptEvent.client_seq == seq)
        return connection.execute(query).first() is not None


def answering(desk: Desk, one: Writer, sitter: Sitter, window: str, until: float) -> tuple[str, str, list[int]]:
    """Answer without pause; what was acknowledged. Every tenth is looked for at once."""
    acknowledged, seq = [], 0
    while time.monotonic() < until:
        seq += 1
        saved = one.do(sitter.answer(seq, f"{window}:{seq}", window=window))
        assert isinstance(saved, Saved)
        acknowledged.append(seq)
        if seq % 10 == 0:
            assert stored_now(desk.engine, window, seq)
    return sitter.attempt, window, acknowledged


@pytest.mark.parametrize("processes", [1, 2])
def test_every_acknowledged_answer_is_on_disk(desk: Desk, processes: int) -> None:
    """
    Sixteen threads answer for seconds, two to each attempt, with the writers of one process or of two: every answer is
    stored once and was there when it was acknowledged, each chain holds, and many answers shared a commit.
    """
    writers = [desk.writer() for _each in range(processes)]
    until = time.monotonic() + SECONDS
    with slow_commits() as commits, ThreadPoolExecutor(len(NAMES) * THREADS_EACH) as threads:
        running = [
            threads.submit(answering, desk, writers[half % processes], sitter, f"window{number:02}of{half}", until)
            for number, sitter in enumerate(desk.sitters)
            for half in range(THREADS_EACH)
        ]
        found = [each.result(60) for each in running]

    kept: dict[tuple[str, str], list[int]] = {}
    for sitter in desk.sitters:
        for stored in desk.events(sitter)[1:]:
            kept.setdefault((sitter.attempt, stored.client), []).append(stored.client_seq)
    assert kept == {(attempt, window): counts for attempt, window, counts in found}
    assert [desk.broken_chain(sitter) for sitter in desk.sitters] == [""] * len(NAMES)
    assert 0 < len(commits) < sum(len(counts) for _attempt, _window, counts in found) / 2


def test_one_deed_at_a_time_is_never_left_waiting(desk: Desk) -> None:
    """
    The queue is empty between deeds thousands of times; none is forgotten in it.
    """
    one, start = desk.writer(), threading.Barrier(len(NAMES))

    def in_step(sitter: Sitter) -> None:
        for seq in range(1, 41):
            start.wait(30)
            one.do(sitter.answer(seq, seq))

    with ThreadPoolExecutor(len(NAMES)) as threads:
        for each in [threads.submit(in_step, sitter) for sitter in desk.sitters]:
            each.result(60)

    assert [desk.counts(sitter) for sitter in desk.sitters] == [list(range(1, 41))] * len(NAMES)


def test_a_refused_deed_harms_no_other(desk: Desk) -> None:
    """
    In one batch: answers that are fine, and one of a log-in that was taken over, one with a count used otherwise, one
    for an attempt that is not there. Each hears what became of its own.
    """
    lin, wang, zhao = desk.sitters[:3]
    one = desk.writer()
    one.do(lin.answer(1, "A"))
    found = together(
        one,
        [
            lin.answer(2, "B"),
            wang.answer(1, "A", session_id=lin.session_id),
            lin.answer(1, "other"),
            Sitter("nowhere", 1).answer(1, "A"),
            wang.answer(2, "B"),
            zhao.answer(1, "C"),
        ],
    )

    assert [type(each) for each in found] == [
        Saved, errors.Elsewhere, errors.EventConflict, NotFound, Saved, Saved,
    ]  # fmt: skip
    assert [desk.counts(each) for each in (lin, wang, zhao)] == [[1, 2], [2], [1]]
    assert [desk.broken_chain(each) for each in (lin, wang, zhao)] == [""] * 3


def test_a_fault_harms_no_other(desk: Desk) -> None:
    """
    A deed that breaks in the middle of a batch, after it had spoilt its sheet, leaves nothing; the others are stored
    once, those of the same attempt among them.
    """
    lin, wang = desk.sitters[:2]
    one = desk.writer()
    found = together(one, [lin.answer(1, "A"), Broken(lin.attempt), lin.answer(2, "B"), Broken(), wang.answer(1, "C")])

    assert [type(each) for each in found] == [Saved, ZeroDivisionError, Saved, ZeroDivisionError, Saved]
    assert [desk.counts(each) for each in (lin, wang)] == [[1, 2], [1]]
    assert desk.counts(lin, "spoiled001") == []
    assert [desk.broken_chain(each) for each in (lin, wang)] == ["", ""]


@pytest.mark.parametrize("trouble", [full_disk, failing_commits])
def test_when_the_database_refuses_nothing_counts_as_saved(desk: Desk, trouble: Any) -> None:
    """
    Everybody in the batch is told; nothing is stored; and what was not stored is not taken for a repetition afterwards.
    """
    one = desk.writer()
    one.do(desk.sitters[0].answer(1, "before"))
    deeds = [sitter.answer(seq, f"{seq}") for seq in (2, 3) for sitter in desk.sitters]
    with trouble(desk):
        refused = together(one, deeds)
    untouched = [desk.counts(sitter) for sitter in desk.sitters]
    again = together(one, deeds)

    assert [each for each in refused if not isinstance(each, Exception)] == []
    assert untouched == [[1]] + [[]] * 7
    assert {type(each) for each in again} == {Saved}
    assert [desk.counts(sitter) for sitter in desk.sitters] == [[1, 2, 3]] + [[2, 3]] * 7
    assert [desk.broken_chain(sitter) for sitter in desk.sitters] == [""] * len(NAMES)


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    """
    Whoever waits hears of it at once, one after the other; the thread lives on.
    """
    lost = Writer(create_engine(f"sqlite:///{tmp_path / 'none' / 'x.db'}"))

    for _each in range(3):
        with pytest.raises(StorageAway):
            lost.do(Sitter("x", 1).answer(1, "A"))


def test_who_waits_too_long_is_told_that_nothing_is_sure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    After the patience of a request it is answered as not written; if it was written later, the repetition is
    acknowledged and stored once.
    """
    monkeypatch.setattr(writer, "PATIENCE", 0.2)
    one, gate, lin = desk.writer(), Gate(), desk.sitters[0]
    with ThreadPoolExecutor(1) as threads:
        held = threads.submit(one.do, gate)
        assert gate.entered.wait(10)
        with pytest.raises(Unwritten):
            one.do(lin.answer(1, "A"))
        assert desk.counts(lin) == []
        gate.opened.set()
        assert isinstance(held.exception(10), Unwritten)
    monkeypatch.setattr(writer, "PATIENCE", 30.0)

    assert isinstance(one.do(lin.answer(1, "A")), Saved)
    assert desk.counts(lin) == [1]


@pytest.mark.parametrize("other_process", [False, True])
def test_a_repeated_answer_is_acknowledged(desk: Desk, other_process: bool) -> None:
    """
    Sent again, to the same process or to another one, it is acknowledged with the same number and stored once; with
    other content it is refused.
    """
    lin, one = desk.sitters[0], desk.writer()
    first = one.do(lin.answer(1, ["A", {"b": None}]))
    second = (desk.writer() if other_process else one).do(lin.answer(1, ["A", {"b": None}]))

    assert first == second
    assert desk.counts(lin) == [1]
    for other in (lin.answer(1, "B"), lin.answer(1, ["A", {"b": None}], slot=2), lin.answer(1, None)):
        with pytest.raises(errors.EventConflict):
            one.do(other)


def test_repetitions_within_one_batch_are_one(desk: Desk) -> None:
    """
    Two requests with the same count come together: alike they are one event, unlike the second is refused.
    """
    lin, wang = desk.sitters[:2]
    found = together(
        desk.writer(), [lin.answer(1, "A"), lin.answer(1, "A"), lin.answer(1, "B"), wang.answer(1, None), wang.answer(1, None)]
    )  # fmt: skip

    assert [type(each) for each in found] == [Saved, Saved, errors.EventConflict, Saved, Saved]
    assert (desk.counts(lin), desk.counts(wang)) == ([1], [1])


def test_repetitions_within_one_request_are_one(desk: Desk) -> None:
    """
    A request that holds an answer twice stores it once; one that holds two answers under one count stores neither, nor
    what stands before them.
    """
    one, lin = desk.writer(), desk.sitters[0]
    first, other = lin.answer(1, "A").events[0], lin.answer(1, "B").events[0]
    twice = Save(lin.attempt, lin.session_id, [first, replace(first), lin.answer(2, "C").events[0]], NINE)
    clash = Save(
        lin.attempt,
        lin.session_id,
        [lin.answer(3, "D").events[0], *[replace(e, client_seq=4) for e in (first, other)]],
        NINE,
    )

    assert one.do(twice).last == 3
    with pytest.raises(errors.EventConflict):
        one.do(clash)
    assert desk.counts(lin) == [1, 2]
    assert desk.broken_chain(lin) == ""


def test_a_journal_in_memory_is_not_trusted_after_another_process_wrote(desk: Desk) -> None:
    """
    What another process stored is known: its answers are no news, and an older one of ours does not overwrite them.
    """
    ours, theirs, lin = desk.writer(), desk.writer(), desk.sitters[0]
    ours.do(lin.answer(1, "A"))
    seen = ours.do(lin.answer(2, "B")).last
    theirs.do(lin.answer(1, "C", window="window0002"))
    retry = ours.do(lin.answer(1, "C", window="window0002"))
    stale = ours.do(lin.answer(3, "D", base=seen))

    assert retry.last == seen + 1
    assert stale.superseded == {1: "C"}
    assert [event.kind for event in desk.events(lin)] == [
        Kind.START, Kind.ANSWER, Kind.ANSWER, Kind.ANSWER, Kind.STALE,
    ]  # fmt: skip
    assert desk.broken_chain(lin) == ""


def test_nor_after_an_event_that_did_not_come_through_the_writer(desk: Desk) -> None:
    """
    A take-over is written with its own transaction; the chain goes on from it.
    """
    one, lin = desk.writer(), desk.sitters[0]
    one.do(lin.answer(1, "A"))
    with desk.app.app_context(), writing() as session:
        attempt = session.query(Attempt).filter_by(public_id=lin.attempt).with_for_update().one()
        attempt.session_id = desk.sitters[1].session_id
        journal.append(session, attempt, Kind.TAKE_OVER, at=NINE)
    with pytest.raises(errors.Elsewhere):
        one.do(lin.answer(2, "B"))
    one.do(lin.answer(2, "B", session_id=desk.sitters[1].session_id))

    assert desk.counts(lin) == [1, 2]
    assert desk.broken_chain(lin) == ""


STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),  # process
        st.integers(1, 2),  # window
        st.integers(1, 4),  # count
        st.integers(1, 2),  # slot
        st.sampled_from(["A", "B", None]),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_any_order_of_answers_is_what_one_list_would_hold(desk: Desk, steps: list[Any]) -> None:
    """
    Whatever two windows send to two processes, in any order and repeated: stored is what a plain list without memory
    would hold, each count once with its first content.
    """
    writers, lin, run = [desk.writer(), desk.writer()], desk.sitters[0], uuid4().hex[:12]
    expected: dict[tuple[str, int], tuple[int, Any]] = {}
    newest: dict[int, Any] = {}
    for process, window, seq, slot, response in steps:
        key = (f"{run}{window}", seq)
        deed = lin.answer(seq, response, window=key[0], slot=slot)
        if expected.get(key, (slot, response)) != (slot, response):
            with pytest.raises(errors.EventConflict):
                writers[process].do(deed)
            continue
        saved = writers[process].do(deed)
        if key not in expected:
            expected[key] = (slot, response)
            before = newest.get(slot)
            if before is None or before[0] != key[0] or seq > before[1]:
                newest[slot] = (*key, response)
                assert saved.superseded == {}
            else:
                assert saved.superseded == {slot: before[2]}

    stored = [event for event in desk.events(lin) if event.client.startswith(run)]
    assert {(event.client, event.client_seq): (event.slot, event.response) for event in stored} == expected
    assert len(stored) == len(expected)
    answers: Mapping[int, Any] = replay(stored).answers
    assert answers == {slot: response for slot, (_window, _seq, response) in newest.items()}
    assert desk.broken_chain(lin) == ""


def test_many_starts_at_once_are_one_attempt(app: Flask, cast: Cast, exam_day: ExamDay, desk: Desk) -> None:
    """
    In one batch and by two processes: one attempt, which has begun once.
    """
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    deeds = [start_of(app, exam, cast.lin, desk.sitters[0].session_id) for _each in range(6)]
    begun = together(desk.writer(), deeds[:3])
    with ThreadPoolExecutor(2) as threads:
        begun += list(threads.map(lambda deed: desk.writer().do(deed), deeds[3:5]))

    lin = Sitter(begun[0].public_id, desk.sitters[0].session_id)
    assert {each.public_id for each in begun} == {deeds[0].new_id}
    assert [each.id is not None for each in begun] == [True, False, False, False, False]
    assert [event.kind for event in desk.events(lin)] == [Kind.START]
    assert desk.broken_chain(lin) == ""


def test_an_end_sees_the_answers_of_its_own_batch(desk: Desk) -> None:
    """
    What came before the end, on disk or in the same batch, counts; what came after it is evidence; ending twice is
    ending once.
    """
    lin, one = desk.sitters[0], desk.writer()
    end = desk.end(lin)
    slots, versions = start_slots(desk, lin), end.versions
    earlier, true_false = (n for n, version in slots.items() if versions[version].type == "true_false")
    right = versions[slots[true_false]].body.answer
    one.do(lin.answer(9, versions[slots[earlier]].body.answer, window="window0002", slot=earlier))
    found = together(
        one,
        [
            lin.answer(1, right, slot=true_false),
            end,
            lin.answer(2, not right, slot=true_false),
            desk.end(lin),
            desk.end(lin, at=LATER, by_server=True),
        ],
    )

    assert [each if isinstance(each, bool) else each.over for each in found] == [False, True, True, False, False]
    assert [event.kind for event in desk.events(lin)] == [
        Kind.START, Kind.ANSWER, Kind.ANSWER, Kind.HAND_IN, Kind.LATE,
    ]  # fmt: skip
    (result,) = desk.results(lin)
    assert str(result.total) == "4"
    assert desk.broken_chain(lin) == ""


def start_slots(desk: Desk, sitter: Sitter) -> dict[int, int]:
    """Item versions by slot."""
    with desk.app.app_context():
        return {slot.number: slot.version for slot in Form.from_record(desk.row(sitter).form).slots}


def test_the_server_closes_nobody_early(desk: Desk) -> None:
    """
    Before the deadline and within the grace after it a close does nothing; then it ends the attempt at its deadline.
    """
    lin, one = desk.sitters[0], desk.writer()
    deadline = NINE + timedelta(hours=1)
    done = [one.do(desk.end(lin, at=deadline + timedelta(seconds=s), by_server=True)) for s in (-1, 0, 5, 6, 7)]

    assert done == [False, False, False, True, False]
    with desk.app.app_context():
        row = desk.row(lin)
        assert (row.ended_how, row.ended_at) == ("closed", deadline)


def test_a_log_in_that_ended_writes_no_more(desk: Desk) -> None:
    """
    Whether the session lives is asked with the attempt itself, also where the journal is in memory.
    """
    lin, one = desk.sitters[0], desk.writer()
    one.do(lin.answer(1, "A"))
    with desk.engine.begin() as connection:
        connection.execute(
            text("UPDATE login_session SET ended_at = created_at WHERE id = :id"), {"id": lin.session_id}
        )

    for deed in (lin.answer(2, "B"), desk.end(lin)):
        with pytest.raises(errors.Elsewhere):
            one.do(deed)
    assert desk.counts(lin) == [1]
    assert desk.results(lin) == []
