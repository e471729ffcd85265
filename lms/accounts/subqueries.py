"""What the queries of other features join with: people and units as conditions and subqueries, not as rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from lms.accounts.models import Person, Posting, Unit


def below(paths: Sequence[str]) -> ColumnElement[bool]:
    """The condition that `unit.path` lies in one of these subtrees (path prefixes); none: nothing does."""
    conditions = [Unit.path.startswith(path, autoescape=True) for path in paths]
    return or_(*conditions) if conditions else false()


def unit_ids(paths: Sequence[str]) -> Select[int]:
    """Keys of the units below these paths, closed ones too."""
    return select(Unit.id).where(below(paths))


def serving(paths: Sequence[str]) -> Select[int]:
    """Ids of the people who serve below these paths at present."""
    query = select(Posting.person_id).join(Unit, Unit.id == Posting.unit_id)
    return query.where(Posting.to_date.is_(None), below(paths))


def serving_people() -> Select[*tuple[Any, ...]]:
    """Whoever serves now and may sign in: id, unit_id, unit_path, post, rank and posted_on, the first day of the posting; for the
    queries of others.
    """
    return (
        select(
            Person.id, Posting.unit_id, Unit.path.label("unit_path"), Posting.post, Posting.rank,
            Posting.from_date.label("posted_on"),
        )
        .join(Posting, and_(Posting.person_id == Person.id, Posting.to_date.is_(None)))
        .join(Unit, Unit.id == Posting.unit_id)
        .where(Person.enabled)
    )  # fmt: skip


def named() -> Select[*tuple[Any, ...]]:
    """Id, public id, staff number and name of everybody."""
    return select(Person.id, Person.public_id, Person.staff_number, Person.name)


def served_once(paths: Sequence[str]) -> Select[int]:
    """Ids of the people who served below these paths on any day up to now."""
    return select(Posting.person_id).join(Unit, Unit.id == Posting.unit_id).where(below(paths))


def retired(paths: Sequence[str]) -> Select[int]:
    """Ids of the people who serve nowhere any more and served last below these paths."""
    later = aliased(Posting)
    is_last = ~exists().where(later.person_id == Posting.person_id, later.from_date > Posting.from_date)
    return served_once(paths).where(Posting.to_date.is_not(None), is_last)


def unit_paths_of_all() -> Select[*tuple[Any, ...]]:
    """Id and path of every unit."""
    return select(Unit.id, Unit.path)


def lock_people(session: Session, person_ids: Sequence[int]) -> None:
    """Let no other transaction change these people or lock them before this one ends; rows that refer to them may be added."""
    people = select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id)
    session.execute(people.with_for_update(key_share=True)).all()
