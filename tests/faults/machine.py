"""A machine that does to two attempts whatever can happen to them, and compares with the model after every step."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import Engine

from lms.database import writing
from lms.direct import Line
from lms.errors import StorageAway
from lms.ids import new_public_id
from lms.sitting import errors, service
from lms.sitting.deeds import Deed, Save, Saved, Start
from lms.sitting.measures import Measure
from question_bank.attempt import Incoming, Kind
from tests.conftest import TestClock
from tests.faults.attempt_model import CONFLICT, ELSEWHERE, AttemptModel, Sent, moment
from tests.faults.hall import Hall
from tests.sitting.desks import SEEN_ALL, Alone

REFUSALS = {ELSEWHERE: errors.Elsewhere, CONFLICT: errors.EventConflict}
UNSURE = "unsure"


@dataclass
class Table:
    """One database, two processes that write to it, and what makes their commits fail."""

    app: Flask
    hall: Hall
    engine: Engine
    clock: TestClock
    look: sqlite3.Connection
    key: dict[int, str]
    form: str
    people: Iterator[int] = field(default_factory=lambda: count(1_000_000))
    #: what becomes of the next commit of a deed: "", "refused" or "lost" (carried out, and reported as failed)
    fate: str = ""

    @contextmanager
    def commits(self) -> Iterator[None]:
        """Inside, the writers' commits end as they are fated to."""
        commit = Line.commit

        def fated(line: Line) -> None:
            fate, self.fate = self.fate, ""
            if fate != "refused":
                commit(line)
            if fate:
                failed = sqlite3.OperationalError("disk I/O error")
                failed.sqlite_errorcode = sqlite3.SQLITE_IOERR
                raise failed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Line, "commit", fated)
            yield


@dataclass
class Seat:
    """An attempt, its model and what its windows have sent."""

    attempt: str
    person: int
    model: AttemptModel
    sessions: tuple[int, int]
    sent: list[Sent] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    delayed: list[Sent] = field(default_factory=list)
    keys: list[tuple[str, str, int]] = field(default_factory=list)


SEATS, WINDOWS, SLOTS = st.integers(0, 1), st.sampled_from(["window0001", "window0002"]), st.integers(1, 2)
RESPONSES = st.sampled_from(["A", "B", "C", "D", None])
PROCESS, SOME = st.integers(0, 1), st.integers(0, 30)
SECONDS = st.sampled_from([1, 4, 5, 6, 60, 600, 1800, 3595])


class Machine(RuleBasedStateMachine):
    """See the module. `table` is set by a subclass for each run."""

    table: Table

    @initialize()
    def begin(self) -> None:
        """Two people begin, each with a log-in of two."""
        self.now = 0
        self.table.clock.moment = moment(0)
        self.table.fate = ""
        self.writers = [Alone(self.table.engine), Alone(self.table.engine)]
        self.seats = [self._seat(1, 2), self._seat(3, 4)]
        for seat in self.seats:
            self._compare(seat)

    def _seat(self, *sessions: int) -> Seat:
        person, public_id = next(self.table.people), new_public_id()
        deed = Start(1, person, sessions[0], self.table.form, moment(0), moment(3600), public_id)
        assert self.writers[0].do(deed).public_id == public_id
        assert self.writers[1].do(replace(deed, new_id=new_public_id())).public_id == public_id
        return Seat(public_id, person, AttemptModel(sessions[0], self.table.key), (sessions[0], sessions[1]))

    def _do(self, seat: Seat, process: int, deed: Deed, predict: Callable[[AttemptModel], Any]) -> None:
        """Do it; the answer is what the model predicts, and so is what is stored afterwards.

        A commit that is refused changes nothing; one whose answer is lost has changed everything.
        """
        fate, kept = self.table.fate, _copy(seat.model)
        expected = predict(seat.model)
        if fate == "refused":
            seat.model = kept
        try:
            found = self.writers[process].do(deed)
        except StorageAway:
            found = UNSURE
        except (errors.Elsewhere, errors.EventConflict) as refusal:
            found = type(refusal)
        self.table.fate = ""
        if isinstance(found, Saved):
            assert found.deadline_at == moment(seat.model.deadline)
            found = (found.last, dict(found.superseded), found.over)
        # a batch of refused deeds is committed as well, empty
        wanted = UNSURE if fate else REFUSALS.get(expected, expected) if isinstance(expected, str) else expected
        assert found == wanted
        self._compare(seat)

    def _send(self, seat: Seat, process: int, events: list[Sent], session: int) -> None:
        incoming = [Incoming(e.window, e.count, Kind(e.kind), e.slot, e.response, e.base) for e in events]
        seat.sent += events
        deed = Save(seat.attempt, session, incoming, moment(self.now))
        self._do(seat, process, deed, lambda model: model.save(session, events, self.now))

    def _fresh(self, seat: Seat, window: str, kind: str, slot: int | None, response: Any, base: int) -> Sent:
        seat.counts[window] = seat.counts.get(window, 0) + 1
        seen = {0: SEEN_ALL, 1: len(seat.model.lines)}.get(base, len(seat.model.lines) - base)
        return Sent(window, seat.counts[window], kind, slot, response, max(0, seen))

    @rule(n=SEATS, process=PROCESS, window=WINDOWS, slot=SLOTS, response=RESPONSES, base=st.integers(0, 4))
    def answer(self, n: int, process: int, window: str, slot: int, response: Any, base: int) -> None:
        """A window sends its next answer, made when it had seen some of the journal."""
        seat = self.seats[n]
        self._send(seat, process, [self._fresh(seat, window, "answer", slot, response, base)], seat.model.session)

    @rule(n=SEATS, process=PROCESS, kinds=st.lists(st.tuples(WINDOWS, SLOTS, RESPONSES), min_size=2, max_size=4))
    def batch(self, n: int, process: int, kinds: list[tuple[str, int, Any]]) -> None:
        """Several at once, the first of them sent before."""
        seat = self.seats[n]
        events = [self._fresh(seat, window, "answer", slot, response, 1) for window, slot, response in kinds]
        self._send(seat, process, [*seat.sent[-1:], *events, events[0]], seat.model.session)

    @rule(n=SEATS, process=PROCESS, window=WINDOWS, slot=SLOTS, on=st.booleans())
    def flag(self, n: int, process: int, window: str, slot: int, *, on: bool) -> None:
        """A question is flagged, the window looks away."""
        seat = self.seats[n]
        events = [self._fresh(seat, window, "flag", slot, on, 0), self._fresh(seat, window, "away", None, None, 0)]
        self._send(seat, process, events, seat.model.session)

    @rule(n=SEATS, process=PROCESS, window=WINDOWS, slot=SLOTS, response=RESPONSES)
    def overtake(self, n: int, process: int, window: str, slot: int, response: Any) -> None:
        """An answer is on its way for long, and the next one of the same question comes first."""
        seat = self.seats[n]
        seat.delayed.append(self._fresh(seat, window, "answer", slot, response, 0))
        event = self._fresh(seat, window, "answer", slot, "A", 0)
        self._send(seat, process, [event], seat.model.session)

    @precondition(lambda self: any(seat.delayed for seat in self.seats))
    @rule(n=SEATS, process=PROCESS)
    def arrive(self, n: int, process: int) -> None:
        """It arrives, after later ones."""
        seat = self.seats[n]
        if seat.delayed:
            self._send(seat, process, [seat.delayed.pop(0)], seat.model.session)

    @rule(n=SEATS, process=PROCESS, window=WINDOWS, slot=SLOTS, fate=st.sampled_from(["refused", "lost"]))
    def interrupted(self, n: int, process: int, window: str, slot: int, fate: str) -> None:
        """The commit of an answer fails, or its outcome is lost; the window sends it again."""
        seat = self.seats[n]
        event = self._fresh(seat, window, "answer", slot, "B", 0)
        self.table.fate = fate
        self._send(seat, process, [event], seat.model.session)
        self._send(seat, process, [event], seat.model.session)

    @precondition(lambda self: any(seat.sent for seat in self.seats))
    @rule(n=SEATS, process=PROCESS, pick=SOME, old=st.booleans())
    def again(self, n: int, process: int, pick: int, *, old: bool) -> None:
        """Something is sent again as it was, by either log-in."""
        seat = self.seats[n]
        if seat.sent:
            session = seat.sessions[0] if old else seat.model.session
            self._send(seat, process, [seat.sent[-1 - pick % len(seat.sent)]], session)

    @precondition(lambda self: any(seat.sent for seat in self.seats))
    @rule(n=SEATS, process=PROCESS, pick=SOME)
    def otherwise(self, n: int, process: int, pick: int) -> None:
        """The same count comes again with something else."""
        seat = self.seats[n]
        if seat.sent:
            before = seat.sent[pick % len(seat.sent)]
            self._send(seat, process, [replace(before, response="other")], seat.model.session)
            seat.sent.pop()

    @rule(n=SEATS, second=st.booleans())
    def take_over(self, n: int, *, second: bool) -> None:
        """Another log-in goes on."""
        seat, fate = self.seats[n], self.table.fate
        self.table.fate = ""
        session = seat.sessions[second]
        viewer: Any = SimpleNamespace(id=seat.person, session_id=session)
        with self.table.app.app_context(), writing() as database:
            service.take_over(database, seat.attempt, viewer)
        seat.model.take_over(session, self.now)
        self.table.fate = fate
        self._compare(seat)

    @precondition(lambda self: self.now > 300)
    @rule(n=SEATS, process=PROCESS, old=st.booleans())
    def hand_in(self, n: int, process: int, *, old: bool) -> None:
        """The candidate hands in, at either computer."""
        seat = self.seats[n]
        session = seat.sessions[0] if old else seat.model.session
        deed = replace(self.table.hall.end(self.table.hall.sitters[0], at=moment(self.now)), attempt=seat.attempt)
        self._do(seat, process, replace(deed, session_id=session), lambda model: model.hand_in(session, self.now))

    @rule(n=SEATS, process=PROCESS)
    def close(self, n: int, process: int) -> None:
        """The server looks whether it is over."""
        seat = self.seats[n]
        deed = replace(self.table.hall.end(self.table.hall.sitters[0], at=moment(self.now)), attempt=seat.attempt)
        self._do(seat, process, replace(deed, session_id=None), lambda model: model.close(self.now))

    @rule(n=SEATS, process=PROCESS, kind=st.sampled_from(["extend", "pause", "resume", "release"]), seconds=SECONDS)
    def measure(self, n: int, process: int, kind: str, seconds: int) -> None:
        """Whoever supervises does something."""
        self.seats[n].keys.append((new_public_id(), kind, seconds))
        self._measure(self.seats[n], process, *self.seats[n].keys[-1])

    @precondition(lambda self: self.now > 300)
    @rule(n=SEATS, process=PROCESS, kind=st.sampled_from(["force", "void"]))
    def finish(self, n: int, process: int, kind: str) -> None:
        """Or ends it."""
        self.seats[n].keys.append((new_public_id(), kind, 0))
        self._measure(self.seats[n], process, *self.seats[n].keys[-1])

    @precondition(lambda self: any(seat.keys for seat in self.seats))
    @rule(n=SEATS, process=PROCESS, pick=SOME)
    def measure_again(self, n: int, process: int, pick: int) -> None:
        """The same page is sent again."""
        seat = self.seats[n]
        if seat.keys:
            self._measure(seat, process, *seat.keys[pick % len(seat.keys)])

    def _measure(self, seat: Seat, process: int, key: str, kind: str, seconds: int) -> None:
        hall = self.table.hall
        deed = Measure(
            seat.attempt, Kind(kind), key, moment(self.now), {"reason": "r", "by": "b"}, hall.versions,
            hall.blueprint, seconds,
        )  # fmt: skip
        self._do(seat, process, deed, lambda model: model.measure(key, kind, seconds, self.now))

    @rule(seconds=SECONDS)
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.now += seconds
        self.table.clock.moment = moment(self.now)

    @rule(n=SEATS, beyond=st.sampled_from([-1, 0, 1, 5, 6]))
    def wait_for_the_deadline(self, n: int, beyond: int) -> None:
        """Until about the end of an attempt."""
        self.wait(max(0, self.seats[n].model.deadline + beyond - self.now))

    @rule(n=SEATS, process=PROCESS, seconds=SECONDS)
    def stand_still(self, n: int, process: int, seconds: int) -> None:
        """A pause, and after some time the end of it."""
        self.measure(n, process, "pause", 0)
        self.wait(seconds)
        self.measure(n, process, "resume", 0)

    @rule(fate=st.sampled_from(["refused", "lost"]))
    def trouble(self, fate: str) -> None:
        """The next commit will fail."""
        self.table.fate = fate

    def _compare(self, seat: Seat) -> None:
        """What is stored is what the model says."""
        row = self.table.look.execute(ROW, (seat.attempt,)).fetchone()
        model = seat.model
        assert row[1:] == (
            len(model.lines), model.head(), len(model.standing), sum(line.kind == "away" for line in model.lines),
            _stored(model.deadline), _stored(model.paused), model.extra, _stored(model.ended), model.how,
            model.session, model.marks,
        )  # fmt: skip
        lines = self.table.look.execute(LINES, (row[0],)).fetchall()
        assert [_line(*line) for line in lines] == [
            ("server" if line.window is None else line.window, line.count or n, line.kind, line.slot, line.response)
            for n, line in enumerate(model.lines, 1)
        ]


ROW = """
SELECT a.id, a.last_event, a.chain, a.answered, a.away, a.deadline_at, a.paused_at, a.extra_seconds, a.ended_at,
a.ended_how, a.session_id, r.total FROM attempt a LEFT JOIN attempt_result r ON r.attempt_id = a.id WHERE a.public_id = ?
"""
LINES = "SELECT client, client_seq, kind, slot, response FROM attempt_event WHERE attempt_id = ? ORDER BY number"


def _line(window: str, number: int, kind: str, slot: int | None, response: str | None) -> tuple[Any, ...]:
    return window, number, kind, slot, None if response is None else json.loads(response)


def _stored(seconds: int | None) -> str | None:
    return None if seconds is None else moment(seconds).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _copy(model: AttemptModel) -> AttemptModel:
    return replace(
        model, lines=list(model.lines), seen=dict(model.seen), standing=dict(model.standing),
        measures=set(model.measures),
    )  # fmt: skip
