"""Tables beside the full-text index; all but the log of queries and the synonyms can be made again from the documents."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Indexed(Model):
    """What was put into the index of a document: with its passages, exactly what must be taken out again."""

    __tablename__ = "ref_indexed"

    document_id: Mapped[int] = mapped_column(ForeignKey("ref_document.id"), primary_key=True, autoincrement=False)
    #: of the tokens
    version: Mapped[int] = mapped_column(Integer, index=True)
    title: Mapped[str] = mapped_column(String(200))
    #: tokens for category, kind, state and year, separated by blanks
    facts: Mapped[str] = mapped_column(Text)


class Term(Model):
    """How many passages or titles hold a token, of tokens that many hold; the row of the empty token counts all.

    It only steers which tokens are looked up first, so that a count of yesterday does no harm.
    """

    __tablename__ = "ref_term"

    #: "passage" or "title"
    kind: Mapped[str] = mapped_column(String(7), primary_key=True)
    term: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


class Synonym(Model):
    """What texts call something for which people have another word; both folded, of Chinese characters."""

    __tablename__ = "ref_synonym"
    __table_args__ = (UniqueConstraint("word", "meaning"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    word: Mapped[str] = mapped_column(String(12))
    meaning: Mapped[str] = mapped_column(String(20))
    #: None: it came with the product
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Searched(Model):
    """How often words were searched for on a day; not by whom."""

    __tablename__ = "ref_searched"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    #: folded
    words: Mapped[str] = mapped_column(String(64), primary_key=True)
    times: Mapped[int] = mapped_column(Integer)
    #: documents the last of these searches found; 1,000 stands for more as well
    found: Mapped[int] = mapped_column(Integer)
