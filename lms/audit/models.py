"""The table of audit entries."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, UtcDateTime


class AuditEntry(Model):
    """One write. `hash` covers every other column and the hash before it; rows never change."""

    __tablename__ = "audit_entry"
    __table_args__ = ({"info": {"append_only": True}},)

    #: place in the chain, from 1 without gaps
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: public id of the person, None for the system itself
    actor: Mapped[str | None] = mapped_column(String(22), index=True)
    #: what was done, e.g. "exam.publish"
    act: Mapped[str] = mapped_column(String(64), index=True)
    #: what it was done to: kind and public id
    thing: Mapped[str | None] = mapped_column(String(64))
    thing_id: Mapped[str | None] = mapped_column(String(64), index=True)
    before: Mapped[Any | None] = mapped_column(Json)
    after: Mapped[Any | None] = mapped_column(Json)
    #: "ok" or the code of the refusal
    result: Mapped[str] = mapped_column(String(64))
    #: address the request came from, and its id in the logs
    address: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
