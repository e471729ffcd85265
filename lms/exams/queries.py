"""Reading exams."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import current_app
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from lms.bank import queries as bank
from lms.database import reading
from lms.exams.models import Exam, ExamAudience, ExamItem
from lms.keys import key_for
from question_bank.blueprint import Blueprint, by_hand
from question_bank.chance import derive
from question_bank.difficulty import Difficulty
from question_bank.item import ItemVersion
from question_bank.pool import Pool

KEPT_SNAPSHOTS = 8
#: how papers come about: each drawn by itself (exams published by older releases), or dealt with regard to all others
DRAWN, DEALT = 1, 2


@dataclass(frozen=True, slots=True)
class ExamRow:
    """An exam as pages and other features need it. `seed` is the secret of the draw: never show it before the end."""

    id: int
    public_id: str
    title: str
    owner_path: str
    pool_id: int
    state: str
    blueprint: Blueprint
    minutes: int
    opens_at: datetime
    closes_at: datetime
    release: str
    shows: str
    released_at: datetime | None
    seed: bytes
    created_by: int
    published_at: datetime | None
    guarded: bool
    marked_at: datetime | None
    archived_at: datetime | None
    assembly: int

    @property
    def commitment(self) -> str:
        """What is shown of the seed before the end: its SHA-256."""
        return hashlib.sha256(self.seed).hexdigest()

    @property
    def marked_by_people(self) -> bool:
        """Whether it asks questions that people mark."""
        return bool(by_hand(self.blueprint))

    @property
    def waits_for_marks(self) -> bool:
        """Whether people must mark answers and their marks are not in."""
        return self.marked_at is None and self.marked_by_people

    @property
    def questions(self) -> int:
        """How many questions a paper has."""
        return self.blueprint.questions

    @property
    def total(self) -> Decimal:
        """Full marks."""
        return self.blueprint.total

    def phase(self, now: datetime) -> str:
        """draft, soon, open or over."""
        if self.state == "draft":
            return "draft"
        if now < self.opens_at:
            return "soon"
        return "open" if now < self.closes_at else "over"

    def score_visible(self, now: datetime) -> bool:
        """Whether candidates may see their score now, by the release policy."""
        if self.release == "at_once" or self.released_at is not None:
            return True
        return self.release == "after_window" and now >= self.closes_at


COLUMNS = (
    Exam.id,
    Exam.public_id,
    Exam.title,
    Exam.owner_path,
    Exam.pool_id,
    Exam.state,
    Exam.blueprint,
    Exam.minutes,
    Exam.opens_at,
    Exam.closes_at,
    Exam.release,
    Exam.shows,
    Exam.released_at,
    Exam.seed,
    Exam.created_by,
    Exam.published_at,
    Exam.guarded,
    Exam.marked_at,
    Exam.archived_at,
    Exam.assembly,
)
_BLUEPRINT, _SEED = (next(n for n, column in enumerate(COLUMNS) if column.key == key) for key in ("blueprint", "seed"))


def row_of(values: Sequence[Any]) -> ExamRow:
    """An ExamRow from the columns of `rows`."""
    fields = list(values)
    fields[_BLUEPRINT] = Blueprint.from_record(fields[_BLUEPRINT])
    fields[_SEED] = seed_of(fields[_SEED], assembly=fields[-1])
    return ExamRow(*fields)


def seed_of(stored: bytes, *, assembly: int) -> bytes:
    """The secret of the draw. Of an exam whose papers are dealt the database alone does not say it."""
    return derive(key_for("seed of an exam"), stored.hex()) if assembly == DEALT else stored


def rows(
    *, paths: Sequence[str], thing_ids: Sequence[str] = (), states: Sequence[str] = ("draft", "published")
) -> Select[*tuple[Any, ...]]:
    """Exams that belong to these parts of the organisation or are named by public id, newest window first."""
    mine = [Exam.owner_path.startswith(path, autoescape=True) for path in paths]
    return (
        select(*COLUMNS)
        .where(or_(*mine, Exam.public_id.in_(thing_ids)), Exam.state.in_(states))
        .order_by(Exam.opens_at.desc(), Exam.id.desc())
    )


def by_public_id(session: Session, public_id: str) -> ExamRow | None:
    """The exam, whoever asks; policies decide who may."""
    found = session.execute(select(*COLUMNS).where(Exam.public_id == public_id)).first()
    return row_of(found) if found else None


def by_ids(session: Session, ids: Sequence[int]) -> dict[int, ExamRow]:
    """Exams by id, in one query."""
    found = session.execute(select(*COLUMNS).where(Exam.id.in_(ids)))
    return {row.id: row for row in map(row_of, found)}


def sittable(session: Session, unit_path: str | None, *, exam_id: int | None = None) -> list[ExamRow]:
    """Published exams whose audience names this unit (given by its path) or one above it, soonest end first."""
    if unit_path is None:
        return []
    above = [int(part) for part in unit_path.strip("/").split("/")]
    query = (
        select(*COLUMNS)
        .where(Exam.state == "published")
        .where(Exam.id.in_(select(ExamAudience.exam_id).where(ExamAudience.unit_id.in_(above))))
        .order_by(Exam.closes_at, Exam.id)
    )
    if exam_id is not None:
        query = query.where(Exam.id == exam_id)
    return [row_of(found) for found in session.execute(query)]


def open_between(session: Session, first: datetime, last: datetime) -> list[str]:
    """Titles of published exams that are open at some moment between the two."""
    query = select(Exam.title).where(Exam.state == "published", Exam.opens_at <= last, Exam.closes_at > first)
    return list(session.scalars(query.order_by(Exam.opens_at)))


def over(session: Session, moment: datetime) -> list[int]:
    """Ids of the published exams that were over at a moment, the last one first."""
    query = select(Exam.id).where(Exam.state == "published", Exam.closes_at <= moment)
    return list(session.scalars(query.order_by(Exam.closes_at.desc(), Exam.id.desc())))


def told(moment: datetime, among: Select[int]) -> Select[*tuple[Any, ...]]:
    """Exams that were over at a moment and whose scores candidates might see then, of those of which `among` selects the id, the
    last one first.
    """
    visible = or_(Exam.release.in_(("at_once", "after_window")), Exam.released_at.is_not(None))
    query = select(*COLUMNS).where(Exam.state == "published", Exam.closes_at <= moment, visible, Exam.id.in_(among))
    return query.order_by(Exam.closes_at.desc(), Exam.id.desc())


def audience(session: Session, exam_id: int) -> list[int]:
    """Ids of the units named."""
    return list(session.scalars(select(ExamAudience.unit_id).where(ExamAudience.exam_id == exam_id)))


def proof_of(session: Session, exam_id: int) -> Any | None:
    """What was known of the papers of an exam beforehand, as it is stored (`lms.exams.proof`)."""
    return session.scalar(select(Exam.proof).where(Exam.id == exam_id))


def snapshot_size(session: Session, exam_id: int) -> int:
    """How many item versions were frozen with the exam."""
    return session.scalar(select(func.count()).select_from(ExamItem).where(ExamItem.exam_id == exam_id)) or 0


def snapshot_of(exam_id: int) -> Mapping[int, ItemVersion]:
    """The frozen item versions of a published exam by their stored number, for callers on the hot path."""
    kept: dict[int, Frozen] = current_app.extensions.setdefault("exam_snapshots", {})
    found = kept.get(exam_id)  # a session costs more than looking there
    return (found or frozen(reading(), exam_id)).pool.versions


def blueprint_of(exam_id: int) -> Blueprint:
    """The blueprint of a published exam, kept in memory for the next caller: it never changes."""
    kept: dict[int, Blueprint] = current_app.extensions.setdefault("exam_blueprints", {})
    if exam_id not in kept:
        kept[exam_id] = by_ids(reading(), [exam_id])[exam_id].blueprint
    return kept[exam_id]


@dataclass(frozen=True, slots=True)
class Frozen:
    """What papers are made of, as it was when the exam was published: versions by their stored number (with options in
    their author's order where the exam does not shuffle them), and how hard they were as far as that was known.
    """

    pool: Pool
    difficulties: Mapping[int, Difficulty]


def snapshot(session: Session, exam_id: int) -> Pool:
    """The frozen pool of a published exam."""
    return frozen(session, exam_id).pool


def frozen(session: Session, exam_id: int) -> Frozen:
    """What was frozen with an exam, kept in memory for the next caller: it never changes."""
    kept: dict[int, Frozen] = current_app.extensions.setdefault("exam_snapshots", {})
    found = kept.get(exam_id)
    if found is None:
        found = stored(session, exam_id)
        while len(kept) >= KEPT_SNAPSHOTS:
            kept.pop(next(iter(kept)))
        kept[exam_id] = found
    return found


def stored(session: Session, exam_id: int) -> Frozen:
    """The same as the database holds it now."""
    query = select(ExamItem.item_version_id, ExamItem.trial, ExamItem.difficulty).where(ExamItem.exam_id == exam_id)
    rows = session.execute(query).all()
    versions = bank.versions(session, [row.item_version_id for row in rows])
    record = session.scalars(select(Exam.blueprint).where(Exam.id == exam_id)).one()
    if not Blueprint.from_record(record).shuffle_options:
        versions = {key: version.in_own_order() for key, version in versions.items()}
    known = {row.item_version_id: Difficulty.from_record(row.difficulty) for row in rows if row.difficulty}
    pool = Pool.of(versions.items(), trial=[row.item_version_id for row in rows if row.trial])
    return Frozen(pool, known)
