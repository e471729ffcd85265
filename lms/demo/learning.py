"""Half-done and finished courses of the demonstration's people."""

from datetime import datetime, timedelta
from fractions import Fraction

from flask import Flask

from lms.accounts.policy import Viewer
from lms.accounts.queries import PersonRow
from lms.courses import queries, service
from lms.courses.queries import OpenUnit
from lms.database import reading, writing
from lms.demo.clock import at
from question_bank.chance import Chance

LEARNERS = 240


def viewer_of(person: PersonRow) -> Viewer:
    """A person as the services know who acts."""
    return Viewer(
        id=person.id,
        public_id=person.public_id,
        name=person.name,
        unit_id=person.unit_id,
        unit_name=person.unit_name,
        unit_path=person.unit_path,
        locale=None,
        session_id=0,
    )


def build(app: Flask, people: list[PersonRow], chance: Chance, *, now: datetime) -> None:
    """Let some people study: each has finished a few units and is in the middle of another."""
    rows = [queries.row_of(row) for row in reading().execute(queries.units(0))]
    units = [found for row in rows if (found := queries.newest(reading(), row.public_id)) is not None]
    if not units:
        return
    for person in people[:LEARNERS]:
        chosen = chance.shuffled(units)[: 1 + chance.below(min(4, len(units)))]
        started = now - timedelta(days=3 + chance.below(120), minutes=chance.below(600))
        for place, found in enumerate(chosen):
            last = place == len(chosen) - 1
            pages = len(found.unit.pages)
            _study(
                app,
                viewer_of(person),
                found,
                started + timedelta(days=place),
                pages=1 + chance.below(pages) if last else pages,
                finish=not last,
            )


def _study(app: Flask, viewer: Viewer, found: OpenUnit, start: datetime, *, pages: int, finish: bool) -> None:
    for place, key in enumerate(found.unit.page_keys[:pages]):
        with at(app, start + timedelta(minutes=7 * place)), writing() as session:
            service.open_page(session, viewer, found, key)
    if finish:
        with at(app, start + timedelta(minutes=7 * pages + 5)), writing() as session:
            service.try_check(session, viewer, found, Fraction(1))
