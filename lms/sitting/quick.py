"""What a candidate's pages ask for again and again, by constant statements."""

import json
from decimal import Decimal
from typing import Any

from lms.direct import ask, moment_of
from lms.exams.queries import ExamRow
from lms.sitting.queries import Outcome, Standing
from question_bank.attempt import ENDS
from question_bank.timing import Allowance

_ANSWERS = (
    "SELECT slot, CAST(response AS TEXT) FROM attempt_event WHERE attempt_id = ? AND kind = 'answer' ORDER BY number"
)
_OUTCOME = """
SELECT total, maximum, passed, CAST(scores AS TEXT), pass_mark, graded_at, reason FROM attempt_result
WHERE attempt_id = ? ORDER BY revision DESC LIMIT 1
"""
_END = "SELECT hash FROM attempt_event WHERE attempt_id = ? AND kind IN ({marks}) ORDER BY number LIMIT 1".replace(
    "{marks}", ", ".join("?" * len(ENDS))
)
_ALLOWANCE = """
SELECT minutes, percent FROM sitting_accommodation WHERE exam_id = ? AND person_id = ? AND withdrawn_at IS NULL
ORDER BY id DESC LIMIT 1
"""
_STANDING = """
SELECT a.public_id, a.started_at, a.deadline_at, a.ended_at, r.total, r.passed
FROM attempt a LEFT JOIN attempt_result r ON r.attempt_id = a.id
WHERE a.exam_id = ? AND a.person_id = ? ORDER BY r.revision DESC LIMIT 1
"""
_REMARKED = """
SELECT count(*) FROM sitting_decision WHERE exam_id = ? AND applied_at IS NOT NULL AND kind IN ('remarked', 'reversed')
"""


def answers(attempt_id: int) -> dict[int, Any]:
    """The newest response of each slot, None where it was taken back."""
    rows = ask(_ANSWERS, (attempt_id,))
    return {slot: None if response is None else json.loads(response) for slot, response in rows}


def outcome(attempt_id: int) -> Outcome | None:
    """The newest grading of an attempt."""
    rows = ask(_OUTCOME, (attempt_id,))
    if not rows:
        return None
    total, maximum, passed, record, own, graded_at, reason = rows[0]
    return Outcome(
        Decimal(total) / 100,
        Decimal(maximum) / 100,
        bool(passed),
        record,
        pass_mark=None if own is None else Decimal(own) / 100,
        graded_at=moment_of(graded_at),
        reason=reason,
    )


def end_hash(attempt_id: int) -> bytes:
    """The hash of the event that ended an attempt; what comes after it as evidence changes nothing."""
    return bytes(ask(_END, (attempt_id, *map(str, ENDS)))[0][0])


def allowance(exam_id: int, person_id: int) -> Allowance:
    """What a person was granted before the start of an exam."""
    rows = ask(_ALLOWANCE, (exam_id, person_id))
    return Allowance(*rows[0]) if rows else Allowance()


def standing(exam: ExamRow, person_id: int) -> Standing:
    """An exam as a person stands to it."""
    rows = ask(_STANDING, (exam.id, person_id))
    if not rows:
        return Standing(exam)
    public_id, *moments, total, passed = rows[0]
    began, due, ended = (None if moment is None else moment_of(moment) for moment in moments)
    mark = None if total is None else Decimal(total) / 100
    return Standing(exam, public_id, began, due, ended, mark, None if passed is None else bool(passed))


def remarks(exam_id: int) -> int:
    """How often the scoring of an exam was changed or changed back."""
    return int(ask(_REMARKED, (exam_id,))[0][0])
