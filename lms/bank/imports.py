"""Bringing a file into a pool: upload, read (in a job), mend single rows, take all or the good ones.

One transaction each; only the rows of a large file are kept in several, so that nobody has to wait for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import replace as changed
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from lms import jobs
from lms.audit.service import record
from lms.bank import files, import_queries, queries, service
from lms.bank.complaints import to_records
from lms.bank.errors import BadRowsLeft, ImportNotReady, NothingToTake
from lms.bank.files import Content, Line
from lms.bank.import_queries import ImportRow
from lms.bank.models import BankImport, BankImportRow
from lms.bank.queries import PoolRow
from lms.bank.service import Stored
from lms.clock import now
from lms.errors import NotFound
from question_bank.formats.record import to_record
from question_bank.formats.refusal import Refusal
from question_bank.item import ItemVersion

JOB = "bank.read_import"
TAKE_JOB = "bank.take_import"
#: more good rows than these are taken in a job
MOST_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent; `subject` is that of rows which name none, `wanted` the format named, "" to recognise it."""

    name: str
    data: bytes
    subject: str = ""
    wanted: str = ""
    #: of the import it has become
    public_id: str = ""
    by: int | None = None


def begin(session: Session, upload: Upload, *, pool: PoolRow | None, by: int, owner: str) -> str:
    """Keep the file and let a job of `owner`'s read it; the public id of the import. Raises UploadUnfit."""
    made = BankImport(
        file_name=upload.name[-200:],
        format=files.format_of(upload.name, upload.data, upload.wanted).key,
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
    return Upload(found.file_name, found.content, found.subject, found.format, found.public_id, found.created_by)


def numbered(content: Content, name: str) -> list[tuple[int, Line]]:
    """The lines of a file by their places among its rows; what is wrong with the file itself stands before them."""
    lines = [Line(name, None, None, content.refused)] if content.refused else []
    return list(enumerate([*lines, *content.lines], 1))


def forget_rows(session: Session, import_id: int) -> None:
    """Begin anew: a job that died may have kept some of them."""
    session.execute(delete(BankImportRow).where(BankImportRow.import_id == import_id))


def keep_rows(session: Session, import_id: int, lines: Sequence[tuple[int, Line]]) -> None:
    """Keep some of the rows that the job read."""
    if lines:
        session.execute(insert(BankImportRow), [_values(import_id, number, line) for number, line in lines])


def finish_reading(session: Session, import_id: int, remarks: Sequence[Refusal]) -> None:
    """All rows are kept: show them, and forget the file itself. Twice changes nothing."""
    found = session.get_one(BankImport, import_id, with_for_update=True)
    if found.state == "reading":
        found.warnings, found.content, found.state = to_records(remarks), None, "ready"


def mend(session: Session, found: ImportRow, number: int, cells: Mapping[str, str]) -> Line:
    """Read a row again with other cells; the row as it is then. Raises ImportNotReady and NotFound."""
    _refuse_unready(found)
    before = import_queries.line(session, found.id, number)
    if before is None or before.cells is None:
        raise NotFound
    line = _no_twin(session, found.id, number, files.reread(before.place, cells, subject=found.subject))
    values = _values(found.id, number, line)
    session.execute(
        update(BankImportRow)
        .where(BankImportRow.import_id == found.id, BankImportRow.number == number)
        .values({name: values[name] for name in ("cells", "record", "complaints", "good")})
    )
    record(
        session,
        "bank.import.mend",
        thing="bank_import",
        thing_id=found.public_id,
        before={"row": number, "cells": dict(before.cells)},
        after={"row": number, "cells": dict(cells), "good": values["good"]},
    )
    return line


def take(
    session: Session, found: ImportRow, pool: PoolRow, *, by: int, owner: str, good_only: bool = False
) -> Stored | None:
    """Store the good rows in a pool, many of them by a job of `owner`'s (then None comes back).

    Raises ImportNotReady and NothingToTake; BadRowsLeft when some are bad, unless the examiner said `good_only`.
    """
    _refuse_unready(found)
    good, bad = import_queries.tally(session, found.id)
    if not good:
        raise NothingToTake
    if bad and not good_only:
        raise BadRowsLeft(bad=bad)
    if good <= MOST_AT_ONCE:
        return store(session, found, pool, by)
    job = jobs.enqueue(session, TAKE_JOB, {"import": found.id, "by": by}, owner=owner)
    session.execute(
        update(BankImport).where(BankImport.id == found.id).values(state="taking", pool_id=pool.id, job_id=job)
    )
    after = {"pool": pool.public_id, "rows": good}
    record(session, "bank.import.take", thing="bank_import", thing_id=found.public_id, after=after)
    return None


def store(session: Session, found: ImportRow, pool: PoolRow, by: int) -> Stored:
    """Put the good rows into the pool, and note of each what that changed."""
    rows = map(import_queries.line_of, session.execute(import_queries.lines(found.id, good=True)))
    numbered = {row.number: row.version for row in rows if row.version is not None}
    items = list(numbered.values())
    before = queries.newest_of(session, pool.id)
    stored = service.store_items(session, pool, items, by)
    _note_outcomes(session, found.id, pool, numbered, before)
    session.execute(
        update(BankImport)
        .where(BankImport.id == found.id)
        .values(state="taken", pool_id=pool.id, counts=asdict(stored))
    )
    after = {"pool": pool.public_id} | asdict(stored)
    record(session, "bank.import.take", thing="bank_import", thing_id=found.public_id, after=after)
    return stored


def give_back(session: Session, import_id: int) -> None:
    """The taking did not succeed: the file can be mended and taken again."""
    session.execute(
        update(BankImport).where(BankImport.id == import_id, BankImport.state == "taking").values(state="ready")
    )


def _note_outcomes(
    session: Session,
    import_id: int,
    pool: PoolRow,
    numbered: Mapping[int, ItemVersion],
    before: Mapping[str, tuple[Any, ...]],
) -> None:
    """Note of each row what became of it; `before`: what stood in the pool until now."""
    standing = queries.numbers_of(session, pool.id)
    noted = []
    for number, item in numbered.items():
        held = before.get(item.ref)
        outcome = "new" if held is None else "unchanged" if held[2] == service.digest(item) else "changed"
        item_id, version = standing[item.ref]
        noted.append({"row": number, "became": outcome, "held_by": item_id, "as_version": version})
    session.connection().execute(
        update(BankImportRow)
        .where(BankImportRow.import_id == import_id, BankImportRow.number == bindparam("row"))
        .values(outcome=bindparam("became"), item_id=bindparam("held_by"), version=bindparam("as_version")),
        noted,
    )


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


def _values(import_id: int, number: int, line: Line) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "number": number,
        "place": line.place[:200],
        "cells": dict(line.cells) if line.cells is not None else None,
        "record": to_record(line.item) if line.item is not None else None,
        "complaints": to_records(line.complaints),
        "good": line.item is not None,
    }
