"""What an exam says about its questions, worked out of its papers, journals and results in batches."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.exams import queries as exams
from lms.sitting.models import Attempt, AttemptEvent, AttemptResult
from lms.sitting.queries import newest_revisions
from question_bank.analysis.versions import Answer, Figures, exposure, figures
from question_bank.assembly import Form
from question_bank.attempt import Kind
from question_bank.grading import Score, scores_from_record, share_of
from question_bank.item import ItemVersion
from question_bank.scoring import Rules

BATCH = 200
#: a longer pause is no work on the question that follows it
LONGEST_SECONDS = 600.0


def of_exam(session: Session, exam_id: int) -> tuple[dict[int, Figures], dict[int, float]]:
    """Figures and exposure of each version that the ended attempts of an exam held; empty when there are none."""
    versions, rules = exams.snapshot(session, exam_id).versions, exams.blueprint_of(exam_id).rules
    answers: dict[int, list[Answer]] = defaultdict(list)
    papers: list[list[int]] = []
    for form, scores, given, seconds in _sat(session, exam_id):
        papers.append([slot.version for slot in form.slots])
        earned, full = sum(float(s.earned) for s in scores), sum(float(s.marks) for s in scores)
        for slot, score in zip(form.slots, scores, strict=True):
            if slot.version in versions:
                chosen = _chosen(versions[slot.version], given.get(slot.number))
                share = _share(score, versions[slot.version], given.get(slot.number), rules)
                answers[slot.version].append(
                    _answer(score, share, (earned, full), chosen=chosen, seconds=seconds.get(slot.number))
                )
    found = {version: figures(rows, _options(versions[version])) for version, rows in answers.items()}
    return found, exposure(papers)


def _sat(
    session: Session, exam_id: int
) -> Iterator[tuple[Form, tuple[Score, ...], Mapping[int, Any], Mapping[int, float]]]:
    """Of each ended attempt: its paper, newest scores, newest responses and seconds by slot."""
    newest = newest_revisions()
    query = (
        select(Attempt.id, Attempt.form, Attempt.started_at, AttemptResult.scores)
        .join(AttemptResult, AttemptResult.attempt_id == Attempt.id)
        .join(newest, (newest.c.attempt_id == Attempt.id) & (newest.c.revision == AttemptResult.revision))
        .where(Attempt.exam_id == exam_id, Attempt.ended_at.is_not(None))
        .order_by(Attempt.id)
    )
    rows = session.execute(query).all()
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        journals = _journals(session, [row.id for row in batch])
        for row in batch:
            given, seconds = _read(row.started_at, journals[row.id])
            yield Form.from_record(row.form), scores_from_record(row.scores), given, seconds


def _journals(session: Session, attempt_ids: list[int]) -> dict[int, list[tuple[int | None, Any, datetime]]]:
    found: dict[int, list[tuple[int | None, Any, datetime]]] = defaultdict(list)
    query = (
        select(AttemptEvent.attempt_id, AttemptEvent.slot, AttemptEvent.response, AttemptEvent.at)
        .where(AttemptEvent.attempt_id.in_(attempt_ids), AttemptEvent.kind == Kind.ANSWER)
        .order_by(AttemptEvent.attempt_id, AttemptEvent.number)
    )
    for attempt_id, slot, response, at in session.execute(query):
        found[attempt_id].append((slot, response, at))
    return found


def _read(
    started_at: datetime, journal: list[tuple[int | None, Any, datetime]]
) -> tuple[dict[int, Any], dict[int, float]]:
    """Newest responses, and the time between answers counted for the question that was answered at its end."""
    given: dict[int, Any] = {}
    seconds: dict[int, float] = defaultdict(float)
    before = started_at
    for slot, response, at in journal:
        if slot is not None:
            given[slot] = response
            seconds[slot] += min(LONGEST_SECONDS, max(0.0, (at - before).total_seconds()))
        before = at
    return given, seconds


def _answer(
    score: Score, share: Fraction | None, of_all: tuple[float, float], *, chosen: tuple[str, ...], seconds: float | None
) -> Answer:
    """`share`: what the answer earns of its question, None for a blank; `of_all`: earned and full marks of the paper."""
    own, marks = float(score.earned), float(score.marks)
    others = of_all[1] - marks
    return Answer(
        share=float(share or 0),
        rest=(of_all[0] - own) / others if others > 0 else 0.0,
        chosen=chosen,
        seconds=seconds,
        blank=share is None,
    )


def _share(score: Score, version: ItemVersion, response: Any, rules: Rules) -> Fraction | None:
    """What an answer earns of its question, None for a blank; by the rules as they were where it counts no marks."""
    if not score.marks:
        return share_of(version, response, rules)
    return None if score.blank else Fraction(score.earned) / Fraction(score.marks)


def _options(version: ItemVersion) -> dict[str, bool]:
    """Whether each option is right, by its key; empty for types without options."""
    if version.type in ("single_choice", "multiple_choice", "hotspot"):
        return {key: key in version.body.right_keys() for key in version.body.letters()}
    return {str(value): value is version.body.answer for value in (True, False)} if version.type == "true_false" else {}


def _chosen(version: ItemVersion, response: Any) -> tuple[str, ...]:
    if response is None or not _options(version):
        return ()
    return tuple(response) if isinstance(response, list) else (str(response),)
