"""A pair of candidates side by side: where they sat, what each answered and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.queries import PersonRow
from lms.analysis.copying import text_of
from lms.analysis.models import CopyingPair
from lms.clock import BUREAU_ZONE
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting import queries as sitting
from lms.supervision import queries as supervision
from question_bank.item import ItemVersion
from question_bank.text import plain_text

#: what is rarer is not told apart: the model does not know so rare things
_RAREST = 1_000_000


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of one of them: number of the question on their paper, words, whether it is right, moment of the last change."""

    number: int
    words: str
    text: str
    right: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """A question: reference, stem, both answers, and "right" or "wrong" where these are identical, else ""."""

    ref: str
    stem: str
    first: Answered
    second: Answered
    same: str


@dataclass(frozen=True, slots=True)
class Tick:
    """An answer in the picture of time: place from 0 to 1, whether the pair answered it alike and wrong."""

    place: float
    marked: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Both candidates with the public ids of their attempts, their questions in the order of the first one's paper, and the picture of time."""

    people: tuple[PersonRow, PersonRow]
    attempts: tuple[str, str]
    lines: Sequence[Line]
    ticks: tuple[Sequence[Tick], Sequence[Tick]]
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """The room, or the part of it that both seats need: rows, columns, and the two seats (row and column from 1)."""

    room: str
    rows: int
    columns: int
    seats: Sequence[tuple[int, int]]


def one_in(chance: float) -> str:
    """A chance as people say it."""
    if chance * _RAREST < 1:
        return str(gettext("less than 1 in a million"))
    return str(gettext("1 in %(number)s", number=max(1, round(1 / chance))))


def seat_words(seat: Sequence[Any]) -> str:
    """Where somebody sat."""
    room, row, column = seat
    return str(gettext("%(room)s, row %(row)s, place %(column)s", room=room, row=row, column=column))


def plan_of(session: Session, exam: ExamRow, pair: CopyingPair) -> Plan:
    """Where both sat; a room that is gone since is as large as it must have been."""
    name = pair.seats[0][0]
    seats = [(row, column) for _room, row, column in pair.seats]
    room = next((one for one in supervision.rooms(session, exam.id) if one.name == name), None)
    rows, columns = max(row for row, _column in seats), max(column for _row, column in seats)
    if room is not None:
        rows, columns = max(rows, room.seat_rows), max(columns, room.seat_columns)
    return Plan(name, rows, columns, seats)


def opened(session: Session, exam: ExamRow, pair: CopyingPair) -> Pair:
    """The pair with names."""
    ids = (pair.first_id, pair.second_id)
    found, journals = sitting.counted_of(session, ids), sitting.answering(session, ids)
    first, second = (found[one] for one in ids)
    people = accounts.people_by_ids(session, [first.person_id, second.person_id])
    versions = exams.frozen(session, exam.id).pool.versions
    answers = [_answers(one, journals[one.id], versions) for one in (first, second)]
    lines = [_line(versions[key], answers[0][key], answers[1][key]) for key in answers[0] if key in answers[1]]
    began = min(first.started_at, second.started_at)
    ended = max(one.ended_at or one.started_at for one in (first, second))
    length = max(1.0, (ended - began).total_seconds())
    ticks = [
        [
            Tick(min(1.0, max(0.0, (one.at - began).total_seconds() / length)), key in pair.versions)
            for key, one in side.items()
            if one.at is not None
        ]
        for side in answers
    ]
    return Pair(
        people=(people[first.person_id], people[second.person_id]),
        attempts=(first.public_id, second.public_id),
        lines=lines,
        ticks=(ticks[0], ticks[1]),
        began=began,
        ended=ended,
    )


def _answers(
    one: sitting.Sat, journal: Sequence[tuple[datetime, int, Any]], versions: Mapping[int, ItemVersion]
) -> dict[int, Answered]:
    last = {slot: (at, response) for at, slot, response in journal}
    scores, found = one.newest.scores, dict[int, Answered]()
    for slot, earned, marks in zip(one.form.slots, scores["earned"], scores["marks"], strict=True):
        at, response = last.get(slot.number, (None, None))
        if not marks or slot.version not in versions:
            continue
        right = earned == marks
        text = "" if earned is None else text_of(response, right=right)
        found[slot.version] = Answered(slot.number, "" if earned is None else words_of(response), text, right, at)
    return found


def _line(version: ItemVersion, first: Answered, second: Answered) -> Line:
    alike = first.text == second.text != ""
    same = ("right" if first.right else "wrong") if alike else ""
    return Line(version.ref, plain_text(version.stem), first, second, same)


def words_of(response: Any) -> str:
    """An answer in a cell: letters, words, or right and wrong."""
    if isinstance(response, bool):
        return str(gettext("true")) if response else str(gettext("false"))
    if isinstance(response, Mapping):
        return ", ".join(f"{key}: {words_of(value)}" for key, value in response.items())
    if isinstance(response, list):
        return ", ".join(words_of(one) for one in response)
    return "" if response is None else str(response)


def clock(moment: datetime | None) -> str:
    """Hours, minutes and seconds on the organisation's wall clock."""
    return "–" if moment is None else f"{moment.astimezone(BUREAU_ZONE):%H:%M:%S}"
