"""Tables of the library."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.clock import now
from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id

#: access of what everybody may read who is signed in
READERS = "readers"
#: kind of what was harvested: another library holds it, here stand its facts and its address
ELSEWHERE = "elsewhere"


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
    #: guide, time-limits, glossary, checklist, decision-aid, commentary, model, statute, elsewhere
    kind: Mapped[str] = mapped_column(String(20), index=True)
    author: Mapped[str | None] = mapped_column(String(120))
    issued_on: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date, index=True)
    #: current, amended or repealed
    status: Mapped[str] = mapped_column(String(10), index=True)
    #: first day on which it no longer stands, as the librarian said; a newer text of it does not change that
    repealed_on: Mapped[date | None] = mapped_column(Date, index=True)
    repeal_reason: Mapped[str | None] = mapped_column(String(500))
    #: titles of the laws it rests on
    sources: Mapped[Any] = mapped_column(Json)
    #: the whole text as it was given
    markdown: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: who issued it, and under which number
    issuer: Mapped[str | None] = mapped_column(String(120), index=True)
    number: Mapped[str | None] = mapped_column(String(80))
    #: the first day on which it stands; the last on which its words were changed
    effective_on: Mapped[date | None] = mapped_column(Date, index=True)
    amended_on: Mapped[date | None] = mapped_column(Date, index=True)
    #: readers (everybody who is signed in) or librarians
    access: Mapped[str] = mapped_column(String(12), default=READERS)
    #: where the file came from, and what may be done with it
    source_note: Mapped[str | None] = mapped_column(String(300))
    rights: Mapped[str | None] = mapped_column(String(300))
    tags: Mapped[Any] = mapped_column(Json, default=list)
    #: number of the present text among its versions, from 1
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: names of the facts that a librarian has set: a newer text does not change them
    set_by_hand: Mapped[Any] = mapped_column(Json, default=list)
    #: when anything of it was last changed, for those who harvest the catalogue
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now, index=True)


class DocumentVersion(Model):
    """A text that a document has or had. It names the document by its public id, which outlives the document."""

    __tablename__ = "ref_version"
    __table_args__ = (UniqueConstraint("document", "number"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    document: Mapped[str] = mapped_column(PublicId, index=True)
    #: from 1, in the order in which they were stored
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date | None] = mapped_column(Date)
    effective_on: Mapped[date | None] = mapped_column(Date)
    amended_on: Mapped[date | None] = mapped_column(Date)
    markdown: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    #: the file it was read from, where one is kept: SHA-256 (hex), media type, name
    original: Mapped[str | None] = mapped_column(String(64))
    media_type: Mapped[str | None] = mapped_column(String(80))
    file_name: Mapped[str | None] = mapped_column(String(200))
    #: lines on which pages begin: [[line, page], ...]
    pages: Mapped[Any] = mapped_column(Json, default=list)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stored_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Relation(Model):
    """That a document has to do with a law: implements, amends, repeals or cites it. `cites` comes from the text."""

    __tablename__ = "ref_relation"
    __table_args__ = (
        CheckConstraint("kind IN ('implements', 'amends', 'repeals', 'cites')", name="kind"),
        UniqueConstraint("document_id", "kind", "name"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    document_id: Mapped[int] = mapped_column(ForeignKey("ref_document.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    #: short name of the other, held or not, and its title as it was written
    name: Mapped[str] = mapped_column(String(200), index=True)
    title: Mapped[str] = mapped_column(String(200))
    #: how often the text names it; 0 of what a librarian said
    times: Mapped[int] = mapped_column(Integer, default=0)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LibraryImport(Model):
    """A file or an archive of files: read once as a dry run, shown, then what is good is taken."""

    __tablename__ = "ref_import"
    __table_args__ = (
        CheckConstraint("state IN ('reading', 'unfit', 'ready', 'taking', 'taken', 'dropped', 'failed')", name="state"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    file_name: Mapped[str] = mapped_column(String(200))
    #: the file until it was taken or dropped
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10), default="reading", index=True)
    #: why an unfit archive cannot be opened; of a failed one at what its job failed: "reading" or "taking"
    reason: Mapped[str | None] = mapped_column(String(40))
    #: of files that do not say it themselves
    subject: Mapped[str | None] = mapped_column(String(60))
    kind: Mapped[str | None] = mapped_column(String(20))
    access: Mapped[str] = mapped_column(String(12))
    #: public id of the document of which the file is a newer text
    document: Mapped[str | None] = mapped_column(PublicId)
    job_id: Mapped[str | None] = mapped_column(PublicId)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LibraryImportFile(Model):
    """A file of an import: what it would become and became, or why it cannot be read."""

    __tablename__ = "ref_import_file"
    __table_args__ = (
        UniqueConstraint("import_id", "number"),
        Index("ix_ref_import_file_import_id_outcome", "import_id", "outcome", "number"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("ref_import.id"))
    number: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(300))
    #: new, changed, unchanged (what it would do, and when taken did) or refused
    outcome: Mapped[str] = mapped_column(String(10))
    is_taken: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str | None] = mapped_column(String(200))
    articles: Mapped[int] = mapped_column(Integer, default=0)
    #: of a refused file: reason and facts; of others: remarks as {"code": ..., "facts": ...}
    reason: Mapped[str | None] = mapped_column(String(40))
    facts: Mapped[Any] = mapped_column(Json, default=dict)
    notes: Mapped[Any] = mapped_column(Json, default=list)
    #: public id of the document
    document: Mapped[str | None] = mapped_column(PublicId)


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
    #: where the file has pages: the one on which it begins
    page: Mapped[int | None] = mapped_column(Integer)


class Alias(Model):
    """Another name of a document, e.g. 消法; an administrator may add more."""

    __tablename__ = "ref_alias"

    alias: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class Withdrawn(Model):
    """A document that the catalogue for harvesters had and has no more. It names it by its public id."""

    __tablename__ = "ref_withdrawn"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    document: Mapped[str] = mapped_column(PublicId, unique=True)
    subject: Mapped[str | None] = mapped_column(String(60))
    withdrawn_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
