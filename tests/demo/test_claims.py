"""Claims and personnel files of the demonstration, made without the rest of it."""

from collections import Counter
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from lms.answer_files import room
from lms.audit import queries as audit
from lms.claims.models import Claim, ClaimFile
from lms.clock import now
from lms.config import Config
from lms.database import reading, writing
from lms.demo import accounts, claims, organisation, particulars
from lms.demo.organisation import Organisation
from lms.jobs import run_waiting
from lms.particulars.models import Particulars
from lms.roster.models import RosterImport, RosterRow
from lms.transcripts.models import TranscriptEntry
from question_bank.chance import Chance


def small(app: Flask) -> Organisation:
    """The organisation, its claims and personnel files."""
    moment = now()
    with writing() as session:
        made = organisation.build(session, Chance(b"small"))
        accounts.build(session, made)
    claims.build(app, made, made.people[made.offices[0].id][3], now=moment)
    particulars.build(made, made.people[made.branches[0].id][2], Chance(b"files"), now=moment)
    reading().rollback()
    return made


def test_there_are_claims_in_every_state_and_files_that_wait(app: Flask) -> None:
    """
    A dozen claims, each with evidence that lies on disk as its row says; the approved ones stand in transcripts, a corrected one
    with both revisions; the cadre who is shown has four, each in another state. A file of particulars waits with good rows and bad ones. The audit log holds.
    """
    with app.app_context():
        made = small(app)
    run_waiting(app)

    config: Config = app.extensions["config"]
    with app.app_context():
        session = reading()
        states = Counter((claim.state, claim.submitted_at is not None) for claim in session.scalars(select(Claim)))
        files = session.execute(select(Claim.public_id, ClaimFile.sha256, ClaimFile.kind).join(ClaimFile)).all()
        hours = {row.source: row for row in session.scalars(select(TranscriptEntry).order_by(TranscriptEntry.revision))}
        assert states == {
            ("approved", True): 3, ("confirmed", True): 2, ("submitted", True): 3, ("draft", True): 1, ("draft", False): 1,
            ("refused", True): 1, ("withdrawn", True): 1,
        }  # fmt: skip
        person = made.people[made.offices[0].id][3]
        own = {
            (one.state, one.submitted_at is not None)
            for one in session.scalars(select(Claim).where(Claim.person_id == person.id))
        }
        assert own == {("approved", True), ("confirmed", True), ("draft", True), ("draft", False)}
        assert Counter(kind for _claim, _hash, kind in files) == {"png": 10, "pdf": 2}
        assert all(room.fits(room.path_of(Path(config.claims) / claim, name), name) for claim, name, _kind in files)
        assert sorted((str(row.hours), row.revision) for row in hours.values()) == [("18", 1), ("42", 2), ("5", 1)]
        assert session.scalar(select(func.count()).select_from(Particulars)) == len(
            [person for unit in (made.bureau, made.branches[0], *made.offices[:7]) for person in made.people[unit.id]]
        )
        assert session.scalars(select(RosterImport.state)).all() == ["ready"]
        assert Counter(session.scalars(select(RosterRow.action))) == {"changed": 3, "bad": 3}
        assert audit.verify(session) is not None
