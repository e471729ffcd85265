"""Scoring an exam again: what a remark would change, for whom and where; then, once two people agreed, done in one transaction.

What is worked out is worked out of the gradings that count and of the answers to the questions that the remark touches; what
is carried out is the same computation, refused where anything changed in between. A reversal scores every attempt by the
remarks that are left.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import queries as accounts
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.clock import BUREAU_ZONE, now
from lms.database import dumps
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams import service as exam_service
from lms.exams.queries import ExamRow
from lms.sitting import decisions, errors, queries, telling
from lms.sitting.decisions import EQUATED, MARKED, OF_SCORING, REMARKED, REVERSED
from lms.sitting.models import Attempt, AttemptResult, Decision, Remarking
from lms.sitting.queries import Grading, Sat
from lms.sitting.telling import Word
from question_bank.assembly import Form
from question_bank.grading import Result, grade, scores_from_record
from question_bank.item import ItemVersion
from question_bank.remarking import Remark, Scoring, Standing, refusal, remarked

#: the job that works a remark out, and the one that carries it out
WORK_OUT, CARRY_OUT = "sitting.remarking", "sitting.remark"
AT_ONCE = 500
NOT_IN_THE_TREE = "-"


@dataclass(frozen=True, slots=True)
class Changed:
    """What a remark makes of an attempt."""

    sat: Sat
    after: Standing

    @property
    def row(self) -> list[int]:
        """Id, marks before and after in hundredths, whether passed before and after."""
        before, result = self.sat.newest, self.after.result
        return [self.sat.id, int(before.total * 100), int(result.total * 100), int(before.passed), int(result.passed)]


@dataclass(slots=True)
class Facts:
    """How many papers count, how many results change; who gains and loses marks, who would pass and who would not any more;
    the same by part of the organisation (its public id), as [gain, lose, rise, fall].
    """

    papers: int = 0
    changed: int = 0
    gain: int = 0
    lose: int = 0
    rise: int = 0
    fall: int = 0
    units: dict[str, list[int]] = field(default_factory=dict)

    def add(self, row: Sequence[int], unit: str) -> None:
        """Count a change."""
        _id, before, after, passed, passes = row
        flags = [after > before, after < before, passes > passed, passed > passes]
        self.changed += 1
        self.gain, self.lose, self.rise, self.fall = (
            total + flag for total, flag in zip((self.gain, self.lose, self.rise, self.fall), flags, strict=True)
        )
        counts = self.units.get(unit, [0, 0, 0, 0])
        self.units[unit] = [count + flag for count, flag in zip(counts, flags, strict=True)]

    def to_record(self) -> dict[str, Any]:
        """JSON-able form."""
        return {name: getattr(self, name) for name in self.__slots__}


def remarks_of(session: Session, found: Sequence[Decision]) -> list[Remark]:
    """The remarks behind these decisions, in their order."""
    ids = [one.remarking_id for one in found if one.kind in OF_SCORING]
    rows = {row.id: row.remark for row in session.scalars(select(Remarking).where(Remarking.id.in_(ids)))}
    return [Remark.from_record(rows[number] or {}) for number in ids if number is not None]


def in_force(session: Session, exam_id: int) -> list[Remark]:
    """The remarks by which an exam is scored now."""
    return remarks_of(session, decisions.in_force(decisions.all_of(session, exam_id)))


def scoring_of(exam: ExamRow, versions: Mapping[int, ItemVersion], remarks: Sequence[Remark]) -> Scoring:
    """By what the exam is scored with these remarks."""
    scoring = Scoring.first(exam.blueprint, versions)
    for remark in remarks:
        scoring = scoring.after(remark)
    return scoring


def standing_of(
    exam: ExamRow,
    versions: Mapping[int, ItemVersion],
    form: Form,
    answers: Mapping[int, Any],
    remarks: Sequence[Remark],
    *,
    attempt: int,
) -> Standing:
    """How an attempt stands by its answers and these remarks, from the first grading on."""
    first = grade(form, versions, answers, blueprint=exam.blueprint)
    standing, scoring = Standing(first), Scoring.first(exam.blueprint, versions)
    for remark in remarks:
        scoring = scoring.after(remark)
        standing = remarked(standing.result.scores, form, answers, remark, scoring, attempt=attempt)
    return standing


def changes(
    session: Session, exam: ExamRow, remark: Remark | None, *, report: Callable[[int], None] = lambda _done: None
) -> Iterator[Changed | None]:
    """What a remark would make of each attempt that counts, None for one that stays as it is; `remark` None: without the
    newest remark in force.
    """
    versions, remarks, done = exams.stored(session, exam.id).pool.versions, in_force(session, exam.id), 0
    left = remarks[:-1]
    scoring = scoring_of(exam, versions, [*remarks, remark] if remark else left)
    for some in queries.counted(session, exam.id):
        ids, slots = [sat.id for sat in some], _slots(some, remark)
        answers = queries.answers_of(session, ids, slots) if slots is None or slots else {}
        for sat in some:
            given = answers.get(sat.id, {})
            if remark is None:
                after = standing_of(exam, versions, sat.form, given, left, attempt=sat.id)
            else:
                scores = scores_from_record(sat.newest.scores)
                after = remarked(scores, sat.form, given, remark, scoring, attempt=sat.id)
            yield Changed(sat, after) if differs(sat.newest, after) else None
        done += len(some)
        report(done)


def _slots(some: Sequence[Sat], remark: Remark | None) -> set[int] | None:
    """Where on these papers questions stand that a remark touches; None: it may be all."""
    if remark is None or remark.touches_all:
        return None
    return {slot.number for sat in some for slot in sat.form.slots if remark.touches(slot)}


def differs(before: Grading | AttemptResult, after: Standing) -> bool:
    """Whether a grading is another one than an attempt's was."""
    result = after.result
    return (before.total, before.maximum, before.passed, before.pass_mark) != (
        result.total, result.maximum, result.passed, after.pass_mark,
    ) or before.scores != result.to_record()  # fmt: skip


def ask(session: Session, exam: ExamRow, remark: Remark | None, by: Viewer) -> str:
    """Have it worked out what a remark would change, or (None) the reversal of the newest one; public id of the answer.

    Raises ExamArchived, SatIt, NotRemarkable, and Unfit for a remark that cannot be.
    """
    decisions.refuse(session, exam.id, by)
    standing = decisions.in_force(decisions.all_of(session, exam.id))
    _refuse(session, exam, standing, reversal=remark is None)
    if remark is not None:
        why = refusal(remark, exams.stored(session, exam.id).pool.versions, exam.blueprint)
        if why:
            raise errors.RemarkUnfit(why)
    made = Remarking(
        exam_id=exam.id,
        remark=remark.to_record() if remark else None,
        reverses=None if remark else standing[-1].number,
        asked_by=by.id,
        asked_at=now(),
    )
    session.add(made)
    session.flush()
    jobs.enqueue(session, WORK_OUT, {"remarking": made.id}, unique_key=f"remarking:{made.public_id}")
    return made.public_id


def _refuse(session: Session, exam: ExamRow, standing: Sequence[Decision], *, reversal: bool) -> None:
    if not queries.complete(session, exam):
        raise errors.NotRemarkable
    if any(one.kind == EQUATED for one in standing):
        raise errors.PassMarksFirst
    if reversal and (not standing or standing[-1].kind not in OF_SCORING):
        raise errors.NothingToReverse


def work_out(session: Session, remarking: Remarking, *, report: Callable[[int], None]) -> tuple[list[list[int]], Facts]:
    """What would change, and for how many; rows as in `Changed.row`."""
    exam = exams.by_ids(session, [remarking.exam_id])[remarking.exam_id]
    remark = Remark.from_record(remarking.remark) if remarking.remark else None
    facts, rows, people = Facts(), [], []
    for change in changes(session, exam, remark, report=report):
        facts.papers += 1
        if change is not None:
            rows.append(change.row)
            people.append(change.sat.person_id)
    parts = _branches(session, people, exam.closes_at.astimezone(BUREAU_ZONE).date())
    for row, person in zip(rows, people, strict=True):
        facts.add(row, parts.get(person, NOT_IN_THE_TREE))
    return rows, facts


def _branches(session: Session, people: Sequence[int], day: date) -> dict[int, str]:
    """The branch in which each served that day (its public id): the unit below the root under which theirs is."""
    names = {unit.id: unit.public_id for unit in accounts.units(session, closed=True)}
    found: dict[int, str] = {}
    for first in range(0, len(people), AT_ONCE):
        for person, unit in accounts.units_of(session, people[first : first + AT_ONCE], day).items():
            path = [int(part) for part in unit.path.strip("/").split("/")]
            found[person] = names.get(path[1] if len(path) > 1 else path[0], NOT_IN_THE_TREE)
    return found


def keep(session: Session, remarking_id: int, basis: list[int], rows: list[list[int]], facts: Facts) -> None:
    """Keep what was worked out."""
    found = session.get_one(Remarking, remarking_id)
    found.basis, found.changed, found.facts, found.worked_out_at = basis, rows, facts.to_record(), now()


def by_public_id(session: Session, exam_id: int, public_id: str) -> Remarking:
    """What was asked for; raises NotFound."""
    found = session.scalar(select(Remarking).where(Remarking.exam_id == exam_id, Remarking.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def by_ids(session: Session, ids: Sequence[int]) -> dict[int, Remarking]:
    """What was asked for, by its id."""
    return {row.id: row for row in session.scalars(select(Remarking).where(Remarking.id.in_(ids)))}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A result in the list of those that change: whose, marks and outcome before and after."""

    person_id: int
    before: Decimal
    after: Decimal
    passed: bool
    passes: bool


def rows_of(session: Session, rows: Sequence[Sequence[int]]) -> list[ChangeRow]:
    """Some of the rows that were worked out (`Changed.row`), for a page."""
    query = select(Attempt.id, Attempt.person_id).where(Attempt.id.in_([row[0] for row in rows]))
    people = {row.id: row.person_id for row in session.execute(query)}
    return [
        ChangeRow(people[key], Decimal(before) / 100, Decimal(after) / 100, bool(passed), bool(passes))
        for key, before, after, passed, passes in rows
    ]


def current(session: Session, remarking: Remarking) -> bool:
    """Whether what was worked out is of the attempts and gradings that count now."""
    return remarking.basis == queries.basis(session, remarking.exam_id)


def digest(remarking: Remarking) -> str:
    """SHA-256 of a remark and what it changes, for the audit log."""
    content = [remarking.remark, remarking.reverses, remarking.changed]
    return hashlib.sha256(dumps(content).encode()).hexdigest()


def propose(session: Session, exam: ExamRow, remarking: Remarking, reason: str, by: Viewer) -> str:
    """Propose to carry out what was worked out; the proposal's public id.

    Raises SatIt, Undecided, NotRemarkable, PassMarksFirst, NothingToReverse and Outdated.
    """
    decisions.refuse(session, exam.id, by)
    standing = decisions.in_force(decisions.all_of(session, exam.id))
    _refuse(session, exam, standing, reversal=remarking.remark is None)
    if not current(session, remarking):
        raise errors.Outdated
    kind = _kind(remarking)
    made = Decision(kind=kind, remarking_id=remarking.id, reason=reason, proposed_by=by.id)
    return decisions.propose(session, exam, made, lambda decision: told(decision, remarking))


def decide(session: Session, exam: ExamRow, public_id: str, by: Viewer, *, agree: bool) -> None:
    """Agree to a proposal, which is then carried out, or turn it down; its author can only take it back.

    Raises NotFound for one that is decided, SatIt, OwnProposal and Outdated.
    """
    found = decisions.waiting(session, exam, public_id, by)
    remarking = session.get(Remarking, found.remarking_id)
    if remarking is None:
        raise NotFound
    if agree and not current(session, remarking):
        raise errors.Outdated
    decisions.decide(session, exam, found, by, agree=agree, told=told(found, remarking), job=CARRY_OUT)


def _kind(remarking: Remarking) -> str:
    if remarking.remark is None:
        return REVERSED
    return MARKED if Remark.from_record(remarking.remark).by_people else REMARKED


def told(decision: Decision, remarking: Remarking) -> dict[str, Any]:
    """What the audit log says of a decision."""
    facts = remarking.facts or {}
    return {
        "decision": decision.public_id,
        "kind": decision.kind,
        "reason": decision.reason,
        "sha256": digest(remarking),
    } | {name: facts.get(name) for name in ("changed", "gain", "lose", "rise", "fall")}


@dataclass(frozen=True, slots=True)
class Prepared:
    """The gradings of a decision, made outside of the transaction that keeps them; and of what they were made."""

    basis: list[int]
    changed: Sequence[Changed]


def prepare(session: Session, decision: Decision, *, report: Callable[[int], None]) -> Prepared:
    """Make the gradings of an agreed decision; raises Outdated where they are not those that were agreed to."""
    exam = exams.by_ids(session, [decision.exam_id])[decision.exam_id]
    remarking = session.get_one(Remarking, decision.remarking_id)
    remark = Remark.from_record(remarking.remark) if remarking.remark else None
    basis, agreed = queries.basis(session, exam.id), remarking.changed
    found = [change for change in changes(session, exam, remark, report=report) if change is not None]
    if [change.row for change in found] != agreed:
        raise errors.Outdated
    return Prepared(basis, found)


def carry_out(session: Session, decision_id: int, prepared: Prepared) -> bool:
    """Keep the gradings of an agreed decision, all or none, and leave word of them; False where that was done before.

    Raises Outdated where something changed since they were made.
    """
    decision = session.get_one(Decision, decision_id, with_for_update=True)
    if not decision.agreed or decision.applied_at is not None:
        return False
    if queries.basis(session, decision.exam_id) != prepared.basis:
        raise errors.Outdated
    exam = exams.by_ids(session, [decision.exam_id])[decision.exam_id]
    moment = now()
    rows = [_row(change, decision, moment) for change in prepared.changed]
    for first in range(0, len(rows), AT_ONCE):
        session.execute(insert(AttemptResult), rows[first : first + AT_ONCE])
    if exam.release != "by_hand" or exam.released_at is not None:
        telling.tell(session, exam, [_word(change) for change in prepared.changed if _is_news(change)])
    telling.ask_for_statistics(session, exam)
    decision.applied_at = moment
    exam_service.set_marked(
        session,
        exam.id,
        marked=any(one.kind == MARKED for one in decisions.in_force(decisions.all_of(session, exam.id))),
    )
    remarking = session.get_one(Remarking, decision.remarking_id)
    record(session, "result.apply", thing="exam", thing_id=exam.public_id, after=told(decision, remarking))
    return True


def _row(change: Changed, decision: Decision, moment: datetime) -> dict[str, Any]:
    result: Result = change.after.result
    return {
        "attempt_id": change.sat.id, "revision": change.sat.newest.revision + 1, "total": result.total,
        "maximum": result.maximum, "passed": result.passed, "scores": result.to_record(), "graded_at": moment,
        "reason": decision.kind, "pass_mark": change.after.pass_mark, "decision": decision.number,
    }  # fmt: skip


def _is_news(change: Changed) -> bool:
    before, after = change.sat.newest, change.after.result
    return (before.total, before.maximum, before.passed) != (after.total, after.maximum, after.passed)


def _word(change: Changed) -> Word:
    sat, result = change.sat, change.after.result
    revision = sat.newest.revision + 1
    return Word(sat.public_id, sat.person_id, sat.ended_at, result.total, result.maximum, result.passed, revision)


def give_up(session: Session, decision_id: int) -> None:
    """Turn an agreed decision down that cannot be carried out any more, because results changed since."""
    decision = session.get_one(Decision, decision_id, with_for_update=True)
    exam = exams.by_ids(session, [decision.exam_id])[decision.exam_id]
    decision.agreed = False
    remarking = session.get_one(Remarking, decision.remarking_id)
    after = told(decision, remarking) | {"outdated": True}
    record(session, "result.decline", thing="exam", thing_id=exam.public_id, after=after)
