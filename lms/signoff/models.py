"""The table of proposals to sign exams off."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Signing(Model):
    """A proposal to sign an exam off: made by one person, agreed to or turned down by another, or taken back."""

    __tablename__ = "exam_signing"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: None as long as nobody decided
    agreed: Mapped[bool | None]
