"""Calibrating the questions by the answers of all exams that are over: asked for and gathered.

An attempt stands for a person as they were that day: whoever sat two exams counts as two. Of each exam a person's first attempt
that counts is taken, with the grading that counts. An answer with full marks is right, one with a part of them wrong.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import apart, jobs
from lms.analysis.errors import TooFewAttempts
from lms.audit.service import record
from lms.bank import queries as bank
from lms.bank.queries import calibrations
from lms.clock import now
from lms.exams import queries as exams
from lms.jobs.models import Job
from lms.sitting import queries as sitting

JOB = "analysis.calibrate"
#: attempts without which there is nothing to calibrate; further ones after which it is done again
LEAST_ATTEMPTS, FURTHER = 200, 200
#: the newest attempts and the most answered questions that go into one: more take longer than they tell
MOST_ATTEMPTS, MOST_ITEMS = 20_000, 2_000
#: ids in one question to the database
AT_ONCE = 500


class AtWork(NamedTuple):
    """The job that calibrates now."""

    public_id: str
    owner: str | None
    done: int
    total: int


@dataclass(slots=True)
class Taken:
    """Answers as they are gathered: attempts, versions and 1 for right, an entry each; answers to each version that earned a
    part of the marks.
    """

    attempts: "array[int]" = field(default_factory=lambda: array(apart.INTEGERS))
    versions: "array[int]" = field(default_factory=lambda: array(apart.INTEGERS))
    right: "array[int]" = field(default_factory=lambda: array(apart.INTEGERS))
    partial: Counter[int] = field(default_factory=Counter)

    def add(self, sat: sitting.Sat) -> None:
        """The answers of an attempt; questions that count no marks are left out."""
        scores = sat.newest.scores
        for slot, earned, marks in zip(sat.form.slots, scores["earned"], scores["marks"], strict=True):
            if marks > 0:
                self.attempts.append(sat.id)
                self.versions.append(slot.version)
                self.right.append(earned == marks)
                self.partial[slot.version] += 0 < (earned or 0) < marks

    def only(self, versions: set[int]) -> "Taken":
        """The answers to these versions."""
        found = Taken(partial=self.partial)
        for attempt, version, right in zip(self.attempts, self.versions, self.right, strict=True):
            if version in versions:
                found.attempts.append(attempt)
                found.versions.append(version)
                found.right.append(right)
        return found


def ready(session: Session) -> int:
    """How many attempts there are to calibrate by."""
    return sitting.people_counted(session, exams.over(session, now()))


def at_work(session: Session) -> AtWork | None:
    """The job that waits or runs, None where none does."""
    query = select(Job.public_id, Job.owner, Job.done, Job.total)
    row = session.execute(query.where(Job.kind == JOB, Job.state.in_(("waiting", "running")))).first()
    return AtWork(*row) if row else None


def ask(session: Session, *, owner: str | None) -> str:
    """Have the questions calibrated; the public id of the job, of the one at work where there is one. `owner`: who asks, None
    where an exam does. Raises TooFewAttempts.
    """
    if ready(session) < LEAST_ATTEMPTS:
        raise TooFewAttempts(least=LEAST_ATTEMPTS)
    running = at_work(session)
    if running is not None:
        return running.public_id
    job = jobs.enqueue(session, JOB, {}, owner=owner, unique_key=JOB)
    record(session, "bank.calibrate.ask", thing="job", thing_id=job, actor=owner)
    return job


def ask_if_due(session: Session) -> None:
    """An exam was worked out: have the questions calibrated where enough further attempts are there."""
    last = calibrations.newest(session)
    there = ready(session)
    if there >= LEAST_ATTEMPTS and there - (last.counted if last else 0) >= FURTHER:
        ask(session, owner=None)


def gather(session: Session, report: Callable[[int], None]) -> Taken:
    """The answers of the newest attempts, to the versions that a machine scores and that were answered most."""
    taken, count = Taken(), 0
    for exam_id in exams.over(session, now()):
        people = set[int]()
        for some in sitting.counted(session, exam_id):
            for sat in some:
                if sat.person_id not in people:
                    people.add(sat.person_id)
                    taken.add(sat)
            report(count + len(people))
        count += len(people)
        if count >= MOST_ATTEMPTS:
            break
    answered = Counter(taken.versions)
    scored = _machine_scored(session, list(answered))
    chosen = [version for version, _count in answered.most_common() if version in scored]
    return taken.only(set(chosen[:MOST_ITEMS]))


def _machine_scored(session: Session, versions: Sequence[int]) -> set[int]:
    found = set[int]()
    for first in range(0, len(versions), AT_ONCE):
        found |= bank.machine_scored(session, versions[first : first + AT_ONCE])
    return found
