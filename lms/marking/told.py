"""What markers wrote for a candidate: read by the candidate alone, once results are out, without the names of those who wrote."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.clock import now
from lms.exams import queries as exams
from lms.marking.allotting import ADJUDICATOR, MARKER
from lms.marking.models import Mark, Question, Script, Task
from lms.sitting.policy import Sat
from question_bank.item import ItemVersion


@dataclass(frozen=True, slots=True)
class Told:
    """An answer for which somebody left words: number of the question on the paper, its wording, the words."""

    slot: int
    version: ItemVersion
    words: tuple[str, ...]


def of_attempt(session: Session, sat: Sat) -> list[Told]:
    """The answers of an attempt for which somebody left words, in the order of the paper; nothing before its result may be seen.

    Words come with marks that count, given until the marks were brought in: those of an answer that everybody marks to be
    compared stay with the examiners, as do those of a later look at it, whose mark may not count yet.
    """
    exam = sat.exam
    if sat.attempt.ended_how == "void" or exam.marked_at is None or not exam.score_visible(now()):
        return []
    query = (
        select(Script.slot, Question.item_version_id, Task.id, Mark.told)
        .join(Question, Question.id == Script.question_id)
        .join(Task, Task.script_id == Script.id)
        .join(Mark, Mark.task_id == Task.id)
        .where(
            Script.attempt_id == sat.attempt.id, Task.role.in_((MARKER, ADJUDICATOR)),
            Task.taken_back_at.is_(None), Task.done_at.is_not(None), Mark.at <= exam.marked_at,
        )
        .order_by(Script.slot, Task.place, Task.id, Mark.number)
    )  # fmt: skip
    rows = {row.id: row for row in session.execute(query)}  # the newest of each task stays
    words: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row in rows.values():
        if row.told:
            words[row.slot, row.item_version_id].append(row.told)
    versions = exams.snapshot_of(exam.id)
    return [Told(slot, versions[key], tuple(said)) for (slot, key), said in sorted(words.items())]
