"""Rehearsing: asking for it, playing it in a process of its own, keeping what was found.

Nothing real is touched but the job, an entry of the audit log and the report. Candidates, attempts and papers exist in a
copy only, which has another secret: its papers are not those of the real exam.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import queries as accounts
from lms.audit.service import record
from lms.clock import now
from lms.config import Config, environment
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.rehearsal import errors, queries, rooms
from lms.rehearsal.models import Rehearsal
from lms.sitting import queries as sittings

JOB = "rehearsal.play"
MOST = 20_000
LIMIT = timedelta(minutes=15)
_ROOT = Path(__file__).parent.parent.parent
#: seconds in which a process that is told to end clears up
CLEARS_UP = 60
#: seconds between two looks whether an exam was opened
LOOK_EVERY = 5.0
#: of the real installation's settings, those that the copy is served with
_LIKE = ("workers", "threads", "second_factor", "password_policy")

#: hears what is played (copy, deal, play), the size of the cohort, seconds done and in all
Tell = Callable[[str, int, int, int], None]


@dataclass(frozen=True, slots=True)
class Target:
    """Milliseconds that 99 of 100 starts and saves must stay under."""

    start_ms: float = 250.0
    save_ms: float = 100.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a rehearsal ended, and its report."""

    how: str
    report: Mapping[str, Any]


class _ExamOpened(Exception):
    """An exam was opened meanwhile."""

    code = "rehearsal.exam_opened"


def expected(session: Session, exam: ExamRow) -> int:
    """How many people may sit the exam, as many as a rehearsal plays at most; at least one."""
    return max(1, min(MOST, len(accounts.ids_in(session, exams.audience(session, exam.id)))))


def sizes(candidates: int) -> list[int]:
    """Rising cohorts: a quarter of those expected, half, all, twice as many."""
    return sorted({max(1, candidates // 4), max(1, candidates // 2), candidates, 2 * candidates})


def refuse(session: Session, config: Config) -> None:
    """Raise where a rehearsal would take the machine from somebody: ExamOpen, AttemptsOpen, AtWork."""
    near = exams.open_between(session, now(), now() + LIMIT)
    if near:
        raise errors.ExamOpen(title=near[0], minutes=int(LIMIT.total_seconds() // 60))
    if sittings.open_attempts(session):
        raise errors.AttemptsOpen
    if queries.at_work(session) or rooms.busy(config):
        raise errors.AtWork


def ask(session: Session, config: Config, exam: ExamRow, candidates: int, *, owner: str) -> str:
    """Have an exam rehearsed; the public id of the job. Raises TooMany, ExamOpen, AttemptsOpen, AtWork."""
    refuse(session, config)
    job_id = jobs.enqueue(session, JOB, {"exam": exam.id}, owner=owner)
    _note(session, exam, candidates, job_id=job_id)
    return job_id


def _note(session: Session, exam: ExamRow, candidates: int, *, job_id: str | None = None) -> int:
    if not 1 <= candidates <= MOST:
        raise errors.TooMany(most=MOST)
    row = Rehearsal(exam_id=exam.id, job_id=job_id, candidates=candidates, asked_at=now())
    session.add(row)
    session.flush()
    record(
        session, "exam.rehearse", thing="exam", thing_id=exam.public_id,
        after={"rehearsal": row.public_id, "candidates": candidates},
    )  # fmt: skip
    return row.id


def note(config: Config, exam: ExamRow, candidates: int) -> int:
    """Begin a rehearsal without a job; its number. Raises as `ask`."""
    with writing() as session:
        refuse(session, config)
        return _note(session, exam, candidates)


def begin(job_id: str) -> tuple[int, int, int] | None:
    """Begin the rehearsal of a job: its number, exam and candidates. None, and it is over, where it was begun before:
    the server ended in the middle, and whoever starts it again does not want the machine taken without asking.
    """
    with writing() as session:
        row = session.scalar(select(Rehearsal).where(Rehearsal.job_id == job_id).with_for_update())
        if row is None or row.ended_at is not None:
            return None
        if row.begun_at is not None:
            row.ended_at, row.ended_how = now(), "interrupted"
            return None
        row.begun_at = now()
        return row.id, row.exam_id, row.candidates


def keep(rehearsal_id: int, outcome: Outcome) -> None:
    """Keep how it ended."""
    values = {"ended_at": now(), "ended_how": outcome.how, "report": dict(outcome.report)}
    with writing() as session:
        session.execute(update(Rehearsal).where(Rehearsal.id == rehearsal_id).values(**values))


def played(
    config: Config, exam_id: int, cohorts: Sequence[int], tell: Tell, *, target: Target | None = None, pace: Any = None
) -> Outcome:
    """Play these cohorts and clear up; stop where an exam opens meanwhile. What `tell` raises ends the play and comes out."""
    rooms.sweep(config)
    if rooms.busy(config):
        return Outcome("stopped", {"why": "busy"})
    with rooms.room(config) as room:
        orders = {
            "url": config.owner_url,
            "folder": str(room.folder),
            "exam": exam_id,
            "sizes": list(cohorts),
            "seconds": LIMIT.total_seconds(),
            "like": {name: getattr(config, name) for name in _LIKE},
            "pace": pace or {},
            **asdict(target or Target()),
        }
        try:
            with _process(room, orders) as said:
                return _heard(said, _watching(tell))
        except _ExamOpened:
            return Outcome("stopped", {"why": "exam"})


@contextmanager
def _process(room: rooms.Room, orders: Mapping[str, Any]) -> Iterator[IO[str]]:
    """What the process says that plays. It ends when its input does, with the server it started."""
    with (room.folder / "play.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms.load.play"], cwd=_ROOT, env=environment(room.folder), pass_fds=[room.lock],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
        )  # fmt: skip
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    try:
        process.stdin.write(json.dumps(orders) + "\n")
        process.stdin.flush()
        yield process.stdout
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=CLEARS_UP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _heard(said: Iterable[str], tell: Tell) -> Outcome:
    """Until it has said what came of it."""
    for line in said:
        word = json.loads(line)
        if "report" in word:
            return Outcome("played", word["report"])
        if "failed" in word:
            return Outcome("failed", {"why": str(word["failed"])[:500]})
        tell(word["note"], int(word.get("size", 0)), int(word["done"]), int(word["total"]))
    return Outcome("failed", {"why": "the rehearsal ended without a word"})


def _watching(tell: Tell) -> Tell:
    """Tell, and look now and then whether somebody needs the machine."""
    looked = [time.monotonic() - LOOK_EVERY]

    def told(note: str, size: int, done: int, total: int) -> None:
        if time.monotonic() - looked[0] >= LOOK_EVERY:
            looked[0] = time.monotonic()
            if _somebody_needs_the_machine():
                raise _ExamOpened
        tell(note, size, done, total)

    return told


def _somebody_needs_the_machine() -> bool:
    session = reading()
    try:
        return bool(exams.open_between(session, now(), now())) or bool(sittings.open_attempts(session))
    finally:
        session.rollback()
