"""Reading files on their way into the bank: the list of one's imports, and the rows of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.bank.complaints import from_records
from lms.bank.models import BankImport, BankImportRow, Item, Pool
from question_bank.formats.record import from_record
from question_bank.formats.refusal import Refusal
from question_bank.item import ItemVersion

MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A file on its way. `counts`: what the taking changed, None before; `pool`: where it is to go, or went."""

    id: int
    public_id: str
    file_name: str
    format: str
    subject: str
    state: str
    warnings: tuple[Refusal, ...]
    counts: Mapping[str, int] | None
    pool_public_id: str | None
    pool_name: str | None
    job_id: str | None
    created_by: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LineRow:
    """One row of a file: the question it makes, or what is wrong with it, and its cells where it has any."""

    number: int
    place: str
    cells: Mapping[str, str] | None
    version: ItemVersion | None
    complaints: tuple[Refusal, ...]
    #: what became of it: "new", "changed" or "unchanged", "" for nothing; of which item, as which version
    outcome: str = ""
    item_public_id: str | None = None
    held_as: int | None = None

    @property
    def good(self) -> bool:
        """Whether it can be taken."""
        return self.version is not None


_IMPORT = (
    BankImport.id,
    BankImport.public_id,
    BankImport.file_name,
    BankImport.format,
    BankImport.subject,
    BankImport.state,
    BankImport.warnings,
    BankImport.counts,
    Pool.public_id,
    Pool.name,
    BankImport.job_id,
    BankImport.created_by,
    BankImport.created_at,
)


def _imports() -> Select[*tuple[Any, ...]]:
    return select(*_IMPORT).outerjoin(Pool, Pool.id == BankImport.pool_id)


def _import_row(values: Any) -> ImportRow:
    fields = list(values)
    fields[6] = from_records(fields[6] or ())
    return ImportRow(*fields)


def imports_of(session: Session, person_id: int) -> list[ImportRow]:
    """One's newest imports, newest first."""
    query = _imports().where(BankImport.created_by == person_id).order_by(BankImport.id.desc()).limit(MOST_LISTED)
    return [_import_row(row) for row in session.execute(query)]


def import_by_public_id(session: Session, public_id: str) -> ImportRow | None:
    """The import, whoever asks; the policy decides who may."""
    found = session.execute(_imports().where(BankImport.public_id == public_id)).first()
    return _import_row(found) if found else None


def import_by_id(session: Session, import_id: int) -> ImportRow | None:
    """The import of an id, for jobs."""
    found = session.execute(_imports().where(BankImport.id == import_id)).first()
    return _import_row(found) if found else None


def tally(session: Session, import_id: int) -> tuple[int, int]:
    """How many rows are good, and how many are bad."""
    query = select(BankImportRow.good, func.count()).where(BankImportRow.import_id == import_id)
    found = {row[0]: row[1] for row in session.execute(query.group_by(BankImportRow.good))}
    return found.get(True, 0), found.get(False, 0)


_LINE = (
    BankImportRow.number,
    BankImportRow.place,
    BankImportRow.cells,
    BankImportRow.record,
    BankImportRow.complaints,
    BankImportRow.outcome,
    Item.public_id,
    BankImportRow.version,
)


def lines(import_id: int, *, good: bool | None = None, outcome: str = "") -> Select[*tuple[Any, ...]]:
    """Rows of a file in their order for `paginate`, as `line_of` takes them; all, the good or bad ones, or those of an
    outcome.
    """
    query = select(*_LINE).outerjoin(Item, Item.id == BankImportRow.item_id)
    query = query.where(BankImportRow.import_id == import_id).order_by(BankImportRow.number)
    if outcome:
        query = query.where(BankImportRow.outcome == outcome)
    return query if good is None else query.where(BankImportRow.good.is_(good))


def line_of(values: Any) -> LineRow:
    """A LineRow from the columns of `lines`."""
    number, place, cells, record, complaints, outcome, item, held_as = values
    version = from_record(record) if record else None
    return LineRow(number, place, cells, version, from_records(complaints), outcome or "", item, held_as)


def line(session: Session, import_id: int, number: int) -> LineRow | None:
    """One row of a file."""
    found = session.execute(lines(import_id).where(BankImportRow.number == number)).first()
    return line_of(found) if found else None


def refs(session: Session, import_id: int) -> dict[str, int]:
    """The numbers of the good rows by the ref of their questions."""
    query = select(BankImportRow.number, BankImportRow.record).where(BankImportRow.import_id == import_id)
    return {row.record["ref"]: row.number for row in session.execute(query.where(BankImportRow.good.is_(True)))}
