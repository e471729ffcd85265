"""Bringing documents into the library: from a folder, or from a file or archive that is read as a dry run first.

A document is one transaction: nobody waits for an import, and one that was cut off goes on where it ended.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import jobs
from lms.audit.service import record
from lms.clock import now
from lms.database import reading, writing
from lms.errors import NotFound
from lms.library import originals, service
from lms.library.errors import ImportNotReady
from lms.library.formats.record import Note, Unreadable
from lms.library.formats.registry import ENDINGS, MAX_BYTES
from lms.library.models import Document, DocumentVersion, LibraryImport, LibraryImportFile
from lms.library.reading import Defaults, FrontMatter, Read, read_file

READ_JOB = "library.read_import"
TAKE_JOB = "library.take_import"
MOST_FILES = 50_000
REFUSED = "refused"
FAILED = "failed"
#: states in which a job is at work, and its kind
JOBS = {"reading": READ_JOB, "taking": TAKE_JOB}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file or archive as it was sent, and what is said of documents that do not say it themselves. `document` is the
    public id of the one of which it is a newer text.
    """

    name: str
    data: bytes
    subject: str | None = None
    kind: str | None = None
    access: str = "readers"
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a file would do or did: new, changed, unchanged or refused (with reason and facts)."""

    outcome: str
    title: str = ""
    articles: int = 0
    notes: tuple[Note, ...] = ()
    reason: str | None = None
    facts: Mapping[str, str | int] | None = None
    document: str | None = None


def import_folder(folder: Path, *, media: Path, dry_run: bool = False) -> dict[str, Any]:
    """Every file of a known kind below `folder`: counts, remarks by kind, and the files that could not be read with
    their reasons. Needs an application context; opens its own transactions.
    """
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    refused: list[dict[str, str]] = []
    remarks: dict[str, int] = {}
    articles = 0
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        try:
            found = read_file(_bytes(path), name=name)
        except FrontMatter as error:
            refused += [{"file": name, "field": one.field, "reason": one.reason} for one in error.problems]
            continue
        except Unreadable as error:
            refused.append({"file": name, "field": "file", "reason": error.reason})
            continue
        origin = f"import:{name}"[:400]
        counts[_put(found, origin, name, path, media) if not dry_run else _would(found, origin)] += 1
        articles += found.articles
        for note in found.notes:
            remarks[note.code] = remarks.get(note.code, 0) + 1
    if not dry_run and (counts["new"] or counts["changed"]):
        with writing() as session:
            record(session, "library.import", thing="library", thing_id=folder.name, after=counts)
    return {**counts, "refused": refused, "articles": articles, "notes": remarks, "dry_run": dry_run}


def _files(folder: Path) -> Iterable[Path]:
    found = (p for p in folder.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file() and not p.is_symlink())
    return sorted(found)[:MOST_FILES]


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable("too_large", megabytes=MAX_BYTES // 1_048_576)
    return path.read_bytes()


def _would(found: Read, origin: str) -> str:
    session = reading()
    held = session.scalar(select(Document).where(Document.origin == origin))
    outcome = "new" if held is None else "unchanged" if service.is_same(held, found.source) else "changed"
    session.rollback()
    return outcome


def _put(found: Read, origin: str, name: str, path: Path, media: Path) -> str:
    if _would(found, origin) == "unchanged":
        return "unchanged"
    originals.keep(media, path.read_bytes())
    with writing() as session:
        return service.store_document(session, found.source, origin=origin, file_name=name)


def begin(session: Session, upload: Upload, *, by: int, owner: str) -> str:
    """Keep a file and let a job read it; the public id of the import."""
    made = LibraryImport(
        file_name=upload.name[-200:],
        content=upload.data,
        state="reading",
        subject=upload.subject,
        kind=upload.kind,
        access=upload.access,
        document=upload.document,
        created_by=by,
        created_at=now(),
    )
    session.add(made)
    session.flush()
    made.job_id = jobs.enqueue(session, READ_JOB, {"import": made.id}, owner=owner)
    after = {"file": made.file_name, "bytes": len(upload.data)}
    record(session, "library.import.begin", thing="library_import", thing_id=made.public_id, after=after)
    return made.public_id


def take(session: Session, public_id: str, *, owner: str) -> None:
    """Let a job bring in what can be read. Raises NotFound or ImportNotReady."""
    found = _import(session, public_id)
    if found.state != "ready":
        raise ImportNotReady
    found.state = "taking"
    found.job_id = jobs.enqueue(session, TAKE_JOB, {"import": found.id}, owner=owner)
    record(session, "library.import.take", thing="library_import", thing_id=public_id)


def drop(session: Session, public_id: str) -> None:
    """Forget a file that was not taken; what it was said to hold stays as a record. Raises NotFound or ImportNotReady."""
    found = _import(session, public_id)
    if found.state not in ("ready", "unfit", FAILED):
        raise ImportNotReady
    found.state, found.content = "dropped", None
    record(session, "library.import.drop", thing="library_import", thing_id=public_id)


def go_on(session: Session, public_id: str, *, owner: str) -> None:
    """Let a job go on where one failed. Raises NotFound or ImportNotReady."""
    found = _import(session, public_id)
    if found.state != FAILED or found.reason not in JOBS:
        raise ImportNotReady
    found.state, found.reason = found.reason, None
    found.job_id = jobs.enqueue(session, JOBS[found.state], {"import": found.id}, owner=owner)
    record(session, "library.import.go_on", thing="library_import", thing_id=public_id, after={"state": found.state})


def fail(session: Session, import_id: int) -> None:
    """The job at work has failed for good; what it did stays, and another may go on."""
    found = session.get(LibraryImport, import_id, with_for_update=True)
    if found is not None and found.state in JOBS:
        after = {"at": found.state}
        found.state, found.reason = FAILED, found.state
        record(session, "library.import.fail", thing="library_import", thing_id=found.public_id, after=after)


def fail_abandoned(session: Session) -> int:
    """The same for imports at which no job will work any more (its worker died too often, or an earlier release left it so);
    how many.
    """
    query = select(LibraryImport.id, LibraryImport.job_id).where(LibraryImport.state.in_(tuple(JOBS)))
    held = {row.id: row.job_id for row in session.execute(query)}
    over = jobs.given_up(session, [job for job in held.values() if job])
    abandoned = [key for key, job in held.items() if job is None or job in over]
    for key in abandoned:
        fail(session, key)
    return len(abandoned)


def _import(session: Session, public_id: str) -> LibraryImport:
    found = session.scalar(select(LibraryImport).where(LibraryImport.public_id == public_id).with_for_update())
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Pending:
    """An import at which a job is to work."""

    id: int
    public_id: str
    upload: Upload
    by: int


def pending(session: Session, import_id: int, state: str) -> Pending | None:
    """The import, while it is in that state."""
    found = session.get(LibraryImport, import_id)
    if found is None or found.state != state or found.content is None:
        return None
    upload = Upload(found.file_name, found.content, found.subject, found.kind, found.access, found.document)
    return Pending(found.id, found.public_id, upload, found.created_by)


def known(session: Session, import_id: int) -> dict[int, bool]:
    """The files of an import that were looked at, by number: whether there is nothing left to do with them."""
    query = select(LibraryImportFile.number, LibraryImportFile.is_taken, LibraryImportFile.outcome)
    rows = session.execute(query.where(LibraryImportFile.import_id == import_id))
    return {row.number: row.is_taken or row.outcome in (REFUSED, "unchanged") for row in rows}


def tried(session: Session, one: Pending, name: str, data: bytes) -> Outcome:
    """What a file would do; changes nothing."""
    try:
        found = understood(one.upload, name, data)
        held = target(session, one.upload, name, found)
    except Unreadable as error:
        return Outcome(REFUSED, reason=error.reason, facts=error.facts)
    outcome = "new" if held is None else "unchanged" if service.is_same(held, found.source) else "changed"
    public_id = held.public_id if held else None
    notes = found.notes if held or not _is_known(session, found) else (*found.notes, Note("title_known"))
    return Outcome(outcome, found.source.title, found.articles, notes, document=public_id)


def _is_known(session: Session, found: Read) -> bool:
    """Whether another document bears the title of a new one."""
    return session.scalar(select(Document.id).where(Document.title == found.source.title).limit(1)) is not None


def understood(upload: Upload, name: str, data: bytes) -> Read:
    """A file with what was said of all of them. Raises Unreadable."""
    found = read_file(data, name=name, defaults=Defaults(upload.subject, upload.kind))
    if found.source.access == "readers" and upload.access != "readers":
        return replace(found, source=replace(found.source, access=upload.access))
    return found


def target(session: Session, upload: Upload, name: str, found: Read) -> Document | None:
    """The document of which a file is the text: the one named, one with the same words, or one that came under the same
    name. Raises Unreadable with "document_gone".
    """
    if upload.document:
        held = session.scalar(select(Document).where(Document.public_id == upload.document))
        if held is None:
            raise Unreadable("document_gone")
        return held
    same = session.scalar(
        select(Document)
        .join(DocumentVersion, DocumentVersion.document == Document.public_id)
        .where(DocumentVersion.original == found.source.original, DocumentVersion.number == Document.version)
        .limit(1)
    )
    return same or session.scalar(select(Document).where(Document.origin == origin_of(name, found)))


def origin_of(name: str, found: Read) -> str:
    """The lasting name of a document that came in a file: two laws in files of one name are two documents."""
    return f"import:{name[:250]}#{found.source.name[:100]}"


def keep(session: Session, import_id: int, number: int, name: str, outcome: Outcome) -> None:
    """Write down what a file would do."""
    session.add(
        LibraryImportFile(
            import_id=import_id,
            number=number,
            name=name[-300:],
            outcome=outcome.outcome,
            title=outcome.title or None,
            articles=outcome.articles,
            reason=outcome.reason,
            facts=dict(outcome.facts or {}),
            notes=[asdict(note) for note in outcome.notes],
            document=outcome.document,
        )
    )


def settle(session: Session, import_id: int, state: str, *, reason: str | None = None) -> None:
    """The job has done with an import; what was taken needs its file no more."""
    found = session.get(LibraryImport, import_id, with_for_update=True)
    if found is not None:
        found.state, found.reason = state, reason
        found.content = None if state in ("taken", "unfit", "dropped") else found.content
        if state == "taken":
            after = counts(session, import_id)
            record(session, "library.import", thing="library_import", thing_id=found.public_id, after=after)


def counts(session: Session, import_id: int) -> dict[str, int]:
    """How many files would become (or became) what."""
    query = select(LibraryImportFile.outcome, func.count()).where(LibraryImportFile.import_id == import_id)
    rows = session.execute(query.group_by(LibraryImportFile.outcome))
    return {"new": 0, "changed": 0, "unchanged": 0, REFUSED: 0} | {row[0]: row[1] for row in rows}


def store(session: Session, one: Pending, number: int, name: str, found: Read) -> None:
    """Bring in one file and write down what became of it."""
    held = target(session, one.upload, name, found)
    origin = held.origin if held else origin_of(name, found)
    source = found.source
    outcome = service.store_document(session, source, origin=origin, by=one.by, file_name=name)
    row = _row(session, one.id, number)
    row.outcome, row.is_taken = outcome, True
    row.document = session.scalar(select(Document.public_id).where(Document.origin == origin))


def refuse(session: Session, import_id: int, number: int, error: Unreadable) -> None:
    """A file that cannot be taken after all."""
    row = _row(session, import_id, number)
    row.outcome, row.reason, row.facts = REFUSED, error.reason, dict(error.facts)


def _row(session: Session, import_id: int, number: int) -> LibraryImportFile:
    query = select(LibraryImportFile).filter_by(import_id=import_id, number=number)
    return session.scalars(query).one()
