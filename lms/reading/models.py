"""Tables of reading: where somebody stopped in a document, and what they marked in it. Nobody else sees them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Place(Model):
    """Where somebody stopped in a document, on whatever machine."""

    __tablename__ = "reading_place"
    __table_args__ = (Index("ix_reading_place_person_id_at", "person_id", "at"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("ref_document.id", ondelete="CASCADE"), primary_key=True)
    #: id of the place on the document's page, "" for its beginning, and what it is called there
    anchor: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(200))
    #: how much of the document lies above it, in thousandths
    share: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Mark(Model):
    """A bookmark (without a quote), or a highlighted passage; either with a note or without."""

    __tablename__ = "reading_mark"
    __table_args__ = (Index("ix_reading_mark_person_id_document_id", "person_id", "document_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: None once the document left the library; the mark keeps its title
    document_id: Mapped[int | None] = mapped_column(ForeignKey("ref_document.id", ondelete="SET NULL"), index=True)
    document_title: Mapped[str] = mapped_column(String(200))
    anchor: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(200))
    #: the passage word for word, and how many characters of its place come before it: found again by its words,
    #: should the text have moved
    quote: Mapped[str] = mapped_column(Text)
    offset: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: taken away, and may still be put back
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
