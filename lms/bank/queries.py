"""Reading pools and items: typed rows for pages, domain objects for draws and papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from lms.accounts.policy import ALLOWS, Act, Viewer, unit_paths
from lms.bank import calibrations as calibrations
from lms.bank import review_queries, statistics
from lms.bank.citing import CitingItem as CitingItem
from lms.bank.citing import citing as citing
from lms.bank.citing import citing_row as citing_row
from lms.bank.health_words import CATEGORIES
from lms.bank.models import Item, ItemVersion, Pool, Share, Statistic
from lms.bank.statistics import exams_of_point as exams_of_point
from lms.bank.statistics import weakest_points as weakest_points
from question_bank import item as domain
from question_bank.analysis.versions import Figures
from question_bank.difficulty import Difficulty, estimated, expected
from question_bank.formats.record import from_record
from question_bank.interactions import KINDS
from question_bank.life import Standing, State
from question_bank.pool import Pool as DomainPool

SEARCH_LENGTH = 60
_MACHINE_SCORED = tuple(key for key, kind in KINDS.items() if kind.MACHINE_SCORED)


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A pool as pages and other features need it; `items` counts those that may be drawn."""

    id: int
    public_id: str
    name: str
    purpose: str | None
    owner_path: str
    created_by: int | None
    created_at: datetime
    reviewed: bool
    items: int
    #: what a share allows the person who asks, "" where there is none
    share: str = ""

    @property
    def bundled(self) -> bool:
        """Whether it came with the program: it changes with a release only."""
        return self.created_by is None


#: the items that papers may hold, by their version `drawn` (`question_bank.life.Standing.may_be_drawn` in SQL)
DRAWABLE = Item.drawn.is_not(None) & (Item.suspended == "") & Item.state.not_in((State.RETIRED, State.TRIAL))
_READY = (
    select(func.count()).select_from(Item).where(Item.pool_id == Pool.id, DRAWABLE).correlate(Pool).scalar_subquery()
)
_POOL = (
    Pool.id,
    Pool.public_id,
    Pool.name,
    Pool.purpose,
    Pool.owner_path,
    Pool.created_by,
    Pool.created_at,
    Pool.reviewed,
    _READY,
)


#: what each right of a share allows
RIGHTS: dict[str, frozenset[Act]] = {
    "view": frozenset({Act.SEE_BANK}),
    "use": frozenset({Act.SEE_BANK, Act.USE_BANK}),
    "edit": frozenset({Act.SEE_BANK, Act.USE_BANK, Act.EDIT_BANK}),
    "review": frozenset({Act.SEE_BANK, Act.REVIEW_ITEMS}),
}
#: what everybody with the role may do with the pool that came with the program
BUNDLED_ACTS = frozenset({Act.SEE_BANK, Act.USE_BANK})


def pools_for(session: Session, viewer: Viewer, act: Act = Act.SEE_BANK) -> list[PoolRow]:
    """Pools with which `viewer` may do `act`, the bundled one first; it can only be seen and used."""
    shares = [right for right, acts in RIGHTS.items() if act in acts and act in viewer.acts]
    mine = [Pool.owner_path.startswith(path, autoescape=True) for path in unit_paths(viewer, act)]
    named = [grant.thing_id for grant in viewer.grants if grant.scope == "pool" and act in ALLOWS[grant.role]]
    own = Pool.created_by.is_not(None) & or_(*mine, Pool.public_id.in_(named), Share.access.in_(shares))
    allowed = or_(own, Pool.created_by.is_(None)) if act in BUNDLED_ACTS and act in viewer.acts else own
    query = _pools(viewer.id).where(allowed).order_by(case((Pool.created_by.is_(None), 0), else_=1), Pool.name, Pool.id)
    return [PoolRow(*row) for row in session.execute(query)]


def _pools(person_id: int | None) -> Select[*tuple[Any, ...]]:
    """Pools as PoolRow's fields, with what was shared with that person."""
    shared = (Share.pool_id == Pool.id) & (Share.person_id == person_id)
    return select(*_POOL, func.coalesce(Share.access, "")).outerjoin(Share, shared)


def pool_by_public_id(session: Session, public_id: str, person_id: int | None = None) -> PoolRow | None:
    """The pool, whoever asks; policies decide who may."""
    row = session.execute(_pools(person_id).where(Pool.public_id == public_id)).first()
    return PoolRow(*row) if row else None


def waiting_for(session: Session, viewer: Viewer) -> tuple[int, int]:
    """How many questions wait for `viewer` as a reviewer, and how many were sent back to them as an author."""
    review = returned = 0
    if Act.REVIEW_ITEMS in viewer.acts:
        pools = pools_for(session, viewer, Act.REVIEW_ITEMS)
        review = sum(review_queries.tally(session, [pool.id for pool in pools]))
    if Act.EDIT_BANK in viewer.acts:
        returned = review_queries.returned_count(session, viewer.id)
    return review, returned


def public_id_of(session: Session, pool_id: int) -> str | None:
    """The public id of a pool."""
    return session.scalar(select(Pool.public_id).where(Pool.id == pool_id))


def own_pool_by_name(session: Session, name: str) -> PoolRow | None:
    """The oldest pool of that name which people keep."""
    query = select(*_POOL).where(Pool.name == name, Pool.created_by.is_not(None)).order_by(Pool.id)
    row = session.execute(query).first()
    return PoolRow(*row) if row else None


def bundled_pool(session: Session) -> PoolRow | None:
    """The pool that came with the program, None before it was loaded."""
    row = session.execute(select(*_POOL).where(Pool.created_by.is_(None)).order_by(Pool.id)).first()
    return PoolRow(*row) if row else None


def pool_of_versions(session: Session, pool_id: int) -> DomainPool:
    """The approved version of every item that may be drawn, by the id under which the version is stored."""
    rows = session.execute(
        select(ItemVersion.id, ItemVersion.record)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Item.pool_id == pool_id, DRAWABLE, ItemVersion.number == Item.drawn)
    )
    return DomainPool.of((row.id, from_record(row.record)) for row in rows)


def pool_for_exams(session: Session, pool_id: int) -> DomainPool:
    """The same with what is on trial, marked as such."""
    rows = session.execute(
        select(ItemVersion.id, ItemVersion.record, Item.state)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Item.pool_id == pool_id, Item.suspended == "", Item.state != State.RETIRED)
        .where(ItemVersion.number == Item.drawn)
    ).all()
    trial = [row.id for row in rows if row.state == State.TRIAL]
    return DomainPool.of(((row.id, from_record(row.record)) for row in rows), trial=trial)


def difficulties(session: Session, wordings: Mapping[int, domain.ItemVersion]) -> dict[int, Difficulty]:
    """How hard these versions are, as far as exams told: by the last calibration, or by the shares of right answers in the
    largest exam, whichever errs less.
    """
    return difficulties_by_label(session, {key: version.difficulty for key, version in wordings.items()})


def difficulties_by_label(session: Session, labels: Mapping[int, str]) -> dict[int, Difficulty]:
    """The same of versions of which nothing but the author's label is at hand."""
    found = {
        key: estimated(figures.facility * figures.attempts, figures.attempts, label=labels[key])
        for key, figures in statistics.most_telling(session, list(labels)).items()
        if figures.facility is not None
    }
    for key, one in calibrations.difficulties(session, list(labels)).items():
        other = found.get(key) or expected(labels[key])
        if one.p_error < other.p_error:
            found[key] = one
    return found


def machine_scored(session: Session, version_ids: Sequence[int]) -> set[int]:
    """Those of the versions that are marked without a person."""
    query = select(ItemVersion.id).where(ItemVersion.id.in_(version_ids), ItemVersion.type.in_(_MACHINE_SCORED))
    return set(session.scalars(query))


def versions(session: Session, ids: Sequence[int]) -> dict[int, domain.ItemVersion]:
    """Versions by id, in one query."""
    rows = session.execute(select(ItemVersion.id, ItemVersion.record).where(ItemVersion.id.in_(ids)))
    return {row.id: from_record(row.record) for row in rows}


def ready_by_refs(session: Session, refs: Sequence[str]) -> dict[str, domain.ItemVersion]:
    """Approved versions of bundled items that may be drawn, by their lasting names."""
    rows = session.execute(
        select(Item.ref, ItemVersion.record)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.drawn))
        .join(Pool, Pool.id == Item.pool_id)
        .where(Item.ref.in_(refs), DRAWABLE, Pool.created_by.is_(None))
    )
    return {row.ref: from_record(row.record) for row in rows}


def for_practice(day: date) -> Subquery:
    """The items that anybody may practise on that day, each by the version that papers take: item_id, item (public id),
    version_id, ref, type, subject, point, stem_text, difficulty (its author's label), enemies ("" for none).

    They are those of the bundled pool that a machine scores, whose law stands, and that neither the version papers take
    nor the newest one reserves for exams.
    """
    newest = aliased(ItemVersion)
    return (
        select(Item.id.label("item_id"), Item.public_id.label("item"), ItemVersion.id.label("version_id"), Item.ref)
        .add_columns(ItemVersion.type, ItemVersion.subject, ItemVersion.point, ItemVersion.stem_text)
        .add_columns(
            func.coalesce(ItemVersion.difficulty, "").label("difficulty"),
            _word("enemies", ItemVersion).label("enemies"),
        )
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.drawn))
        .join(newest, (newest.item_id == Item.id) & (newest.number == Item.newest))
        .join(Pool, Pool.id == Item.pool_id)
        .where(Pool.created_by.is_(None), DRAWABLE, ItemVersion.type.in_(_MACHINE_SCORED))
        .where(or_(ItemVersion.valid_from.is_(None), ItemVersion.valid_from <= day))
        .where(or_(ItemVersion.valid_until.is_(None), ItemVersion.valid_until >= day))
        .where(*(_word("classification", version) != "reserved" for version in (ItemVersion, newest)))
        .subquery("practised")
    )


def _word(name: str, version: type[ItemVersion]) -> ColumnElement[str]:
    """A word of a version's record, "" where it has none."""
    return func.coalesce(version.record[name].as_string(), "")


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item in a list, by its newest version."""

    id: int
    public_id: str
    ref: str
    state: str
    number: int
    type: str
    subject: str
    point: str | None
    difficulty: str | None
    stem_text: str
    drawn: int | None
    suspended: str

    @property
    def standing(self) -> Standing:
        """Where it stands in its life."""
        return Standing(State(self.state), self.number, self.drawn, self.suspended)


_ITEM = (
    Item.id,
    Item.public_id,
    Item.ref,
    Item.state,
    ItemVersion.number,
    ItemVersion.type,
    ItemVersion.subject,
    ItemVersion.point,
    ItemVersion.difficulty,
    ItemVersion.stem_text,
    Item.drawn,
    Item.suspended,
)


def items(
    pool_id: int, *, text: str = "", subject: str | None = None, kind: str = "", difficulty: str = "", state: str = ""
) -> Select[*tuple[Any, ...]]:
    """Items of a pool for `paginate`, rows as ItemRow's fields. `subject` "" asks for the unclassified."""
    query = _newest(pool_id)
    for words in text[:SEARCH_LENGTH].split():
        query = query.where(ItemVersion.stem_text.icontains(words, autoescape=True))
    if subject is not None:
        query = query.where(ItemVersion.subject == subject)
    for column, value in ((ItemVersion.type, kind), (ItemVersion.difficulty, difficulty), (Item.state, state)):
        if value:
            query = query.where(column == value)
    return query.order_by(Item.ref)


def _newest(pool_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(*_ITEM)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
        .where(Item.pool_id == pool_id)
    )


def counts(session: Session, pool_id: int) -> dict[tuple[str, str], int]:
    """How many items may be drawn, by (subject, type)."""
    rows = session.execute(
        select(ItemVersion.subject, ItemVersion.type, func.count())
        .join(Item, (Item.id == ItemVersion.item_id) & (Item.drawn == ItemVersion.number))
        .where(Item.pool_id == pool_id, DRAWABLE)
        .group_by(ItemVersion.subject, ItemVersion.type)
    )
    return {(subject, kind): count for subject, kind, count in rows}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of an item, with its whole content."""

    id: int
    public_id: str
    number: int
    created_at: datetime
    created_by: int | None
    version: domain.ItemVersion


def versions_of(session: Session, item_id: int) -> list[VersionRow]:
    """All versions of an item, newest first."""
    rows = session.execute(
        select(
            ItemVersion.id,
            ItemVersion.public_id,
            ItemVersion.number,
            ItemVersion.created_at,
            ItemVersion.created_by,
            ItemVersion.record,
        )
        .where(ItemVersion.item_id == item_id)
        .order_by(ItemVersion.number.desc())
    )
    return [
        VersionRow(row.id, row.public_id, row.number, row.created_at, row.created_by, from_record(row.record))
        for row in rows
    ]


def other_versions(session: Session, version_id: int) -> list[VersionRow]:
    """The other versions of the item of a version, newest first."""
    item_id = session.scalar(select(ItemVersion.item_id).where(ItemVersion.id == version_id))
    return [row for row in versions_of(session, item_id) if row.id != version_id] if item_id else []


def item_of_version(session: Session, version_id: int) -> str | None:
    """The public id of the item of a version."""
    query = select(Item.public_id).join(ItemVersion, ItemVersion.item_id == Item.id)
    return session.scalar(query.where(ItemVersion.id == version_id))


def versions_in_order(session: Session, ids: Sequence[int], *, drawn: bool) -> list[VersionRow]:
    """The newest version of each item, or the one papers take, in the order of `ids`."""
    number = Item.drawn if drawn else Item.newest
    rows = session.execute(
        select(
            ItemVersion.item_id,
            ItemVersion.id,
            ItemVersion.public_id,
            ItemVersion.number,
            ItemVersion.created_at,
            ItemVersion.created_by,
            ItemVersion.record,
        )
        .join(Item, (Item.id == ItemVersion.item_id) & (ItemVersion.number == number))
        .where(Item.id.in_(ids))
    )
    found = {
        row.item_id: VersionRow(
            row.id, row.public_id, row.number, row.created_at, row.created_by, from_record(row.record)
        )
        for row in rows
    }
    return [found[one] for one in ids if one in found]


def item_by_public_id(session: Session, public_id: str) -> tuple[ItemRow, str] | None:
    """The item and the public id of its pool, whoever asks."""
    row = session.execute(
        select(*_ITEM, Pool.public_id)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
        .join(Pool, Pool.id == Item.pool_id)
        .where(Item.public_id == public_id)
    ).first()
    if row is None:
        return None
    *columns, pool_id = list[Any](row)
    return ItemRow(*columns), pool_id


def newest_of(session: Session, pool_id: int) -> Mapping[str, tuple[int, str, bytes]]:
    """Items of a pool by ref: (id, state, SHA-256 of the newest version)."""
    rows = session.execute(
        select(Item.ref, Item.id, Item.state, ItemVersion.sha256)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
        .where(Item.pool_id == pool_id)
    )
    return {row.ref: (row.id, row.state, row.sha256) for row in rows}


def numbers_of(session: Session, pool_id: int) -> Mapping[str, tuple[int, int]]:
    """Items of a pool by ref: (id, number of the newest version)."""
    rows = session.execute(select(Item.ref, Item.id, Item.newest).where(Item.pool_id == pool_id))
    return {row.ref: (row.id, row.newest) for row in rows}


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A question as an exam reported on it: number of the version, reference, type, words, public id of the item, figures."""

    version_id: int
    ref: str
    type: str
    stem: str
    item: str
    exposure: float
    figures: Figures


#: what a flag of `Figures` says, and what to do about it
FLAGS = CATEGORIES
#: by what such a list can be sorted: columns, and figures inside the record
SORTED_BY = ("facility", "discrimination", "efficiency", "omitted", "seconds", "attempts")


def reported(source: str, *, sort: str, descending: bool, search: str = "") -> Select[*tuple[Any, ...]]:
    """What an exam (its public id) reported on its questions; what has no figure by which it is sorted comes last."""
    query = (
        select(
            Statistic.item_version_id, Item.ref, ItemVersion.type, ItemVersion.stem_text, Item.public_id,
            Statistic.exposure, Statistic.figures,
        )
        .join(ItemVersion, ItemVersion.id == Statistic.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Statistic.source == source)
    )  # fmt: skip
    if search:
        query = query.where(or_(ItemVersion.stem_text.contains(search, autoescape=True), Item.ref == search))
    if sort not in SORTED_BY:
        return query.order_by(Item.ref)
    by: Any = Statistic.attempts if sort == "attempts" else Statistic.figures[sort].as_float()
    return query.order_by(by.desc().nulls_last() if descending else by.asc().nulls_last(), Item.ref)


def reported_row(values: Sequence[Any]) -> ReportedRow:
    """A row of `reported`."""
    version_id, ref, kind, stem, item, exposure, record = values
    return ReportedRow(version_id, ref, kind, stem, item, exposure, Figures.from_record(record))


def reported_of(session: Session, source: str, version_id: int) -> ReportedRow | None:
    """What an exam reported on one version."""
    query = reported(source, sort="", descending=False).where(Statistic.item_version_id == version_id)
    row = session.execute(query).first()
    return reported_row(row) if row else None
