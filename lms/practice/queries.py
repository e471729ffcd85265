"""Reading practice. Every question comes out of `bank.for_practice`: what that does not hold is never shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, select
from sqlalchemy.orm import Session

from lms.bank import queries as bank
from lms.clock import today
from lms.practice.models import Answer, Card, Favourite, Round
from question_bank.item import ItemVersion

#: what a round is made of: any question, what is due, past mistakes, favourites
WAYS = ("all", "due", "mistakes", "favourites")
#: rounds that tell nothing before their end
TESTS = ("test", "mock")
TESTS_SHOWN = 10
RIGHT = 1000
_TOLD = Round.ended_at.is_not(None) | Round.way.not_in(TESTS)
#: of how many answers the usual time is worked out, and how many it takes
LOOKED_AT, ENOUGH = 101, 5


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to practise; `subject` and `point` are "" for all."""

    way: str = "all"
    subject: str = ""
    point: str = ""
    size: int = 10


@dataclass(frozen=True, slots=True)
class Question:
    """A question that may be practised, as it is worded now."""

    item_id: int
    item: str
    version_id: int
    version: ItemVersion


@dataclass(frozen=True, slots=True)
class Counts:
    """How many questions of a person are due now, fall due later, are mistakes, are favourites."""

    due: int
    later: int
    mistakes: int
    favourites: int

    def of(self, way: str) -> int | None:
        """How many there are for a way, None for those that are not counted."""
        return {"due": self.due, "mistakes": self.mistakes, "favourites": self.favourites}.get(way)


def _practised() -> Subquery:
    return bank.for_practice(today())


def _card_of(person_id: int, practised: Subquery) -> ColumnElement[bool]:
    return and_(Card.item_id == practised.c.item_id, Card.person_id == person_id)


def _favourite_of(person_id: int, practised: Subquery) -> ColumnElement[bool]:
    return and_(Favourite.item_id == practised.c.item_id, Favourite.person_id == person_id)


def candidates(session: Session, person_id: int, choice: Choice, *, now: datetime) -> list[tuple[int, bool]]:
    """Items that fit the choice, and whether the person has met each; what is due longest comes first."""
    held = _practised()
    query = select(held.c.item_id, Card.item_id.is_not(None)).outerjoin(Card, _card_of(person_id, held))
    if choice.way == "favourites":
        query = query.join(Favourite, _favourite_of(person_id, held))
    elif choice.way == "due":
        query = query.where(Card.due <= now)
    elif choice.way == "mistakes":
        query = query.where(Card.mistaken.is_(True))
    if choice.subject:
        query = query.where(held.c.subject == choice.subject)
    if choice.point:
        query = query.where(held.c.point == choice.point)
    return [(item, met) for item, met in session.execute(query.order_by(Card.due, held.c.item_id))]


def open_items(session: Session, item_ids: Sequence[int]) -> set[int]:
    """Those of the items that may still be practised."""
    held = _practised()
    return set(session.scalars(select(held.c.item_id).where(held.c.item_id.in_(item_ids))))


def question(session: Session, item_id: int) -> Question | None:
    """The question of an item, None when it may not be practised (any more)."""
    held = _practised()
    return _question(session, select(held.c.item_id, held.c.item, held.c.version_id).where(held.c.item_id == item_id))


def question_by_public_id(session: Session, item: str) -> Question | None:
    """The same by the public id of the item."""
    held = _practised()
    return _question(session, select(held.c.item_id, held.c.item, held.c.version_id).where(held.c.item == item))


def _question(session: Session, query: Select[Any]) -> Question | None:
    row = session.execute(query).first()
    if row is None:
        return None
    item_id, item, version_id = row
    return Question(item_id, item, version_id, bank.versions(session, [version_id])[version_id])


def rounds(session: Session, person_id: int, *, limit: int) -> list[Round]:
    """The person's latest rounds that are no tests."""
    query = select(Round).where(Round.person_id == person_id, Round.way.not_in(TESTS))
    return list(session.scalars(query.order_by(Round.id.desc()).limit(limit)))


def tests(session: Session, person_id: int, kind: str) -> list[Round]:
    """The person's latest tests of a kind."""
    query = select(Round).where(Round.person_id == person_id, Round.way == kind)
    return list(session.scalars(query.order_by(Round.id.desc()).limit(TESTS_SHOWN)))


def round_of(session: Session, person_id: int, public_id: str, *, test: str = "", lock: bool = False) -> Round | None:
    """A round of that person, one that is no test or a test of that kind; with `lock` nobody else changes it before the
    transaction ends.
    """
    kind = Round.way == test if test else Round.way.not_in(TESTS)
    query = select(Round).where(Round.public_id == public_id, Round.person_id == person_id, kind)
    return session.scalar(query.with_for_update() if lock else query)


def answers(session: Session, round_id: int) -> dict[int, Answer]:
    """The answers of a round by place."""
    return {row.place: row for row in session.scalars(select(Answer).where(Answer.round_id == round_id))}


def told_answers(person_id: int) -> Subquery:
    """The person's answers of which they were told what became of them: item_id, share, at."""
    query = select(Answer.item_id, Answer.share, Answer.at).join(Round, Round.id == Answer.round_id)
    return query.where(Answer.person_id == person_id, _TOLD).subquery("told")


def last_answer(session: Session, person_id: int, item_id: int) -> Answer | None:
    """The last answer to the item of which the person was told what became of it."""
    query = select(Answer).join(Round, Round.id == Answer.round_id)
    query = query.where(Answer.person_id == person_id, Answer.item_id == item_id, _TOLD)
    return session.scalar(query.order_by(Answer.id.desc()).limit(1))


def usual_seconds(session: Session, item_id: int) -> float | None:
    """The median of the seconds that the latest answers to the item took, None while there are few."""
    query = select(Answer.seconds).where(Answer.item_id == item_id, Answer.seconds.is_not(None))
    found = [one for one in session.scalars(query.order_by(Answer.id.desc()).limit(LOOKED_AT)) if one is not None]
    return median(found) if len(found) >= ENOUGH else None


def next_place(session: Session, held: Round) -> int | None:
    """The first place without an answer whose question may still be practised."""
    done = answers(session, held.id)
    waiting = [(place, item) for place, item in enumerate(held.items, 1) if place not in done]
    still = open_items(session, [item for _place, item in waiting])
    return next((place for place, item in waiting if item in still), None)


def stems(session: Session, item_ids: Sequence[int]) -> dict[int, str]:
    """The words of questions that may still be practised, by item."""
    held = _practised()
    rows = session.execute(select(held.c.item_id, held.c.stem_text).where(held.c.item_id.in_(item_ids)))
    return {row.item_id: row.stem_text for row in rows}


def is_favourite(session: Session, person_id: int, item_id: int) -> bool:
    """Whether the person starred the item."""
    return session.get(Favourite, (person_id, item_id)) is not None


def counts(session: Session, person_id: int, *, now: datetime, midnight: datetime) -> Counts:
    """The person's numbers; "later" is what falls due before `midnight`."""
    held = _practised()
    due = case((Card.due <= now, 1), else_=0)
    later = case((and_(Card.due > now, Card.due < midnight), 1), else_=0)
    mistakes = case((Card.mistaken.is_(True), 1), else_=0)
    row = session.execute(
        select(*(func.coalesce(func.sum(one), 0) for one in (due, later, mistakes)))
        .select_from(held)
        .join(Card, _card_of(person_id, held))
    ).one()
    starred = select(func.count()).select_from(held).join(Favourite, _favourite_of(person_id, held))
    return Counts(row[0], row[1], row[2], session.scalar(starred) or 0)


def subjects(session: Session) -> dict[str, int]:
    """How many questions may be practised, by subject."""
    held = _practised()
    rows = session.execute(select(held.c.subject, func.count().label("held")).group_by(held.c.subject))
    return {row.subject: row.held for row in rows}
