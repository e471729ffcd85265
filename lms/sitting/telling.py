"""Telling what was sat: results to the transcripts, heads of the journals to the audit log."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, func, select, update
from sqlalchemy.orm import Session

from lms import jobs
from lms.audit.service import record
from lms.clock import now
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting import journal
from lms.sitting.models import Attempt, AttemptResult
from lms.sitting.queries import newest_revisions

#: the job that tells transcripts and examiners what was sat, and the one that tells the bank how its questions did
SETTLE, STATISTICS = "sitting.settle", "sitting.statistics"
STATISTICS_AFTER = timedelta(minutes=2)
#: attempts in a transaction, while which nobody's answer is written; results in one notice
AT_ONCE, IN_A_NOTICE = 25, 100
#: so many hand-ins within so long are a rush: results are told when it is over, because telling needs as much of the machine as
#: handing in, and the right to write besides
RUSH, RUSH_WITHIN = 100, timedelta(seconds=5)


class Word(NamedTuple):
    """A result, as a transcript should have it."""

    attempt: str
    person_id: int
    ended_at: datetime | None
    total: Decimal
    maximum: Decimal
    passed: bool
    revision: int = 1


_WORD = (
    Attempt.public_id, Attempt.person_id, Attempt.ended_at, AttemptResult.total, AttemptResult.maximum, AttemptResult.passed,
    AttemptResult.revision,
)  # fmt: skip


def settle(session: Session, exam_id: int) -> int:
    """Leave word of some results that were not told yet, as far as the release allows, and record the heads of the chains of
    these attempts; how many: as long as it is not 0 there may be more.
    """
    exam = exams.by_ids(session, [exam_id])[exam_id]
    rows = session.execute(
        select(Attempt.id, Attempt.chain, *_WORD)
        .join(AttemptResult, (AttemptResult.attempt_id == Attempt.id) & (AttemptResult.revision == 1))
        .where(Attempt.exam_id == exam_id, Attempt.settled_at.is_(None), Attempt.ended_how != "void")
        .order_by(Attempt.id)
        .limit(AT_ONCE)
        .with_for_update(of=Attempt, skip_locked=True)
    ).all()
    if not rows:
        return 0
    ids, words = [row.id for row in rows], [Word(*row[2:]) for row in rows]
    session.execute(update(Attempt).where(Attempt.id.in_(ids)).values(settled_at=now()))
    heads, ends = hashlib.sha256(), journal.end_hashes(session, ids)
    for row in rows:
        heads.update(ends.get(row.id, row.chain))
    if exam.release != "by_hand" or exam.released_at is not None:
        tell(session, exam, words)
    after = {"attempts": [word.attempt for word in words], "chains": heads.hexdigest()}
    record(session, "attempt.settle", thing="exam", thing_id=exam.public_id, after=after)
    ask_for_statistics(session, exam)
    return len(rows)


def ask_for_statistics(session: Session, exam: ExamRow) -> None:
    """Have the bank told how its questions did, once the exam is over."""
    jobs.enqueue(
        session,
        STATISTICS,
        {"exam": exam.id},
        unique_key=f"statistics:{exam.public_id}",
        run_at=max(now(), exam.closes_at + STATISTICS_AFTER),
    )


def is_rushed(session: Session) -> bool:
    """Whether many hand in at this moment."""
    lately = select(Attempt.id).where(Attempt.ended_at > now() - RUSH_WITHIN).limit(RUSH).subquery()
    return session.scalar(select(func.count()).select_from(lately)) == RUSH


def unsettled(session: Session) -> list[int]:
    """Exams with attempts that ended and were not settled: what an interrupted process left behind."""
    waiting = Attempt.ended_at.is_not(None), Attempt.settled_at.is_(None), Attempt.ended_how != "void"
    return list(session.scalars(select(Attempt.exam_id).where(*waiting).distinct()))


def tell(session: Session, exam: ExamRow, words: Sequence[Word], void: str | None = None) -> None:
    """Leave word of results for the transcripts, to be written there once the candidates may see them; `void`: why they do not
    count any more.
    """
    told = [
        {
            "person_id": word.person_id,
            "kind": "exam",
            "source": word.attempt,
            "revision": word.revision,
            "title": exam.title,
            "title_en": None,
            "subject": None,
            "hours": "0",
            "score": str(word.total),
            "maximum": str(word.maximum),
            "passed": word.passed,
            "void": void,
            "happened_at": (word.ended_at or now()).isoformat(),
        }
        for word in words
    ]
    later = exam.closes_at if exam.release == "after_window" and exam.released_at is None else None
    for first in range(0, len(told), IN_A_NOTICE):
        jobs.enqueue(session, "transcripts.record", {"words": told[first : first + IN_A_NOTICE]}, run_at=later)


def tell_released(session: Session, exam_id: int) -> int:
    """Leave word of every result of an exam that was released by hand; how many."""
    exam = exams.by_ids(session, [exam_id])[exam_id]
    words = [
        Word(*row) for row in session.execute(_newest().where(Attempt.exam_id == exam_id, Attempt.ended_how != "void"))
    ]
    tell(session, exam, words)
    return len(words)


def tell_voided(session: Session, exam_id: int, public_ids: Sequence[str]) -> int:
    """Leave word for the transcripts that results told before do not count any more; how many."""
    exam = exams.by_ids(session, [exam_id])[exam_id]
    void = Attempt.public_id.in_(public_ids), Attempt.settled_at.is_not(None), Attempt.ended_how == "void"
    told = [Word(*row) for row in session.execute(_newest().where(*void))]
    tell(
        session,
        exam,
        [word._replace(total=Decimal(0), passed=False, revision=word.revision + 1) for word in told],
        "taken_back",
    )
    return len(told)


def _newest() -> Select[*tuple[Any, ...]]:
    newest = newest_revisions()
    return select(*_WORD).join(AttemptResult, AttemptResult.attempt_id == Attempt.id).join(newest, _is_newest(newest))


def _is_newest(newest: Subquery) -> ColumnElement[bool]:
    return (newest.c.attempt_id == Attempt.id) & (newest.c.revision == AttemptResult.revision)
