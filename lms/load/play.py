"""A rehearsal, in a process of its own: `python -m lms.load.play`. It never opens the real database for writing.

Orders come as one line of JSON on the standard input, which then stays open: when it closes, whoever asked is gone, and
the rehearsal ends and clears up. Progress and the report go to the standard output, one JSON object a line.
"""

import json
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from sqlalchemy import delete, func, select, update

from lms import jobs
from lms.accounts.models import LoginSession, OneTimeCode, Password, Totp
from lms.app import create_app
from lms.clock import now
from lms.config import Config
from lms.database import db, reading, writing
from lms.errors import Refused
from lms.exams import service as exam_service
from lms.exams.models import Exam, ExamAudience
from lms.jobs.models import Job
from lms.load import bell, copying, herd, installation, losses, people, served
from lms.load.candidate import Candidate, Record
from lms.load.herd import Pace, Played
from lms.load.machine import most_candidates, percentile
from lms.load.people import People
from lms.load.served import Served
from lms.sitting.models import Accommodation, Dealt, Paper
from lms.snapshot import SnapshotFailed

#: of a published exam whose window is moved to now
WINDOW = timedelta(hours=12)
DEALT_WITHIN = 300.0
#: a few who come first and are not judged: the real server has been at work for days and has met every page
FIRST, FIRST_PACE = 16, Pace(1.0, 2.0, 1.0, save_every=(0.3, 0.6), rest=1.0, reading=(0.1, 1.0))


@dataclass(frozen=True, slots=True)
class Orders:
    """What to rehearse. `like`: settings of the real installation; `sizes`: cohorts, rising; `seconds`: the limit of the
    whole; `start_ms`, `save_ms`: what 99 of 100 must stay under.
    """

    url: str
    folder: str
    exam: int
    sizes: Sequence[int]
    seconds: float
    start_ms: float
    save_ms: float
    like: Mapping[str, Any]
    pace: Mapping[str, Any] = field(default_factory=dict)


class Ended(Exception):
    """There is no more time for this cohort."""

    code = "rehearsal.time"


def main() -> None:
    """Read the orders, play, say what came of it."""
    orders = Orders(**json.loads(sys.stdin.readline()))
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    try:
        tell(report=rehearsed(orders))
    except (SnapshotFailed, RuntimeError, Refused) as error:
        tell(failed=str(error))


def tell(**what: object) -> None:
    """One line to whoever asked."""
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(1)


def _end_with_stdin() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def rehearsed(orders: Orders) -> dict[str, Any]:
    """Copy, serve, play cohort after cohort until one misses the target or the time is over; the report."""
    until, folder = time.monotonic() + orders.seconds, Path(orders.folder)
    most = most_candidates()
    tell(note="copy", done=0, total=int(orders.seconds))
    url = copying.copied(orders.url, folder)
    config = installation.settle(folder, Config(data=folder, **orders.like), database_url=url)
    app = create_app(config)
    with app.app_context():
        unit_id = _emptied(orders.exam)
        exam = reading().get_one(Exam, orders.exam).public_id
        reading().rollback()
    running = served.start(config)
    report: dict[str, Any] = {"cohorts": [], "largest": 0, "stopped": "done"}
    try:
        _Stage(app, running, orders, exam, unit_id, FIRST, until).played(FIRST_PACE)
        for size in orders.sizes:
            if size > most:
                report["stopped"] = "files"
                break
            stage = _Stage(app, running, orders, exam, unit_id, size, until)
            cohort = stage.played(Pace(**orders.pace))
            report["cohorts"].append(cohort)
            if not cohort["kept"]:
                report["stopped"] = "target"
                break
            report["largest"] = size
    except Ended:
        report["stopped"] = "time"
    finally:
        running.stop()
        with app.app_context():
            db.engine.dispose()
    return report


def _emptied(exam_id: int) -> int:
    """Make the copy ready: nobody's log-in, nobody's work, a window around now, a unit of simulated people; its id."""
    moment = now()
    with writing() as session:
        for table in (Job, LoginSession, OneTimeCode, Password, Totp):
            session.execute(delete(table))
        for of_exam in (Paper, Dealt, Accommodation, ExamAudience):
            session.execute(delete(of_exam).where(of_exam.exam_id == exam_id))
        unit_id = people.unit(session)
        session.add(ExamAudience(exam_id=exam_id, unit_id=unit_id))
        window = {"opens_at": moment - timedelta(minutes=1), "closes_at": moment + WINDOW}
        # simulated people know no code of a room, and have no browser that could prove itself
        session.execute(update(Exam).where(Exam.id == exam_id).values(**window, guarded=False))
        session.flush()
        if session.get_one(Exam, exam_id).state == "draft":
            exam_service.publish(session, exam_id)
    return unit_id


@dataclass
class _Stage:
    """One cohort on the copy."""

    app: Flask
    running: Served
    orders: Orders
    exam: str
    unit_id: int
    size: int
    until: float

    def played(self, pace: Pace) -> dict[str, Any]:
        """Make its people, have their papers dealt, play it; what came of it. Raises Ended."""
        label = f"~{secrets.token_hex(6)}~"  # no staff number of a real person begins so
        with self.app.app_context():
            with writing() as session:
                made = people.candidates(session, self.size, self.unit_id, label=label)
                jobs.enqueue(session, "sitting.deal", {"exam": self.orders.exam})
            self._wait_for_papers(made)
        if time.monotonic() + pace.before(self.size) + pace.length > self.until:
            raise Ended
        record = Record()
        with self.app.app_context():
            bell.opens_in(self.orders.exam, herd.LEAD + pace.before(self.size))
        candidates = [
            Candidate(f"127.0.0.1:{self.running.port}", self.exam, token, n, record, questions=herd.QUESTIONS)
            for n, token in enumerate(made.tokens)
        ]
        played = herd.play(
            self.running.port, self.running.group, candidates, pace, record,
            each_second=lambda _done, _total: self._progress("play"), seed=label.encode(),
        )  # fmt: skip
        with self.app.app_context():
            lost = losses.lost(reading(), self.orders.exam, candidates)
            reading().rollback()
        return self._judged(played, record, lost)

    def _wait_for_papers(self, made: People) -> None:
        """The server's own worker deals them, as before a real exam."""
        of_these = Paper.exam_id == self.orders.exam, Paper.person_id.between(made.ids[0], made.ids[-1])
        until = time.monotonic() + DEALT_WITHIN
        while (reading().scalar(select(func.count()).select_from(Paper).where(*of_these)) or 0) < self.size:
            reading().rollback()
            self._progress("deal")
            if time.monotonic() > until:
                raise RuntimeError("the papers were not dealt in time")
            time.sleep(0.5)
        reading().rollback()

    def _progress(self, note: str) -> None:
        total = int(self.orders.seconds)
        tell(note=note, size=self.size, done=min(total, total - int(self.until - time.monotonic())), total=total)
        if time.monotonic() > self.until + 60:
            raise Ended

    def _judged(self, played: Played, record: Record, lost: int) -> dict[str, Any]:
        def ms(step: str, share: float) -> float:
            return round(percentile(record.seconds[step], share) * 1000, 1)

        figures = {f"{step}_p99": ms(step, 0.99) for step in ("start", "save", "submit", "pulse")}
        errors = sum(record.faults.values())
        kept = not errors and not lost
        kept = kept and figures["start_p99"] <= self.orders.start_ms and figures["save_p99"] <= self.orders.save_ms
        return {
            "candidates": self.size,
            **figures,
            "start_p50": ms("start", 0.5),
            "save_p50": ms("save", 0.5),
            "saves": len(record.seconds["save"]),
            "handed_in": sum(one.handed_in for one in played.candidates),
            "errors": errors,
            "faults": dict(record.faults.most_common(3)),
            "lost": lost,
            "cores_busy": round(played.server_cpu / max(played.seconds, 1), 2),
            "rss_mb": round(played.peak_bytes / 1e6),
            "kept": kept,
        }


if __name__ == "__main__":
    main()
