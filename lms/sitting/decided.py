"""Recomputing what was decided on pass marks: that two people decided, that pass marks follow from what the attempts that
counted earned, and that each attempt has the gradings that follow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import queries as audit
from lms.exams.queries import ExamRow
from lms.sitting import equating
from lms.sitting.models import Attempt, AttemptResult, Equating, PassMarkDecision
from question_bank.assembly import Form
from question_bank.equating import Tally
from question_bank.grading import Result
from question_bank.item import ItemVersion


class Discrepancy(Exception):
    """The first thing that does not fit; the words say where it is and what is wrong."""


@dataclass(slots=True)
class _Worked:
    """Pass marks that were decided on: stored in hundredths by attempt, and what the attempts earned as it is read."""

    row: Equating
    cuts: dict[int, int]
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was agreed to, in order; what it rests on, by its id."""

    steps: Sequence[PassMarkDecision]
    worked: dict[int, _Worked]
    pass_mark: Decimal

    def check(
        self, attempt: Attempt, results: Sequence[AttemptResult], form: Form, again: Result, *, voided: bool
    ) -> None:
        """The gradings after the first follow from the decisions; raises Discrepancy."""
        name = f"attempt {attempt.public_id}"
        carried = sum(step.applied_at is not None for step in self.steps)
        least = 1 if voided else 1 + carried
        if not least <= len(results) <= 1 + len(self.steps):
            raise Discrepancy(f"{name}: it has other gradings than were decided on")
        for worked in self.worked.values():
            if attempt.id in worked.cuts:
                worked.tally.add(form, again.scores)
        for step, result in zip(self.steps, results[1:], strict=False):
            cut = self._cut(step, attempt.id)
            passed = again.total >= (self.pass_mark if cut is None else cut)
            if (result.reason, result.pass_mark, result.passed) != (step.kind, cut, passed):
                raise Discrepancy(f"{name}: grading {result.revision} is not what was decided on")

    def _cut(self, step: PassMarkDecision, attempt_id: int) -> Decimal | None:
        """The pass mark that a decision gives an attempt, None for the exam's; raises LookupError."""
        return Decimal(self.worked[step.equating_id].cuts[attempt_id]) / 100 if step.equating_id else None

    def check_pass_marks(self, session: Session, exam: ExamRow, versions: Mapping[int, ItemVersion]) -> None:
        """Once all attempts were checked: the pass marks follow from what the attempts earned; raises Discrepancy."""
        for worked in self.worked.values():
            if worked.tally.papers != len(worked.cuts):
                raise Discrepancy("an attempt that pass marks rest on is gone")
        if not self.worked:
            return
        measures = {key: equating.measured(exam, versions, worked.tally) for key, worked in self.worked.items()}
        for attempt_id, form in equating.forms(session, exam.id):
            for key, worked in self.worked.items():
                own = worked.cuts.get(attempt_id)
                if own is not None and own != int(measures[key].cut(form) * 100):
                    raise Discrepancy("a paper's own pass mark is not what the attempts make it")


def decided(session: Session, exam: ExamRow) -> Decided:
    """What was agreed to, as the audit log tells it as well; raises Discrepancy."""
    steps = [one for one in reversed(equating.decisions(session, exam.id)) if one.agreed]
    ids = {step.equating_id for step in steps if step.equating_id}
    rows = session.scalars(select(Equating).where(Equating.id.in_(ids))).all()
    worked = {row.id: _Worked(row, dict(zip(row.attempts, row.cuts, strict=True))) for row in rows}
    told = _told(session, exam)
    if [step.public_id for step in steps] != [after["decision"] for after in told]:
        raise Discrepancy("the decisions on pass marks are not those that the audit log tells of")
    for step, after in zip(steps, told, strict=True):
        digest = equating.digest(worked[step.equating_id].row) if step.equating_id else None
        if (after["kind"], after.get("sha256")) != (step.kind, digest):
            raise Discrepancy(f"decision {step.public_id}: it is not what the audit log tells")
        if step.decided_by in {None, step.proposed_by}:
            raise Discrepancy(f"decision {step.public_id}: one person alone made it")
    session.expunge_all()
    return Decided(steps, worked, exam.blueprint.pass_mark)


def _told(session: Session, exam: ExamRow) -> list[dict[str, Any]]:
    entries = session.scalars(audit.entries(act="result.agree", thing_id=exam.public_id)).all()
    return [dict(entry.after or {}) for entry in reversed(entries)]
