"""Which written answers of an exam have passages in common: something for people to look at, never a verdict, and nothing that
changes a result.

Compared are answers of different people to the same question (`question_bank.analysis.similarity`). Left out is what the
question itself says, with its material, model answer, points, explanation and the articles it cites, and what more than one
in twenty wrote.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from lms import apart, jobs
from lms.analysis.models import EssayPair, Essays
from lms.clock import now
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.library import queries as library
from lms.sitting import queries as sitting
from lms.supervision import queries as supervision
from question_bank.interactions.written import Written
from question_bank.item import ItemVersion
from question_bank.text import plain_text

JOB: Final = "analysis.essays"
MODULE: Final = "lms.analysis.essays_apart"
#: answers to a question that are compared, the earliest first, and pairs that are kept of a question, the most alike first
MOST_TEXTS, MOST_PAIRS = 3_000, 500
_SORTS = {
    "share": EssayPair.containment,
    "characters": EssayPair.characters,
    "longest": EssayPair.longest,
    "question": EssayPair.ref,
}
Seat = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """A written answer: attempt, number of the question on its paper, words, where its author sat."""

    attempt: int
    slot: int
    text: str
    seat: Seat | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was worked out last, and whether results are still those it was worked out of."""

    worked_out_at: datetime
    questions: int
    texts: int
    short: int
    beyond: int
    listed: int
    current: bool


def ask(session: Session, exam: ExamRow) -> None:
    """Have essays compared."""
    jobs.enqueue(session, JOB, {"exam": exam.id}, unique_key=f"essays:{exam.public_id}")


def under_way(session: Session, exam: ExamRow) -> bool:
    """Whether they are being compared."""
    return jobs.under_way(session, f"essays:{exam.public_id}")


def of_exam(session: Session, exam_id: int) -> Found | None:
    """What was worked out last, None where nothing was."""
    count = select(func.count()).where(EssayPair.exam_id == exam_id).scalar_subquery()
    kept = session.execute(select(Essays, count).where(Essays.exam_id == exam_id)).one_or_none()
    if kept is None:
        return None
    row, listed = kept
    current = row.basis == sitting.basis(session, exam_id)
    return Found(row.worked_out_at, row.questions, row.texts, row.short, row.beyond, listed, current)


def refs(session: Session, exam_id: int) -> list[str]:
    """References of the questions of which pairs are listed."""
    query = select(EssayPair.ref).where(EssayPair.exam_id == exam_id).distinct().order_by(EssayPair.ref)
    return list(session.scalars(query))


def pairs(exam_id: int, *, ref: str = "", sort: str = "share", descending: bool = True) -> Select[EssayPair]:
    """The pairs to look at for `paginate`, of one question where `ref` names one; `sort`: share, characters, longest, question."""
    query = select(EssayPair).where(EssayPair.exam_id == exam_id)
    if ref:
        query = query.where(EssayPair.ref == ref)
    column = _SORTS.get(sort, EssayPair.containment)
    return query.order_by(column.desc() if descending else column, EssayPair.id)


def pair(session: Session, exam_id: int, public_id: str) -> EssayPair | None:
    """One of them."""
    return session.scalar(select(EssayPair).where(EssayPair.exam_id == exam_id, EssayPair.public_id == public_id))


def compare(run: jobs.JobRun) -> Mapping[str, Any]:
    """The job. Read outside any transaction, compared in a process of its own, kept in one transaction."""
    session, exam_id = reading(), int(run.payload["exam"])
    exam = exams.by_ids(session, [exam_id])[exam_id]
    basis = sitting.basis(session, exam_id)
    answers = gather(session, exam.id, report=lambda done: run.report(done, basis[0]))
    tasks = {key: task_of(session, exams.snapshot_of(exam.id)[key]) for key in answers}
    session.rollback()
    kept = {key: given[:MOST_TEXTS] for key, given in answers.items()}
    texts = sum(map(len, kept.values()))
    settings = {
        "questions": [{"task": tasks[key], "texts": [one.text for one in given]} for key, given in kept.items()],
        "most": MOST_PAIRS,
    }
    said = apart.run(MODULE, settings, heard=lambda word: run.report(int(word["done"]), texts)) if texts else []
    with writing() as session:
        beyond = sum(map(len, answers.values())) - texts
        _keep(session, exam, Counts(basis, texts, beyond), kept, said)
    return {"answers": texts}


def gather(session: Session, exam_id: int, *, report: Callable[[int], None]) -> dict[int, list[Answer]]:
    """By version what everybody wrote in their first attempt that counts."""
    versions, seats = exams.snapshot_of(exam_id), supervision.places(session, exam_id)
    found, people = defaultdict[int, list[Answer]](list), set[int]()
    for some in sitting.counted(session, exam_id):
        answers = sitting.answers_of(session, [one.id for one in some], None)
        for one in some:
            if one.person_id in people:
                continue
            people.add(one.person_id)
            for slot in one.form.slots:
                text = answers.get(one.id, {}).get(slot.number)
                if isinstance(versions[slot.version].body, Written) and isinstance(text, str) and text.strip():
                    found[slot.version].append(Answer(one.id, slot.number, text, seats.get(one.person_id)))
        report(len(people))
    return dict(sorted(found.items()))


def task_of(session: Session, version: ItemVersion) -> str:
    """All that its author gave for a question: quoting it is no likeness of two candidates."""
    body: Written = version.body
    material = version.stimulus.text if version.stimulus else ""
    own = [version.stem, material, body.model_answer, version.explanation, *(point.text for point in body.points)]
    cited = library.words_of(session, [(one.source, one.article) for one in version.citations])
    return "\n".join([*map(plain_text, own), *cited])


@dataclass(frozen=True, slots=True)
class Counts:
    """The results it rests on, answers that were compared, and those beyond the most."""

    basis: Sequence[int]
    texts: int
    beyond: int


def _keep(
    session: Session,
    exam: ExamRow,
    counts: Counts,
    answers: Mapping[int, Sequence[Answer]],
    said: Sequence[Mapping[str, Any]],
) -> None:
    """Instead of what was there."""
    session.execute(delete(EssayPair).where(EssayPair.exam_id == exam.id))
    row = Essays(
        exam_id=exam.id,
        worked_out_at=now(),
        basis=list(counts.basis),
        questions=len(answers),
        texts=counts.texts,
        short=sum(one["short"] for one in said),
        beyond=counts.beyond,
    )
    session.merge(row)
    versions = exams.snapshot_of(exam.id)
    for (key, given), one in zip(answers.items(), said, strict=False):
        session.add_all(_row(exam.id, versions[key].ref, given, found) for found in one["pairs"])


def _row(exam_id: int, ref: str, given: Sequence[Answer], found: Mapping[str, Any]) -> EssayPair:
    first, second = given[found["first"]], given[found["second"]]
    return EssayPair(
        exam_id=exam_id,
        ref=ref,
        first_id=first.attempt,
        second_id=second.attempt,
        first_slot=first.slot,
        second_slot=second.slot,
        seats=[first.seat, second.seat],
        **{name: found[name] for name in ("containment", "characters", "longest", "passages")},
    )
