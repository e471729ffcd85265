"""Tables of the library."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Document(Model):
    """A document in its present text."""

    __tablename__ = "ref_document"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    #: where it came from: "bundled:<path>" or "import:<path>"; loading the same path again replaces the text
    origin: Mapped[str] = mapped_column(String(400), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    #: short name by which citations find it
    name: Mapped[str] = mapped_column(String(200), index=True)
    subject: Mapped[str | None] = mapped_column(String(60), index=True)
    #: guide, time-limits, glossary, checklist, decision-aid, commentary, model, statute
    kind: Mapped[str] = mapped_column(String(20), index=True)
    author: Mapped[str | None] = mapped_column(String(120))
    issued_on: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    #: current, amended or repealed
    status: Mapped[str] = mapped_column(String(10), index=True)
    #: first day on which it no longer stands, as the librarian said; a newer text of it does not change that
    repealed_on: Mapped[date | None] = mapped_column(Date)
    repeal_reason: Mapped[str | None] = mapped_column(String(500))
    #: titles of the laws it rests on
    sources: Mapped[Any] = mapped_column(Json)
    #: the whole text as it was given
    markdown: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DocumentPassage(Model):
    """A passage of a document; its tokens are in the index of the database."""

    __tablename__ = "ref_passage"
    __table_args__ = (Index("ix_ref_passage_article", "document_id", "article", "article_sub"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("ref_document.id"), index=True)
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(10))
    label: Mapped[str | None] = mapped_column(String(200))
    article: Mapped[int | None] = mapped_column(Integer)
    article_sub: Mapped[int | None] = mapped_column(Integer)
    #: id of the place on the document's page
    anchor: Mapped[str] = mapped_column(String(80), default="")
    path: Mapped[Any] = mapped_column(Json)
    text: Mapped[str] = mapped_column(Text)


class Alias(Model):
    """Another name of a document, e.g. 消法; an administrator may add more."""

    __tablename__ = "ref_alias"

    alias: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
