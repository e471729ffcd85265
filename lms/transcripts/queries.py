"""Reading transcripts: the revisions in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from lms.clock import BUREAU_ZONE
from lms.transcripts.models import Certificate, TranscriptEntry
from lms.transcripts.printed import Printed


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of a transcript. `hours` are study hours of 45 minutes; `score` and `maximum` are marks of an exam."""

    public_id: str
    kind: str
    source: str
    title: str
    title_en: str | None
    subject: str | None
    hours: Decimal
    score: Decimal | None
    maximum: Decimal | None
    passed: bool
    happened_at: datetime
    unit_name: str | None

    def name(self, language: str) -> str:
        """The title for a page in `language`."""
        return self.title_en if self.title_en and language.startswith("en") else self.title


_ENTRY = (
    TranscriptEntry.public_id,
    TranscriptEntry.kind,
    TranscriptEntry.source,
    TranscriptEntry.title,
    TranscriptEntry.title_en,
    TranscriptEntry.subject,
    TranscriptEntry.hours,
    TranscriptEntry.score,
    TranscriptEntry.maximum,
    TranscriptEntry.passed,
    TranscriptEntry.happened_at,
    TranscriptEntry.unit_name,
)


def _in_force() -> ColumnElement[bool]:
    later = aliased(TranscriptEntry)
    return ~exists().where(
        later.person_id == TranscriptEntry.person_id,
        later.source == TranscriptEntry.source,
        later.revision > TranscriptEntry.revision,
    )


def _year(year: int) -> ColumnElement[bool]:
    first = datetime(year, 1, 1, tzinfo=BUREAU_ZONE).astimezone(UTC)
    after = datetime(year + 1, 1, 1, tzinfo=BUREAU_ZONE).astimezone(UTC)
    return (TranscriptEntry.happened_at >= first) & (TranscriptEntry.happened_at < after)


def entries(person_id: int, *, year: int | None = None, kind: str = "") -> Select[*tuple[Any, ...]]:
    """The lines of a person's transcript, newest first, for `paginate`; rows as EntryRow's fields."""
    query = (
        select(*_ENTRY)
        .where(TranscriptEntry.person_id == person_id, _in_force())
        .order_by(TranscriptEntry.happened_at.desc(), TranscriptEntry.id.desc())
    )
    if year is not None:
        query = query.where(_year(year))
    return query.where(TranscriptEntry.kind == kind) if kind else query


def all_entries(session: Session, person_id: int) -> list[EntryRow]:
    """Every line of a person's transcript, oldest first, for printing."""
    return [EntryRow(*row) for row in reversed(session.execute(entries(person_id)).all())]


def hours_of_year(session: Session, person_id: int, year: int) -> Decimal:
    """Study hours a person earned in a calendar year of the bureau's zone."""
    return totals(session, [person_id], year=year).get(person_id, Totals()).hours


@dataclass(frozen=True, slots=True)
class Totals:
    """What a person has earned: study hours, units finished, exams passed, of exams sat."""

    hours: Decimal = Decimal(0)
    units: int = 0
    passed: int = 0
    exams: int = 0


def totals(session: Session, person_ids: Sequence[int], *, year: int | None = None) -> dict[int, Totals]:
    """Totals by person, of one year or of all time; one query."""
    is_exam = TranscriptEntry.kind == "exam"
    query = (
        select(
            TranscriptEntry.person_id,
            func.sum(TranscriptEntry.hours),
            func.count().filter(TranscriptEntry.kind == "unit"),
            func.count().filter(is_exam & TranscriptEntry.passed),
            func.count().filter(is_exam),
        )
        .where(TranscriptEntry.person_id.in_(person_ids), _in_force())
        .group_by(TranscriptEntry.person_id)
    )
    if year is not None:
        query = query.where(_year(year))
    return {row[0]: Totals(row[1] or Decimal(0), *row[2:]) for row in session.execute(query)}


def years(session: Session, person_id: int) -> list[int]:
    """The years in which something was learned, newest first."""
    bounds = select(func.min(TranscriptEntry.happened_at), func.max(TranscriptEntry.happened_at))
    row: tuple[datetime | None, ...] = tuple(
        session.execute(bounds.where(TranscriptEntry.person_id == person_id)).one()
    )
    first, last = row
    if first is None or last is None:
        return []
    return list(range(last.astimezone(BUREAU_ZONE).year, first.astimezone(BUREAU_ZONE).year - 1, -1))


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A printed transcript."""

    code: str
    person_id: int
    issued_at: datetime
    printed: Printed


def certificate(session: Session, code: str) -> CertificateRow | None:
    """The printed transcript with this code (as stored: sixteen characters), None when there is none."""
    found = session.scalar(select(Certificate).where(Certificate.code == code))
    return _certificate(found) if found else None


def certificates(session: Session, person_id: int, *, limit: int = 10) -> list[CertificateRow]:
    """A person's latest printed transcripts, newest first."""
    query = select(Certificate).where(Certificate.person_id == person_id).order_by(Certificate.id.desc()).limit(limit)
    return [_certificate(found) for found in session.scalars(query)]


def newer_entries(session: Session, found: CertificateRow) -> int:
    """How many lines were recorded after the print."""
    return (
        session.scalar(
            select(func.count()).where(
                TranscriptEntry.person_id == found.person_id, TranscriptEntry.recorded_at > found.issued_at
            )
        )
        or 0
    )


def _certificate(found: Certificate) -> CertificateRow:
    return CertificateRow(found.code, found.person_id, found.issued_at, Printed.from_record(found.content))
