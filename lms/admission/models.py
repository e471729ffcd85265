"""Tables of admission: rooms and seats, what an exam and a room ask for, who was admitted or refused, pictures taken."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Room(Model):
    """A room of an exam; its seats are numbered from 1, row by row."""

    __tablename__ = "supervision_room"
    __table_args__ = (UniqueConstraint("exam_id", "name"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    name: Mapped[str] = mapped_column(String(40))
    seat_rows: Mapped[int] = mapped_column(Integer)
    seat_columns: Mapped[int] = mapped_column(Integer)


class Seat(Model):
    """Where somebody sits in an exam."""

    __tablename__ = "supervision_seat"
    __table_args__ = (UniqueConstraint("room_id", "number"),)

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("supervision_room.id"))
    number: Mapped[int] = mapped_column(Integer)


class Rule(Model):
    """What an exam asks of those who enter; an exam without a row asks for nothing."""

    __tablename__ = "admission_rule"

    #: goes with a draft that is deleted
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), primary_key=True)
    #: the code of the room
    code: Mapped[bool]
    #: a computer of the room, where the room has ranges
    address: Mapped[bool]
    #: Safe Exam Browser, with one of the Config Keys and one of the Browser Exam Keys, where there are any
    browser: Mapped[bool]
    #: 64 hex digits each
    config_keys: Mapped[Any] = mapped_column(Json)
    exam_keys: Mapped[Any] = mapped_column(Json)
    #: "off", "asked" (pictures of those who consent) or "demanded" (nobody else enters)
    camera: Mapped[str] = mapped_column(String(8))
    #: days after the end of the window for which pictures are kept
    camera_days: Mapped[int] = mapped_column(Integer)


class RoomRule(Model):
    """What a room asks for."""

    __tablename__ = "admission_room"

    room_id: Mapped[int] = mapped_column(ForeignKey("supervision_room.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(6))
    renewed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: whether every log-in gives the code anew
    every_time: Mapped[bool]
    #: address ranges as text; none: any computer
    ranges: Mapped[Any] = mapped_column(Json)


class Entry(Model):
    """How somebody stands at the door of an exam: the code they gave, the codes they guessed, who let them in."""

    __tablename__ = "admission_entry"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    #: the room whose code was given, the log-in that gave it, when
    room_id: Mapped[int | None] = mapped_column(Integer)
    session_id: Mapped[int | None] = mapped_column(Integer)
    entered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: the log-in whose browser showed its keys by a script, where the browser sends none in headers
    browser_session_id: Mapped[int | None] = mapped_column(Integer)
    #: whether pictures may be taken; None: not answered yet
    camera: Mapped[bool | None]
    #: days after the end of the exam for which pictures are kept, as this person was told
    camera_days: Mapped[int | None] = mapped_column(Integer)
    #: wrong codes since the last right one, and until when no other is looked at
    wrong: Mapped[int] = mapped_column(Integer, default=0)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: whoever let this person in by hand, and why
    let_in_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    let_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    let_in_why: Mapped[str | None] = mapped_column(String(200))


class Snapshot(Model):
    """A picture of somebody at work, in a file of the data folder by its public id; or why there is none."""

    __tablename__ = "admission_snapshot"
    __table_args__ = (Index("ix_admission_snapshot_exam_id_person_id", "exam_id", "person_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: deleted after it, as the person was told
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    #: of lms.admission.snapshots.FAULTS; None: there is a picture
    fault: Mapped[str | None] = mapped_column(String(12))


class Refusal(Model):
    """Somebody was not let in."""

    __tablename__ = "admission_refusal"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: of lms.admission.policy.Lack
    why: Mapped[str] = mapped_column(String(12))
    #: of the computer
    address: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
