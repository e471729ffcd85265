"""Recomputing what was decided on results: that two people decided, that pass marks follow from what the attempts that
counted earned, and that each attempt has the gradings that follow, and no others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import queries as audit
from lms.exams.queries import ExamRow
from lms.sitting import decisions, equating, remarking
from lms.sitting.decisions import EQUATED, OF_SCORING, RESTORED, REVERSED
from lms.sitting.models import Attempt, AttemptResult, Decision, Equating, Remarking
from question_bank.assembly import Form
from question_bank.equating import Tally
from question_bank.grading import Result
from question_bank.item import ItemVersion
from question_bank.remarking import Remark, Standing, remarked


class Discrepancy(Exception):
    """The first thing that does not fit; the words say where it is and what is wrong."""


@dataclass(slots=True)
class _Worked:
    """Pass marks that were decided on: stored in hundredths by attempt, and what the attempts earned as it is read."""

    row: Equating
    cuts: dict[int, int]
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class _Asked:
    """A remark or a reversal that was decided on: what it changes by attempt, and how many of these were met."""

    row: Remarking
    remark: Remark | None
    changed: dict[int, list[int]]
    met: int = 0


@dataclass(frozen=True, slots=True)
class Sat:
    """An attempt as it is checked: its paper, its answers, and the gradings that are stored."""

    attempt: Attempt
    form: Form
    answers: Mapping[int, Any]
    results: Sequence[AttemptResult]
    voided: bool

    @property
    def name(self) -> str:
        """How a discrepancy names it."""
        return f"attempt {self.attempt.public_id}"


@dataclass(frozen=True, slots=True)
class Decided:
    """What was agreed to, in order; what it rests on, by its id."""

    exam: ExamRow
    versions: Mapping[int, ItemVersion]
    steps: Sequence[Decision]
    worked: dict[int, _Worked]
    asked: dict[int, _Asked]

    def check(self, sat: Sat, first: Result) -> None:
        """The gradings after the first follow from the decisions; raises Discrepancy."""
        standing, rows = Standing(first), list(sat.results[1:])
        self._tally(0, sat, standing)
        for number, step in enumerate(self.steps):
            if step.applied_at is None and step.remarking_id:
                break  # agreed to, and carried out in a moment: of it nothing is there, and nothing comes after it
            after = self._after(number, sat, standing)
            if self._is_due(step, sat, standing, after, rows):
                self._check_row(step, sat, rows.pop(0) if rows else None, after)
            standing = after
            self._tally(step.number, sat, standing)
        if rows:
            raise Discrepancy(f"{sat.name}: it has other gradings than were decided on")

    def _after(self, number: int, sat: Sat, before: Standing) -> Standing:
        """How an attempt stands after a step (its place in the list); raises LookupError."""
        step, published = self.steps[number], self.exam.blueprint.pass_mark
        if step.equating_id and sat.voided and sat.attempt.id not in self.worked[step.equating_id].cuts:
            return before
        if step.kind in (EQUATED, RESTORED):
            cut = Decimal(self.worked[step.equating_id].cuts[sat.attempt.id]) / 100 if step.equating_id else None
            passed = before.total >= (published if cut is None else cut)
            return Standing(replace(before.result, passed=passed), cut)
        remarks = self._in_force(number + 1)
        if step.kind == REVERSED:
            return remarking.standing_of(
                self.exam, self.versions, sat.form, sat.answers, remarks, attempt=sat.attempt.id
            )
        scoring = remarking.scoring_of(self.exam, self.versions, remarks)
        scores = before.result.scores
        return remarked(scores, sat.form, sat.answers, remarks[-1], scoring, attempt=sat.attempt.id)

    def _in_force(self, count: int) -> list[Remark]:
        """The remarks in force after so many of the steps."""
        standing: list[Remark] = []
        for step in self.steps[:count]:
            remark = self.asked[step.remarking_id].remark if step.remarking_id else None
            if step.kind in OF_SCORING and remark is not None:
                standing.append(remark)
            elif step.kind == REVERSED:
                standing.pop()
        return standing

    def _is_due(
        self, step: Decision, sat: Sat, before: Standing, after: Standing, rows: Sequence[AttemptResult]
    ) -> bool:
        """Whether a grading of this step must be there; counts what a remark says it changes."""
        there = bool(rows) and rows[0].decision == step.number
        if step.applied_at is None:
            return there
        if step.remarking_id is None:
            return there or not sat.voided
        told = self.asked[step.remarking_id].changed.get(sat.attempt.id)
        if told is None:
            # what was void by then is not told of
            if there or (not sat.voided and before != after):
                raise Discrepancy(f"{sat.name}: decision {step.public_id} does not tell what it changes here")
            return False
        self.asked[step.remarking_id].met += 1
        figures = [
            sat.attempt.id, int(before.total * 100), int(after.total * 100), int(before.result.passed),
            int(after.result.passed),
        ]  # fmt: skip
        if told != figures:
            raise Discrepancy(f"{sat.name}: decision {step.public_id} tells of another change than there is")
        return True

    @staticmethod
    def _check_row(step: Decision, sat: Sat, row: AttemptResult | None, after: Standing) -> None:
        if row is None:
            raise Discrepancy(f"{sat.name}: it has other gradings than were decided on")
        if (row.decision, row.reason) != (step.number, step.kind) or remarking.differs(row, after):
            raise Discrepancy(f"{sat.name}: grading {row.revision} is not what was decided on")

    def _tally(self, number: int, sat: Sat, standing: Standing) -> None:
        """Count an attempt for the pass marks that were worked out after this step."""
        for worked in self.worked.values():
            if worked.row.after == number and sat.attempt.id in worked.cuts:
                worked.tally.add(sat.form, standing.result.scores)

    def check_whole(self, session: Session) -> None:
        """Once all attempts were checked: pass marks follow from what the attempts earned, and no change that was decided on
        is missing; raises Discrepancy.
        """
        carried = {step.remarking_id for step in self.steps if step.applied_at is not None}
        for key, asked in self.asked.items():
            if key in carried and asked.met != len(asked.changed):
                raise Discrepancy("an attempt that a decision changes is gone")
        for worked in self.worked.values():
            if worked.tally.papers != len(worked.cuts):
                raise Discrepancy("an attempt that pass marks rest on is gone")
        if not self.worked:
            return
        exam, versions = self.exam, self.versions
        measures = {key: equating.measured(exam, versions, worked.tally) for key, worked in self.worked.items()}
        for attempt_id, form in equating.forms(session, exam.id):
            for key, worked in self.worked.items():
                own = worked.cuts.get(attempt_id)
                if own is not None and own != int(measures[key].cut(form) * 100):
                    raise Discrepancy("a paper's own pass mark is not what the attempts make it")


def decided(session: Session, exam: ExamRow, versions: Mapping[int, ItemVersion]) -> Decided:
    """What was agreed to, as the audit log tells it as well; `versions`: the frozen ones. Raises Discrepancy."""
    steps = [one for one in reversed(decisions.all_of(session, exam.id)) if one.agreed]
    worked = _worked(session, steps)
    asked = _asked(session, steps)
    told = _told(session, exam)
    if [step.public_id for step in steps] != [after["decision"] for after in told]:
        raise Discrepancy("the decisions on results are not those that the audit log tells of")
    for step, after in zip(steps, told, strict=True):
        if (after["kind"], after.get("sha256")) != (step.kind, _digest(step, worked, asked)):
            raise Discrepancy(f"decision {step.public_id}: it is not what the audit log tells")
        if step.decided_by in {None, step.proposed_by}:
            raise Discrepancy(f"decision {step.public_id}: one person alone made it")
    session.expunge_all()
    return Decided(exam, versions, steps, worked, asked)


def _worked(session: Session, steps: Sequence[Decision]) -> dict[int, _Worked]:
    ids = {step.equating_id for step in steps if step.equating_id}
    rows = session.scalars(select(Equating).where(Equating.id.in_(ids)))
    return {row.id: _Worked(row, dict(zip(row.attempts, row.cuts, strict=True))) for row in rows}


def _asked(session: Session, steps: Sequence[Decision]) -> dict[int, _Asked]:
    ids = {step.remarking_id for step in steps if step.remarking_id}
    rows = session.scalars(select(Remarking).where(Remarking.id.in_(ids)))
    return {
        row.id: _Asked(
            row, Remark.from_record(row.remark) if row.remark else None, {one[0]: one for one in row.changed or ()}
        )
        for row in rows
    }


def _digest(step: Decision, worked: Mapping[int, _Worked], asked: Mapping[int, _Asked]) -> str | None:
    if step.equating_id:
        return equating.digest(worked[step.equating_id].row)
    return remarking.digest(asked[step.remarking_id].row) if step.remarking_id else None


def _told(session: Session, exam: ExamRow) -> list[dict[str, Any]]:
    """What was agreed to and not given up later."""
    entries = session.scalars(audit.entries(act="result.agree", thing_id=exam.public_id)).all()
    declined = session.scalars(audit.entries(act="result.decline", thing_id=exam.public_id)).all()
    given_up = {(entry.after or {}).get("decision") for entry in declined}
    agreed = [dict(entry.after or {}) for entry in reversed(entries)]
    return [after for after in agreed if after["decision"] not in given_up]
