"""Reading people and the organisation: typed rows for pages and for other features."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session, aliased

from lms.accounts.models import LoginSession, LoginThrottle, Person, Posting, RoleGrant, Totp, Unit, UnitPlacement
from lms.accounts.policy import ALLOWS, Act, Role, Viewer, may
from lms.accounts.subqueries import below as below
from lms.accounts.subqueries import lock_people as lock_people
from lms.accounts.subqueries import named as named
from lms.accounts.subqueries import retired as retired
from lms.accounts.subqueries import served_once as served_once
from lms.accounts.subqueries import serving as serving
from lms.accounts.subqueries import serving_people as serving_people
from lms.accounts.subqueries import unit_ids as unit_ids
from lms.accounts.subqueries import unit_paths_of_all as unit_paths_of_all
from lms.errors import NotFound


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as it is today."""

    id: int
    public_id: str
    code: str
    name: str
    kind: str
    sort_order: int
    parent_id: int | None
    path: str
    closed_on: date | None

    @property
    def depth(self) -> int:
        """0 for the top of the tree."""
        return self.path.count("/") - 2


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person with the present posting; without one the unit's fields are None."""

    id: int
    public_id: str
    staff_number: str
    name: str
    name_pinyin: str | None
    enabled: bool
    created_at: datetime
    unit_id: int | None
    unit_name: str | None
    unit_path: str | None
    post: str | None
    rank: str | None


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One posting: `from_date` is its first day, `to_date` the first day after it."""

    unit_id: int
    unit_public_id: str
    unit_name: str
    post: str | None
    rank: str | None
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A role given: to whom, for what, by whom; `unit_name` None is the whole organisation."""

    public_id: str
    person_public_id: str
    person_name: str
    staff_number: str
    role: Role
    scope: str
    unit_name: str | None
    unit_path: str
    thing_id: str | None
    starts_at: datetime
    ends_at: datetime | None
    granted_by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that has not ended."""

    id: int
    public_id: str
    created_at: datetime
    last_seen_at: datetime
    address: str
    user_agent: str


_UNIT = (
    Unit.id,
    Unit.public_id,
    Unit.code,
    Unit.name,
    Unit.kind,
    Unit.sort_order,
    Unit.parent_id,
    Unit.path,
    Unit.closed_on,
)
_PERSON = (
    Person.id,
    Person.public_id,
    Person.staff_number,
    Person.name,
    Person.name_pinyin,
    Person.enabled,
    Person.created_at,
    Unit.id.label("unit_id"),
    Unit.name.label("unit_name"),
    Unit.path.label("unit_path"),
    Posting.post,
    Posting.rank,
)


def units(session: Session, *, paths: Sequence[str] = ("/",), closed: bool = False) -> list[UnitRow]:
    """The units below `paths` in the order of the tree, parents before children; with the closed ones if `closed`."""
    query = select(*_UNIT).where(below(paths))
    if not closed:
        query = query.where(Unit.closed_on.is_(None))
    rows = [UnitRow(*row) for row in session.execute(query)]
    place = {row.id: (row.sort_order, row.code) for row in rows}

    def key(row: UnitRow) -> list[tuple[int, str]]:
        return [place.get(int(part), (0, "")) for part in row.path.strip("/").split("/")]

    return sorted(rows, key=key)


def unit_tree(session: Session) -> list[tuple[UnitRow, int]]:
    """Every open unit with its depth, in the order of the tree: what a nested list or a select needs."""
    return [(row, row.depth) for row in units(session)]


def unit_by_public_id(session: Session, public_id: str) -> UnitRow:
    """The unit with this public id; raises NotFound."""
    return _unit(session, Unit.public_id == public_id)


def unit_by_code(session: Session, code: str) -> UnitRow | None:
    """The unit with this code of the organisation's own, closed ones too."""
    row = session.execute(select(*_UNIT).where(Unit.code == code)).first()
    return UnitRow(*row) if row else None


def unit_by_id(session: Session, unit_id: int) -> UnitRow:
    """The unit with this key; raises NotFound."""
    return _unit(session, Unit.id == unit_id)


def _unit(session: Session, condition: ColumnElement[bool]) -> UnitRow:
    row = session.execute(select(*_UNIT).where(condition)).first()
    if row is None:
        raise NotFound
    return UnitRow(*row)


def units_on(session: Session, unit_id: int, day: date) -> list[UnitRow]:
    """The unit and what stood above it on `day`, lowest first; empty when it was not there yet."""
    found: list[UnitRow] = []
    current: int | None = unit_id
    while current is not None and all(row.id != current for row in found):
        placement = session.execute(
            select(UnitPlacement.parent_id).where(UnitPlacement.unit_id == current, _holds(UnitPlacement, day))
        ).first()
        if placement is None:
            break
        found.append(unit_by_id(session, current))
        current = placement.parent_id
    return found


def _holds(table: type[Posting] | type[UnitPlacement], day: date) -> ColumnElement[bool]:
    return and_(table.from_date <= day, or_(table.to_date.is_(None), table.to_date > day))


def _people() -> Select[*tuple[Any, ...]]:
    return (
        select(*_PERSON)
        .select_from(Person)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, Posting.to_date.is_(None)))
        .outerjoin(Unit, Unit.id == Posting.unit_id)
    )


def people(
    *, search: str = "", paths: Sequence[str] = ("/",), unit_path: str = "", enabled: bool | None = None,
    among: Select[int] | None = None,
) -> Select[*tuple[Any, ...]]:  # fmt: skip
    """People by staff number, for `paginate`; the columns are PersonRow's fields.

    `paths`: the subtrees the viewer may see ("/" is everybody, those without a posting too). `search`: a part of
    the name, or the beginning of the staff number or the pinyin. `among`: only people with these ids.
    """
    query = _people().order_by(Person.staff_number)
    if among is not None:
        query = query.where(Person.id.in_(among))
    if "/" not in paths:
        query = query.where(below(paths))
    if unit_path:
        query = query.where(below((unit_path,)))
    if enabled is not None:
        query = query.where(Person.enabled == enabled)
    words = search.strip()
    if words:
        query = query.where(
            or_(
                Person.name.contains(words, autoescape=True),
                Person.staff_number.startswith(words.upper(), autoescape=True),
                Person.name_pinyin.startswith(words.lower(), autoescape=True),
            )
        )
    return query


def served(paths: Sequence[str], day: date, *, search: str = "") -> Select[*tuple[Any, ...]]:
    """Who served below these paths on a day: id, staff number, name, and name of the unit; for the queries of others. `search`:
    a part of the name, or the beginning of the staff number.
    """
    query = (
        select(Person.id, Person.staff_number, Person.name, Unit.name.label("unit_name"))
        .join(Posting, Posting.person_id == Person.id)
        .join(Unit, Unit.id == Posting.unit_id)
        .where(_holds(Posting, day), below(paths))
    )
    if search:
        number = Person.staff_number.startswith(search.upper(), autoescape=True)
        query = query.where(or_(Person.name.contains(search, autoescape=True), number))
    return query


def posted_people(
    session: Session, numbers: Sequence[str] | None = None
) -> Iterator[tuple[PersonRow, str | None, date | None]]:
    """Everybody, or those with these staff numbers, with the code of the present unit and the posting's first day."""
    query = people().add_columns(Unit.code, Posting.from_date)
    if numbers is not None:
        query = query.where(Person.staff_number.in_(numbers))
    for *fields, code, posted_from in session.execute(query):
        yield PersonRow(*fields), code, posted_from


def ids_in(session: Session, unit_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Ids and public ids of the people who serve in these units or below them and whose accounts are open."""
    paths = list(session.scalars(select(Unit.path).where(Unit.id.in_(unit_ids))))
    query = (
        select(Person.id, Person.public_id)
        .join(Posting, and_(Posting.person_id == Person.id, Posting.to_date.is_(None)))
        .join(Unit, Unit.id == Posting.unit_id)
        .where(Person.enabled, below(paths))
        .order_by(Person.id)
    )
    return [(row.id, row.public_id) for row in session.execute(query)]


def person_by_public_id(session: Session, public_id: str) -> PersonRow:
    """The person with this public id; raises NotFound. It authorises nothing: see `access_person`."""
    return _person(session, Person.public_id == public_id)


def access_person(session: Session, viewer: Viewer, act: Act, public_id: str) -> PersonRow:
    """The person with this public id if `viewer` may do `act` to them; else NotFound, as if there were nobody."""
    person = person_by_public_id(session, public_id)
    if not may(viewer, act, unit_path=person.unit_path or "/"):
        raise NotFound
    return person


def person_by_id(session: Session, person_id: int) -> PersonRow:
    """The person with this key; raises NotFound."""
    return _person(session, Person.id == person_id)


def person_by_staff_number(session: Session, staff_number: str) -> PersonRow | None:
    """The person with this staff number (as stored: NFKC, capitals)."""
    row = session.execute(_people().where(Person.staff_number == staff_number)).first()
    return PersonRow(*row) if row else None


def people_by_ids(session: Session, ids: Sequence[int]) -> dict[int, PersonRow]:
    """The people with these keys, for pages of other features: one query."""
    return {row.id: row for row in (PersonRow(*r) for r in session.execute(_people().where(Person.id.in_(ids))))}


def as_served_last(session: Session, people: Mapping[int, PersonRow]) -> dict[int, PersonRow]:
    """People by key, who serves nowhere any more with unit and post of the last posting: one query where somebody does not serve."""
    gone = [person.id for person in people.values() if person.unit_id is None]
    if not gone:
        return dict(people)
    columns = (Posting.person_id, Unit.id, Unit.name, Unit.path, Posting.post, Posting.rank)
    query = select(*columns).join(Unit, Unit.id == Posting.unit_id).where(Posting.person_id.in_(gone))
    last = {
        row[0]: replace(people[row[0]], unit_id=row[1], unit_name=row[2], unit_path=row[3], post=row[4], rank=row[5])
        for row in session.execute(query.order_by(Posting.from_date, Posting.id))
    }
    return {**people, **last}


def people_by_public_ids(session: Session, ids: Collection[str]) -> dict[str, PersonRow]:
    """The people with these public ids."""
    if not ids:
        return {}
    rows = session.execute(_people().where(Person.public_id.in_(ids)))
    return {row.public_id: PersonRow(*row) for row in rows}


def _person(session: Session, condition: ColumnElement[bool]) -> PersonRow:
    row = session.execute(_people().where(condition)).first()
    if row is None:
        raise NotFound
    return PersonRow(*row)


def postings(session: Session, person_id: int) -> list[PostingRow]:
    """Every posting of a person, newest first."""
    query = (
        select(Unit.id, Unit.public_id, Unit.name, Posting.post, Posting.rank, Posting.from_date, Posting.to_date)
        .join(Unit, Unit.id == Posting.unit_id)
        .where(Posting.person_id == person_id)
        .order_by(Posting.from_date.desc())
    )
    return [PostingRow(*row) for row in session.execute(query)]


def unit_on(session: Session, person_id: int, day: date) -> UnitRow | None:
    """The unit a person served in on `day`, under the name and place it has today; None when in none."""
    return units_of(session, [person_id], day).get(person_id)


def units_of(session: Session, person_ids: Sequence[int], day: date) -> dict[int, UnitRow]:
    """As `unit_on` for many people; those who served in none are left out."""
    rows = session.execute(
        select(Posting.person_id, *_UNIT)
        .join(Posting, Posting.unit_id == Unit.id)
        .where(Posting.person_id.in_(person_ids), _holds(Posting, day))
    )
    return {person: UnitRow(*unit) for person, *unit in rows}


@dataclass(frozen=True, slots=True)
class ServedRow:
    """Where and as what somebody served on a day; the unit's name is the one it has today."""

    unit_id: int
    unit_name: str
    post: str | None
    rank: str | None


def served_as(session: Session, person_ids: Sequence[int], day: date) -> dict[int, ServedRow]:
    """Unit, post and rank of people on `day`; those who served nowhere are left out. One query."""
    rows = session.execute(
        select(Posting.person_id, Unit.id, Unit.name, Posting.post, Posting.rank)
        .join(Unit, Unit.id == Posting.unit_id)
        .where(Posting.person_id.in_(person_ids), _holds(Posting, day))
    )
    return {person: ServedRow(unit, name, post, rank) for person, unit, name, post, rank in rows}


def _in_force(now: datetime) -> ColumnElement[bool]:
    return and_(RoleGrant.starts_at <= now, or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now))


def grants(
    *, now: datetime, person_id: int | None = None, role: Role | None = None, paths: Sequence[str] = ("/",)
) -> Select[*tuple[Any, ...]]:
    """Roles in force, newest first, for `paginate`; the columns are GrantRow's fields.

    With `paths` other than everything: only grants for units below them.
    """
    giver = aliased(Person)
    path = Unit.path.label("unit_path")
    query = (
        select(
            RoleGrant.public_id,
            Person.public_id.label("person_public_id"),
            Person.name.label("person_name"),
            Person.staff_number,
            RoleGrant.role,
            RoleGrant.scope,
            Unit.name.label("unit_name"),
            path,
            RoleGrant.thing_id,
            RoleGrant.starts_at,
            RoleGrant.ends_at,
            giver.name.label("granted_by"),
            RoleGrant.reason,
        )
        .join(Person, Person.id == RoleGrant.person_id)
        .outerjoin(Unit, Unit.id == RoleGrant.unit_id)
        .outerjoin(giver, giver.id == RoleGrant.granted_by)
        .where(_in_force(now))
        .order_by(RoleGrant.id.desc())
    )
    if person_id is not None:
        query = query.where(RoleGrant.person_id == person_id)
    if role is not None:
        query = query.where(RoleGrant.role == role.value)
    return query if "/" in paths else query.where(below(paths))


def grant_rows(session: Session, *, person_id: int, now: datetime) -> list[GrantRow]:
    """The roles a person holds."""
    return [_grant_row(*row) for row in session.execute(grants(now=now, person_id=person_id))]


def _grant_row(*values: object) -> GrantRow:
    fields = list(values)
    fields[4] = Role(str(fields[4]))
    fields[7] = fields[7] or "/"
    return GrantRow(*fields)  # type: ignore[arg-type]  # the columns of `grants`, in their order


def holders(session: Session, role: Role, *, now: datetime) -> list[str]:
    """Public ids of everybody who holds `role` somewhere."""
    query = select(Person.public_id).join(RoleGrant, RoleGrant.person_id == Person.id)
    return list(session.scalars(query.where(RoleGrant.role == role.value, _in_force(now)).distinct()))


def holders_of(session: Session, act: Act, *, now: datetime, search: str, limit: int) -> list[PersonRow]:
    """The first people found by `search` (as in `people`) who may sign in and whose role allows `act` somewhere."""
    query = people(search=search, enabled=True).where(Person.id.in_(_holding(act, now))).limit(limit)
    return [PersonRow(*row) for row in session.execute(query)]


def holds(session: Session, person_id: int, act: Act, *, now: datetime) -> bool:
    """Whether a role of this person allows `act` somewhere."""
    return session.scalar(_holding(act, now).where(RoleGrant.person_id == person_id).limit(1)) is not None


def _holding(act: Act, now: datetime) -> Select[int]:
    roles = [role.value for role, acts in ALLOWS.items() if act in acts]
    return select(RoleGrant.person_id).where(RoleGrant.role.in_(roles), _in_force(now))


def sessions_of(session: Session, person_id: int, *, now: datetime, idle_since: datetime) -> list[SessionRow]:
    """The live sessions of a person, the latest used first; those unused since `idle_since` have ended."""
    query = (
        select(
            LoginSession.id,
            LoginSession.public_id,
            LoginSession.created_at,
            LoginSession.last_seen_at,
            LoginSession.address,
            LoginSession.user_agent,
        )
        .where(
            LoginSession.person_id == person_id,
            LoginSession.ended_at.is_(None),
            LoginSession.ends_at > now,
            LoginSession.last_seen_at > idle_since,
        )
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
    )
    return [SessionRow(*row) for row in session.execute(query)]


def has_device(session: Session, person_id: int) -> bool:
    """Whether the person has a confirmed one-time-code device."""
    return session.scalar(select(true()).where(Totp.person_id == person_id, Totp.confirmed_at.is_not(None))) is not None


def is_blocked(session: Session, account: bytes, *, now: datetime) -> bool:
    """Whether sign-in is blocked for this account from anywhere."""
    return (
        session.scalar(
            select(LoginThrottle.id).where(LoginThrottle.account == account, LoginThrottle.blocked_until > now).limit(1)
        )
        is not None
    )
