"""Papers: dealt before the bell where there was time, drawn at the start where there was not; the same either way.

What never changes about an attempt (its exam, its paper) is kept in memory, so that an answer needs no query for it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import queries as accounts
from lms.database import reading, writing
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting.models import Attempt, Paper
from question_bank.assembly import Form, draw
from question_bank.chance import derive

MOST_KEPT = 20_000
#: seconds in which one process asks only once to settle an exam
ASK_AGAIN = 5.0
#: papers dealt in one transaction
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class SatPaper:
    """An attempt's exam and paper."""

    exam_id: int
    form: Form


class _Kept:
    """The papers that this process met lately."""

    def __init__(self) -> None:
        self.papers: OrderedDict[str, SatPaper] = OrderedDict()
        self.asked: dict[int, float] = {}
        self.lock = threading.Lock()


def _kept() -> _Kept:
    found: _Kept = current_app.extensions.setdefault("sitting.papers", _Kept())
    return found


def sat(public_id: str) -> SatPaper:
    """The exam and the paper of an attempt; raises NotFound."""
    kept = _kept()
    with kept.lock:
        found = kept.papers.get(public_id)
        if found is not None:
            kept.papers.move_to_end(public_id)
            return found
    session = reading()
    row = session.execute(select(Attempt.exam_id, Attempt.form).where(Attempt.public_id == public_id)).first()
    session.rollback()
    if row is None:
        raise NotFound
    made = SatPaper(row.exam_id, Form.from_record(row.form))
    with kept.lock:
        kept.papers[public_id] = made
        while len(kept.papers) > MOST_KEPT:
            kept.papers.popitem(last=False)
    return made


def drawn(session: Session, exam: ExamRow, public_id: str) -> Mapping[str, Any]:
    """The record of the paper of a person's first attempt: whoever draws it, and whenever, it is this one."""
    seed = derive(exam.seed, f"paper:{public_id}:1")
    return draw(exams.snapshot(session, exam.id), exam.blueprint, seed=seed).to_record()


def form_of(session: Session, exam: ExamRow, person_id: int, public_id: str) -> Mapping[str, Any]:
    """The record of a person's paper: dealt before, or drawn now."""
    dealt = session.scalar(select(Paper.form).where(Paper.exam_id == exam.id, Paper.person_id == person_id))
    return dealt if dealt is not None else drawn(session, exam, public_id)


def settle_key(exam_id: int) -> str:
    """While such a job waits, another one is not needed."""
    return f"settle:{exam_id}"


def ask_to_settle(exam_id: int) -> None:
    """Let a job tell the results of an exam soon; the sweep does it later where this is lost."""
    kept, moment = _kept(), time.monotonic()
    with kept.lock:
        if moment - kept.asked.get(exam_id, -ASK_AGAIN) < ASK_AGAIN and not current_app.testing:
            return
        kept.asked[exam_id] = moment
    with writing() as session:
        jobs.enqueue(session, "sitting.settle", {"exam": exam_id}, unique_key=settle_key(exam_id))


def without(session: Session, exam_id: int) -> list[tuple[int, str]]:
    """Ids and public ids of those who may sit a published exam and have no paper yet."""
    has = select(Paper.person_id).where(Paper.exam_id == exam_id)
    begun = select(Attempt.person_id).where(Attempt.exam_id == exam_id)
    people = accounts.ids_in(session, exams.audience(session, exam_id))
    done = set(session.scalars(has)) | set(session.scalars(begun))
    return [pair for pair in people if pair[0] not in done]


def deal(session: Session, exam_id: int, people: Sequence[tuple[int, str]]) -> dict[int, Mapping[str, Any]]:
    """The papers of some people, by their ids."""
    exam = exams.by_ids(session, [exam_id])[exam_id]
    return {person_id: drawn(session, exam, public_id) for person_id, public_id in people}


def keep(session: Session, exam_id: int, made: Mapping[int, Mapping[str, Any]]) -> int:
    """Keep dealt papers; how many. Those that are there already stay as they are."""
    held = set(session.scalars(select(Paper.person_id).where(Paper.exam_id == exam_id, Paper.person_id.in_(made))))
    fresh = {person_id: form for person_id, form in made.items() if person_id not in held}
    session.add_all(Paper(exam_id=exam_id, person_id=person_id, form=dict(form)) for person_id, form in fresh.items())
    return len(fresh)
