"""What somebody masters: answers counted by subject and knowledge point, by the database, in one statement."""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from lms.bank import queries as bank
from lms.clock import today
from lms.practice.queries import RIGHT, told_answers
from question_bank import mastery


@dataclass(frozen=True, slots=True)
class Point:
    """A knowledge point of a subject, "" for questions without one: how many questions it has, how often these were
    answered, and how often wholly right.
    """

    subject: str
    point: str
    questions: int
    answered: int
    right: int

    @property
    def state(self) -> str:
        """mastered, begun or new."""
        if not self.answered:
            return "new"
        return "mastered" if mastery.mastered(self.right, self.answered) else "begun"

    @property
    def of_hundred(self) -> int:
        """Of a hundred such questions, how many right answers are to be expected."""
        return round(100 * mastery.expected_share(self.right, self.answered))

    @property
    def to_go(self) -> int:
        """How many right answers in a row would make it mastered."""
        return mastery.right_in_a_row_needed(self.right, self.answered)


@dataclass(frozen=True, slots=True)
class Field:
    """A subject with its points."""

    subject: str
    points: tuple[Point, ...]

    @property
    def weakest_first(self) -> list[Point]:
        """The points begun by what is to be expected of them, then those not met, then those mastered."""
        turns = ("begun", "new", "mastered")
        return sorted(self.points, key=lambda point: (turns.index(point.state), point.of_hundred, point.point))

    @property
    def whole(self) -> Point:
        """All its points as if they were one."""
        sums = (sum(getattr(point, name) for point in self.points) for name in ("questions", "answered", "right"))
        return Point(self.subject, "", *sums)

    def count(self, state: str) -> int:
        """How many points are in that state."""
        return sum(point.state == state for point in self.points)


def fields(session: Session, person_id: int, *, subject: str = "") -> dict[str, Field]:
    """The subjects that can be practised (or one) with their points."""
    held, given = bank.for_practice(today()), told_answers(person_id)
    point = func.coalesce(held.c.point, "")
    questions = func.count(func.distinct(held.c.item_id))
    right = func.coalesce(func.sum(case((given.c.share == RIGHT, 1), else_=0)), 0)
    query = (
        select(held.c.subject, point, questions, func.count(given.c.share), right)
        .outerjoin(given, given.c.item_id == held.c.item_id)
        .group_by(held.c.subject, point)
        .order_by(held.c.subject, point)
    )
    if subject:
        query = query.where(held.c.subject == subject)
    found: dict[str, list[Point]] = {}
    for row in session.execute(query):
        found.setdefault(row[0], []).append(Point(*row))
    return {code: Field(code, tuple(points)) for code, points in found.items()}
