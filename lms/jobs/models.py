"""The table of jobs: the queue and the record of long work."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Job(Model):
    """One piece of long work. A running job belongs to its worker until `lease_until`."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[Any] = mapped_column(Json)
    #: public id of the person whose job it is; None for the system's own
    owner: Mapped[str | None] = mapped_column(String(22), index=True)
    #: at most one waiting job has this key
    unique_key: Mapped[str | None] = mapped_column(String(160))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    worker: Mapped[str | None] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    note: Mapped[str | None] = mapped_column(String(200))
    result: Mapped[Any | None] = mapped_column(Json)
    error: Mapped[str | None] = mapped_column(String(200))
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
