"""Time of study of the demonstration: some people read pages of their units, with pauses, also on two devices."""

from datetime import datetime, timedelta

from flask import Flask

from courseware.witness import SECOND, Beat, nonce
from lms.accounts import sessions
from lms.accounts.queries import PersonRow
from lms.accounts.tickets import Ticket
from lms.courses import queries as courses
from lms.courses.queries import OpenUnit
from lms.database import reading, writing
from lms.demo.clock import at
from lms.keys import key_for
from lms.study.opening import PURPOSE, Opening, Sent, milliseconds, opened
from lms.study.service import witness
from question_bank.chance import Chance

LEARNERS, DAYS = 8, 4
BEAT = 30


def build(app: Flask, people: list[PersonRow], chance: Chance, *, now: datetime) -> None:
    """Let some people read, each on the last days."""
    for person in people[:LEARNERS]:
        begun = courses.recent(reading(), person.id, state="begun", limit=2)
        units = [found for row in begun if (found := courses.newest(reading(), row.public_id)) is not None]
        for number in range(DAYS if units else 0):
            moment = now - timedelta(days=number + 1, minutes=chance.below(300))
            _sit_down(app, person, units[number % len(units)], moment, chance)


def _sit_down(app: Flask, person: PersonRow, found: OpenUnit, moment: datetime, chance: Chance) -> None:
    """Two pages one after the other; now and then a second device lies open beside the first."""
    with at(app, moment):
        with writing() as session:
            begun = sessions.begin_session(session, person.id, address="127.0.0.1", user_agent="demonstration")
        who = Ticket(person.public_id, person.id, begun.session_id)
    length = BEAT * (8 + chance.below(16))
    for page in found.unit.page_keys[:2]:
        streams = [_page(found, page, moment)]
        if chance.below(3) == 0:
            streams.append(_page(found, found.unit.page_keys[-1], moment + timedelta(seconds=length // 2)))
        with at(app, moment + timedelta(seconds=length)):
            for stream in streams:
                witness(who, [_read(person, stream, moment, length, away=2 + chance.below(6))])
        moment += timedelta(seconds=length)
    with at(app, moment), writing() as session:
        sessions.end_session(session, begun.session_id, why="log-out")


def _page(found: OpenUnit, page: str, moment: datetime) -> Opening:
    return opened(unit=found.public_id, version=found.number, page=page, at=milliseconds(moment))


def _read(person: PersonRow, opening: Opening, moment: datetime, length: int, *, away: int) -> Sent:
    """Beats until so many seconds after the moment; during the one of that number another window lies before the page."""
    end = (milliseconds(moment) - opening.at) + length * SECOND
    beats = []
    for number in range(1, end // (BEAT * SECOND) + 1):
        clock = number * BEAT * SECOND
        beat = Beat(number, clock - BEAT * SECOND, clock, clock, hidden=number == away)
        beats.append((beat, nonce(key_for(PURPOSE), opening.stream, number)))
    return Sent(opening, str(opening.sealed(person.public_id)["seal"]), 0, 0, tuple(beats))
