"""Bringing a file into a pool: upload, read (in a job), mend single rows, take the good ones. One transaction each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import replace as changed

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lms import jobs
from lms.audit.service import record
from lms.bank import files, import_queries, service
from lms.bank.complaints import to_records
from lms.bank.errors import ImportNotReady, NothingToTake
from lms.bank.files import Content, Line
from lms.bank.import_queries import ImportRow
from lms.bank.models import BankImport, BankImportRow
from lms.bank.queries import PoolRow
from lms.bank.service import Stored
from lms.clock import now
from lms.errors import NotFound
from question_bank.formats.record import to_record
from question_bank.formats.refusal import Refusal

#: sums of `Stored` that a result page shows
JOB = "bank.read_import"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent; `subject` is that of rows which name none."""

    name: str
    data: bytes
    subject: str = ""
    #: of the import it has become
    public_id: str = ""


def begin(session: Session, upload: Upload, *, pool: PoolRow | None, by: int, owner: str) -> str:
    """Keep the file and let a job of `owner`'s read it; the public id of the import. Raises UploadUnfit."""
    made = BankImport(
        file_name=upload.name[-200:],
        format=files.format_of(upload.name, upload.data).key,
        subject=upload.subject,
        content=upload.data,
        warnings=[],
        state="reading",
        pool_id=pool.id if pool else None,
        created_by=by,
        created_at=now(),
    )
    session.add(made)
    session.flush()
    made.job_id = jobs.enqueue(session, JOB, {"import": made.id}, owner=owner)
    after = {"file": made.file_name, "bytes": len(upload.data)}
    record(session, "bank.import.begin", thing="bank_import", thing_id=made.public_id, after=after)
    return made.public_id


def pending(session: Session, import_id: int) -> Upload | None:
    """The file that is still to be read, None when it was read already."""
    found = session.get(BankImport, import_id)
    if found is None or found.state != "reading" or found.content is None:
        return None
    return Upload(found.file_name, found.content, found.subject, found.public_id)


def keep_rows(session: Session, import_id: int, content: Content) -> int:
    """Keep what the job read, and forget the file itself; how many rows. Twice changes nothing."""
    found = session.get_one(BankImport, import_id, with_for_update=True)
    if found.state != "reading":
        return 0
    lines = [Line(found.file_name, None, None, content.refused)] if content.refused else []
    lines += content.lines
    session.add_all(_row(import_id, number, line) for number, line in enumerate(lines, 1))
    found.warnings = to_records(content.remarks)
    found.content, found.state = None, "ready"
    session.flush()
    return len(lines)


def mend(session: Session, found: ImportRow, number: int, cells: Mapping[str, str]) -> Line:
    """Read a row again with other cells; the row as it is then. Raises ImportNotReady and NotFound."""
    _refuse_unready(found)
    before = import_queries.line(session, found.id, number)
    if before is None or before.cells is None:
        raise NotFound
    line = _no_twin(session, found.id, number, files.reread(before.place, cells, subject=found.subject))
    values = _row(found.id, number, line)
    session.execute(
        update(BankImportRow)
        .where(BankImportRow.import_id == found.id, BankImportRow.number == number)
        .values(cells=values.cells, record=values.record, complaints=values.complaints, good=values.good)
    )
    record(
        session,
        "bank.import.mend",
        thing="bank_import",
        thing_id=found.public_id,
        before={"row": number, "cells": dict(before.cells)},
        after={"row": number, "cells": dict(cells), "good": values.good},
    )
    return line


def take(session: Session, found: ImportRow, pool: PoolRow, by: int) -> Stored:
    """Store the good rows in a pool; raises ImportNotReady and NothingToTake."""
    _refuse_unready(found)
    versions = [
        row.version for row in map(import_queries.line_of, session.execute(import_queries.lines(found.id, good=True)))
    ]
    items = [version for version in versions if version is not None]
    if not items:
        raise NothingToTake
    stored = service.store_items(session, pool, items, by)
    session.execute(
        update(BankImport)
        .where(BankImport.id == found.id)
        .values(state="taken", pool_id=pool.id, counts=asdict(stored))
    )
    after = {"pool": pool.public_id} | asdict(stored)
    record(session, "bank.import.take", thing="bank_import", thing_id=found.public_id, after=after)
    return stored


def discard(session: Session, found: ImportRow) -> None:
    """Forget an import and its rows; what was taken stays in its pool."""
    session.execute(delete(BankImportRow).where(BankImportRow.import_id == found.id))
    session.execute(delete(BankImport).where(BankImport.id == found.id))
    before = {"file": found.file_name, "state": found.state}
    record(session, "bank.import.discard", thing="bank_import", thing_id=found.public_id, before=before)


def _refuse_unready(found: ImportRow) -> None:
    if found.state != "ready":
        raise ImportNotReady


def _no_twin(session: Session, import_id: int, number: int, line: Line) -> Line:
    """The line, refused when another good row of the file makes the same question."""
    if line.item is None:
        return line
    other = import_queries.refs(session, import_id).get(line.item.ref, number)
    if other == number:
        return line
    twin = import_queries.line(session, import_id, other)
    facts = {"row": twin.place if twin else str(other)}
    return changed(line, item=None, complaints=(Refusal(line.place, "stem", "", "same_stem", facts),))


def _row(import_id: int, number: int, line: Line) -> BankImportRow:
    return BankImportRow(
        import_id=import_id,
        number=number,
        place=line.place[:200],
        cells=dict(line.cells) if line.cells is not None else None,
        record=to_record(line.item) if line.item is not None else None,
        complaints=to_records(line.complaints),
        good=line.item is not None,
    )
