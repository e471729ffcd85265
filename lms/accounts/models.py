"""Tables of people, the organisation, roles, credentials and sessions.

Days are half-open: a posting or placement holds from `from_date` up to, not including, `to_date`.
"""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model, PublicId, UtcDateTime
from lms.ids import new_public_id

_OPEN = text("to_date IS NULL")
_UNUSED = text("used_at IS NULL")


class Unit(Model):
    """A bureau, branch or office, as it is today; where it was before stands in `unit_placement`."""

    __tablename__ = "unit"
    __table_args__ = (CheckConstraint("kind IN ('bureau', 'branch', 'office')", name="kind"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    #: the organisation's own code, used by rosters
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))
    #: place among its siblings
    sort_order: Mapped[int] = mapped_column(Integer, default=0)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    #: ids from the top down to this unit, e.g. "/1/4/23/"; a subtree is a prefix
    path: Mapped[str] = mapped_column(String(255), index=True)
    #: the first day on which it is no more
    closed_on: Mapped[date | None] = mapped_column(Date)
    #: the unit that took over its people and duties
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class UnitPlacement(Model):
    """Under which unit a unit stood, from one day to another."""

    __tablename__ = "unit_placement"
    __table_args__ = (
        CheckConstraint("to_date IS NULL OR to_date > from_date", name="days"),
        Index("uq_unit_placement_open", "unit_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_unit_placement_unit_id_from_date", "unit_id", "from_date"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)


class Person(Model):
    """Somebody with an account. Identity-card numbers are not kept at all."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    #: also the name to sign in with
    staff_number: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    name_pinyin: Mapped[str | None] = mapped_column(String(200))
    #: "zh" or "en"; None: as the browser asks
    locale: Mapped[str | None] = mapped_column(String(8))
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Posting(Model):
    """In which unit a person served, as what, from one day to another; the present one is open."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("to_date IS NULL OR to_date > from_date", name="days"),
        Index("uq_posting_open", "person_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_posting_person_id_from_date", "person_id", "from_date"),
        Index("ix_posting_unit_id_to_date", "unit_id", "to_date"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    #: duty (职务) and rank (职级), in the organisation's words
    post: Mapped[str | None] = mapped_column(String(80))
    rank: Mapped[str | None] = mapped_column(String(80))
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)


class RoleGrant(Model):
    """A role given to a person for a part of the organisation, one pool or one exam."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("scope IN ('organisation', 'pool', 'exam')", name="scope"),
        CheckConstraint("(scope = 'organisation') = (thing_id IS NULL)", name="thing"),
        CheckConstraint("scope = 'organisation' OR unit_id IS NULL", name="unit"),
        Index("ix_role_grant_person_id_ends_at", "person_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(20), index=True)
    scope: Mapped[str] = mapped_column(String(12), default="organisation")
    #: the subtree of an organisation grant; None is the whole organisation
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    #: public id of the pool or exam
    thing_id: Mapped[str | None] = mapped_column(String(22), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: None when the command line gave it
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(200))


class Password(Model):
    """A password's hash; the newest row of a person is in force, a few older ones stop reuse."""

    __tablename__ = "password"
    __table_args__ = (Index("ix_password_person_id_id", "person_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: argon2id in its own text form, parameters included
    hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    must_change: Mapped[bool] = mapped_column(default=False)


class Totp(Model):
    """A one-time-code device. The shared secret is not stored: it is derived from the server's secret key and
    this nonce, so that a copy of the database alone opens nothing."""

    __tablename__ = "totp"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    nonce: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: None until the first right code proved that the device holds the secret
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: number of the last 30-second step whose code was taken; none at or before it is taken again
    last_used_step: Mapped[int] = mapped_column(Integer, default=0)


class OneTimeCode(Model):
    """An activation code (sets the first or a new password) or a recovery code (stands in for a device)."""

    __tablename__ = "one_time_code"
    __table_args__ = (
        CheckConstraint("kind IN ('activation', 'recovery')", name="kind"),
        Index("ix_one_time_code_unused", "person_id", "kind", sqlite_where=_UNUSED, postgresql_where=_UNUSED),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(10))
    #: SHA-256 of the code, which has 80 random bits
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when it was used or replaced
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginSession(Model):
    """One sign-in of a person on one browser. The token itself is only in the browser's cookie."""

    __tablename__ = "login_session"
    __table_args__ = (Index("ix_login_session_person_id_ended_at", "person_id", "ended_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: to the minute only, so that reading pages does not write
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: "log_out", "ended", "password", "disabled", "replaced", "reset"
    ended_why: Mapped[str | None] = mapped_column(String(12))
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(200))
    #: a one-time code was given in this session
    second_factor_passed: Mapped[bool] = mapped_column(default=False)
    #: the person had a confirmed device when the session began, so a code is asked for
    second_factor_asked: Mapped[bool] = mapped_column(default=False)
    #: nothing else can be done before the password is changed
    password_change_due: Mapped[bool] = mapped_column(default=False)


class LoginThrottle(Model):
    """Failed attempts on an account from one address, or (address "") from anywhere.

    `account` is a keyed hash of what was typed: unknown names are counted like known ones, and a password
    typed into the wrong box is not kept.
    """

    __tablename__ = "login_throttle"
    __table_args__ = (UniqueConstraint("account", "address"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account: Mapped[bytes] = mapped_column(LargeBinary(32))
    address: Mapped[str] = mapped_column(String(64))
    failures: Mapped[int] = mapped_column(Integer, default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
