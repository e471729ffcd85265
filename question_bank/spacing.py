"""When a question is to be practised again: spaced repetition by FSRS-6 with its published weights.

What is kept for a person and a question is a small card. Time is always an argument that knows its zone; a question falls
due when the chance to remember it has sunk to .9, and no later than an exam that is given. Nothing is left to chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fsrs import Card as Memory
from fsrs import Rating, Scheduler, State

FORMAT = 1
#: the chance to remember at which a question falls due
RETENTION = 0.9
#: multiples of the median time: right answers above one are slow, those up to the other quick
SLOW, QUICK = 2.0, 0.75
#: quick right answers in a row, this one included, that make a question easy
IN_A_ROW = 3
AGAIN, HARD, GOOD, EASY = (int(rating) for rating in (Rating.Again, Rating.Hard, Rating.Good, Rating.Easy))
_SCHEDULER = Scheduler(desired_retention=RETENTION, enable_fuzzing=False)


@dataclass(frozen=True, slots=True)
class Card:
    """What practice knows. `stability`: days until the chance to remember is .9; `difficulty` from 1 to 10; both None
    before the first answer. `due` and `last` answer: times in UTC; `state` and `step` are those of FSRS.
    """

    due: datetime
    stability: float | None = None
    difficulty: float | None = None
    state: int = int(State.Learning)
    step: int | None = 0
    last: datetime | None = None

    def to_record(self) -> dict[str, Any]:
        """JSON-able form, without what is None; numbers as they are, so that it goes on exactly as it would have."""
        record = {
            "f": FORMAT,
            "due": self.due.isoformat(),
            "s": self.stability,
            "d": self.difficulty,
            "state": self.state,
            "step": self.step,
            "last": self.last and self.last.isoformat(),
        }
        return {name: value for name, value in record.items() if value is not None}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Card":
        """The inverse; raises KeyError for another format, ValueError for times and states that are none."""
        if record["f"] != FORMAT:
            raise KeyError("f")
        last = record.get("last")
        return cls(
            due=_utc(datetime.fromisoformat(record["due"])),
            stability=record.get("s"),
            difficulty=record.get("d"),
            state=int(State(record["state"])),
            step=record.get("step"),
            last=None if last is None else _utc(datetime.fromisoformat(last)),
        )


def first(at: datetime) -> Card:
    """A question nobody has answered yet, due at once; raises ValueError for a time without a zone."""
    return Card(due=_utc(at))


def reviewed(card: Card, rating: int, at: datetime, exam: datetime | None = None) -> Card:
    """The card after an answer; due before `exam` at the latest, where one lies ahead.

    Raises ValueError for a rating that is none, a time without a zone, and one before the last answer.
    """
    moment = _utc(at)
    if card.last is not None and moment < card.last:
        raise ValueError("an answer before the last one")
    memory, _log = _SCHEDULER.review_card(_memory(card), Rating(rating), moment)
    due = memory.due
    if exam is not None and moment < _utc(exam):
        due = min(due, _utc(exam))
    return Card(due, memory.stability, memory.difficulty, int(memory.state), memory.step, moment)


def retrievability(card: Card, at: datetime) -> float:
    """The chance to remember, 0 for what nobody has answered; raises ValueError for a time without a zone."""
    return float(_SCHEDULER.get_card_retrievability(_memory(card), _utc(at)))


def quick(share: float, seconds: float | None, median_seconds: float | None) -> bool:
    """Whether an answer was right and quick."""
    pace = _pace(seconds, median_seconds)
    return share >= 1 and pace is not None and pace <= QUICK


def rating_of(share: float, seconds: float | None, median_seconds: float | None, quick_streak: int) -> int:
    """From an answer to a rating: not wholly right is AGAIN; right is HARD where slow, EASY where it was quick three
    times in a row, else GOOD. `quick_streak` counts the quick right answers just before this one; times that are not
    known say nothing. Raises ValueError for a share outside [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError("a share between 0 and 1")
    if share < 1:
        return AGAIN
    pace = _pace(seconds, median_seconds)
    if pace is not None and pace > SLOW:
        return HARD
    return EASY if quick(share, seconds, median_seconds) and quick_streak + 1 >= IN_A_ROW else GOOD


def _pace(seconds: float | None, median_seconds: float | None) -> float | None:
    return seconds / median_seconds if seconds is not None and median_seconds else None


def _memory(card: Card) -> Memory:
    """The library's own card; without a number it would look at the clock."""
    return Memory(
        card_id=1,
        state=State(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last_review=card.last,
    )


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return at.astimezone(UTC)
