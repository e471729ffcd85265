"""Bringing a file into the organisation: keep it, read it (in a job), take its good rows (in a job)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import PurePath

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import service as accounts
from lms.accounts.queries import people_by_ids
from lms.audit.service import record
from lms.clock import now, today
from lms.particulars import service as particulars
from lms.roster import check, check_files, queries, sealed
from lms.roster.check import Line, Scope
from lms.roster.errors import NothingToTake, RosterNotReady, RosterUnfit
from lms.roster.models import RosterImport, RosterRow
from lms.roster.queries import ImportRow
from lms.roster.table import Table
from lms.tables import normal
from question_bank.formats.sheets import ENDINGS, MAX_BYTES

READ, TAKE = "roster.read", "roster.take"
#: the kind of personnel files
FILES = "files"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent; `kind` is one of `lms.roster.columns.KINDS`."""

    kind: str
    name: str
    data: bytes
    #: of the import it has become
    public_id: str = ""


def begin(session: Session, upload: Upload, *, paths: Sequence[str], by: int, owner: str) -> str:
    """Keep the file and let a job read it; the public id. `paths`: what may be touched. Raises RosterUnfit."""
    if PurePath(upload.name).suffix.lower() not in ENDINGS or not 0 < len(upload.data) <= MAX_BYTES:
        raise RosterUnfit
    made = RosterImport(
        kind=upload.kind,
        file_name=upload.name[-200:],
        content=particulars.sealed(upload.data) if upload.kind == FILES else upload.data,
        paths=list(paths),
        left_out=[],
        created_by=by,
        created_at=now(),
    )
    session.add(made)
    session.flush()
    made.job_id = jobs.enqueue(session, READ, {"import": made.id}, owner=owner)
    after = {"kind": upload.kind, "file": made.file_name, "bytes": len(upload.data)}
    record(session, "roster.begin", thing="roster_import", thing_id=made.public_id, after=after)
    return made.public_id


def pending(session: Session, import_id: int) -> Upload | None:
    """The file that is still to be read, None when it was read already."""
    found = session.get(RosterImport, import_id)
    if found is None or found.state != "reading" or found.content is None:
        return None
    data = particulars.opened(found.content) if found.kind == FILES else found.content
    return Upload(found.kind, found.file_name, data, found.public_id)


def to_take(session: Session, import_id: int) -> tuple[str, str] | None:
    """Kind and public id of a file; None when it was forgotten or taken already."""
    found = session.get(RosterImport, import_id)
    return (found.kind, found.public_id) if found and found.state in ("taking", "ready") else None


def checked(session: Session, import_id: int, table: Table | None = None) -> list[Line]:
    """The lines of a file against what the organisation is now: of `table`, else of the rows that are kept."""
    found = session.get_one(RosterImport, import_id)
    rows = list(table.rows) if table is not None else queries.rows(session, import_id)
    if found.kind == FILES:
        numbers = sorted({normal(row.cells.get("staff_number", "")).upper() for row in rows})
        known = queries.known_files(session, numbers, paths=found.paths, by=found.created_by)
        return check_files.check_files(rows, known, today())
    scope, units = Scope(tuple(found.paths), today()), queries.known_units(session)
    if found.kind == "units":
        return check.check_units(rows, units, scope)
    return check.check_people(rows, queries.known_people(session), units, scope)


def keep_rows(session: Session, import_id: int, table: Table, lines: Sequence[Line]) -> None:
    """Keep what was read, and forget the file itself. Twice changes nothing."""
    found = session.get_one(RosterImport, import_id, with_for_update=True)
    if found.state != "reading":
        return
    found.content, found.left_out = None, list(table.left_out)
    found.state = "unfit" if table.unfit else "ready"
    found.unfit = {"code": table.unfit, "missing": list(table.missing)} if table.unfit else None
    session.flush()
    if lines:
        session.execute(insert(RosterRow), [_stored(import_id, n, line) for n, line in enumerate(lines, 1)])


def begin_taking(session: Session, found: ImportRow, *, owner: str) -> None:
    """Let a job take the good rows. Raises RosterNotReady and NothingToTake."""
    if found.state != "ready":
        raise RosterNotReady
    counts = queries.tally(session, found.id)
    if not counts.get("new") and not counts.get("changed"):
        raise NothingToTake
    job_id = jobs.enqueue(session, TAKE, {"import": found.id}, owner=owner, unique_key=f"roster-take:{found.id}")
    session.execute(update(RosterImport).where(RosterImport.id == found.id).values(state="taking", job_id=job_id))
    record(session, "roster.take", thing="roster_import", thing_id=found.public_id, after=counts)


def in_order(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines that change something; of units those above before those below."""
    todo = {
        str(line.values["code"]): line for line in lines if line.action in ("new", "changed") and "code" in line.values
    }
    if not todo:
        yield from (line for line in lines if line.action in ("new", "changed"))
        return
    for code in list(todo):
        chain = []
        current: str | None = code
        while current in todo:
            chain.append(todo.pop(current))
            current = chain[-1].values["parent"]
        yield from reversed(chain)


def apply(session: Session, kind: str, lines: Sequence[Line]) -> None:
    """Carry out lines in the order given, in the caller's transaction."""
    units = {unit.code: unit for unit in queries.known_units(session)}
    ids = {code: unit.id for code, unit in units.items()}
    if kind == "units":
        for line in lines:
            _apply_unit(session, line, ids, units)
        return
    numbers = [line.values["staff_number"] for line in lines]
    people = {person.staff_number: person.id for person in queries.known_people(session, numbers)}
    for line in lines:
        _apply_person(session, line, ids, people)


def take_files(session: Session, import_id: int) -> int:
    """Check every row of personnel files again and carry out all that change something, in the caller's transaction; how many."""
    by = session.get_one(RosterImport, import_id).created_by
    lines = checked(session, import_id)
    todo = [line for line in lines if line.action in ("new", "changed")]
    people = people_by_ids(session, [line.values["person"] for line in todo])
    changes = [(people[line.values["person"]], check_files.change_of(line)) for line in todo]
    particulars.record_changes(session, changes, by=by)
    finish(session, import_id, lines)
    return len(todo)


def finish(session: Session, import_id: int, lines: Sequence[Line]) -> None:
    """Close the file; its rows then show what the taking found, not what the dry run did."""
    counts = dict.fromkeys(check.ACTIONS, 0)
    for line in lines:
        counts[line.action] += 1
    found = session.get_one(RosterImport, import_id, with_for_update=True)
    found.state, found.counts = "taken", counts
    session.execute(delete(RosterRow).where(RosterRow.import_id == import_id))
    session.execute(insert(RosterRow), [_stored(import_id, n, line) for n, line in enumerate(lines, 1)])
    record(session, "roster.taken", thing="roster_import", thing_id=found.public_id, after=counts)


def stop_taking(session: Session, import_id: int) -> None:
    """Give a file back whose taking was cancelled or failed: what was taken stays, the rest can be taken again."""
    session.execute(
        update(RosterImport).where(RosterImport.id == import_id, RosterImport.state == "taking").values(state="ready")
    )


def discard(session: Session, found: ImportRow) -> None:
    """Forget a file and its rows; what was taken stays. Raises RosterNotReady while a job takes it."""
    if found.state == "taking":
        raise RosterNotReady
    session.execute(delete(RosterRow).where(RosterRow.import_id == found.id))
    session.execute(delete(RosterImport).where(RosterImport.id == found.id))
    before = {"file": found.file_name, "state": found.state}
    record(session, "roster.discard", thing="roster_import", thing_id=found.public_id, before=before)


def _apply_unit(session: Session, line: Line, ids: dict[str, int], units: Mapping[str, check.KnownUnit]) -> None:
    code, parent = str(line.values["code"]), line.values["parent"]
    name, kind, order = line.values["name"], line.values["kind"], line.values["order"]
    parent_id = ids[parent] if parent else None
    if code not in ids:
        made = accounts.add_unit(session, code=code, name=name, kind=kind, parent_id=parent_id, sort_order=order)
        ids[code] = made.id
        return
    accounts.update_unit(session, ids[code], name=name, kind=kind, sort_order=order)
    if parent_id is not None and units[code].parent != parent:
        accounts.move_unit(session, ids[code], parent_id=parent_id)


def _apply_person(session: Session, line: Line, units: Mapping[str, int], people: Mapping[str, int]) -> None:
    values = line.values
    day = date.fromisoformat(values["from_date"]) if values["from_date"] else None
    unit_id, post, rank = units[values["unit"]], values["post"], values["rank"]
    number = str(values["staff_number"])
    if number not in people:
        accounts.add_person(
            session,
            staff_number=number,
            name=values["name"],
            unit_id=unit_id,
            post=post,
            rank=rank,
            from_date=day,
        )
        return
    accounts.rename_person(session, people[number], name=values["name"])
    accounts.post_person(session, people[number], unit_id=unit_id, post=post, rank=rank, on=day)


def _stored(import_id: int, number: int, line: Line) -> dict[str, object]:
    return {
        "import_id": import_id,
        "number": number,
        "place": line.row.place[:200],
        "cells": sealed.closed(line.row.cells),
        "lost": sorted(line.row.lost),
        "action": line.action,
        "complaints": [asdict(complaint) for complaint in line.complaints],
        "before": dict(line.before) or None,
    }
