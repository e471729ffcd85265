"""Pages of figures over years of transcripts: `./run bench dashboards [--json] [--people N] [--years Y]`.

An organisation with the branches and offices of the demonstration, so many people in it, each year of each with units, exams,
a class and sometimes learning elsewhere; entries are written in bulk, tallies are counted from them as the migration counts.
Then a training manager of the whole organisation opens each page, once warm and then some times.

Figures: milliseconds of the whole request in this process (the middle and the slowest of the times), and its statements.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select, text

from lms import migrate
from lms.accounts import service as accounts
from lms.accounts.models import Person, Posting, Unit
from lms.accounts.policy import Role
from lms.app import create_app
from lms.clock import now
from lms.config import Config
from lms.database import db, reading, writing
from lms.demo import organisation
from lms.ids import new_public_id
from lms.load import installation, people
from lms.subjects import CODES
from lms.transcripts.models import TranscriptEntry
from question_bank.chance import Chance

AT_ONCE, TIMES = 5_000, 7
KINDS = ("unit",) * 4 + ("exam", "class", "outside")
PAGES = {
    "overview": "/overview/",
    "overview_branch": "/overview/?unit={branch}",
    "overview_last_year": "/overview/?year={last}",
    "entries": "/overview/entries",
    "entries_late": "/overview/entries?page=900",
    "people": "/overview/people",
    "transcripts": "/transcripts/people",
}


def main(words: Sequence[str]) -> None:
    """Measure and print; with `--json` the last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="./run bench dashboards", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000, help="how many serve")
    parser.add_argument("--years", type=int, default=3, help="years of transcripts")
    parser.add_argument("--database", default="", help="sqlite, or the address of an empty PostgreSQL database")
    parser.add_argument("--folder", default=None, help="where the installation lies meanwhile: a real disk")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        url = "" if options.database == "sqlite" else options.database
        found = measured(Path(folder), options.people, options.years, database_url=url)
    for name, value in found.items():
        print(f"{name:<20}{value}")
    if options.json:
        print(json.dumps(found))


def measured(folder: Path, count: int, years: int, *, database_url: str = "") -> dict[str, Any]:
    """The figures of an organisation of so many people over so many years, this one the last."""
    config = installation.settle(folder, Config(data=folder, second_factor="offered"), database_url=database_url)
    migrate.upgrade(config)
    app = create_app(config)
    with app.app_context():
        begun = time.perf_counter()
        token, entries = fill(count, years)
        found: dict[str, Any] = {"people": count, "entries": entries, "filled_s": round(time.perf_counter() - begun, 1)}
        branch = reading().scalars(select(Unit.public_id).where(Unit.kind == "branch").order_by(Unit.id)).first()
        reading().rollback()
        client = app.test_client()
        client.set_cookie("sid", token)
        for name, address in PAGES.items():
            found[name] = _opened(app, client, address.format(branch=branch, last=now().year - 1))
    return found


def _opened(app: Flask, client: FlaskClient, address: str) -> dict[str, float | int]:
    sent: list[str] = []
    client.get(address)
    event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    taken = []
    for _time in range(TIMES):
        sent.clear()
        start = time.perf_counter()
        answer = client.get(address)
        taken.append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
    return {"ms": round(statistics.median(taken), 1), "most_ms": round(max(taken), 1), "queries": len(sent)}


def fill(count: int, years: int) -> tuple[str, int]:
    """Make the organisation and its transcripts; the manager's session and the number of entries."""
    chance = Chance(b"dashboards")
    with writing() as session:
        made = organisation.build(session, chance)
        manager = people.candidates(session, 1, made.bureau.id, label="M")
        accounts.grant_role(session, manager.ids[0], Role.TRAINING_MANAGER, reason="bench", by=None)
    serving = [(person.id, unit) for unit, group in made.people.items() for person in group]
    units = [unit.id for unit in made.offices]
    with writing() as session:
        for first in range(len(serving), count, AT_ONCE):
            some = [(f"X{n:06}", units[n % len(units)]) for n in range(first, min(count, first + AT_ONCE))]
            rows = [_person(number) for number, _unit in some]
            ids = list(session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows))
            told = [(key, unit) for key, (_number, unit) in zip(ids, some, strict=True)]
            day = organisation.FOUNDED
            session.execute(
                insert(Posting), [{"person_id": key, "unit_id": unit, "from_date": day} for key, unit in told]
            )
            serving += told
    return manager.tokens[0], _learn(serving, years)


def _person(number: str) -> dict[str, Any]:
    return {"public_id": new_public_id(), "staff_number": number, "name": "测量", "enabled": True, "created_at": now()}


def _learn(serving: Sequence[tuple[int, int]], years: int) -> int:
    total, rows = 0, list[dict[str, Any]]()
    with writing() as session:
        for row in _entries(serving, years):
            rows.append(row)
            if len(rows) == AT_ONCE:
                session.execute(insert(TranscriptEntry), rows)
                total, rows = total + len(rows), []
        if rows:
            session.execute(insert(TranscriptEntry), rows)
        counted = import_module("migrations.versions.0046_tallies")
        for statement in counted.fillings(session.get_bind().dialect.name):
            session.execute(text(statement))
    with writing() as session:
        session.execute(text("ANALYZE"))
    return total + len(rows)


def _entries(serving: Sequence[tuple[int, int]], years: int) -> Iterator[dict[str, Any]]:
    moment, chance = now(), Chance(b"entries")
    begins = datetime(moment.year, 1, 1, tzinfo=UTC)
    seconds = int((moment - begins).total_seconds())
    for person, unit in serving:
        for back in range(years):
            for place, kind in enumerate(KINDS):
                at = begins - timedelta(days=365 * back) + timedelta(seconds=chance.below(seconds))
                tested = kind == "exam"
                yield {
                    "public_id": new_public_id(), "person_id": person, "kind": kind,
                    "source": f"{person}-{back}-{place}", "revision": 1, "title": "测量", "title_en": None,
                    "subject": CODES[chance.below(len(CODES))] if kind == "unit" else None,
                    "hours": Decimal(0 if tested else 1 + chance.below(16)), "score": Decimal(80) if tested else None,
                    "maximum": Decimal(100) if tested else None, "passed": kind not in ("exam", "class") or chance.below(20) > 0,
                    "happened_at": at, "unit_id": unit, "unit_name": "测量", "post": None, "facts": None,
                    "recorded_at": at,
                }  # fmt: skip
