"""Dealing the papers of an exam: in batches before the bell, alone at the start for whoever came later, and all of them
anew where seats became known before it.

Batches go through the people by id and take up the counts where the last batch left them. Somebody who starts without
a paper gets one that follows the batches there are; it is noted as late, and no later paper regards it. So every paper
follows from the seed, the frozen questions and what is stored beside it, and can be dealt again (`lms.sitting.redraw`).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.clock import now
from lms.database import reading
from lms.direct import ask
from lms.exams import queries as exams
from lms.exams.queries import DRAWN, ExamRow, Frozen
from lms.keys import key_for
from lms.sitting import seal
from lms.sitting.models import Attempt, Dealt, Paper
from question_bank import fair
from question_bank.assembly import Form, draw
from question_bank.chance import derive
from question_bank.fair import Dealing, Seat, record_of

#: papers dealt in one transaction
AT_ONCE = 100
#: before the bell papers stay as they are: whoever starts at its stroke has read theirs before others could be kept
STILL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Late:
    """What is kept of a paper that was dealt at the start: the batch that it follows, and the paper, sealed."""

    batch: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """The record of a person's paper, as JSON; with `late` where it is yet to be kept."""

    form: str
    late: Late | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Papers that belong together: their number, people and records in one order, and the counts after them."""

    number: int
    people: Sequence[int]
    seats: Sequence[Seat | None]
    records: Sequence[bytes]
    after: Dealing = field(repr=False)


def place(exam_id: int, person_id: int) -> str:
    """Whose a sealed paper is."""
    return f"{exam_id}:{person_id}"


def seed_for(exam: ExamRow, public_id: str) -> bytes:
    """The seed of a person's first attempt."""
    return derive(exam.seed, f"paper:{public_id}:1")


def sealed(exam_id: int, person_id: int, record: bytes) -> bytes:
    """A paper as it is kept."""
    return seal.sealed(key_for("papers before the bell"), place(exam_id, person_id), record)


def opened(exam_id: int, person_id: int, stored: bytes) -> bytes:
    """The record of a kept paper; raises Broken."""
    return seal.opened(key_for("papers before the bell"), place(exam_id, person_id), stored)


def given(exam: ExamRow, person_id: int, public_id: str, stored: bytes | None = None) -> Given:
    """A person's paper: dealt before (`stored`, where it was read already), or dealt now."""
    if stored is None:
        found = ask("SELECT sealed FROM sitting_paper WHERE exam_id = ? AND person_id = ?", (exam.id, person_id))
        stored = found[0][0] if found else None
    if stored is not None:
        return Given(opened(exam.id, person_id, stored).decode())
    session = reading()
    state = session.get(Dealt, exam.id, populate_existing=True)
    number = state.batches if state else 0
    record = record_of(late_form(exam, exams.frozen(session, exam.id), public_id, known(state)))
    session.rollback()
    return Given(record.decode(), Late(number, sealed(exam.id, person_id, record)))


def late_form(exam: ExamRow, frozen: Frozen, public_id: str, before: Dealing) -> Form:
    """The paper of somebody who comes after these."""
    seed = seed_for(exam, public_id)
    if exam.assembly == DRAWN:
        return draw(frozen.pool, exam.blueprint, seed=seed)
    return dealt(exam, frozen, [seed], [None], before).forms[0]


def dealt(
    exam: ExamRow, frozen: Frozen, seeds: Sequence[bytes], seats: Sequence[Seat | None], before: Dealing
) -> Dealing:
    """Papers for these seeds after those dealt before; the same arguments give the same papers."""
    common = derive(exam.seed, "common")
    return fair.dealing(frozen.pool, exam.blueprint, seeds, seats, frozen.difficulties, common=common, after=before)


def known(state: Dealt | None) -> Dealing:
    """The counts that are kept."""
    return Dealing(papers=state.papers, shown=dict(state.shown)) if state else Dealing()


def seated(session: Session, exam_id: int) -> dict[Seat, frozenset[int]]:
    """What lies on which seat, of papers whose seats were known."""
    query = select(Paper.person_id, Paper.seat, Paper.sealed).where(Paper.exam_id == exam_id, Paper.seat.is_not(None))
    found: dict[Seat, frozenset[int]] = defaultdict(frozenset)
    for row in session.execute(query):
        found[Seat(*row.seat)] |= versions_on(opened(exam_id, row.person_id, row.sealed))
    return dict(found)


def canonical(record: Mapping[str, Any]) -> bytes:
    """A record in the one spelling in which papers are kept."""
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()


def versions_on(record: bytes) -> frozenset[int]:
    """The versions on a paper."""
    return frozenset(key for _marks, versions in json.loads(record)["sections"] for key in versions)


def next_batch(session: Session, exam: ExamRow, people: Sequence[tuple[int, str]], seats: Mapping[int, Seat]) -> Batch:
    """The papers of some people (ids and public ids), after all that were dealt; nothing is kept yet."""
    state, frozen = session.get(Dealt, exam.id, populate_existing=True), exams.frozen(session, exam.id)
    before, number = known(state), (state.batches if state else 0) + 1
    if any(person_id in seats for person_id, _public_id in people):
        before = Dealing(papers=before.papers, shown=before.shown, seated=seated(session, exam.id))
    return _batch(exam, frozen, people, seats, number=number, before=before)


def from_the_start(
    exam: ExamRow, frozen: Frozen, people: Sequence[tuple[int, str]], seats: Mapping[int, Seat]
) -> Iterator[Batch]:
    """Papers for everybody, batch after batch, as if none had been dealt; nothing is kept yet."""
    before = Dealing()
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        batch = _batch(exam, frozen, some, seats, number=1 + start // AT_ONCE, before=before)
        before = batch.after
        yield batch


def _batch(
    exam: ExamRow,
    frozen: Frozen,
    people: Sequence[tuple[int, str]],
    seats: Mapping[int, Seat],
    *,
    number: int,
    before: Dealing,
) -> Batch:
    at = [seats.get(person_id) for person_id, _public_id in people]
    if exam.assembly == DRAWN:
        forms = tuple(draw(frozen.pool, exam.blueprint, seed=seed_for(exam, name)) for _id, name in people)
        after = Dealing(forms, before.papers + len(forms), before.shown)
    else:
        after = dealt(exam, frozen, [seed_for(exam, name) for _id, name in people], at, before)
    return Batch(number, [person_id for person_id, _name in people], at, [record_of(f) for f in after.forms], after)


def keep(session: Session, exam_id: int, batch: Batch) -> bool:
    """Keep a batch; False, and nothing kept, where others were dealt or began meanwhile: deal again then."""
    state = session.get(Dealt, exam_id, with_for_update=True, populate_existing=True)
    if (state.batches if state else 0) + 1 != batch.number:
        return False
    for table in (Paper, Attempt):
        if session.scalar(select(table.person_id).where(table.exam_id == exam_id, table.person_id.in_(batch.people))):
            return False
    state = state or Dealt(exam_id=exam_id)
    state.batches, state.papers = batch.number, batch.after.papers
    state.shown = sorted(batch.after.shown.items())
    session.add(state)
    session.execute(insert(Paper), rows_of(exam_id, batch))
    return True


def rows_of(exam_id: int, batch: Batch) -> list[dict[str, Any]]:
    """The rows of `Paper` for a batch."""
    return [
        {
            "exam_id": exam_id,
            "person_id": person_id,
            "batch": batch.number,
            "late": False,
            "seat": [seat.room, seat.row, seat.column] if seat else None,
            "sealed": sealed(exam_id, person_id, paper),
        }
        for person_id, seat, paper in zip(batch.people, batch.seats, batch.records, strict=True)
    ]


def may_be_replaced(session: Session, exam: ExamRow) -> bool:
    """Whether papers may still be dealt anew: each has a paper of their own, the bell is to come, nobody has begun."""
    if exam.assembly == DRAWN or exam.blueprint.paper != "personal" or exam.phase(now() + STILL) != "soon":
        return False
    return not session.scalar(select(exists().where(Attempt.exam_id == exam.id)))


def replace(session: Session, exam: ExamRow, batches: Sequence[Batch], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Keep these papers instead of all there were; False, and nothing changed, where that may not be any more.

    What was there before follows from the seed and the seats of that time; the audit log has the SHA-256 of the new
    records, in the order of their people.
    """
    state = session.get(Dealt, exam.id, with_for_update=True, populate_existing=True) or Dealt(exam_id=exam.id)
    if not may_be_replaced(session, exam) or not batches:
        return False
    before = session.scalar(select(func.count()).where(Paper.exam_id == exam.id))
    session.execute(delete(Paper).where(Paper.exam_id == exam.id))
    last = batches[-1]
    state.batches, state.papers, state.shown = last.number, last.after.papers, sorted(last.after.shown.items())
    session.add(state)
    session.execute(insert(Paper), list(rows))
    digest = hashlib.sha256(b"\n".join(paper for batch in batches for paper in batch.records)).hexdigest()
    after = {"papers": len(rows), "seats": sum(row["seat"] is not None for row in rows), "sha256": digest}
    record(session, "sitting.dealt_anew", thing="exam", thing_id=exam.public_id, before={"papers": before}, after=after)
    return True
