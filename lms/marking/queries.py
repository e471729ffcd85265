"""Reading: a marker's desk, an answer as a marker sees it, and how far an exam is marked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.queries import PersonRow
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.marking.allotting import REVIEW
from lms.marking.models import Mark, Marker, Plan, Question, Script, Task
from lms.sitting import queries as sitting
from lms.sitting import service as sitting_service
from question_bank.interactions.file_answer import FileAsked
from question_bank.item import ItemVersion
from question_bank.moderation import Rubric

#: bytes of a text file that the page shows
MOST_SHOWN = 100_000
#: stands where a candidate wrote their own name, number or unit into an answer
MASK = "＊＊＊"


@dataclass(frozen=True, slots=True)
class Pile:
    """Answers to one question on a marker's desk; `closed`: nothing can be marked there any more."""

    question_id: str
    version: ItemVersion
    marks: Decimal
    exam_title: str
    done: int
    total: int
    returned: int
    closed: bool


def desk(session: Session, person_id: int) -> list[Pile]:
    """What lies on somebody's desk, by exam (the newest first) and question."""
    query = (
        select(
            Question.public_id, Question.item_version_id, Question.marks, Question.exam_id,
            func.count(Task.done_at), func.count(), func.count(Task.returned), Plan.remarking.is_not(None),
        )
        .join(Script, Script.id == Task.script_id)
        .join(Question, Question.id == Script.question_id)
        .join(Plan, Plan.exam_id == Question.exam_id)
        .where(Task.person_id == person_id, Task.taken_back_at.is_(None))
        .group_by(Question.id, Plan.remarking)
        .order_by(Question.exam_id.desc(), Question.id)
    )  # fmt: skip
    rows = session.execute(query).all()
    titles = exams.by_ids(session, sorted({row.exam_id for row in rows}))
    return [
        Pile(
            row[0],
            exams.snapshot_of(row[3])[row[1]],
            row[2],
            titles[row[3]].title,
            row[4],
            row[5],
            row[6],
            bool(row[7]),
        )
        for row in rows
    ]


def pile_of(session: Session, person_id: int, question_id: str) -> tuple[Question, int, int]:
    """A question of which somebody has answers, how many are marked, and how many there are; raises NotFound."""
    query = (
        select(Question, func.count(Task.done_at), func.count())
        .join(Script, Script.question_id == Question.id)
        .join(Task, Task.script_id == Script.id)
        .where(Question.public_id == question_id, Task.person_id == person_id, Task.taken_back_at.is_(None))
        .group_by(Question.id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    question, done, total = row
    return question, done, total


def next_script(session: Session, person_id: int, question_id: int) -> str | None:
    """The next answer to mark, what came back first; None when all are marked."""
    query = (
        select(Script.public_id)
        .join(Task, Task.script_id == Script.id)
        .where(
            Script.question_id == question_id, Task.person_id == person_id, Task.done_at.is_(None),
            Task.taken_back_at.is_(None),
        )
        .order_by(Task.returned.is_(None), Task.place, Task.id)
    )  # fmt: skip
    return session.scalar(query.limit(1))


def marked(question_id: int, person_id: int) -> Select[*tuple[Any, ...]]:
    """What somebody has marked of a question, the latest first, for `paginate`: public id, total, comment, when."""
    newest = select(func.max(Mark.number)).where(Mark.task_id == Task.id).correlate(Task).scalar_subquery()
    return (
        select(Script.public_id, Mark.total, Mark.comment, Mark.at)
        .join(Task, Task.script_id == Script.id)
        .join(Mark, (Mark.task_id == Task.id) & (Mark.number == newest))
        .where(Script.question_id == question_id, Task.person_id == person_id, Task.taken_back_at.is_(None))
        .where(Task.done_at.is_not(None))
        .order_by(Mark.at.desc(), Mark.id.desc())
    )


class Handed(NamedTuple):
    """A file that was answered with: kind, bytes as it was sent, where its copy lies; of a text file what it says, the
    candidate's own name, number and units masked.
    """

    kind: str
    size: int
    path: Path
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """An answer before a marker: nothing in it says whose it is."""

    script: Script
    task: Task
    question: Question
    version: ItemVersion
    rubric: Rubric
    text: str
    mark: Mark | None
    closed: bool
    #: where the question asks for one; what it says stands in `text` as well, unless it is long
    file: Handed | None


def sheet(session: Session, person_id: int, script_id: str) -> Sheet:
    """An answer on somebody's desk, with the mark they gave; raises NotFound."""
    query = (
        select(Script, Task, Question, Plan.remarking)
        .join(Task, Task.script_id == Script.id)
        .join(Question, Question.id == Script.question_id)
        .join(Plan, Plan.exam_id == Script.exam_id)
        .where(Script.public_id == script_id, Task.person_id == person_id, Task.taken_back_at.is_(None))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    script, task, question, remarking = row
    mark = session.scalar(select(Mark).where(Mark.task_id == task.id).order_by(Mark.number.desc()).limit(1))
    version = exams.snapshot_of(script.exam_id)[question.item_version_id]
    rubric, file = Rubric.from_record(question.rubric), None
    if isinstance(version.body, FileAsked):
        file = file_of(session, script)
        text = file.text or "" if file is not None and file.size <= MOST_SHOWN else ""
    else:
        text = text_of(session, script)
    closed = remarking is not None and (task.role != REVIEW or task.done_at is not None)
    return Sheet(script, task, question, version, rubric, text, mark, closed, file)


def script_of(session: Session, exam_id: int, public_id: str) -> Script:
    """An answer of an exam that people mark; raises NotFound."""
    found = session.scalar(select(Script).where(Script.exam_id == exam_id, Script.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def files_of(session: Session, scripts: Sequence[Script]) -> dict[int, Handed]:
    """The files that were answered with, by id of the answer, without what they say."""
    attempts, slots = sorted({one.attempt_id for one in scripts}), {one.slot for one in scripts}
    answers = sitting.answers_of(session, attempts, slots)
    asked = [(one.attempt_id, one.slot, answers[one.attempt_id].get(one.slot)) for one in scripts]
    copies = sitting_service.copies(session, asked)
    return {
        one.id: Handed(*copies[one.attempt_id, one.slot]) for one in scripts if (one.attempt_id, one.slot) in copies
    }


def file_of(session: Session, script: Script) -> Handed | None:
    """The file that was answered with, with what it says where it is a text; None where there is none."""
    file = files_of(session, [script]).get(script.id)
    if file is None or file.kind != "txt" or not file.path.is_file():
        return file
    owner = sitting.people_of(session, [script.attempt_id])[script.attempt_id]
    words = file.path.read_text(encoding="utf-8")
    return file._replace(text=_masked(words, accounts.person_by_id(session, owner), _units(session)))


def text_of(session: Session, script: Script) -> str:
    """What was written, as `texts_of`."""
    return texts_of(session, [script])[script.id]


def texts_of(session: Session, scripts: Sequence[Script]) -> dict[int, str]:
    """What was typed, by id of the answer, with the candidates' own names, numbers and units masked where they wrote them."""
    attempts, slots = sorted({one.attempt_id for one in scripts}), {one.slot for one in scripts}
    answers, owners = sitting.answers_of(session, attempts, slots), sitting.people_of(session, attempts)
    people, units = accounts.people_by_ids(session, sorted({*owners.values()})), _units(session)
    return {
        one.id: _masked(str(answers[one.attempt_id].get(one.slot) or ""), people[owners[one.attempt_id]], units)
        for one in scripts
    }


def _units(session: Session) -> dict[str, str]:
    return {str(unit.id): unit.name for unit in accounts.units(session, closed=True)}


def _masked(text: str, person: PersonRow, units: Mapping[str, str]) -> str:
    path = (person.unit_path or "").strip("/").split("/")
    # the root is everybody's
    for own in (person.name, person.staff_number, *(units.get(part, "") for part in reversed(path[1:]))):
        text = text.replace(own, MASK) if own else text
    return text


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """How far a question is: answers, those with a final mark, those before an adjudicator; mean of the final marks."""

    question: Question
    version: ItemVersion
    answers: int
    final: int
    adjudicated: int
    mean: float | None


def questions(session: Session, exam: ExamRow) -> list[QuestionRow]:
    """The questions of an exam that people mark; once answers are with the markers only those that somebody answered."""
    counts = (
        select(Script.question_id, func.count(), func.count(Script.final), func.avg(Script.final))
        .where(Script.exam_id == exam.id)
        .group_by(Script.question_id)
    )
    found = {row[0]: row[1:] for row in session.execute(counts)}
    before = (
        select(Script.question_id, func.count())
        .join(Task, Task.script_id == Script.id)
        .where(Script.exam_id == exam.id, Task.role == "adjudicator", Task.taken_back_at.is_(None))
        .group_by(Script.question_id)
    )
    adjudicated, versions = {key: count for key, count in session.execute(before)}, exams.snapshot_of(exam.id)  # noqa: C416
    rows = session.scalars(select(Question).where(Question.exam_id == exam.id).order_by(Question.id))
    return [
        QuestionRow(
            row, versions[row.item_version_id], found.get(row.id, (0, 0, None))[0], found.get(row.id, (0, 0, None))[1],
            adjudicated.get(row.id, 0), _mean(found.get(row.id)),
        )
        for row in rows
        if not found or row.id in found
    ]  # fmt: skip


def _mean(row: Sequence[Any] | None) -> float | None:
    return None if row is None or row[2] is None else float(row[2]) / 100


@dataclass(frozen=True, slots=True)
class MarkerRow:
    """Somebody who marks: how many answers they have and how many are done."""

    person_id: int
    adjudicates: bool
    left_at: datetime | None
    done: int
    total: int


def marker_rows(session: Session, exam_id: int) -> list[MarkerRow]:
    """Who marks or has marked the exam."""
    counts = (
        select(Task.person_id, func.count(Task.done_at).label("done"), func.count().label("total"))
        .join(Script, Script.id == Task.script_id)
        .where(Script.exam_id == exam_id, Task.taken_back_at.is_(None))
        .group_by(Task.person_id)
        .subquery()
    )
    query = (
        select(Marker.person_id, Marker.adjudicates, Marker.left_at, counts.c.done, counts.c.total)
        .outerjoin(counts, counts.c.person_id == Marker.person_id)
        .where(Marker.exam_id == exam_id, Marker.left_at.is_(None) | counts.c.total.is_not(None))
        .order_by(Marker.added_at, Marker.person_id)
    )
    return [
        MarkerRow(row.person_id, row.adjudicates, row.left_at, row.done or 0, row.total or 0)
        for row in session.execute(query)
    ]


def marks(session: Session, exam_id: int, person_id: int) -> bool:
    """Whether somebody marks the exam or has been among those who did."""
    return session.get(Marker, (exam_id, person_id)) is not None


def scripts_of(session: Session, attempt_id: int) -> dict[int, tuple[str, str]]:
    """The answers of an attempt that people mark, by slot: public ids of the question and of the answer."""
    query = select(Script.slot, Question.public_id, Script.public_id).join(Question, Question.id == Script.question_id)
    return {
        slot: (question, script)
        for slot, question, script in session.execute(query.where(Script.attempt_id == attempt_id))
    }


def whole(session: Session, exam_id: int) -> list[dict[str, Any]]:
    """Every mark that was given in an exam, as rows for its evidence: answer, marker, role, marks by criterion in hundredths."""
    query = (
        select(Script, Question.public_id, Task, Mark)
        .join(Question, Question.id == Script.question_id)
        .join(Task, Task.script_id == Script.id)
        .join(Mark, Mark.task_id == Task.id)
        .where(Script.exam_id == exam_id)
        .order_by(Script.id, Task.id, Mark.number)
    )
    rows = session.execute(query).all()
    markers = accounts.people_by_ids(session, sorted({task.person_id for _script, _question, task, _mark in rows}))
    people = sitting.people_of(session, {script.attempt_id for script, _question, _task, _mark in rows})
    names = sitting.attempts_of(session, exam_id)
    return [
        {
            "answer": script.public_id, "attempt": names[people[script.attempt_id]], "question": script.slot, "rubric": question,
            "final": None if script.final is None else str(script.final), "marker": markers[task.person_id].staff_number,
            "role": task.role, "counts": task.taken_back_at is None, "number": mark.number, "points": mark.points,
            "total": str(mark.total), "comment": mark.comment, "told": mark.told, "notes": mark.notes, "at": mark.at.isoformat(),
        }
        for script, question, task, mark in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """A mark in the list of those an answer has: whose, in which role, how many, and whether it was sent back."""

    person_id: int
    role: str
    total: Decimal | None
    waits: bool


def scripts(question_id: int, state: str) -> Select[*tuple[Any, ...]]:
    """Answers to a question for `paginate`: those that wait for an adjudicator first, then those without final mark; `state`:
    "open", "final" or "" for all.
    """
    differing = (
        select(Task.id)
        .where(Task.script_id == Script.id, Task.role == "adjudicator", Task.taken_back_at.is_(None))
        .exists()
    )
    query = select(Script).where(Script.question_id == question_id)
    if state in ("open", "final"):
        query = query.where(Script.final.is_(None) if state == "open" else Script.final.is_not(None))
    return query.order_by(case((Script.final.is_not(None), 2), (differing, 0), else_=1), Script.public_id)


def given(session: Session, script_ids: Sequence[int]) -> dict[int, list[Given]]:
    """Of each answer the marks it has and those it waits for."""
    newest = select(func.max(Mark.number)).where(Mark.task_id == Task.id).correlate(Task).scalar_subquery()
    query = (
        select(Task.script_id, Task.person_id, Task.role, Mark.total, Task.done_at)
        .outerjoin(Mark, (Mark.task_id == Task.id) & (Mark.number == newest))
        .where(Task.script_id.in_(script_ids), Task.taken_back_at.is_(None))
        .order_by(Task.script_id, Task.id)
    )
    found: dict[int, list[Given]] = defaultdict(list)
    for script, person, role, total, done_at in session.execute(query):
        found[script].append(Given(person, role, total, waits=done_at is None))
    return found
