"""Files of units, people or their particulars on their way into the organisation."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class RosterImport(Model):
    """A file: read once as a dry run, shown, then its good rows are taken."""

    __tablename__ = "roster_import"
    __table_args__ = (
        CheckConstraint("kind IN ('units', 'people', 'files')", name="kind"),
        CheckConstraint("state IN ('reading', 'unfit', 'ready', 'taking', 'taken')", name="state"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(10))
    file_name: Mapped[str] = mapped_column(String(200))
    #: the file until it has been read; sealed where it holds numbers of identity cards
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10), default="reading")
    #: of an unfit file: why, and the columns it lacks
    unfit: Mapped[Any | None] = mapped_column(Json)
    #: headers that nobody knows
    left_out: Mapped[Any] = mapped_column(Json, default=list)
    #: paths of the units that whoever brought it may touch
    paths: Mapped[Any] = mapped_column(Json)
    #: what the taking changed: new, changed, unchanged, bad
    counts: Mapped[Any | None] = mapped_column(Json)
    #: the job at work on it
    job_id: Mapped[str | None] = mapped_column(PublicId)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RosterRow(Model):
    """One row of such a file: its cells, what it would do, and what is wrong with it."""

    __tablename__ = "roster_row"
    __table_args__ = (
        UniqueConstraint("import_id", "number"),
        Index("ix_roster_row_import_id_action", "import_id", "action", "number"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id"))
    #: its place among the rows, from 1
    number: Mapped[int] = mapped_column(Integer)
    #: where it stands in the file, "sheet:row"
    place: Mapped[str] = mapped_column(String(200))
    #: by column; numbers of identity cards are sealed
    cells: Mapped[Any] = mapped_column(Json)
    lost: Mapped[Any] = mapped_column(Json, default=list)
    action: Mapped[str] = mapped_column(String(10))
    complaints: Mapped[Any] = mapped_column(Json, default=list)
    #: what columns that are to change say now; None where nobody asked
    before: Mapped[Any | None] = mapped_column(Json)
