"""Reading transcripts: the revisions in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from lms.accounts import queries as accounts
from lms.clock import BUREAU_ZONE
from lms.transcripts.models import Certificate, TranscriptEntry
from lms.transcripts.printed import Printed
from lms.transcripts.words import KIND_NAMES as KIND_NAMES

KINDS = ("unit", "exam", "class", "outside")
#: what an entry of a kind is where its facts do not say
CHANNELS = {"unit": "network", "exam": "exam", "class": "class", "outside": "other"}
#: kinds of which there are entries only once they are done
NEVER_FAILED = frozenset({"unit", "outside"})
VOID_ZH = {"taken_back": "撤销", "exempt": "免训"}


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
    #: why it counts for nothing: "taken_back" or "exempt"
    void: str | None
    happened_at: datetime
    unit_name: str | None
    post: str | None
    #: 1, and one more with every correction
    revision: int
    facts: Mapping[str, Any] | None
    why: str | None
    recorded_at: datetime

    @property
    def channel(self) -> str:
        """The way in which it was learned: of an entry without facts what its kind says."""
        return str((self.facts or {}).get("channel") or CHANNELS[self.kind])

    @property
    def outcome_zh(self) -> str:
        """What became of it, in the Chinese of papers and workbooks."""
        if self.void:
            return VOID_ZH[self.void]
        if self.kind in NEVER_FAILED:
            return "完成"
        return "合格" if self.passed else "不合格"

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
    TranscriptEntry.void,
    TranscriptEntry.happened_at,
    TranscriptEntry.unit_name,
    TranscriptEntry.post,
    TranscriptEntry.revision,
    TranscriptEntry.facts,
    TranscriptEntry.why,
    TranscriptEntry.recorded_at,
)


def in_force() -> ColumnElement[bool]:
    """The condition that an entry is the latest revision of itself."""
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


def entries(
    person_id: int, *, year: int | None = None, kind: str = "", units: Sequence[int] | None = None
) -> Select[*tuple[Any, ...]]:
    """The lines of a person's transcript, newest first, for `paginate`; rows as EntryRow's fields. `units`: only what was
    earned in units of these ids.
    """
    query = (
        select(*_ENTRY)
        .where(TranscriptEntry.person_id == person_id, in_force())
        .order_by(TranscriptEntry.happened_at.desc(), TranscriptEntry.id.desc())
    )
    if year is not None:
        query = query.where(_year(year))
    if units is not None:
        query = query.where(TranscriptEntry.unit_id.in_(units))
    return query.where(TranscriptEntry.kind == kind) if kind else query


def revisions_of_entry(session: Session, person_id: int, entry_id: str, units: Sequence[int] | None) -> list[EntryRow]:
    """Every revision of the entry with this public id, the first one first; none where it is not this person's, or (with
    `units`) was not earned in one of these.
    """
    entry = select(TranscriptEntry.source).where(
        TranscriptEntry.public_id == entry_id, TranscriptEntry.person_id == person_id
    )
    query = select(*_ENTRY).where(
        TranscriptEntry.person_id == person_id, TranscriptEntry.source == entry.scalar_subquery()
    )
    if units is not None:
        query = query.where(TranscriptEntry.unit_id.in_(units))
    return [EntryRow(*row) for row in session.execute(query.order_by(TranscriptEntry.revision))]


def all_entries(session: Session, person_id: int) -> list[EntryRow]:
    """Every line of a person's transcript, oldest first, for printing."""
    return [EntryRow(*row) for row in reversed(session.execute(entries(person_id)).all())]


def entries_of(
    session: Session, person_ids: Sequence[int], *, since: datetime | None = None, before: datetime | None = None
) -> dict[int, list[EntryRow]]:
    """Every line of the transcripts of some people, oldest first, or those from `since` up to `before`; whoever has none is left
    out. One query.
    """
    query = select(TranscriptEntry.person_id, *_ENTRY).where(TranscriptEntry.person_id.in_(person_ids), in_force())
    if since is not None:
        query = query.where(TranscriptEntry.happened_at >= since)
    if before is not None:
        query = query.where(TranscriptEntry.happened_at < before)
    found: dict[int, list[EntryRow]] = {}
    for person_id, *row in session.execute(query.order_by(TranscriptEntry.happened_at, TranscriptEntry.id)):
        found.setdefault(person_id, []).append(EntryRow(*row))
    return found


def hours_of_year(session: Session, person_id: int, year: int) -> Decimal:
    """Study hours a person earned in a calendar year of the bureau's zone."""
    return totals(session, [person_id], year=year).get(person_id, Totals()).hours


@dataclass(frozen=True, slots=True)
class CountedRow:
    """As much of an entry as sums ask for."""

    person_id: int
    kind: str
    hours: Decimal
    passed: bool
    void: str | None
    happened_at: datetime

    @property
    def year(self) -> int:
        """The calendar year of the bureau's zone."""
        return self.happened_at.astimezone(BUREAU_ZONE).year


def counted(session: Session, person_id: int, units: Sequence[int] | None = None) -> list[CountedRow]:
    """All entries in force of a person, or those earned in units of these ids, newest first: for sums."""
    query = entries(person_id, units=units).with_only_columns(
        TranscriptEntry.person_id,
        TranscriptEntry.kind,
        TranscriptEntry.hours,
        TranscriptEntry.passed,
        TranscriptEntry.void,
        TranscriptEntry.happened_at,
    )
    return [CountedRow(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class EarnedRow:
    """An entry as a report on units names it."""

    person_id: int
    unit_id: int
    entry: EntryRow

    @property
    def hours(self) -> Decimal:
        """Study hours of 45 minutes."""
        return self.entry.hours

    @property
    def void(self) -> str | None:
        """Why it counts for nothing."""
        return self.entry.void


def earned(session: Session, units: Sequence[int], since: datetime, before: datetime) -> list[EarnedRow]:
    """The entries in force that were earned by people while they served in units of these ids, oldest first."""
    query = (
        select(TranscriptEntry.person_id, TranscriptEntry.unit_id, *_ENTRY)
        .where(TranscriptEntry.unit_id.in_(units), in_force())
        .where(TranscriptEntry.happened_at >= since, TranscriptEntry.happened_at < before)
        .order_by(TranscriptEntry.happened_at, TranscriptEntry.id)
    )
    return [EarnedRow(person, unit, EntryRow(*row)) for person, unit, *row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Totals:
    """What a person has earned: study hours, units finished, exams passed, of exams sat."""

    hours: Decimal = Decimal(0)
    units: int = 0
    passed: int = 0
    exams: int = 0


def totals(
    session: Session, person_ids: Sequence[int], *, year: int | None = None, units: Sequence[int] | None = None
) -> dict[int, Totals]:
    """Totals by person, of one year or of all time, of everything or of what was earned in units of these ids; one query."""
    is_exam = TranscriptEntry.kind == "exam"
    query = (
        select(
            TranscriptEntry.person_id,
            func.sum(TranscriptEntry.hours),
            func.count().filter((TranscriptEntry.kind == "unit") & TranscriptEntry.passed),
            func.count().filter(is_exam & TranscriptEntry.passed),
            func.count().filter(is_exam),
        )
        .where(TranscriptEntry.person_id.in_(person_ids), TranscriptEntry.void.is_(None), in_force())
        .group_by(TranscriptEntry.person_id)
    )
    if year is not None:
        query = query.where(_year(year))
    if units is not None:
        query = query.where(TranscriptEntry.unit_id.in_(units))
    return {row[0]: Totals(row[1] or Decimal(0), *row[2:]) for row in session.execute(query)}


def people_of(session: Session, path: str) -> list[int]:
    """Ids of the people who serve in the unit of this path or below it, and of those who retired from there: by unit, then by
    staff number, the retired last. The whole organisation ("/") is everybody.
    """
    found: dict[int, None] = {}
    for query in (accounts.people(paths=(path,)), accounts.people(among=accounts.retired((path,)))):
        columns = query.selected_columns
        rows = session.execute(
            query.with_only_columns(columns.id, columns.unit_path)
            .order_by(None)
            .order_by(columns.unit_path, columns.id)
        )
        found |= {row.id: None for row in rows}
    return list(found)


def moved_on(paths: Sequence[str]) -> Select[int]:
    """Ids of the people who served below these paths once, do not now, and did not retire there."""
    once = accounts.served_once(paths)
    person = once.selected_columns.person_id
    return once.where(person.not_in(accounts.serving(paths)), person.not_in(accounts.retired(paths)))


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


def count_of(session: Session, person_ids: Sequence[int]) -> int:
    """How many revisions the transcripts of these people hold: it grows with every word of them, and never falls."""
    return session.scalar(select(func.count()).where(TranscriptEntry.person_id.in_(person_ids))) or 0


def newest_entries(session: Session) -> dict[int, int]:
    """The key of the newest entry of everybody who has one."""
    query = select(TranscriptEntry.person_id, func.max(TranscriptEntry.id)).group_by(TranscriptEntry.person_id)
    return {int(person): int(newest) for person, newest in session.execute(query)}


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


def last_certificates(session: Session, person_ids: Sequence[int]) -> dict[int, CertificateRow]:
    """The last print of each of these people, by person; whoever has none is left out. One query."""
    last = select(func.max(Certificate.id)).where(Certificate.person_id.in_(person_ids)).group_by(Certificate.person_id)
    rows = session.scalars(select(Certificate).where(Certificate.id.in_(last)))
    return {found.person_id: _certificate(found) for found in rows}


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


@dataclass(frozen=True, slots=True)
class LearnedRow:
    """An entry in force, as far as plans ask; `channel` is one of courseware.facts.Channel, None where nothing is known."""

    person_id: int
    kind: str
    source: str
    hours: Decimal
    passed: bool
    happened_at: datetime
    channel: str | None


def learned_by(session: Session, person_ids: Sequence[int]) -> list[LearnedRow]:
    """Every entry in force of these people that counts, in no order; one query."""
    query = select(
        TranscriptEntry.person_id, TranscriptEntry.kind, TranscriptEntry.source, TranscriptEntry.hours,
        TranscriptEntry.passed, TranscriptEntry.happened_at, TranscriptEntry.facts,
    ).where(TranscriptEntry.person_id.in_(person_ids), TranscriptEntry.void.is_(None), in_force())  # fmt: skip
    return [
        LearnedRow(
            row.person_id,
            row.kind,
            row.source,
            row.hours,
            row.passed,
            row.happened_at,
            (row.facts or {}).get("channel"),
        )
        for row in session.execute(query)
    ]


def entered_since(session: Session, moment: datetime) -> list[int]:
    """The people of whom something was entered at this moment or later, corrections included, by id."""
    query = select(TranscriptEntry.person_id).where(TranscriptEntry.recorded_at >= moment).distinct()
    return sorted(session.scalars(query))


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision of an entry with everything that is known of it; the highest of its source is in force."""

    id: int
    public_id: str
    person_id: int
    kind: str
    source: str
    revision: int
    title: str
    title_en: str | None
    subject: str | None
    hours: Decimal
    score: Decimal | None
    maximum: Decimal | None
    passed: bool
    void: str | None
    happened_at: datetime
    unit_id: int | None
    unit_name: str | None
    post: str | None
    facts: Any
    recorded_at: datetime


_REVISION = tuple(getattr(TranscriptEntry, name) for name in RevisionRow.__slots__)


def revisions(session: Session, person_ids: Sequence[int]) -> list[RevisionRow]:
    """Every revision of every entry of people, by day, source and revision."""
    query = select(*_REVISION).where(TranscriptEntry.person_id.in_(person_ids))
    ordered = query.order_by(TranscriptEntry.happened_at, TranscriptEntry.source, TranscriptEntry.revision)
    return [RevisionRow(*row) for row in session.execute(ordered)]


def entry_in_force(session: Session, person_id: int, public_id: str) -> RevisionRow | None:
    """A person's entry, None when there is none with this public id or a correction stands in its place."""
    query = select(*_REVISION).where(
        TranscriptEntry.person_id == person_id, TranscriptEntry.public_id == public_id, in_force()
    )
    found = session.execute(query).one_or_none()
    return RevisionRow(*found) if found else None


def corrected(session: Session, ids: Sequence[int]) -> list[tuple[RevisionRow, datetime]]:
    """Of entries by their numbers: every revision of the same source that one takes the place of, and when that was recorded."""
    newer = aliased(TranscriptEntry)
    query = (
        select(*_REVISION, newer.recorded_at)
        .join(newer, (newer.person_id == TranscriptEntry.person_id) & (newer.source == TranscriptEntry.source))
        .where(newer.id.in_(ids), newer.revision > TranscriptEntry.revision)
    )
    return [(RevisionRow(*row[:-1]), row[-1]) for row in session.execute(query)]


def printed_between(session: Session, person_id: int, first: datetime, last: datetime) -> list[str]:
    """The codes of a person's prints issued from `first` on and before `last`."""
    query = select(Certificate.code).where(
        Certificate.person_id == person_id, Certificate.issued_at >= first, Certificate.issued_at < last
    )
    return list(session.scalars(query))
