"""Tables of evidence. Nothing in them is ever changed: what is revoked gets a row that says so."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, UtcDateTime


class SigningKey(Model):
    """A public key with which this installation signs, or once did; the newest is in use."""

    __tablename__ = "evidence_key"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: the public key as multikey (z6Mk...); the file of the private one has this name
    name: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: signed by the key before it (courseware.evidence.chain); None of the first, and of one for which no other could vouch
    statement: Mapped[Any | None] = mapped_column(Json)


class Document(Model):
    """A certificate, or a package of evidence, as it was issued."""

    __tablename__ = "evidence_document"
    __table_args__ = (
        UniqueConstraint("status_list", "status_place"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: sixteen characters, printed in groups of four (lms.transcripts.code)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    #: "certificate" or "package"
    kind: Mapped[str] = mapped_column(String(12))
    #: public id of the transcript entry that a certificate is about
    entry: Mapped[str | None] = mapped_column(String(22), index=True)
    #: which list of revocations, and which place of it
    status_list: Mapped[int] = mapped_column(Integer)
    status_place: Mapped[int] = mapped_column(Integer)
    #: of a certificate {"credential", "paper"}; of a package {"sha256", "bytes", "key", "papers"}
    content: Mapped[Any] = mapped_column(Json)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class Holder(Model):
    """Whom a document is about."""

    __tablename__ = "evidence_holder"
    __table_args__ = ({"info": {"append_only": True}},)

    document_id: Mapped[int] = mapped_column(ForeignKey("evidence_document.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Revocation(Model):
    """A certificate, a package or a printed transcript that holds no more."""

    __tablename__ = "evidence_revocation"
    __table_args__ = ({"info": {"append_only": True}},)

    #: of whichever it is
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    #: "decision" (of somebody) or "correction" (of an entry that it rests on)
    cause: Mapped[str] = mapped_column(String(12))
    #: why, for those who may see the transcript
    reason: Mapped[str] = mapped_column(String(200))
    revoked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
