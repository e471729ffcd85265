"""How an exam is marked: rules, criteria of each question, and who marks."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer
from lms.accounts.queries import PersonRow
from lms.audit.service import record
from lms.clock import now
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.marking import errors
from lms.marking.models import Marker, Plan, Question
from lms.sitting import queries as sitting
from question_bank.blueprint import by_hand
from question_bank.interactions.file_answer import FileAsked
from question_bank.interactions.written import Written
from question_bank.item import ItemVersion
from question_bank.moderation import Criterion, Marking, Rubric, rubric_of

#: the steps in which criteria are marked: the first one in which the shares of a question's points can be given
STEPS = (Decimal("0.5"), Decimal("0.1"), Decimal("0.01"))
#: the name of the only criterion of a question whose author named no points
WHOLE = "整体"


def of_exam(session: Session, exam_id: int) -> Plan | None:
    """The plan, None where there is none yet."""
    return session.get(Plan, exam_id)


def marking_of(plan: Plan) -> Marking:
    """The rules of a plan."""
    return Marking.from_record(plan.settings)


def set_rules(session: Session, exam: ExamRow, marking: Marking, by: Viewer) -> None:
    """Keep by which rules the exam is marked; the first time its questions get criteria. Raises NothingToMark, Allotted."""
    if exam.state != "published" or not by_hand(exam.blueprint):
        raise errors.NothingToMark
    plan = session.get(Plan, exam.id, with_for_update=True)
    if plan is None:
        session.add(Plan(exam_id=exam.id, settings=marking.to_record(), made_by=by.id, made_at=now()))
        session.add_all(_questions(session, exam))
    elif plan.allotted_at is not None:
        raise errors.Allotted
    else:
        plan.settings = marking.to_record()
    record(session, "marking.plan", thing="exam", thing_id=exam.public_id, after=marking.to_record())


def _questions(session: Session, exam: ExamRow) -> Iterator[Question]:
    versions = exams.frozen(session, exam.id).pool.versions
    for key, version in versions.items():
        if version.interaction.MACHINE_SCORED:
            continue
        for marks in sorted({part.marks for part in exam.blueprint.sections if part.counts and part.takes(version)}):
            rubric = usual_rubric(version, marks).to_record()
            yield Question(exam_id=exam.id, item_version_id=key, marks=marks, rubric=rubric)


def usual_rubric(version: ItemVersion, marks: Decimal) -> Rubric:
    """The points that the author named as criteria; one for the whole where there are none, or where their shares are no marks."""
    body: Written | FileAsked = version.body
    for step in STEPS:
        try:
            return rubric_of(body.points, marks, step)
        except ValueError:
            continue
    return Rubric((Criterion(WHOLE, marks),), next(step for step in STEPS if marks % step == 0))


def set_rubric(session: Session, exam: ExamRow, question_id: str, rubric: Rubric) -> None:
    """Keep the criteria of a question; raises NotFound, Allotted, and ValueError for criteria that are not worth its marks."""
    question = question_of(session, exam.id, question_id)
    refuse_allotted(session, exam.id)
    if rubric.maximum != question.marks:
        raise ValueError("criteria worth the marks of the question")
    before, question.rubric = question.rubric, rubric.to_record()
    told = {"question": question.public_id, "rubric": question.rubric}
    record(session, "marking.rubric", thing="exam", thing_id=exam.public_id, before={"rubric": before}, after=told)


def question_with_plan(session: Session, exam_id: int, public_id: str) -> tuple[Question, Plan]:
    """A question of the exam, and how it is marked, in one query; raises NotFound."""
    query = select(Question, Plan).join(Plan, Plan.exam_id == Question.exam_id)
    row = session.execute(query.where(Question.exam_id == exam_id, Question.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound
    question, plan = row
    return question, plan


def question_of(session: Session, exam_id: int, public_id: str) -> Question:
    """A question of the exam; raises NotFound."""
    found = session.scalar(select(Question).where(Question.exam_id == exam_id, Question.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def refuse_allotted(session: Session, exam_id: int) -> None:
    """Raise Allotted once answers were drawn among the markers."""
    plan = session.get(Plan, exam_id)
    if plan is not None and plan.allotted_at is not None:
        raise errors.Allotted


def markers(session: Session, exam_id: int) -> Sequence[Marker]:
    """Who marks the exam, in the order they were added."""
    query = select(Marker).where(Marker.exam_id == exam_id, Marker.left_at.is_(None))
    return session.scalars(query.order_by(Marker.added_at, Marker.person_id)).all()


def add_marker(session: Session, exam: ExamRow, person: PersonRow, by: Viewer, *, adjudicates: bool) -> None:
    """Somebody marks from now on, or adjudicates as well or not any more; raises NoMarker."""
    if not accounts.holds(session, person.id, Act.MARK, now=now()) or sitting.has_sat(session, exam.id, person.id):
        raise errors.NoMarker
    found = session.get(Marker, (exam.id, person.id)) or Marker(exam_id=exam.id, person_id=person.id)
    found.adjudicates, found.added_by, found.added_at, found.left_at = adjudicates, by.id, now(), None
    session.add(found)
    after = {"person": person.public_id, "adjudicates": adjudicates}
    record(session, "marking.marker", thing="exam", thing_id=exam.public_id, after=after)


def take_off(session: Session, exam: ExamRow, person: PersonRow) -> None:
    """Somebody marks no more; what they have not marked is for the caller to give to others. Raises NotFound."""
    found = session.get(Marker, (exam.id, person.id))
    if found is None or found.left_at is not None:
        raise NotFound
    found.left_at = now()
    record(session, "marking.marker", thing="exam", thing_id=exam.public_id, before={"person": person.public_id})
