"""Whatever happens to an attempt, in any order: the answers given and what is stored are what the model predicts; and
faults that are planted on purpose are found.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event

from lms.app import create_app
from lms.database import db
from lms.direct import Line
from lms.sitting import deeds, measures, service, store
from lms.sitting.deeds import Save
from lms.sitting.memory import Memory
from lms.sitting.store import Sheet, Store
from question_bank import timing
from question_bank.assembly import Form
from question_bank.attempt import Event, Kind
from question_bank.timing import Time
from tests.conftest import TestClock, make_config
from tests.faults.hall import FULL, Hall
from tests.faults.machine import Machine, Table

EXAMPLES, STEPS = (5000 if FULL else 300), 40


@pytest.fixture(scope="module")
def table(hall: Hall, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    """A copy of the hall's database. Nothing loses its power here, so nothing waits for the disk."""
    folder = tmp_path_factory.mktemp("machine")
    path, clock = hall.copy(folder, "shuyuan.db"), TestClock()
    app = create_app(make_config(folder), clock=clock)
    with app.app_context():
        engine = db.engine

    def connected(raw: Any, _record: object) -> None:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("PRAGMA foreign_keys = OFF")  # people are numbers here

    event.listen(engine, "connect", connected)
    with closing(sqlite3.connect(path)) as look:
        form = look.execute("SELECT form FROM attempt LIMIT 1").fetchone()[0]
        made = Table(app, hall, engine, clock, look, keys(hall, form), form)
        with made.commits():
            yield made
    engine.dispose()


def keys(hall: Hall, stored: str) -> dict[int, str]:
    """The keys of the first two questions of a paper, which are of one choice."""
    form = Form.from_record(json.loads(stored))
    bodies = {n: hall.versions[form.slots[n - 1].version].body for n in (1, 2)}
    return {n: next(iter(body.right_keys())) for n, body in bodies.items()}


def run(table: Table, *, examples: int, shrink: bool = True) -> None:
    """Let the machine run; raises at the first thing that does not fit."""
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    run_state_machine_as_test(
        type("AtTable", (Machine,), {"table": table}),
        settings=settings(
            max_examples=examples, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None,
            phases=phases, suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        ),
    )  # fmt: skip


def test_whatever_happens_is_what_the_model_predicts(table: Table) -> None:
    """
    Two attempts, two windows and two log-ins each, two processes; answers that repeat, overtake each other, clash and
    come late; measures, take-overs, ends; commits that fail or whose outcome is lost.
    """
    run(table, examples=EXAMPLES)


# Planted faults, each in one place, each what somebody might well write.


def acknowledge_anyway(patch: pytest.MonkeyPatch) -> None:
    """A commit that fails is not heard: what was done is acknowledged before it is on disk."""
    commit = Line.commit

    def careless(line: Line) -> None:
        try:
            commit(line)
        except sqlite3.Error:
            line.close()

    patch.setattr(Line, "commit", careless)


def unchained(sheet: Sheet, kind: Kind, **more: Any) -> Event:
    """The chain goes on only where the candidate writes."""
    head = sheet.chain
    event = Sheet_append(sheet, kind, **more)
    if more.get("client") is None:
        sheet.chain = head
    return event


def taken_over_by_name_only(session: Any, public_id: str, viewer: Any) -> None:
    """The journal says so, the row does not."""
    attempt = service._own(session, public_id, viewer)
    if attempt.session_id != viewer.session_id and attempt.ended_at is None:
        service.journal.append(session, attempt, Kind.TAKE_OVER, at=service.now())


def extended_in_the_books(measure: Any, store: Store, sheet: Sheet) -> bool:
    """Noted, and the clock runs out as before."""
    if sheet.ended or measure.seconds <= 0:
        return False
    measure.note_down(sheet, seconds=measure.seconds)
    sheet.extra_seconds += measure.seconds
    sheet.measured = True
    return True


def repeated_by_count(save: Save, event: Any, sheet: Sheet, _store: Store) -> bool:
    """What has the same count is taken for the same."""
    return event.client_seq in sheet.journal.windows.get(event.client, ())


def read_otherwise(patch: pytest.MonkeyPatch, words: str, others: str) -> None:
    """Plant other words into what reads the answers that are graded, on either database."""
    for name in ("_ANSWERS", "_ANSWERS_JOINED"):
        statement = getattr(store, name)
        assert words in statement
        patch.setattr(store, name, statement.replace(words, others))


Sheet_append = Sheet.append
Patch = pytest.MonkeyPatch
PLANTED: dict[str, Callable[[Patch], None]] = {
    "acknowledged before the commit": acknowledge_anyway,
    "accepted after the deadline": lambda p: p.setattr(Time, "is_open", lambda _time, _now: True),
    "no grace for answers in flight": lambda p: p.setattr(timing, "GRACE", timedelta(0)),
    "an older answer of the same window overwrites": lambda p: p.setattr(deeds, "is_stale", lambda incoming, newest: newest is not None and newest.client != incoming.client and newest.number > incoming.base),
    "a forgotten window overwrites": lambda p: p.setattr(deeds, "is_stale", lambda incoming, newest: newest is not None and newest.client == incoming.client and incoming.client_seq < newest.client_seq),
    "nobody asks whether it was there already": lambda p: p.setattr(Save, "_repeated", lambda *_each: False),
    "the same count is taken for the same answer": lambda p: p.setattr(Save, "_repeated", repeated_by_count),
    "the chain is not carried on": lambda p: p.setattr(Sheet, "append", unchained),
    "a journal in memory outlives a failed commit": lambda p: p.setattr(Store, "forget", lambda _store: None),
    "a journal in memory is believed whatever others wrote": lambda p: p.setattr(Memory, "get", lambda memory, attempt_id, _head: memory._kept.get(attempt_id, (b"", None))[1]),
    "a take-over leaves the old log-in": lambda p: p.setattr(service, "take_over", taken_over_by_name_only),
    "any log-in may write": lambda p: p.setattr(deeds, "own_sheet", lambda store, public_id, _session: deeds.sheet_of(store, public_id)),
    "an extension is not given": lambda p: p.setitem(measures._DO, Kind.EXTEND, extended_in_the_books),  # type: ignore[arg-type]
    "a pause does not stop the clock": lambda p: p.setattr(Time, "resumed", lambda time, _now: Time(time.deadline_at)),
    "answers of another attempt are graded": lambda p: read_otherwise(p, "attempt_id = ?", "? > 0"),
    "answers that came too late after newer ones are graded": lambda p: read_otherwise(p, "kind = 'answer'", "kind IN ('answer', 'stale')"),
    "it was over when it was touched, not at its deadline": lambda p: p.setattr(Time, "over_at", lambda _time, now: now),
    "what was void is not": lambda p: p.setattr(store, "_VOIDED", "UPDATE attempt SET ended_how = ended_how WHERE id = ?"),
    "a measure sent twice is taken twice": lambda p: p.setattr(measures.Measure, "run", lambda m, s: measures._DO[m.kind](m, s, deeds.sheet_of(s, m.attempt))),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(PLANTED))
def test_planted_faults_are_found(table: Table, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """
    The machine fails at each of them.
    """
    PLANTED[fault](monkeypatch)

    with pytest.raises((AssertionError, sqlite3.IntegrityError)):
        run(table, examples=EXAMPLES, shrink=False)
