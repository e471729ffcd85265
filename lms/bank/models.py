"""Tables of the question bank. A version, once written, never changes; a change of an item is a new version."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Float, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Pool(Model):
    """A named collection of items, kept by examiners."""

    __tablename__ = "bank_pool"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str | None] = mapped_column(String(500))
    #: the part of the organisation that keeps it: path of a unit, "/" for the whole
    owner_path: Mapped[str] = mapped_column(String(200), default="/")
    #: whether somebody else than the author must approve a wording before it may be drawn
    reviewed: Mapped[bool] = mapped_column(default=False)
    #: None for the bundled bank
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Item(Model):
    """A question through all its versions."""

    __tablename__ = "bank_item"
    __table_args__ = (UniqueConstraint("pool_id", "ref"), Index("ix_bank_item_pool_id_state", "pool_id", "state"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    pool_id: Mapped[int] = mapped_column(ForeignKey("bank_pool.id"))
    #: the item's own lasting name within its pool, e.g. "penalty-001" or a hash made by an importer
    ref: Mapped[str] = mapped_column(String(80))
    #: of the newest version: a `question_bank.life.State`
    state: Mapped[str] = mapped_column(String(12), default="ready")
    #: number of the newest version
    newest: Mapped[int] = mapped_column(Integer, default=1)
    #: number of the version that papers take, None before one was approved
    drawn: Mapped[int | None] = mapped_column(Integer)
    #: why papers do not take it all the same, e.g. "law_changed"; "" when they do
    suspended: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ItemVersion(Model):
    """An item as it was worded and keyed at one time."""

    __tablename__ = "bank_item_version"
    __table_args__ = (UniqueConstraint("item_id", "number"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    item_id: Mapped[int] = mapped_column(ForeignKey("bank_item.id"))
    number: Mapped[int] = mapped_column(Integer)
    type: Mapped[str] = mapped_column(String(20), index=True)
    subject: Mapped[str] = mapped_column(String(40), index=True)
    point: Mapped[str | None] = mapped_column(String(80))
    cognitive: Mapped[str | None] = mapped_column(String(12))
    difficulty: Mapped[str | None] = mapped_column(String(8))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    #: question_bank.formats.record: the whole version, key included
    record: Mapped[Any] = mapped_column(Json)
    #: the laws it cites with their articles, a line each, for lists that look for one
    cited: Mapped[str] = mapped_column(Text, default="")
    #: the stem as plain text, for lists and search
    stem_text: Mapped[str] = mapped_column(Text)
    #: SHA-256 of the canonical record: the same content is never stored twice in a row
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


#: other particulars for the same words and key: no wording, and nobody becomes its author by it
RELABEL = "relabel"


class ItemEvent(Model):
    """Something in the life of an item: a move, a wording, a comment; a row is never changed."""

    __tablename__ = "bank_item_event"
    __table_args__ = (Index("ix_bank_item_event_item_id", "item_id", "id"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("bank_item.id"))
    #: of the version it concerns
    number: Mapped[int] = mapped_column(Integer)
    #: a `question_bank.life.Move`, "word" for a newer wording, RELABEL, "comment" for words alone
    act: Mapped[str] = mapped_column(String(20))
    comment: Mapped[str | None] = mapped_column(Text)
    #: None for the program itself
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Share(Model):
    """A pool given to a single person: "view", "use" (in exams), "edit" or "review"; each holds what stands before."""

    __tablename__ = "bank_share"
    __table_args__ = (UniqueConstraint("pool_id", "person_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("bank_pool.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    access: Mapped[str] = mapped_column(String(8))
    given_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Picture(Model):
    """A picture of questions, encoded anew by us; the file lies in the media folder under its hash."""

    __tablename__ = "bank_picture"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Draft(Model):
    """What somebody is typing into the editor, kept while they type; gone once the question is kept."""

    __tablename__ = "bank_draft"
    __table_args__ = (Index("ix_bank_draft_person_id", "person_id", "pool_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    pool_id: Mapped[int] = mapped_column(ForeignKey("bank_pool.id"))
    #: None for a new question
    item_id: Mapped[int | None] = mapped_column(ForeignKey("bank_item.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    type: Mapped[str] = mapped_column(String(20))
    #: number of the version from which it began, 0 for a new question
    based_on: Mapped[int] = mapped_column(Integer, default=0)
    #: fields of the form as they were typed
    fields: Mapped[Any] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Bulk(Model):
    """A change of particulars of many items at once, so that it can be taken back."""

    __tablename__ = "bank_bulk"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    pool_id: Mapped[int] = mapped_column(ForeignKey("bank_pool.id"), index=True)
    #: field -> new value
    changes: Mapped[Any] = mapped_column(Json)
    #: [item id, number of the version before, number after]
    versions: Mapped[Any] = mapped_column(Json)
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Statistic(Model):
    """How a version did in one exam, as the exam reported it; computed anew, never part of the version."""

    __tablename__ = "bank_statistic"
    __table_args__ = (UniqueConstraint("item_version_id", "source"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("bank_item_version.id"))
    #: public id and title of the exam
    source: Mapped[str] = mapped_column(PublicId, index=True)
    label: Mapped[str] = mapped_column(String(200))
    #: share of the papers that held it
    exposure: Mapped[float] = mapped_column(Float)
    attempts: Mapped[int] = mapped_column(Integer)
    #: question_bank.analysis: facility, discrimination, choices by thirds, times
    figures: Mapped[Any] = mapped_column(Json)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LawChange(Model):
    """What the law changed under an item, so that it left the draw; settled when somebody has looked."""

    __tablename__ = "bank_law_change"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("bank_item.id"), index=True)
    #: "amended" (the words of the article), "removed" (the article) or "repealed" (the law)
    how: Mapped[str] = mapped_column(String(10))
    #: title of the law, and the article as the law names it
    title: Mapped[str] = mapped_column(String(200))
    article: Mapped[str | None] = mapped_column(String(60))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    #: the article in which the old words now stand
    moved_to: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str | None] = mapped_column(String(500))
    #: first day on which the law no longer stands
    day: Mapped[date | None] = mapped_column(Date)
    #: public id of the document in the library
    document: Mapped[str | None] = mapped_column(PublicId)
    #: public id of the job by which the library told of it: a job may run twice
    word: Mapped[str] = mapped_column(PublicId)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Health(Model):
    """A report on the health of a pool; once the next one has ended it is forgotten."""

    __tablename__ = "bank_health"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("bank_pool.id"), index=True)
    job_id: Mapped[str] = mapped_column(PublicId, unique=True)
    #: how many items were looked at
    items: Mapped[int] = mapped_column(Integer, default=0)
    #: category -> number of findings
    counts: Mapped[Any] = mapped_column(Json)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    #: when it ended, None while it runs
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Finding(Model):
    """One finding of such a report."""

    __tablename__ = "bank_finding"
    __table_args__ = (Index("ix_bank_finding_health_id", "health_id", "category", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    health_id: Mapped[int] = mapped_column(ForeignKey("bank_health.id"))
    category: Mapped[str] = mapped_column(String(30))
    #: ids of the items concerned
    items: Mapped[Any] = mapped_column(Json)
    facts: Mapped[Any] = mapped_column(Json)


class Calibration(Model):
    """A calibration of the questions by the answers of exams: figures of the whole. A new one replaces none."""

    __tablename__ = "bank_calibration"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    #: the job that worked it out: a job may run twice
    job_id: Mapped[str] = mapped_column(PublicId, unique=True)
    #: who asked for it, None where an exam did
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: all attempts that counted at that time; those whose answers were used; questions and answers in them
    counted: Mapped[int] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer)
    items: Mapped[int] = mapped_column(Integer)
    answers: Mapped[int] = mapped_column(Integer)
    #: lms.bank.calibrations.Figures as a record
    figures: Mapped[Any] = mapped_column(Json)
    #: the calibration whose scale it keeps, None where it has a scale of its own
    anchored_to: Mapped[int | None] = mapped_column(ForeignKey("bank_calibration.id"))


class CalibratedVersion(Model):
    """What a calibration says of a version."""

    __tablename__ = "bank_calibrated_version"
    __table_args__ = ({"info": {"append_only": True}},)

    calibration_id: Mapped[int] = mapped_column(ForeignKey("bank_calibration.id"), primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("bank_item_version.id"), primary_key=True)
    #: difficulty and its standard error in logits of the calibration's scale; None where the answers tell no error
    b: Mapped[float] = mapped_column(Float)
    b_error: Mapped[float | None] = mapped_column(Float)
    #: expected share of right answers among those who answered, and its standard error
    p: Mapped[float] = mapped_column(Float)
    p_error: Mapped[float | None] = mapped_column(Float)
    answers: Mapped[int] = mapped_column(Integer)
    #: answers that earned a part of the marks: they counted as wrong
    partial: Mapped[int] = mapped_column(Integer)
    infit: Mapped[float] = mapped_column(Float)
    outfit: Mapped[float] = mapped_column(Float)
    #: by how many logits it is harder than in the calibration whose scale is kept, None where that did not know it
    change: Mapped[float | None] = mapped_column(Float)
    #: whether that is more than chance and matters
    moved: Mapped[bool]


class BankImport(Model):
    """A file on its way into a pool: read once, shown, mended, then taken."""

    __tablename__ = "bank_import"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    file_name: Mapped[str] = mapped_column(String(200))
    format: Mapped[str] = mapped_column(String(20))
    #: subject of rows that name none, "" for unclassified
    subject: Mapped[str] = mapped_column(String(40), default="")
    #: the file until it has been read
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: refusals of nothing: remarks on columns, as records
    warnings: Mapped[Any] = mapped_column(Json, default=list)
    #: "reading", "ready", "taking" or "taken"
    state: Mapped[str] = mapped_column(String(10), default="reading")
    job_id: Mapped[str | None] = mapped_column(PublicId)
    pool_id: Mapped[int | None] = mapped_column(ForeignKey("bank_pool.id"))
    #: what the taking changed: new, changed, unchanged
    counts: Mapped[Any | None] = mapped_column(Json)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BankImportRow(Model):
    """One row of such a file: its cells, and either the item they make or what is wrong with them."""

    __tablename__ = "bank_import_row"
    __table_args__ = (UniqueConstraint("import_id", "number"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("bank_import.id"))
    #: its place among the rows, from 1
    number: Mapped[int] = mapped_column(Integer)
    #: where it stands in the file, e.g. "Sheet1 row 7"
    place: Mapped[str] = mapped_column(String(200))
    #: cells by column, None where the file has no rows (native format)
    cells: Mapped[Any | None] = mapped_column(Json)
    record: Mapped[Any | None] = mapped_column(Json)
    complaints: Mapped[Any] = mapped_column(Json, default=list)
    good: Mapped[bool]
    #: what became of it when it was taken: "new", "changed" or "unchanged"; None before, and for what was not taken
    outcome: Mapped[str | None] = mapped_column(String(10))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("bank_item.id"))
    #: number of the item's version that holds it
    version: Mapped[int | None] = mapped_column(Integer)
