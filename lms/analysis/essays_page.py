"""Two essays side by side, with the passages that they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.queries import PersonRow
from lms.analysis.models import EssayPair
from lms.passages import Passage, numbered
from lms.sitting import queries as sitting


@dataclass(frozen=True, slots=True)
class Side:
    """One of them: who wrote it in which attempt (public id), when they sat, and the text in parts; a number names the passage."""

    person: PersonRow
    attempt: str
    started_at: datetime
    ended_at: datetime | None
    parts: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class Pair:
    """Both, and whether they sat at the same time at some moment."""

    sides: tuple[Side, Side]
    together: bool


def opened(session: Session, pair: EssayPair) -> Pair:
    """The pair with names and texts."""
    found = sitting.counted_of(session, (pair.first_id, pair.second_id))
    both = [found[pair.first_id], found[pair.second_id]]
    answers = sitting.answers_of(session, [one.id for one in both], {pair.first_slot, pair.second_slot})
    people = accounts.people_by_ids(session, [one.person_id for one in both])
    marks = _marks(pair.passages)
    places = ((pair.first_slot, marks[0]), (pair.second_slot, marks[1]))
    first, second = (
        Side(
            people[one.person_id],
            one.public_id,
            one.started_at,
            one.ended_at,
            numbered(str(answers[one.id].get(slot) or ""), marked),
        )
        for one, (slot, marked) in zip(both, places, strict=True)
    )
    return Pair((first, second), _met(first, second))


def _marks(pieces: Sequence[Sequence[int]]) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    """The passages of both with their numbers; those of the first that come from one place of the second have one number."""
    places: list[list[int]] = []
    for _first, _last, begins, ends in sorted(pieces, key=lambda piece: piece[2]):
        if places and begins < places[-1][1]:
            places[-1][1] = max(places[-1][1], ends)
        else:
            places.append([begins, ends])
    named, firsts = dict[int, int](), list[tuple[int, int, int]]()
    for first, last, begins, _ends in pieces:
        place = next(n for n, (start, end) in enumerate(places) if start <= begins < end)
        firsts.append((first, last, named.setdefault(place, len(named) + 1)))
    return firsts, [(places[place][0], places[place][1], number) for place, number in named.items()]


def _met(first: Side, second: Side) -> bool:
    if first.ended_at is None or second.ended_at is None:
        return False
    return max(first.started_at, second.started_at) <= min(first.ended_at, second.ended_at)
