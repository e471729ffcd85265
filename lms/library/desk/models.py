"""Tables of the desk. All but what librarians have decided can be worked out again from the documents."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Lack(Model):
    """A fact that a document of its kind should have and has not; kept in step with the document."""

    __tablename__ = "ref_lack"

    document_id: Mapped[int] = mapped_column(ForeignKey("ref_document.id", ondelete="CASCADE"), primary_key=True)
    fact: Mapped[str] = mapped_column(String(20), primary_key=True, index=True)


class Alike(Model):
    """Two documents that may be one, by their public ids; `first` came earlier."""

    __tablename__ = "ref_alike"
    __table_args__ = (
        UniqueConstraint("first", "second"),
        CheckConstraint("why IN ('title', 'text', 'both')", name="why"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    first: Mapped[str] = mapped_column(PublicId)
    second: Mapped[str] = mapped_column(PublicId)
    #: what is alike
    why: Mapped[str] = mapped_column(String(5))
    #: passages with the same words, of how many in either
    shared: Mapped[int] = mapped_column(Integer)
    of_first: Mapped[int] = mapped_column(Integer)
    of_second: Mapped[int] = mapped_column(Integer)
    #: shared passages in a thousand of the shorter text
    share: Mapped[int] = mapped_column(Integer, index=True)


class Settled(Model):
    """What a librarian decided of a pair: two documents ("different"), or texts of one ("versions")."""

    __tablename__ = "ref_settled"
    __table_args__ = (CheckConstraint("how IN ('different', 'versions')", name="how"),)

    first: Mapped[str] = mapped_column(PublicId, primary_key=True)
    second: Mapped[str] = mapped_column(PublicId, primary_key=True)
    how: Mapped[str] = mapped_column(String(10))
    decided_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Broken(Model):
    """A law that texts cite and the library has not, or an article that the cited text has not."""

    __tablename__ = "ref_broken"
    __table_args__ = (UniqueConstraint("name", "article", "article_sub"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    #: short name of the law, and its title as it was written
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    #: 0 where the law itself is missing
    article: Mapped[int] = mapped_column(Integer)
    article_sub: Mapped[int] = mapped_column(Integer)
    #: how often it is cited, in how many documents
    times: Mapped[int] = mapped_column(Integer, index=True)
    documents: Mapped[int] = mapped_column(Integer)
    #: those that cite it most: [[public id, anchor of the place, times], ...]
    places: Mapped[Any] = mapped_column(Json)


class Looked(Model):
    """When the desk was last worked out; one row."""

    __tablename__ = "ref_looked"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    documents: Mapped[int] = mapped_column(Integer)
    #: words without a result in the days before
    searches: Mapped[int] = mapped_column(Integer)
