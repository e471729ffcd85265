"""The questions a personal test may ask, with what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.bank import queries as bank
from lms.clock import today
from question_bank.adaptive import Entry
from question_bank.analysis.curves import Curve
from question_bank.difficulty import expected


@dataclass(frozen=True, slots=True)
class Asked:
    """What was known of a question when it was asked. `b`: difficulty in logits; `measured`: whether answers in exams told
    it, or its author's label alone.
    """

    item_id: int
    b: float
    subject: str
    enemies: str
    measured: bool

    @property
    def entry(self) -> Entry:
        """As the test sees it."""
        return Entry(self.item_id, Curve(1.0, self.b), self.subject, self.enemies)

    def to_record(self) -> list[Any]:
        """JSON-able form, without the item, which the round has."""
        return [self.b, self.subject, self.enemies, self.measured]


def stock(session: Session, subjects: Sequence[str]) -> list[Asked]:
    """What may be practised of these subjects, none named: of all."""
    held = bank.for_practice(today())
    query = select(held.c.item_id, held.c.version_id, held.c.subject, held.c.difficulty, held.c.enemies)
    if subjects:
        query = query.where(held.c.subject.in_(subjects))
    rows = session.execute(query.order_by(held.c.item_id)).all()
    known = bank.difficulties_by_label(session, {row.version_id: row.difficulty for row in rows})
    labels = {label: expected(label) for label in {row.difficulty for row in rows}}
    found = [(row, known.get(row.version_id, labels[row.difficulty])) for row in rows]
    return [Asked(row.item_id, hard.b, row.subject, row.enemies.strip(), hard.tells) for row, hard in found]
