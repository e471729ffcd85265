"""Beats of learners over HTTP: `./run bench study [--json] [--learners N] [--seconds S] [--every S]`.

Each learner has a page of a unit open and tells every half minute, at a moment of its own, that it was read, over a kept
connection, as the page's script does. Nothing else happens on the server. People, log-ins and openings are made without
HTTP. At the end what the ledger has counted is compared with what the learners read.

Figures: `cpu_ms_beat`: CPU of all processes of the server between two moments divided by the beats meanwhile; `core_share`:
that CPU by the seconds between them, the part of one core that so many learners take.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks import stored
from courseware.witness import NONCE_LENGTH
from lms import migrate
from lms.accounts import tickets
from lms.accounts.models import LoginSession, Person
from lms.app import create_app
from lms.clock import now
from lms.config import Config
from lms.courses.bundled import bundled_units
from lms.courses.models import CourseUnit, StudyTime
from lms.courses.service import store_unit
from lms.database import reading, writing
from lms.load import installation, people, served
from lms.load.loop import Loop, Script, Unanswered
from lms.load.machine import most_candidates, percentile
from lms.study.opening import handed, milliseconds, opened


@dataclass
class Learner:
    """Somebody before a page: what the page was given, and what came of its beats."""

    host: str
    address: str
    cookie: str
    ticket: str
    given: dict[str, Any]
    acknowledged: int = 0
    told: int = 0
    number: int = 0
    seconds: list[float] = field(default_factory=list)
    faults: int = 0

    def life(self, first: float, every: float, end: float) -> Script:
        """A beat every so many seconds from the moment `first` on."""
        zero, due = time.perf_counter(), first
        while due < end:
            yield due
            clock = int((time.perf_counter() - zero) * 1000)
            try:
                answer = yield self._request([[*self._next(), self.told, clock, clock, False]], clock)
            except Unanswered:
                self.faults += 1
                return
            self.seconds.append(time.perf_counter() - due)
            self._heard(answer.status if answer else 0, answer.body if answer else b"", clock)
            due += every

    def _next(self) -> tuple[int, str]:
        self.number += 1
        first = (self.number - 1) * NONCE_LENGTH
        return self.number, self.given["nonces"][first : first + NONCE_LENGTH]

    def _request(self, beats: list[list[object]], clock: int) -> bytes:
        have = len(self.given["nonces"]) // NONCE_LENGTH
        sent = {"opening": self.given["opening"], "have": have, "clock": clock, "beats": beats}
        body = json.dumps({"streams": [sent]}).encode()
        head = (
            f"POST {self.address} HTTP/1.1\r\nHost: {self.host}\r\nCookie: {self.cookie}\r\nX-Ticket: {self.ticket}\r\n"
            f"Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def _heard(self, status: int, body: bytes, clock: int) -> None:
        if status != 200:
            self.faults += 1
            return
        self.given["nonces"] += json.loads(body)["streams"][self.given["opening"]["stream"]]["nonces"]
        self.acknowledged += clock - self.told
        self.told = clock


def main(words: Sequence[str]) -> None:
    """Measure and print; with `--json` the last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="./run bench study", description=__doc__)
    parser.add_argument("--learners", type=int, default=2000, help="how many read at once")
    parser.add_argument("--seconds", type=float, default=90, help="how long they read")
    parser.add_argument("--every", type=float, default=30, help="seconds between two beats of one")
    parser.add_argument("--database", default="", help="sqlite, or the address of an empty PostgreSQL database")
    parser.add_argument("--folder", default=None, help="where the installation lies meanwhile: a real disk")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    options = parser.parse_args(words)
    if options.learners > most_candidates():
        raise SystemExit("This machine lets no process open files for so many: raise `ulimit -Hn`.")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found = measured(
            Path(folder), options.learners, options.seconds, options.every,
            database_url="" if options.database == "sqlite" else options.database,
        )  # fmt: skip
    for name, value in found.items():
        print(f"{name:<18}{value}")
    if options.json:
        print(json.dumps(found))


def measured(
    folder: Path, learners: int, seconds: float, every: float, *, database_url: str = ""
) -> dict[str, float | int]:
    """The figures of so many learners who read for so many seconds with a beat every so many."""
    config = installation.settle(folder, Config(data=folder, second_factor="offered"), database_url=database_url)
    migrate.upgrade(config)
    app = create_app(config)
    with app.app_context():
        made = _people(learners, config)
        running = served.start(config)
        try:
            opening = _openings(made, f"127.0.0.1:{running.port}", app.config["SECRET_KEY"])
            group = running.group.with_helper(stored.server(config))
            loop, begun = Loop("127.0.0.1", running.port), time.perf_counter()
            for place, learner in enumerate(opening):
                first = begun + 0.5 + every * place / max(1, learners)
                loop.add(learner.life(first, every, begun + seconds))
            cpu: list[tuple[float, float, int]] = []
            loop.add(_watch(opening, cpu, group.cpu_seconds, (begun + min(every, seconds / 3), begun + seconds)))
            loop.run(until=begun + seconds + 60)
        finally:
            running.stop()
        return _figures(opening, cpu)


def _watch(learners: Sequence[Learner], found: list[tuple[float, float, int]], cpu: Any, moments: Any) -> Script:
    for moment in moments:
        yield moment
        found.append((time.perf_counter(), cpu(), sum(len(one.seconds) for one in learners)))


def _figures(learners: Sequence[Learner], cpu: Sequence[tuple[float, float, int]]) -> dict[str, float | int]:
    (begun, before, beats_before), (ended, after, beats_after) = cpu
    latencies = [each for one in learners for each in one.seconds]
    counted = int(reading().scalar(select(func.coalesce(func.sum(StudyTime.counted), 0))) or 0)
    return {
        "learners": len(learners),
        "beats": len(latencies),
        "beats_a_second": round((beats_after - beats_before) / (ended - begun), 1),
        "cpu_ms_beat": round((after - before) * 1000 / max(1, beats_after - beats_before), 2),
        "core_share": round((after - before) / (ended - begun), 3),
        "p99_ms": round(percentile(latencies, 0.99) * 1000, 1),
        "faults": sum(one.faults for one in learners),
        "unwitnessed_ms": max(0, sum(one.acknowledged for one in learners) - counted),
    }


def _people(count: int, config: Config) -> list[tuple[int, str]]:
    """So many who are signed in, ids and tokens; and one unit."""
    bundled = next(each for each in islice(bundled_units(), 1) if each.unit is not None)
    with writing() as session:
        if bundled.unit is not None:
            store_unit(session, bundled.unit, bundled.files, media=config.media)
        made = people.candidates(session, count, people.unit(session), label="S")
    return list(zip(made.ids, made.tokens, strict=True))


def _openings(made: Sequence[tuple[int, str]], host: str, key: str) -> list[Learner]:
    """A page for everybody, opened at this moment."""
    session = reading()
    ids = {row.id: row.public_id for row in session.execute(select(Person.id, Person.public_id))}
    sessions = {row.person_id: row.id for row in session.execute(select(LoginSession.id, LoginSession.person_id))}
    unit, moment = session.scalars(select(CourseUnit.public_id)).one(), milliseconds(now())
    session.rollback()
    found = []
    for person, token in made:
        ticket = tickets.issue(tickets.Ticket(ids[person], person, sessions[person]), token=token, key=key)
        given = handed(opened(unit=unit, version=1, page="01", at=moment), ids[person])
        found.append(Learner(host, f"/study/beats/{ids[person]}", f"sid={token}", ticket, given))
    return found
