"""Whatever happens to an attempt, in any order: the answers given and what is stored are what the model predicts; and
faults that are planted on purpose are found.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event

from lms.app import create_app
from lms.database import db
from question_bank.assembly import Form
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
        yield Table(app, hall, engine, clock, look, *paper(hall, form))
    engine.dispose()


def paper(hall: Hall, stored: str) -> tuple[dict[int, str], Any]:
    """The keys of the first two questions, which are of one choice, and the record of the paper."""
    form = Form.from_record(json.loads(stored))
    bodies = {n: hall.versions[form.slots[n - 1].version].body for n in (1, 2)}
    return {n: next(iter(body.right_keys())) for n, body in bodies.items()}, json.loads(stored)


def run(table: Table, *, examples: int, seed: int | None = None) -> None:
    """Let the machine run; raises at the first thing that does not fit."""
    phases = (Phase.generate,) if seed is not None else (Phase.generate, Phase.shrink)
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
