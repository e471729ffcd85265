"""The audience of a plan in the database: a rule as a condition of a query, and why each person belongs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, false, func, not_, or_, select, true
from sqlalchemy.orm import Session

from courseware.audience import WORDS, Asked, Branch, Leaf, Not, Rule, Who, reasons
from lms.accounts import queries as accounts
from lms.accounts.queries import UnitRow
from lms.particulars import queries as particulars
from lms.particulars.queries import PARTY

SAMPLE = 8


@dataclass(frozen=True, slots=True)
class Belonging:
    """Somebody of the audience, and the questions of the rule by which they belong."""

    name: str
    staff_number: str
    unit_name: str
    post: str | None
    why: tuple[Leaf, ...]


def members(rule: Rule, units: Sequence[UnitRow], owner_path: str, day: date) -> Select[*tuple[Any, ...]]:
    """Who belongs on `day`, of those who serve below `owner_path`: id and unit_id. `units`: those that the rule may name."""
    people, file = _tables(day)
    paths = {unit.public_id: unit.path for unit in units}
    return (
        select(people.c.id, people.c.unit_id)
        .select_from(people.outerjoin(file, file.c.person_id == people.c.id))
        .where(people.c.unit_path.startswith(owner_path, autoescape=True), _condition(rule, people, file, paths))
    )


def size(session: Session, rule: Rule, units: Sequence[UnitRow], owner_path: str, day: date) -> int:
    """How many belong."""
    found = members(rule, units, owner_path, day).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def sample(session: Session, rule: Rule, units: Sequence[UnitRow], owner_path: str, day: date) -> list[Belonging]:
    """The first of them by staff number, with why each belongs."""
    people, file = _tables(day)
    names = accounts.named().subquery()
    chosen = members(rule, units, owner_path, day).subquery()
    rows = session.execute(
        select(
            names.c.name, names.c.staff_number, people.c.unit_path, people.c.post, people.c.rank, people.c.posted_on,
            file.c.political, file.c.category, file.c.appointed_on,
        )
        .select_from(people.outerjoin(file, file.c.person_id == people.c.id))
        .join(names, names.c.id == people.c.id)
        .where(people.c.id.in_(select(chosen.c.id)))
        .order_by(names.c.staff_number)
        .limit(SAMPLE)
    ).all()  # fmt: skip
    by_id = {str(unit.id): unit for unit in units}
    found = []
    for row in rows:
        above = [by_id[key] for key in row.unit_path.strip("/").split("/") if key in by_id]
        who = Who(
            units=frozenset(unit.public_id for unit in above), post=row.post, rank=row.rank, category=row.category,
            party=row.political in PARTY, posted_on=row.posted_on, appointed_on=row.appointed_on,
        )  # fmt: skip
        unit_name = above[-1].name if above else ""
        found.append(Belonging(row.name, row.staff_number, unit_name, row.post, reasons(rule, who)))
    return found


def offered(session: Session, owner_path: str, day: date) -> dict[Asked, list[str]]:
    """The posts, ranks and categories that people below a path have, in their order, as far as a form can offer them."""
    people, file = _tables(day)
    asked = {Asked.POST: people.c.post, Asked.RANK: people.c.rank, Asked.CATEGORY: file.c.category}
    found = {}
    for key, column in asked.items():
        query = (
            select(column)
            .select_from(people.outerjoin(file, file.c.person_id == people.c.id))
            .where(people.c.unit_path.startswith(owner_path, autoescape=True), column.is_not(None))
            .distinct()
            .order_by(column)
        )
        found[key] = list(session.scalars(query.limit(60)))
    return found


def _tables(day: date) -> tuple[FromClause, FromClause]:
    return accounts.serving_people().subquery("people"), particulars.in_force(day).subquery("file")


def _condition(rule: Rule, people: FromClause, file: FromClause, paths: Mapping[str, str]) -> ColumnElement[bool]:
    """The rule; never unknown to the database, so that "not" means the same there as in the rule."""
    if isinstance(rule, Not):
        return not_(_condition(rule.rule, people, file, paths))
    if isinstance(rule, Branch):
        below = [_condition(one, people, file, paths) for one in rule.rules]
        return and_(true(), *below) if rule.every else or_(false(), *below)
    if rule.asked is Asked.PARTY:
        return and_(file.c.political.is_not(None), file.c.political.in_([str(one) for one in PARTY]))
    if rule.asked is Asked.UNIT:
        known = [paths[key] for key in rule.values if key in paths]
        return or_(false(), *(people.c.unit_path.startswith(path, autoescape=True) for path in known))
    column = {
        Asked.POST: people.c.post, Asked.RANK: people.c.rank, Asked.CATEGORY: file.c.category,
        Asked.POSTED_SINCE: people.c.posted_on, Asked.APPOINTED_SINCE: file.c.appointed_on,
    }[rule.asked]  # fmt: skip
    held = column.in_(rule.values) if rule.asked in WORDS else column >= rule.since
    return and_(column.is_not(None), held)
