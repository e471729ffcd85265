"""Reading files on their way into the organisation, and what the organisation knows already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.particulars import queries as particulars
from lms.particulars.policy import kept
from lms.particulars.queries import File
from lms.roster import sealed
from lms.roster.check import Complaint, KnownPerson, KnownUnit
from lms.roster.check_files import KnownFile
from lms.roster.models import RosterImport, RosterRow
from lms.roster.table import Row


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A file on its way. `counts`: what the taking changed, None before; `unfit`: why it cannot be read at all."""

    id: int
    public_id: str
    kind: str
    file_name: str
    state: str
    unfit: Mapping[str, Any] | None
    left_out: Sequence[str]
    paths: Sequence[str]
    counts: Mapping[str, int] | None
    job_id: str | None
    created_by: int
    created_at: datetime

    @property
    def at_work(self) -> bool:
        """Whether a job is reading or taking it."""
        return self.state in ("reading", "taking")


@dataclass(frozen=True, slots=True)
class LineRow:
    """One row of a file as it is shown."""

    number: int
    place: str
    cells: Mapping[str, str]
    action: str
    complaints: tuple[Complaint, ...]
    #: what columns that are to change say now
    before: Mapping[str, str]


_IMPORT = (
    RosterImport.id,
    RosterImport.public_id,
    RosterImport.kind,
    RosterImport.file_name,
    RosterImport.state,
    RosterImport.unfit,
    RosterImport.left_out,
    RosterImport.paths,
    RosterImport.counts,
    RosterImport.job_id,
    RosterImport.created_by,
    RosterImport.created_at,
)
_LINE = (
    RosterRow.number, RosterRow.place, RosterRow.cells, RosterRow.action, RosterRow.complaints, RosterRow.before,
)  # fmt: skip


def imports_of(person_id: int) -> Select[*tuple[Any, ...]]:
    """One's files, newest first, for `paginate`; the columns are ImportRow's fields."""
    return select(*_IMPORT).where(RosterImport.created_by == person_id).order_by(RosterImport.id.desc())


def import_by_public_id(session: Session, public_id: str) -> ImportRow | None:
    """The file, whoever asks; the policy decides who may."""
    found = session.execute(select(*_IMPORT).where(RosterImport.public_id == public_id)).first()
    return ImportRow(*found) if found else None


def tally(session: Session, import_id: int) -> dict[str, int]:
    """How many rows do what."""
    query = select(RosterRow.action, func.count()).where(RosterRow.import_id == import_id).group_by(RosterRow.action)
    return {row[0]: row[1] for row in session.execute(query)}


def lines(import_id: int, *, action: str = "") -> Select[*tuple[Any, ...]]:
    """Rows of a file in their order for `paginate`, as `line_of` takes them."""
    query = select(*_LINE).where(RosterRow.import_id == import_id).order_by(RosterRow.number)
    return query.where(RosterRow.action == action) if action else query


def line_of(values: Any) -> LineRow:
    """A LineRow from the columns of `lines`."""
    number, place, cells, action, complaints, before = values
    told = tuple(Complaint(**one) for one in complaints)
    return LineRow(number, place, sealed.opened(cells), action, told, before or {})


def rows(session: Session, import_id: int) -> list[Row]:
    """All rows of a file as they were read."""
    columns = (RosterRow.place, RosterRow.cells, RosterRow.lost)
    query = select(*columns).where(RosterRow.import_id == import_id).order_by(RosterRow.number)
    return [Row(place, sealed.opened(cells), frozenset(lost)) for place, cells, lost in session.execute(query)]


def known_units(session: Session) -> list[KnownUnit]:
    """Every unit there is, closed ones too."""
    found = accounts.units(session, closed=True)
    codes = {unit.id: unit.code for unit in found}
    return [
        KnownUnit(
            unit.id,
            unit.code,
            unit.name,
            unit.kind,
            unit.sort_order,
            codes[unit.parent_id] if unit.parent_id else None,
            unit.path,
            unit.closed_on is not None,
        )
        for unit in found
    ]


def known_files(session: Session, numbers: Sequence[str], *, paths: Sequence[str], by: int) -> list[KnownFile]:
    """Of the people with these staff numbers those whose files the person `by` carries on by the right of `paths`."""
    people = [person for person, _code, _day in accounts.posted_people(session, numbers)]
    mine = kept(session, paths, by, people)
    files = particulars.files(session, sorted(mine))
    return [
        KnownFile(person.id, person.staff_number, person.name, files.get(person.id, File()))
        for person in people
        if person.id in mine
    ]


def known_people(session: Session, numbers: Sequence[str] | None = None) -> list[KnownPerson]:
    """Everybody there is (or those with these staff numbers), with the present posting: one query."""
    return [
        KnownPerson(
            person.id, person.staff_number, person.name, code, person.unit_path, person.post, person.rank, posted_from
        )
        for person, code, posted_from in accounts.posted_people(session, numbers)
    ]
