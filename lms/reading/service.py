"""Keeping places and marks of one's own."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.clock import now
from lms.errors import NotFound
from lms.library.queries import DocumentRow, titles
from lms.reading.errors import TooManyMarks
from lms.reading.models import Mark, Place

MOST_MARKS = 500
#: so long what was taken away may be put back
KEPT = timedelta(days=30)


def keep_place(session: Session, person_id: int, document: DocumentRow, *, anchor: str, label: str, share: int) -> None:
    """Where the person is in the document now; `share` of it lies above, in thousandths."""
    values = {"anchor": anchor, "label": label, "share": share, "at": now()}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    adding = insert(Place).values(person_id=person_id, document_id=document.id, **values)
    session.execute(adding.on_conflict_do_update(index_elements=["person_id", "document_id"], set_=values))


def mark(
    session: Session,
    person_id: int,
    document: DocumentRow,
    *,
    anchor: str,
    label: str,
    quote: str,
    offset: int,
    note: str,
) -> str:
    """Make a bookmark (without a quote) or highlight a passage; its public id. The same bookmark is not made twice.

    Raises TooManyMarks.
    """
    mine = (Mark.person_id == person_id, Mark.document_id == document.id, Mark.removed_at.is_(None))
    if not quote and (there := session.scalar(select(Mark).where(*mine, Mark.quote == "", Mark.anchor == anchor))):
        there.note = note or there.note
        return there.public_id
    count = session.scalar(select(func.count()).select_from(Mark).where(*mine)) or 0
    if count >= MOST_MARKS:
        raise TooManyMarks(count=count)
    made = Mark(
        person_id=person_id,
        document_id=document.id,
        document_title=document.title,
        anchor=anchor,
        label=label,
        quote=quote,
        offset=offset,
        note=note,
        made_at=now(),
        changed_at=now(),
    )
    session.add(made)
    session.flush()
    return made.public_id


def note(session: Session, person_id: int, public_id: str, words: str) -> None:
    """Write other words to a mark. Raises NotFound."""
    found = _own(session, person_id, public_id)
    found.note, found.changed_at = words, now()


def remove(session: Session, person_id: int, public_id: str) -> None:
    """Take a mark away; for 30 days it may be put back. Raises NotFound."""
    _own(session, person_id, public_id).removed_at = now()
    session.execute(delete(Mark).where(Mark.person_id == person_id, Mark.removed_at < now() - KEPT))


def put_back(session: Session, person_id: int, public_id: str) -> None:
    """Put back what was taken away. Raises NotFound."""
    _own(session, person_id, public_id).removed_at = None


def _own(session: Session, person_id: int, public_id: str) -> Mark:
    found = session.scalar(select(Mark).where(Mark.public_id == public_id, Mark.person_id == person_id))
    if found is None:
        raise NotFound
    return found


def move(session: Session, source: str, target: str) -> int:
    """Let the marks in one document (a public id), and the places of those who were not in the other yet, be in the other;
    how many. Where either is gone nothing moves.
    """
    documents = titles()
    rows = session.execute(
        select(documents.c.public_id, documents.c.id).where(documents.c.public_id.in_((source, target)))
    )
    ids = {row.public_id: row.id for row in rows}
    if len(ids) < 2:
        return 0
    there = select(Place.person_id).where(Place.document_id == ids[target])
    places = update(Place).where(Place.document_id == ids[source], Place.person_id.not_in(there))
    marks = update(Mark).where(Mark.document_id == ids[source])
    here = {"document_id": ids[target]}
    moved = session.scalars(places.values(here).returning(Place.person_id)).all()
    return len(moved) + len(session.scalars(marks.values(here).returning(Mark.id)).all())
