"""The table of particulars. A row is never changed: what became different is a further row, in force from its day."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model, UtcDateTime


class Particulars(Model):
    """What the personnel file says of a person from a day on; of rows of one day the one recorded last is in force."""

    __tablename__ = "person_particulars"
    __table_args__ = (
        Index("ix_person_particulars_person_id_from_date", "person_id", "from_date"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_date: Mapped[date] = mapped_column(Date)
    #: "female" or "male"
    gender: Mapped[str | None] = mapped_column(String(8))
    #: year and month of birth, "1984-05"
    born: Mapped[str | None] = mapped_column(String(7))
    ethnicity: Mapped[str | None] = mapped_column(String(20))
    #: lms.particulars.queries.Political
    political: Mapped[str | None] = mapped_column(String(12))
    education: Mapped[str | None] = mapped_column(String(20))
    degree: Mapped[str | None] = mapped_column(String(20))
    #: 干部类别, in the organisation's words
    category: Mapped[str | None] = mapped_column(String(40))
    #: the day of appointment to the present post
    appointed_on: Mapped[date | None] = mapped_column(Date)
    #: number of the identity card, sealed
    sealed_id_number: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: None when the command line recorded it
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(200))
