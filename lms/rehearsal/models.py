"""The table of rehearsals: asked for, begun, ended, and what was found."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Rehearsal(Model):
    """One rehearsal of an exam; nothing else of it is kept."""

    __tablename__ = "exam_rehearsal"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    #: public id of the job that plays it; None: the command line
    job_id: Mapped[str | None] = mapped_column(String(22), index=True)
    #: how many candidates are expected
    candidates: Mapped[int] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: played, failed, stopped (by whoever asked, or because an exam opened) or interrupted (the server ended)
    ended_how: Mapped[str | None] = mapped_column(String(12))
    #: the cohorts with their figures; of a failure why
    report: Mapped[Any | None] = mapped_column(Json)
