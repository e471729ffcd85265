"""Storing documents with their passages and their index, in one transaction each."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from flask_babel import gettext
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.clock import now, today
from lms.errors import NotFound
from lms.library import changes, standing, texts, withdrawn
from lms.library.citation import short_name
from lms.library.desk import lacks
from lms.library.models import ELSEWHERE, Document, Relation
from lms.library.search import filling
from lms.library.source import Problem, Source, read
from lms.library.version_queries import VersionRow

FOLDER = Path(__file__).parent / "content"
#: kinds of the jobs by which the library leaves word that a law has changed, for questions and for units
CHANGED, CHANGED_UNITS = changes.CHANGED, changes.CHANGED_UNITS
REPEALED = changes.REPEALED
#: kind of the job that moves what readers keep to the document (`to`) that another (`from`) is joined with, by public ids
JOINED = "library.joined"
SUFFIXES = (".md", ".txt")
MOST_FILES = 50_000


#: facts that a text may say of its document, unless a librarian has set them
SAID = (
    "title", "subject", "kind", "author", "issued_on", "valid_until", "issuer", "number", "effective_on", "amended_on",
    "access", "source_note", "rights", "tags",
)  # fmt: skip

_OURS = ("access", "subject", "kind")


def store_document(
    session: Session, source: Source, *, origin: str, by: int | None = None, file_name: str | None = None
) -> str:
    """Put a document in, or its new text in the old one's place: "new", "changed" or "unchanged". The old one stays as
    a version.

    `origin` is its lasting name, e.g. "bundled:food/sampling.md"; `file_name` that of the file it came in.
    """
    held = session.scalar(select(Document).where(Document.origin == origin))
    if held is not None and is_same(held, source):
        return "unchanged"
    before = changes.editions(session, {source.name} | ({held.name} if held is not None else set()))
    was_shown = held is not None and withdrawn.is_shown(held)
    document = held or Document(origin=origin, access=source.access, set_by_hand=[], tags=[], version=1)
    if held is not None:
        document.version = held.version + 1
    _take_facts(document, source, is_new=held is None)
    document.name = source.name if document.title == source.title else short_name(document.title)
    document.status = REPEALED if _has_ended(document) else source.status
    document.sources, document.markdown = list(source.sources), source.markdown
    document.sha256, document.stored_at = source.sha256, now()
    session.add(document)
    session.flush()
    withdrawn.follow(session, document, was_shown=was_shown)
    lacks.note(session, document)
    texts.put(session, document, source, by=by, file_name=file_name)
    changes.announce(session, before, day=_ends_on(document), reason=document.repeal_reason)
    _end_replaced(session, document, source)
    return "changed" if held else "new"


def is_same(held: Document, source: Source) -> bool:
    """Whether a text is the one that a document has; what was stored before facts were read from files is no other."""
    if held.sha256 == source.sha256:
        return True
    return source.proposed and held.markdown == source.markdown


def _take_facts(document: Document, source: Source, *, is_new: bool) -> None:
    """What a text says of its document. A newer one whose facts are only proposals leaves what it does not say, and never
    says who may read it, what it is about or of which kind it is.
    """
    for name in SAID:
        value = getattr(source, name)
        stays = source.proposed and not is_new and (not value or name in _OURS)
        if name not in document.set_by_hand and not stays:
            setattr(document, name, list(value) if isinstance(value, tuple) else value)


def name_of(kind: str, title: str) -> str:
    """The short name of a document by its title: that by which citations find it. None finds what is held elsewhere."""
    return ("↗" if kind == ELSEWHERE else "") + short_name(title)


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
    return standing.ends(document.repealed_on, document.valid_until)


def _document(session: Session, public_id: str) -> Document:
    document = session.scalar(select(Document).where(Document.public_id == public_id).with_for_update())
    if document is None:
        raise NotFound
    return document


def remove_document(session: Session, document: Document) -> None:
    """Take a document out of the library; the texts it has had stay."""
    if withdrawn.is_shown(document):
        withdrawn.leave(session, document)
    texts.forget_passages(session, document)
    session.execute(delete(Relation).where(Relation.document_id == document.id))
    session.delete(document)


def remove_joined(session: Session, public_id: str) -> None:
    """Take out a document that was joined with another; nothing where it is gone already."""
    document = session.scalar(select(Document).where(Document.public_id == public_id))
    if document is not None:
        remove_document(session, document)


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


def set_facts(session: Session, public_id: str, facts: Mapping[str, Any], *, reason: str) -> bool:
    """Set facts of a document (names of SAID); newer texts will not change them. Whether anything was another before.

    Raises NotFound.
    """
    document = _document(session, public_id)
    before = {name: getattr(document, name) for name, value in facts.items() if getattr(document, name) != value}
    if not before:
        return False
    was_shown = withdrawn.is_shown(document)
    had_ended, held = (
        _has_ended(document),
        changes.editions(session, [document.name, name_of(document.kind, str(facts["title"]))]),
    )
    for name in before:
        setattr(document, name, facts[name])
    document.set_by_hand = sorted({*document.set_by_hand, *before})
    if "title" in before:
        document.name = name_of(document.kind, document.title)
    if _has_ended(document) != had_ended:
        document.status = "current" if had_ended else REPEALED
    withdrawn.follow(session, document, was_shown=was_shown)
    lacks.note(session, document)
    filling.put(session, document.id)
    changes.announce(session, held, day=_ends_on(document), reason=reason)
    after = {name: facts[name] for name in before}
    record(
        session,
        "library.facts",
        thing="document",
        thing_id=public_id,
        before=said(before),
        after=said(after) | {"reason": reason},
    )
    return True


def said(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the audit log keeps them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def relate(session: Session, public_id: str, *, kind: str, title: str, by: int) -> bool:
    """Say that a document implements, amends or repeals a law; False when it was said already. Raises NotFound."""
    document = _document(session, public_id)
    name = short_name(title)
    known = select(Relation.id).where(Relation.document_id == document.id, Relation.kind == kind, Relation.name == name)
    if session.scalar(known) is not None:
        return False
    session.add(Relation(document_id=document.id, kind=kind, name=name, title=title, made_by=by, made_at=now()))
    after = {"kind": kind, "law": title}
    record(session, "library.relate", thing="document", thing_id=public_id, after=after)
    return True


def unrelate(session: Session, public_id: str, relation_id: str) -> None:
    """Take back what was said by hand. Raises NotFound."""
    document = _document(session, public_id)
    found = session.scalar(
        select(Relation).where(
            Relation.public_id == relation_id, Relation.document_id == document.id, Relation.kind != texts.CITES
        )
    )
    if found is None:
        raise NotFound
    before = {"kind": found.kind, "law": found.title}
    session.delete(found)
    record(session, "library.unrelate", thing="document", thing_id=public_id, before=before)


def note_download(session: Session, public_id: str, version: VersionRow) -> None:
    """Write down that somebody fetches the file of a text."""
    after = {"version": version.number, "sha256": version.original}
    record(session, "library.download", thing="document", thing_id=public_id, after=after)


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


def _files(folder: Path) -> Iterable[Path]:
    found = (path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file() and not path.is_symlink())
    return sorted(found)[:MOST_FILES]


def _bundled() -> Iterator[tuple[str, Source | tuple[Problem, ...]]]:
    for path in _files(FOLDER):
        name = path.relative_to(FOLDER).as_posix()
        yield f"bundled:{name}", read(path.read_bytes(), file_name=name)
