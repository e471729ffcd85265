"""Which candidates of an exam answered more alike than chance allows: something for people to look at, never a verdict, and
nothing that changes a result.

Compared are candidates who had the same questions and sat in the same room at the same time
(`question_bank.analysis.forensics`). An answer with full marks is the right one however it was written; others are as given.
"""

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from lms import apart, jobs
from lms.analysis.models import Copying, CopyingPair
from lms.clock import now
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting import queries as sitting
from lms.supervision import queries as supervision

JOB: Final = "analysis.copying"
MODULE: Final = "lms.analysis.copying_apart"
#: fewer candidates make no model of what is usual
LEAST_CANDIDATES = 30
#: pairs that are compared, those who sat nearest first
MOST_PAIRS = 60_000
#: how a right answer is written
RIGHT = "="
Seat = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Hall:
    """Candidates with the same questions: their attempts, and a text for each answer, "" for none, a row a candidate. `seats`
    by place in `sat`: room, row and column; `pairs` of places.
    """

    sat: Sequence[sitting.Sat]
    versions: Sequence[int]
    given: Sequence[Sequence[str]]
    seats: Mapping[int, Seat]
    pairs: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Found:
    """What was worked out last, and whether results are still those it was worked out of."""

    worked_out_at: datetime
    candidates: int
    seated: int
    questions: int
    pairs: int
    listed: int
    current: bool


def ask(session: Session, exam: ExamRow) -> None:
    """Have candidates compared."""
    jobs.enqueue(session, JOB, {"exam": exam.id}, unique_key=f"copying:{exam.public_id}")


def under_way(session: Session, exam: ExamRow) -> bool:
    """Whether they are being compared."""
    return jobs.under_way(session, f"copying:{exam.public_id}")


def of_exam(session: Session, exam_id: int) -> Found | None:
    """What was worked out last, None where nothing was."""
    row = session.get(Copying, exam_id)
    if row is None:
        return None
    listed = session.scalar(select(func.count()).where(CopyingPair.exam_id == exam_id)) or 0
    current = row.basis == sitting.basis(session, exam_id)
    return Found(row.worked_out_at, row.candidates, row.seated, row.questions, row.pairs, listed, current)


def pairs(exam_id: int) -> Select[CopyingPair]:
    """The pairs to look at for `paginate`, the least likely first."""
    return select(CopyingPair).where(CopyingPair.exam_id == exam_id).order_by(CopyingPair.m4_p, CopyingPair.id)


def pair(session: Session, exam_id: int, public_id: str) -> CopyingPair | None:
    """One of them."""
    return session.scalar(select(CopyingPair).where(CopyingPair.exam_id == exam_id, CopyingPair.public_id == public_id))


def compare(run: jobs.JobRun) -> Mapping[str, Any]:
    """The job. Read outside any transaction, kept in one."""
    session, exam_id = reading(), int(run.payload["exam"])
    exam = exams.by_ids(session, [exam_id])[exam_id]
    basis = sitting.basis(session, exam_id)
    hall = gather(session, exam.id, report=lambda done: run.report(done, basis[0]))
    session.rollback()
    enough = len(hall.sat) >= LEAST_CANDIDATES and hall.versions and hall.pairs
    settings = {"given": hall.given, "key": [RIGHT] * len(hall.versions), "pairs": hall.pairs}
    listed = apart.run(MODULE, settings) if enough else []
    with writing() as session:
        _keep(session, exam_id, basis, hall, listed)
    return {"attempts": len(hall.sat)}


def gather(session: Session, exam_id: int, *, report: Callable[[int], None]) -> Hall:
    """Everybody's first attempt that counts, as far as it has the questions that most have."""
    sat, texts, people = list[sitting.Sat](), list[dict[int, str]](), set[int]()
    for some in sitting.counted(session, exam_id):
        answers = sitting.answers_of(session, [one.id for one in some], None)
        for one in some:
            if one.person_id not in people:
                people.add(one.person_id)
                sat.append(one)
                texts.append(dict(_texts(one, answers.get(one.id, {}))))
        report(len(people))
    usual = Counter(frozenset(row) for row in texts).most_common(1)
    versions = sorted(usual[0][0]) if usual else []
    kept = [place for place, row in enumerate(texts) if sorted(row) == versions]
    chosen = [sat[place] for place in kept]
    places = supervision.places(session, exam_id)
    seats = {n: places[one.person_id] for n, one in enumerate(chosen) if one.person_id in places}
    return Hall(
        chosen, versions, [[texts[place][key] for key in versions] for place in kept], seats, _pairs(chosen, seats)
    )


def _texts(one: sitting.Sat, answers: Mapping[int, Any]) -> Iterator[tuple[int, str]]:
    """By version what was answered to each question that counts marks."""
    scores = one.newest.scores
    for slot, earned, marks in zip(one.form.slots, scores["earned"], scores["marks"], strict=True):
        if marks > 0:
            yield slot.version, "" if earned is None else text_of(answers.get(slot.number), right=earned == marks)


def text_of(response: Any, *, right: bool) -> str:
    """An answer as it is compared."""
    return RIGHT if right else json.dumps(response, ensure_ascii=False, sort_keys=True)


def _pairs(sat: Sequence[sitting.Sat], seats: Mapping[int, Seat]) -> list[tuple[int, int]]:
    """Who sat in one room at one time, the nearest first."""
    rooms = defaultdict[str, list[int]](list)
    for place, seat in seats.items():
        rooms[seat[0]].append(place)
    found = [
        pair for room in rooms.values() for pair in itertools.combinations(room, 2) if _met(sat[pair[0]], sat[pair[1]])
    ]
    found.sort(key=lambda pair: (_apart(seats[pair[0]], seats[pair[1]]), pair))
    return found[:MOST_PAIRS]


def _met(one: sitting.Sat, other: sitting.Sat) -> bool:
    """Whether both were at work at some moment."""
    return max(one.started_at, other.started_at) <= min(one.ended_at or now(), other.ended_at or now())


def _apart(one: Seat, other: Seat) -> int:
    return max(abs(one[1] - other[1]), abs(one[2] - other[2]))


def _keep(
    session: Session, exam_id: int, basis: Sequence[int], hall: Hall, listed: Sequence[Mapping[str, Any]]
) -> None:
    """Instead of what was there."""
    session.execute(delete(CopyingPair).where(CopyingPair.exam_id == exam_id))
    session.merge(
        Copying(
            exam_id=exam_id,
            worked_out_at=now(),
            basis=list(basis),
            candidates=len(hall.sat),
            seated=len(hall.seats),
            questions=len(hall.versions),
            pairs=len(hall.pairs),
        )
    )
    session.add_all(
        CopyingPair(
            exam_id=exam_id,
            first_id=hall.sat[one["first"]].id,
            second_id=hall.sat[one["second"]].id,
            versions=[hall.versions[place] for place in one["places"]],
            seats=[hall.seats[one["first"]], hall.seats[one["second"]]],
            **{name: one[name] for name in ("m4_p", "q", "omega", "right", "wrong")},
        )
        for one in listed
    )
