"""Attempts at the writer's own door: deeds without pages, for tests of what becomes of them."""

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from lms.accounts.models import LoginSession
from lms.database import db, reading
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.ids import new_public_id
from lms.sitting import dealing, journal
from lms.sitting.deeds import CHAIN_START, Deed, End, Save, Start
from lms.sitting.models import Attempt, AttemptEvent, AttemptResult
from lms.sitting.store import Store
from lms.sitting.writer import Writer, _outcome, _Waiting
from question_bank.attempt import Event, Incoming, Kind, chain
from tests.cast import Cast, sign_in
from tests.conftest import NINE
from tests.exam_day import ExamDay

SEEN_ALL = 10**6  # a window that has seen every answer there is
#: who sits here
NAMES = ("lin", "wang", "zhao", "qian", "sun", "li", "zhou", "wu")


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody's attempt and the log-in that may write to it."""

    attempt: str
    session_id: int

    def answer(self, seq: int, response: Any, *, window: str = "window0001", slot: int = 1, **more: Any) -> Save:
        """One answer; `more` has another base, kind or moment."""
        kind, base = more.get("kind", Kind.ANSWER), more.get("base", SEEN_ALL)
        incoming = Incoming(window, seq, kind, slot, response, base)
        return Save(self.attempt, more.get("session_id", self.session_id), [incoming], more.get("at", NINE))


class Alone(Writer):
    """A writer whose deeds are carried out one by one in the thread that asks: what it does is in order."""

    def do(self, deed: Deed) -> Any:
        """As a writer with a thread does it when nobody else waits."""
        waiting = _Waiting(deed)
        self._carry_out([waiting])
        return _outcome(waiting)


@dataclass(slots=True)
class Gate:
    """A deed that keeps the writer busy until it is opened."""

    attempt: str = ""
    entered: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def run(self, store: Store) -> None:
        """Wait."""
        self.entered.set()
        assert self.opened.wait(20)


@dataclass(frozen=True, slots=True)
class Desk:
    """An exam that people sit, and the database below."""

    app: Flask
    exam: ExamRow
    engine: Engine
    sitters: Sequence[Sitter]

    def writer(self) -> Writer:
        """A writer with a memory of its own, as each process has one."""
        return Writer(self.engine)

    def end(self, sitter: Sitter, *, at: datetime = NINE, by_server: bool = False) -> End:
        """The deed that ends an attempt."""
        with self.app.app_context():
            versions, blueprint = exams.snapshot_of(self.exam.id), exams.blueprint_of(self.exam.id)
        return End(sitter.attempt, None if by_server else sitter.session_id, at, versions, blueprint)

    def events(self, sitter: Sitter) -> list[Event]:
        """The journal as it is stored now."""
        with self.app.app_context():
            return journal.events(reading(), self.row(sitter).id)

    def row(self, sitter: Sitter) -> Attempt:
        """The row of an attempt; within a context."""
        return reading().query(Attempt).filter_by(public_id=sitter.attempt).one()

    def counts(self, sitter: Sitter, window: str = "window0001") -> list[int]:
        """What of a window is stored, in order."""
        return [event.client_seq for event in self.events(sitter) if event.client == window]

    def results(self, sitter: Sitter) -> list[AttemptResult]:
        """The gradings of an attempt."""
        with self.app.app_context():
            return reading().query(AttemptResult).filter_by(attempt_id=self.row(sitter).id).all()

    def broken_chain(self, sitter: Sitter) -> str:
        """What is wrong with a journal: nothing, or its first gap, wrong hash or wrong head."""
        with self.app.app_context():
            return broken_chain(sitter.attempt)


def broken_chain(public_id: str) -> str:
    """What is wrong with the journal of an attempt; within a context."""
    attempt = reading().query(Attempt).filter_by(public_id=public_id).one()
    query = select(AttemptEvent).where(AttemptEvent.attempt_id == attempt.id).order_by(AttemptEvent.number)
    head, number = CHAIN_START, 0
    for number, row in enumerate(reading().scalars(query), 1):
        head = chain(head, journal.event_of(row))
        if row.number != number or row.hash != head:
            return f"event {row.number} of {public_id}"
    return "" if (attempt.last_event, attempt.chain) == (number, head) else f"head of {public_id}"


def started(app: Flask, exam: ExamRow, writer: Writer, person: Any) -> Sitter:
    """Somebody signs in and begins."""
    sign_in(app.test_client(), person)
    with app.app_context():
        query = select(LoginSession.id).where(LoginSession.person_id == person.id).order_by(LoginSession.id.desc())
        session_id = reading().scalars(query).first() or 0
    return Sitter(writer.do(start_of(app, exam, person, session_id)).public_id, session_id)


def start_of(app: Flask, exam: ExamRow, person: Any, session_id: int) -> Start:
    """The deed that begins an attempt."""
    with app.app_context():
        form = dealing.given(exam, person.id, person.public_id).form
    return Start(exam.id, person.id, session_id, form, NINE, NINE + timedelta(hours=1), new_public_id())


@pytest.fixture
def desk(app: Flask, cast: Cast, exam_day: ExamDay) -> Desk:
    """Eight people who have begun."""
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    with app.app_context():
        engine = db.engine
    first = Writer(engine)
    return Desk(app, exam, engine, [started(app, exam, first, cast[name]) for name in NAMES])


def together(writer: Writer, deeds: Iterable[Deed]) -> list[Any]:
    """Have the writer take all of these in one batch, in this order; what came of each, be it an error."""
    gate, wanted = Gate(), list(deeds)

    def outcome(deed: Deed) -> Any:
        try:
            return writer.do(deed)
        except Exception as error:  # noqa: BLE001 - the error is what is asked for
            return error

    with ThreadPoolExecutor(len(wanted) + 1) as threads:
        threads.submit(outcome, gate)
        try:
            assert gate.entered.wait(20)
            waiting = []
            for number, deed in enumerate(wanted, 1):
                waiting.append(threads.submit(outcome, deed))
                while writer._queue.qsize() < number:
                    gate.opened.wait(0.001)
        finally:
            gate.opened.set()
        return [each.result(60) for each in waiting]
