"""Papers of attempts, and who has none yet.

What never changes about an attempt (its exam, its paper) is kept in memory, so that an answer needs no query for it.
"""

import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import queries as accounts
from lms.clock import now
from lms.database import writing
from lms.direct import ask
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.sitting.models import Attempt, Paper
from question_bank.assembly import Form

MOST_KEPT = 20_000
#: seconds in which one process asks only once to settle an exam, and after which it is settled: first those who hand in
#: with others get their receipts
ASK_AGAIN, SETTLE_AFTER = 5.0, timedelta(seconds=10)


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
    rows = ask("SELECT exam_id, CAST(form AS TEXT) FROM attempt WHERE public_id = ?", (public_id,))
    if not rows:
        raise NotFound
    return met(public_id, *rows[0])


def met(public_id: str, exam_id: int, form: str) -> SatPaper:
    """Keep the exam and the paper (its record as JSON) of an attempt that was read."""
    kept = _kept()
    made = kept.papers.get(public_id) or SatPaper(exam_id, Form.from_record(json.loads(form)))
    with kept.lock:
        kept.papers[public_id] = made
        while len(kept.papers) > MOST_KEPT:
            kept.papers.popitem(last=False)
    return made


def settle_key(exam_id: int) -> str:
    """While such a job waits, another one is not needed."""
    return f"settle:{exam_id}"


def ask_to_settle(exam_id: int) -> None:
    """Let a job tell the results of an exam soon; the sweep asks for it again where this is lost."""
    kept, moment = _kept(), time.monotonic()
    with kept.lock:
        if moment - kept.asked.get(exam_id, -ASK_AGAIN) < ASK_AGAIN and not current_app.testing:
            return
        kept.asked[exam_id] = moment
    later = None if current_app.testing else now() + SETTLE_AFTER
    with writing() as session:
        jobs.enqueue(session, "sitting.settle", {"exam": exam_id}, unique_key=settle_key(exam_id), run_at=later)


def without(session: Session, exam_id: int) -> list[tuple[int, str]]:
    """Ids and public ids of those who may sit a published exam and have no paper yet."""
    has = select(Paper.person_id).where(Paper.exam_id == exam_id)
    begun = select(Attempt.person_id).where(Attempt.exam_id == exam_id)
    done = set(session.scalars(has)) | set(session.scalars(begun))
    return [pair for pair in everybody(session, exam_id) if pair[0] not in done]


def everybody(session: Session, exam_id: int) -> list[tuple[int, str]]:
    """Ids and public ids of those who may sit a published exam."""
    return accounts.ids_in(session, exams.audience(session, exam_id))
