"""Reading worksheets: their judges, what was said in each round, what it comes to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.bank import queries as bank
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.standards.models import Judge, Judgement, Sheet
from question_bank.cut_scores import Round, Worksheet, angoff
from question_bank.item import ItemVersion


def of_exam(session: Session, exam_id: int) -> Sequence[Sheet]:
    """The worksheets of an exam, the newest first."""
    return session.scalars(select(Sheet).where(Sheet.exam_id == exam_id).order_by(Sheet.id.desc())).all()


def sheet_of(session: Session, exam_id: int, public_id: str, *, lock: bool = False) -> Sheet:
    """A worksheet of an exam; raises NotFound."""
    query = select(Sheet).where(Sheet.exam_id == exam_id, Sheet.public_id == public_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


def judges(session: Session, sheet_id: int) -> list[int]:
    """Who is on the panel."""
    return list(session.scalars(select(Judge.person_id).where(Judge.sheet_id == sheet_id).order_by(Judge.added_at)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A worksheet that somebody judges, and whether they have in this round."""

    sheet: Sheet
    exam: ExamRow
    done: bool


def wanted(session: Session, person_id: int) -> list[Wanted]:
    """The worksheets on whose panels somebody is, those that wait first."""
    query = select(Sheet).join(Judge, Judge.sheet_id == Sheet.id).where(Judge.person_id == person_id)
    sheets = session.scalars(query.order_by(Sheet.standard.is_not(None), Sheet.id.desc()).limit(50)).all()
    said = select(Judgement.sheet_id, Judgement.round).where(
        Judgement.person_id == person_id, Judgement.sheet_id.in_([sheet.id for sheet in sheets])
    )
    done = {(sheet, number) for sheet, number in session.execute(said)}
    found = exams.by_ids(session, sorted({sheet.exam_id for sheet in sheets}))
    return [Wanted(sheet, found[sheet.exam_id], (sheet.id, sheet.round) in done) for sheet in sheets]


def waiting(session: Session, person_id: int) -> int:
    """How many worksheets wait for somebody's judgement in their present round."""
    said = select(Judgement.id).where(
        Judgement.sheet_id == Sheet.id, Judgement.person_id == person_id, Judgement.round == Sheet.round
    )
    query = select(func.count(Sheet.id)).join(Judge, Judge.sheet_id == Sheet.id)
    return session.scalar(query.where(Judge.person_id == person_id, Sheet.standard.is_(None), ~said.exists())) or 0


def whole(session: Session, exam_id: int) -> list[dict[str, Any]]:
    """The worksheets of an exam with everything that was judged, for its evidence; judges by staff number."""
    sheets = of_exam(session, exam_id)
    given = {sheet.id: judgements(session, sheet) for sheet in sheets}
    everybody = {person for rounds_of in given.values() for one in rounds_of.values() for person in one}
    people = accounts.people_by_ids(session, sorted(everybody))
    return [
        {
            "sheet": sheet.public_id, "method": sheet.method, "questions": sheet.content, "standard": sheet.standard,
            "reason": sheet.reason, "made_at": sheet.made_at.isoformat(),
            "rounds": {
                str(number): {people[person].staff_number: values for person, values in one.items()}
                for number, one in sorted(given[sheet.id].items())
            },
        }
        for sheet in reversed(sheets)
    ]  # fmt: skip


def judged_by(session: Session, person_id: int, public_id: str) -> Sheet:
    """A worksheet on whose panel somebody is; raises NotFound."""
    query = select(Sheet).join(Judge, Judge.sheet_id == Sheet.id)
    found = session.scalar(query.where(Sheet.public_id == public_id, Judge.person_id == person_id))
    if found is None:
        raise NotFound
    return found


def judgements(session: Session, sheet: Sheet) -> dict[int, dict[int, list[int]]]:
    """By round and judge what was said last."""
    found: dict[int, dict[int, list[int]]] = defaultdict(dict)
    query = select(Judgement.round, Judgement.person_id, Judgement.values).where(Judgement.sheet_id == sheet.id)
    for number, person, values in session.execute(query.order_by(Judgement.id)):
        found[number][person] = values
    return found


def rounds(session: Session, exam: ExamRow, sheet: Sheet) -> list[Round]:
    """What the rounds of Angoff's worksheet came to in which somebody judged, by those who judged in each."""
    marks = tuple(worth / 100 for _version, worth in sheet.content)
    known = facilities(session, exam, sheet)
    return [
        angoff(
            Worksheet(tuple(given), marks, (tuple(tuple(v / 100 for v in values) for values in given.values()),)), known
        )[0]
        for _number, given in sorted(judgements(session, sheet).items())
    ]


def facilities(session: Session, exam: ExamRow, sheet: Sheet) -> list[float | None]:
    """The shares that answered the questions right, as far as exams told."""
    found = bank.difficulties(session, versions(session, exam, sheet))
    return [found[key].p if key in found else None for key, _worth in sheet.content]


def versions(session: Session, exam: ExamRow, sheet: Sheet) -> Mapping[int, ItemVersion]:
    """The questions that are judged."""
    return bank.versions(session, [key for key, _worth in sheet.content])
