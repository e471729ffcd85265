"""Reading the desk: the numbers of its first page, and the lists behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from lms.accounts import queries as accounts
from lms.clock import now, today
from lms.errors import NotFound
from lms.library.desk.models import Alike, Broken, Lack, Looked, Settled
from lms.library.links import rank
from lms.library.models import Alias, Document, LibraryImport, LibraryImportFile, Relation

RUNNING = ("reading", "taking")
#: files that an import refused are shown so long
SHOWN = timedelta(days=30)
#: for what was searched for
LOOKED_BACK = timedelta(days=90)
#: which imports a list shows
QUEUES = ("running", "waiting", "failed", "refused")
#: days of a document that are looked at: what happens, and the column that says when
COMING = {
    "effect": Document.effective_on,
    "amendment": Document.amended_on,
    "repeal": Document.repealed_on,
    "expiry": Document.valid_until,
}
PERIODS = (7, 30, 90, 365)
First, Second = aliased(Document), aliased(Document)


@dataclass(frozen=True, slots=True)
class Overview:
    """The numbers of the desk; `looked` is when those that need work were worked out, None before the first time."""

    imports: dict[str, int]
    missing: int
    alike: int
    laws: int
    articles: int
    coming: int
    passed: int
    searches: int
    looked: datetime | None


def overview(session: Session, *, days: int) -> Overview:
    """All numbers, in seven queries; what comes or came within `days` days."""
    looked = session.execute(select(Looked.at, Looked.searches)).first()
    laws = func.sum(case((Broken.article == 0, 1), else_=0))
    cited = session.execute(select(laws, func.count()).where(_still_missing())).one()
    each = _days(today() - timedelta(days=days), today() + timedelta(days=days))
    later = func.sum(case((each.c.day > today(), 1), else_=0))
    happening_then = session.execute(select(later, func.count()).select_from(each)).one()
    return Overview(
        imports=_imports(session),
        missing=session.scalar(select(func.count(Lack.document_id.distinct()))) or 0,
        alike=session.scalar(select(func.count()).select_from(pairs().order_by(None).subquery())) or 0,
        laws=int(cited[0] or 0),
        articles=cited[1] - int(cited[0] or 0),
        coming=int(happening_then[0] or 0),
        passed=happening_then[1] - int(happening_then[0] or 0),
        searches=looked.searches if looked else 0,
        looked=looked.at if looked else None,
    )


def _imports(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(LibraryImport.state, func.count())
        .where(LibraryImport.state.in_((*RUNNING, "ready", "failed")))
        .group_by(LibraryImport.state)
    )
    by_state = {row[0]: row[1] for row in rows}
    refused = session.scalar(select(func.count()).select_from(LibraryImport).where(_queue("refused"))) or 0
    return {
        "running": sum(by_state.get(state, 0) for state in RUNNING),
        "waiting": by_state.get("ready", 0),
        "failed": by_state.get("failed", 0),
        "refused": refused,
    }


def _queue(which: str) -> ColumnElement[bool]:
    if which == "running":
        return LibraryImport.state.in_(RUNNING)
    if which == "waiting":
        return LibraryImport.state == "ready"
    if which == "failed":
        return LibraryImport.state == "failed"
    refused = exists().where(LibraryImportFile.import_id == LibraryImport.id, LibraryImportFile.outcome == "refused")
    return LibraryImport.state.in_(("ready", "taken")) & (LibraryImport.created_at >= now() - SHOWN) & refused


@dataclass(frozen=True, slots=True)
class QueuedImport:
    """An import with the number of its files that were refused."""

    public_id: str
    file_name: str
    state: str
    created_at: datetime
    refused: int


def imports(which: str) -> Select[*tuple[Any, ...]]:
    """Imports of one of QUEUES, or of all of them, the newest first; rows as QueuedImport's fields."""
    refused = (
        select(func.count())
        .where(LibraryImportFile.import_id == LibraryImport.id, LibraryImportFile.outcome == "refused")
        .correlate(LibraryImport)
        .scalar_subquery()
    )
    query = select(
        LibraryImport.public_id, LibraryImport.file_name, LibraryImport.state, LibraryImport.created_at, refused
    )
    wanted = _queue(which) if which in QUEUES else or_(*(_queue(each) for each in QUEUES))
    return query.where(wanted).order_by(LibraryImport.id.desc())


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A document that lacks facts."""

    id: int
    public_id: str
    title: str
    kind: str
    stored_at: datetime


def missing(*, fact: str, kind: str, sort: str, descending: bool) -> Select[*tuple[Any, ...]]:
    """Documents that lack a fact (any where `fact` is empty), of a kind if one is given; rows as MissingRow's fields. Sorted
    by "title" or "stored".
    """
    lack = Lack.document_id == Document.id
    query = select(*(getattr(Document, name) for name in MissingRow.__slots__)).where(
        exists().where(lack, Lack.fact == fact) if fact else exists().where(lack)
    )
    query = query.where(Document.kind == kind) if kind else query
    key = Document.stored_at if sort == "stored" else Document.title
    return query.order_by(key.desc() if descending else key, Document.id)


def lacks_of(session: Session, ids: Sequence[int]) -> dict[int, set[str]]:
    """What each of these documents lacks."""
    found: dict[int, set[str]] = {key: set() for key in ids}
    for row in session.execute(select(Lack.document_id, Lack.fact).where(Lack.document_id.in_(ids))):
        found[row.document_id].add(row.fact)
    return found


def counts_of_facts(session: Session) -> dict[str, int]:
    """How many documents lack each fact."""
    return {row[0]: row[1] for row in session.execute(select(Lack.fact, func.count()).group_by(Lack.fact))}


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two documents that may be one: public ids and titles, what is alike and how much."""

    public_id: str
    why: str
    shared: int
    of_first: int
    of_second: int
    share: int
    first: str
    first_title: str
    second: str
    second_title: str


_PAIR = (
    *(getattr(Alike, name) for name in ("public_id", "why", "shared", "of_first", "of_second", "share")),
    First.public_id.label("first"),
    First.title.label("first_title"),
    Second.public_id.label("second"),
    Second.title.label("second_title"),
)


def pairs(why: str = "") -> Select[*tuple[Any, ...]]:
    """Pairs on which nobody decided yet, most alike first; rows as PairRow's fields. `why`: only what is alike so."""
    settled = exists().where(Settled.first == Alike.first, Settled.second == Alike.second)
    query = (
        select(*_PAIR).join(First, First.public_id == Alike.first).join(Second, Second.public_id == Alike.second)
    ).where(~settled)
    query = query.where(Alike.why == why) if why else query
    return query.order_by(Alike.share.desc(), Alike.shared.desc(), Alike.id)


def pair(session: Session, public_id: str) -> PairRow:
    """A pair whose documents are there and on which nobody decided yet. Raises NotFound."""
    row = session.execute(pairs().where(Alike.public_id == public_id)).first()
    if row is None:
        raise NotFound
    return PairRow(*row)


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """Two documents that a librarian told apart: public ids and titles, by whom and when."""

    first: str
    first_title: str
    second: str
    second_title: str
    decided_by: int
    decided_at: datetime


def told_apart() -> Select[*tuple[Any, ...]]:
    """Pairs that are no duplicates, the last decided first; rows as DecidedRow's fields."""
    return (
        select(First.public_id, First.title, Second.public_id, Second.title, Settled.decided_by, Settled.decided_at)
        .select_from(Settled)
        .join(First, First.public_id == Settled.first)
        .join(Second, Second.public_id == Settled.second)
        .where(Settled.how == "different")
        .order_by(Settled.decided_at.desc(), Settled.first, Settled.second)
    )


def names_of(session: Session, people: Sequence[int]) -> dict[int, str]:
    """Names of the people who decided."""
    return {key: row.name for key, row in accounts.people_by_ids(session, people).items()}


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """What is cited and missing; `article` is 0 for the law itself."""

    public_id: str
    name: str
    title: str
    article: int
    article_sub: int
    times: int
    documents: int
    places: list[list[Any]]


_BROKEN = tuple(getattr(Broken, name) for name in BrokenRow.__slots__)


def _still_missing() -> ColumnElement[bool]:
    """Not the laws that came since the desk was worked out."""
    held = exists().where(Document.name == Broken.name, Document.kind != "commentary")
    named = exists().where(Alias.alias == Broken.name)
    return or_(Broken.article != 0, and_(~held, ~named))


def broken(what: str, *, sort: str) -> Select[*tuple[Any, ...]]:
    """What is cited and missing: laws, or articles where `what` is "articles"; by "times" or "documents" or "title"."""
    query = select(*_BROKEN).where(Broken.article != 0 if what == "articles" else Broken.article == 0, _still_missing())
    by = {"documents": (Broken.documents.desc(), Broken.times.desc()), "title": (Broken.title, Broken.article)}
    return query.order_by(*by.get(sort, (Broken.times.desc(), Broken.documents.desc())), Broken.id)


def broken_one(session: Session, public_id: str) -> BrokenRow:
    """One of them, as long as it is missing. Raises NotFound."""
    row = session.execute(select(*_BROKEN).where(Broken.public_id == public_id, _still_missing())).first()
    if row is None:
        raise NotFound
    return BrokenRow(*row)


@dataclass(frozen=True, slots=True)
class Place:
    """A document that cites what is missing, how often, and the anchor of the first place."""

    document: str
    title: str
    times: int
    anchor: str


def places(session: Session, row: BrokenRow) -> list[Place]:
    """Where it is cited, most often first: at most fifty documents."""
    if row.article:
        wanted = {one[0]: one for one in row.places}
        query = select(Document.public_id, Document.title).where(Document.public_id.in_(wanted))
        titles = {found.public_id: found.title for found in session.execute(query)}
        return [Place(key, titles[key], one[2], one[1]) for key, one in wanted.items() if key in titles]
    others = select(Alias.alias).where(Alias.name == row.name)
    found = session.execute(
        select(Document.public_id, Document.title, Relation.times)
        .join(Relation, Relation.document_id == Document.id)
        .where(Relation.kind == "cites", or_(Relation.name == row.name, Relation.name.in_(others)))
        .order_by(Relation.times.desc(), Document.title, Document.id)
        .limit(50)
    )
    return [Place(one.public_id, one.title, one.times, "") for one in found]


def _days(first: date, last: date, *, what: str = "") -> Subquery:
    """What happens to documents between two days, either included: each day is found by the index of its column."""
    chosen = {what: COMING[what]} if what in COMING else COMING
    found = union_all(
        *(
            select(Document.id.label("document"), literal(name).label("what"), day.label("day")).where(
                day.between(first, last)
            )
            for name, day in chosen.items()
        )
    )
    return found.subquery("happening")


def cited_document(session: Session, row: BrokenRow) -> str | None:
    """The public id of the document to which citations of this law lead."""
    query = select(Document.id, Document.public_id, Document.kind, Document.status, Document.issued_on)
    rows = session.execute(query.add_columns(Document.stored_at).where(Document.name == row.name)).all()
    return min(rows, key=rank).public_id if rows else None


def short_names() -> Select[*tuple[Any, ...]]:
    """Short names for `paginate`: the name, that of the law, and the document that bears it where one is there."""
    documents = select(Document.name, func.min(Document.public_id).label("document")).group_by(Document.name).subquery()
    query = select(Alias.alias, Alias.name, documents.c.document).outerjoin(documents, documents.c.name == Alias.name)
    return query.order_by(Alias.name, Alias.alias)


@dataclass(frozen=True, slots=True)
class DayRow:
    """Something that happens to a document on a day, and how many documents cite it."""

    public_id: str
    title: str
    status: str
    what: str
    day: date
    citing: int


def happening(*, days: int, passed: bool, what: str) -> Select[*tuple[Any, ...]]:
    """What comes within so many days, the next first, or passed, the last first; rows as DayRow's fields."""
    here, period = today(), timedelta(days=days)
    each = (
        _days(here - period, here, what=what) if passed else _days(here + timedelta(days=1), here + period, what=what)
    )
    citing = (
        select(func.count(Relation.document_id.distinct()))
        .where(Relation.name == Document.name, Relation.document_id != Document.id)
        .correlate(Document)
        .scalar_subquery()
    )
    query = select(Document.public_id, Document.title, Document.status, each.c.what, each.c.day, citing)
    order = each.c.day.desc() if passed else each.c.day
    return query.join(each, each.c.document == Document.id).order_by(order, Document.title, Document.id, each.c.what)
