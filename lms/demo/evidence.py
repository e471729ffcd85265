"""Evidence in the demonstration: certificates of a class, one of them revoked, and a package about three people.

The key that signs is made in each installation anew, and everything that it signs says that it is of a demonstration.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy.orm import Session

from lms.accounts.queries import PersonRow
from lms.config import Config
from lms.database import writing
from lms.demo.clock import at
from lms.demo.learning import viewer_of
from lms.evidence import queries, service
from lms.evidence.record import PASSED, latest
from lms.transcripts import queries as transcripts
from lms.transcripts.queries import RevisionRow

HOLDERS, TOGETHER = 5, 3
REASON = "姓名登记有误，已更正后另发证书"


def build(app: Flask, people: Sequence[PersonRow], manager: PersonRow, *, now: datetime) -> None:
    """Issue certificates to the first of these people who passed something; revoke the second; have a package made about some."""
    config: Config = app.extensions["config"]
    site, by = config.public_url or f"http://{config.host}:{config.port}", viewer_of(manager)
    with at(app, now - timedelta(days=3)), writing() as session:
        held = _passed(session, people)
        for person, row in held:
            code = service.certify(session, by.id, person, row, site=site)
            service.ask_for_drawing(session, by, code)
    person, row = held[1]
    with at(app, now - timedelta(days=1)), writing() as session:
        (found,) = queries.of_entry(session, person.id, row.public_id)
        service.revoke(session, by, found.code, REASON)
    with at(app, now - timedelta(hours=1)), writing() as session:
        service.ask_for_package(session, by, [person for person, _row in held[:TOGETHER]], site=site)


def _passed(session: Session, people: Sequence[PersonRow]) -> list[tuple[PersonRow, RevisionRow]]:
    """The first of these people who have something that certificates are for, each with the first of it."""
    by_id = {person.id: person for person in people}
    found: dict[int, RevisionRow] = {}
    for row in latest(transcripts.revisions(session, list(by_id))):
        if row.kind in PASSED and row.passed:
            found.setdefault(row.person_id, row)
    return [(by_id[one], found[one]) for one in by_id if one in found][:HOLDERS]
