"""The list of a pool's questions: which, in which order, a page of them; and how many there are of which kind."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from lms.bank.forms import CLASSIFICATION_NAMES, STATE_NAMES, UNCLASSIFIED
from lms.bank.models import RELABEL, Item, ItemEvent, ItemVersion, Statistic
from lms.bank.queries import DRAWABLE
from lms.paging import SIZE, Page, paginate
from lms.question_types import TYPE_NAMES
from lms.subjects import CODES
from question_bank.interactions import KINDS
from question_bank.item import COGNITIVE, DIFFICULTIES
from question_bank.life import Standing, State

WORDS_LENGTH = 60
#: as many as are printed, and as many as may be ticked one by one
MOST_TICKED = 500
SORTS = ("ref", "newest", "difficulty", "state", "type")
USES = ("yes", "no")


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which questions of a pool are listed, and in which order; every part may be empty."""

    words: str = ""
    #: None for all, "" for the unclassified
    subject: str | None = None
    kind: str = ""
    difficulty: str = ""
    cognitive: str = ""
    state: str = ""
    #: a part of the knowledge point
    point: str = ""
    #: public id of somebody who worded it
    author: str = ""
    classification: str = ""
    #: name of the enemy group
    enemies: str = ""
    #: a part of a cited law or article
    law: str = ""
    valid_on: date | None = None
    #: whether an exam reported on it: "yes", "no" or all
    used: str = ""
    #: the wordings that papers take, instead of the newest ones
    drawn: bool = False
    suspended: bool = False
    sort: str = "ref"
    descending: bool = False

    @classmethod
    def of(cls, address: Mapping[str, str]) -> "ItemFilter":
        """The filters in an address; what is not known there counts as absent."""
        subject = address.get("subject", "")
        return cls(
            words=_words(address, "q"),
            subject="" if subject == UNCLASSIFIED else (subject if subject in CODES else None),
            kind=_known(address.get("type", ""), KINDS),
            difficulty=_known(address.get("difficulty", ""), DIFFICULTIES),
            cognitive=_known(address.get("cognitive", ""), COGNITIVE),
            state=_known(address.get("state", ""), STATE_NAMES),
            point=_words(address, "point"),
            author=_words(address, "author"),
            classification=_known(address.get("classification", ""), CLASSIFICATION_NAMES),
            enemies=_words(address, "enemies"),
            law=_words(address, "law"),
            valid_on=_day(address.get("day", "")),
            used=_known(address.get("used", ""), USES),
            drawn=address.get("drawn") == "1",
            suspended=address.get("suspended") == "1",
            sort=_known(address.get("sort", ""), SORTS) or "ref",
            descending=address.get("order") == "desc",
        )

    def to_address(self) -> dict[str, Any]:
        """The filters as they stand in an address, the order too: the inverse of `of`."""
        day = self.valid_on.isoformat() if self.valid_on else ""
        subject = UNCLASSIFIED if self.subject == "" else self.subject or ""
        named = {
            "q": self.words, "subject": subject, "type": self.kind, "difficulty": self.difficulty,
            "cognitive": self.cognitive, "state": self.state, "point": self.point, "author": self.author,
            "classification": self.classification, "enemies": self.enemies, "law": self.law, "day": day,
            "used": self.used, "drawn": "1" if self.drawn else "", "suspended": "1" if self.suspended else "",
            "sort": self.sort if self.sort != "ref" else "", "order": "desc" if self.descending else "",
        }  # fmt: skip
        return {name: value for name, value in named.items() if value}

    @property
    def any(self) -> bool:
        """Whether anything is filtered out."""
        return any(getattr(self, f.name) != f.default for f in fields(self) if f.name not in ("sort", "descending"))

    @property
    def more(self) -> bool:
        """Whether a filter besides the common ones is set: the page then shows them."""
        common = ("words", "subject", "kind", "difficulty", "state", "sort", "descending")
        return any(getattr(self, f.name) != f.default for f in fields(self) if f.name not in common)

    @property
    def deep(self) -> bool:
        """Whether the database must look into whole records: it does so once a page then, not twice."""
        return bool(self.words or self.law or self.enemies or self.classification)


def _known(value: str, values: Mapping[str, object] | tuple[str, ...]) -> str:
    return value if value in values else ""


def _words(address: Mapping[str, str], name: str) -> str:
    return address.get(name, "").replace("\0", "").strip()[:WORDS_LENGTH]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class ListRow:
    """A question in the list: the version that is listed and where the item stands."""

    id: int
    public_id: str
    ref: str
    state: str
    newest: int
    drawn: int | None
    suspended: str
    number: int
    type: str
    subject: str
    point: str | None
    difficulty: str | None
    stem_text: str
    changed_at: datetime

    @property
    def standing(self) -> Standing:
        """Where it stands in its life."""
        return Standing(State(self.state), self.newest, self.drawn, self.suspended)


_ROW = (
    Item.id,
    Item.public_id,
    Item.ref,
    Item.state,
    Item.newest,
    Item.drawn,
    Item.suspended,
    ItemVersion.number,
    ItemVersion.type,
    ItemVersion.subject,
    ItemVersion.point,
    ItemVersion.difficulty,
    ItemVersion.stem_text,
    ItemVersion.created_at,
)


def page_of(session: Session, pool_id: int, chosen: ItemFilter, *, author_id: int | None, number: int) -> Page[ListRow]:
    """A page of the list. `author_id`: of `chosen.author`, None when there is no such person."""
    query = _ordered(listed(pool_id, chosen, author_id=author_id), chosen)
    if not chosen.deep:
        page = paginate(session, query, number=number)
        return Page([ListRow(*row) for row in page.items], page.number, page.size, page.total)
    counted = query.add_columns(func.count().over())
    rows = session.execute(counted.limit(SIZE).offset((number - 1) * SIZE)).all()
    if not rows and number > 1:
        return page_of(session, pool_id, chosen, author_id=author_id, number=1)
    return Page([ListRow(*row[:-1]) for row in rows], number, SIZE, rows[0][-1] if rows else 0)


def ids_of(session: Session, pool_id: int, chosen: ItemFilter, *, author_id: int | None) -> list[int]:
    """Every question that the filters let through, in the order of the list."""
    query = _ordered(listed(pool_id, chosen, author_id=author_id), chosen)
    return list(session.scalars(query.with_only_columns(Item.id)))


def listed(pool_id: int, chosen: ItemFilter, *, author_id: int | None) -> Select[*tuple[Any, ...]]:
    """The questions that the filters let through, rows as ListRow's fields, in no order."""
    number = Item.drawn if chosen.drawn else Item.newest
    query = (
        select(*_ROW)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == number))
        .where(Item.pool_id == pool_id)
    )
    if chosen.drawn:
        query = query.where(DRAWABLE)
    return query.where(*_labels(chosen), *_inside(chosen), *_life(chosen, author_id))


def _labels(chosen: ItemFilter) -> list[ColumnElement[bool]]:
    """What stands in columns of the version."""
    found: list[ColumnElement[bool]] = []
    if chosen.subject is not None:
        found.append(ItemVersion.subject == chosen.subject)
    for column, value in (
        (ItemVersion.type, chosen.kind),
        (ItemVersion.difficulty, chosen.difficulty),
        (ItemVersion.cognitive, chosen.cognitive),
    ):
        if value:
            found.append(column == value)
    if chosen.point:
        found.append(ItemVersion.point.icontains(chosen.point, autoescape=True))
    if chosen.valid_on:
        found.append(or_(ItemVersion.valid_from.is_(None), ItemVersion.valid_from <= chosen.valid_on))
        found.append(or_(ItemVersion.valid_until.is_(None), ItemVersion.valid_until >= chosen.valid_on))
    return found


def _inside(chosen: ItemFilter) -> list[ColumnElement[bool]]:
    """What stands inside the record."""
    found = [_says(words) for words in chosen.words.split()]
    if chosen.law:
        found += [_cites(words) for words in chosen.law.split()]
    for name, value in (("enemies", chosen.enemies), ("classification", chosen.classification)):
        if value:
            found.append(func.coalesce(ItemVersion.record[name].as_string(), _EMPTY.get(name, "")) == value)
    return found


def _cites(words: str) -> ColumnElement[bool]:
    """Whether a citation holds the words."""
    if any(sign.isascii() and sign.isalpha() for sign in words):
        return ItemVersion.cited.icontains(words, autoescape=True)
    return ItemVersion.cited.contains(words, autoescape=True)


#: what a record that says nothing means
_EMPTY = {"classification": "open"}


def _says(words: str) -> ColumnElement[bool]:
    """Whether the question, its options, its explanation or its particulars hold the words.

    Letters of the alphabet alone would also find the names of the record's own fields: they are looked for in the
    stem, its reference and the explanation only.
    """
    stem = or_(ItemVersion.stem_text.icontains(words, autoescape=True), Item.ref.icontains(words, autoescape=True))
    if words.isascii():
        return or_(stem, ItemVersion.record["explanation"].as_string().icontains(words, autoescape=True))
    return or_(stem, cast(ItemVersion.record, String).icontains(words, autoescape=True))


def _life(chosen: ItemFilter, author_id: int | None) -> list[ColumnElement[bool]]:
    """What its life says."""
    found: list[ColumnElement[bool]] = []
    if chosen.state:
        found.append(Item.state == chosen.state)
    if chosen.suspended:
        found.append(Item.suspended != "")
    if chosen.author:
        found.append(_worded_by(author_id))
    if chosen.used:
        version = aliased(ItemVersion)
        reported = exists().where(Statistic.item_version_id == version.id, version.item_id == Item.id)
        found.append(reported if chosen.used == "yes" else ~reported)
    return found


def _worded_by(person_id: int | None) -> ColumnElement[bool]:
    """Whether that person wrote a wording of the item; other particulars are none."""
    version, label = aliased(ItemVersion), aliased(ItemEvent)
    labelled = exists().where(label.item_id == version.item_id, label.number == version.number, label.act == RELABEL)
    return exists().where(version.item_id == Item.id, version.created_by == person_id, ~labelled)


def _ordered(query: Select[*tuple[Any, ...]], chosen: ItemFilter) -> Select[*tuple[Any, ...]]:
    rank = case({level: place for place, level in enumerate(DIFFICULTIES)}, value=ItemVersion.difficulty, else_=9)
    columns: dict[str, ColumnElement[Any]] = {
        "ref": Item.ref.expression,
        "newest": ItemVersion.created_at.expression,
        "difficulty": rank,
        "state": Item.state.expression,
        "type": ItemVersion.type.expression,
    }
    column = columns[chosen.sort]
    return query.order_by(column.desc() if chosen.descending else column, Item.id)


def authors_of(session: Session, pool_id: int) -> list[int]:
    """Who wrote versions of questions of a pool."""
    query = select(ItemVersion.created_by).join(Item, Item.id == ItemVersion.item_id).where(Item.pool_id == pool_id)
    return [one for one in session.scalars(query.distinct()) if one is not None]


def coverage(session: Session, pool_id: int) -> dict[tuple[str, str, str], int]:
    """How many questions papers may hold, by (subject, type, difficulty), as they are drawn."""
    rows = session.execute(
        select(ItemVersion.subject, ItemVersion.type, ItemVersion.difficulty, func.count())
        .join(Item, (Item.id == ItemVersion.item_id) & (Item.drawn == ItemVersion.number))
        .where(Item.pool_id == pool_id, DRAWABLE)
        .group_by(ItemVersion.subject, ItemVersion.type, ItemVersion.difficulty)
    )
    return {(subject, kind, level or ""): count for subject, kind, level, count in rows}


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts by subject (rows) and type (columns), in the order of the lists, those only that have any; each cell is
    (all, by difficulty in the order of `levels`).
    """

    levels: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[int, tuple[int, ...]], ...]], ...]

    @property
    def sums(self) -> tuple[int, ...]:
        """The sum of each column."""
        return tuple(sum(row[place][0] for _code, row in self.rows) for place in range(len(self.kinds)))


def matrix(counts: Mapping[tuple[str, str, str], int]) -> Matrix:
    """The matrix of these counts."""
    levels = (*DIFFICULTIES, "")
    kinds = tuple(kind for kind in TYPE_NAMES if any(key[1] == kind for key in counts))
    codes = [code for code in (*CODES, "") if any(key[0] == code for key in counts)]

    def cell(code: str, kind: str) -> tuple[int, tuple[int, ...]]:
        by_level = tuple(counts.get((code, kind, level), 0) for level in levels)
        return sum(by_level), by_level

    return Matrix(levels, kinds, tuple((code, tuple(cell(code, kind) for kind in kinds)) for code in codes))
