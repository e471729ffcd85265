"""Storing documents with their passages and their index, in one transaction each."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from flask_babel import gettext
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.clock import now, today
from lms.errors import NotFound
from lms.library import changes
from lms.library.citation import short_name
from lms.library.models import Document, DocumentPassage
from lms.library.passages import passages
from lms.library.search import filling
from lms.library.source import Problem, Source, read

FOLDER = Path(__file__).parent / "content"
#: kind of the job by which the library leaves word that a law has changed
CHANGED = changes.CHANGED
REPEALED = changes.REPEALED
SUFFIXES = (".md", ".txt")
MOST_FILES = 50_000


def store_document(session: Session, source: Source, *, origin: str) -> str:
    """Put a document in, or its new text in the old one's place: "new", "changed" or "unchanged".

    `origin` is its lasting name, e.g. "bundled:food/sampling.md".
    """
    held = session.scalar(select(Document).where(Document.origin == origin))
    if held is not None and held.sha256 == source.sha256:
        return "unchanged"
    outcome = "changed" if held else "new"
    names = {source.name} | ({held.name} if held is not None else set())
    before = changes.editions(session, names)
    document = held or Document(origin=origin)
    if held is not None:
        _forget_passages(session, held)
    document.title, document.name, document.subject, document.kind = (
        source.title,
        source.name,
        source.subject,
        source.kind,
    )
    document.author, document.issued_on, document.valid_until = source.author, source.issued_on, source.valid_until
    document.status = REPEALED if _has_ended(document) else source.status
    document.sources, document.markdown = list(source.sources), source.markdown
    document.sha256, document.stored_at = source.sha256, now()
    session.add(document)
    session.flush()
    _add_passages(session, document)
    changes.announce(session, before, day=_ends_on(document), reason=document.repeal_reason)
    _end_replaced(session, document, source)
    return outcome


def repeal(session: Session, public_id: str, *, day: date, reason: str) -> None:
    """Say that a document no longer stands from `day` on; whatever rests on it hears of it on that day.

    Raises NotFound.
    """
    document = _document(session, public_id)
    document.repealed_on, document.repeal_reason = day, reason
    record(
        session,
        "library.repeal",
        thing="document",
        thing_id=public_id,
        after={"title": document.title, "day": day.isoformat(), "reason": reason},
    )
    if day <= today() and document.status != REPEALED:
        _end(session, document)


def reinstate(session: Session, public_id: str) -> None:
    """Take back that a document was repealed; questions that left the draw wait for their reviewers. Raises NotFound."""
    document = _document(session, public_id)
    before = {"title": document.title, "day": document.repealed_on.isoformat() if document.repealed_on else None}
    document.repealed_on = document.repeal_reason = None
    document.status = REPEALED if _has_ended(document) else "current"
    filling.put(session, document.id)
    record(session, "library.reinstate", thing="document", thing_id=public_id, before=before)


def end_what_is_over(session: Session) -> int:
    """Repeal what no longer stands since today; how many documents."""
    over = or_(Document.repealed_on <= today(), Document.valid_until < today())
    found = session.scalars(select(Document).where(Document.status != REPEALED, over)).all()
    for document in found:
        _end(session, document)
        record(session, "library.end", thing="document", thing_id=document.public_id, after={"title": document.title})
    return len(found)


def _end_replaced(session: Session, document: Document, source: Source) -> None:
    """End the laws that a document replaces, on the day on which it begins; nobody repeals what is repealed already."""
    names = {short_name(title) for title in source.replaces}
    query = select(Document.public_id).where(
        Document.name.in_(names), Document.id != document.id, Document.repealed_on.is_(None)
    )
    day = source.in_force or source.issued_on or today()
    for public_id in session.scalars(query.where(Document.status != REPEALED)).all() if names else ():
        repeal(session, public_id, day=day, reason=gettext("Replaced by %(law)s", law=f"《{source.title}》"))


def _end(session: Session, document: Document) -> None:
    before = changes.editions(session, [document.name])
    document.status = REPEALED
    filling.put(session, document.id)
    changes.announce(session, before, day=_ends_on(document), reason=document.repeal_reason)


def _has_ended(document: Document) -> bool:
    ends = _ends_on(document)
    return ends is not None and ends <= today()


def _ends_on(document: Document) -> date | None:
    """The first day on which a document no longer stands, as far as anybody said."""
    after = document.valid_until + timedelta(days=1) if document.valid_until else None
    return min((day for day in (document.repealed_on, after) if day), default=None)


def _document(session: Session, public_id: str) -> Document:
    document = session.scalar(select(Document).where(Document.public_id == public_id).with_for_update())
    if document is None:
        raise NotFound
    return document


def remove_document(session: Session, document: Document) -> None:
    """Take a document out of the library."""
    _forget_passages(session, document)
    session.delete(document)


def load_bundled(session: Session) -> dict[str, int]:
    """Bring the bundled documents to this release: how many were new, changed, unchanged and removed."""
    counts = {"new": 0, "changed": 0, "unchanged": 0, "removed": 0}
    seen = set()
    for origin, found in _bundled():
        if isinstance(found, Source):
            seen.add(origin)
            counts[store_document(session, found, origin=origin)] += 1
    for document in session.scalars(select(Document).where(Document.origin.startswith("bundled:"))):
        if document.origin not in seen:
            remove_document(session, document)
            counts["removed"] += 1
    if counts["new"] or counts["changed"] or counts["removed"]:
        record(session, "library.load", thing="library", thing_id="bundled", after=counts)
    return counts


def check_bundled() -> tuple[int, list[str]]:
    """How many bundled documents there are, and what is wrong with them, a sentence each."""
    count, problems, titles = 0, list[str](), dict[str, str]()
    for origin, found in _bundled():
        name = origin.removeprefix("bundled:")
        if not isinstance(found, Source):
            problems += [f"{name}: {problem.field}: {problem.reason}" for problem in found]
            continue
        count += 1
        if found.title in titles:
            problems.append(f"{name}: title: the same as {titles[found.title]}")
        titles[found.title] = name
        if found.subject != name.partition("/")[0]:
            problems.append(f"{name}: subject: not that of its folder")
        if not found.author or found.issued_on is None:
            problems.append(f"{name}: author, issued: missing")
    return count, problems


def import_folder(session: Session, folder: Path) -> dict[str, object]:
    """Every Markdown and text file below `folder`: counts, and the files that could not be read with their reasons."""
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    refused: list[dict[str, str]] = []
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        found = read(path.read_bytes(), file_name=name)
        if isinstance(found, Source):
            counts[store_document(session, found, origin=f"import:{name}"[:400])] += 1
        else:
            refused += [{"file": name, "field": problem.field, "reason": problem.reason} for problem in found]
    if counts["new"] or counts["changed"]:
        record(session, "library.import", thing="library", thing_id=folder.name, after=counts)
    return {**counts, "refused": refused}


def _files(folder: Path) -> Iterable[Path]:
    found = (path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file() and not path.is_symlink())
    return sorted(found)[:MOST_FILES]


def _bundled() -> Iterator[tuple[str, Source | tuple[Problem, ...]]]:
    for path in _files(FOLDER):
        name = path.relative_to(FOLDER).as_posix()
        yield f"bundled:{name}", read(path.read_bytes(), file_name=name)


def _add_passages(session: Session, document: Document) -> None:
    found = passages(document.markdown)
    rows = [
        DocumentPassage(
            document_id=document.id,
            seq=number,
            kind=passage.kind,
            label=passage.label[:200] or None,
            article=passage.article.number if passage.article else None,
            article_sub=passage.article.sub if passage.article else None,
            anchor=passage.anchor[:80],
            path=list(passage.path),
            text=passage.text,
        )
        for number, passage in enumerate(found, 1)
    ]
    session.add_all(rows)
    filling.put(session, document.id)


def _forget_passages(session: Session, document: Document) -> None:
    filling.take_out(session, document.id)
    session.execute(delete(DocumentPassage).where(DocumentPassage.document_id == document.id))
