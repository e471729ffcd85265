"""Naming catalogues that are harvested, and beginning a harvest."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import jobs
from lms.audit.service import record
from lms.clock import now
from lms.errors import NotFound
from lms.library.errors import HarvestRuns, SourceStopped
from lms.library.harvest.models import Harvest, HarvestSource

JOB = "library.harvest"
MOST_SOURCES = 200


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a librarian says of a catalogue."""

    name: str
    address: str
    set_spec: str
    subject: str | None
    days: int


def add(session: Session, said: Particulars, *, by: int) -> str:
    """Name a catalogue; its public id."""
    made = HarvestSource(**asdict(said), is_stopped=False, created_by=by, created_at=now())
    session.add(made)
    session.flush()
    record(session, "library.source.add", thing="harvest_source", thing_id=made.public_id, after=asdict(said))
    return made.public_id


def change(session: Session, public_id: str, said: Particulars) -> None:
    """Say something else of it. Another address or set means that everything is asked for again. Raises NotFound."""
    found = access(session, public_id)
    before = {name: getattr(found, name) for name in Particulars.__slots__}
    if (found.address, found.set_spec) != (said.address, said.set_spec):
        found.harvested_until = None
    for name, value in asdict(said).items():
        setattr(found, name, value)
    record(
        session, "library.source.change", thing="harvest_source", thing_id=public_id, before=before, after=asdict(said)
    )


def stop(session: Session, public_id: str, *, stopped: bool) -> None:
    """Harvest a catalogue no more, or again; what came from it stays. A harvest that runs ends. Raises NotFound."""
    found = access(session, public_id)
    if found.is_stopped != stopped:
        found.is_stopped = stopped
        act = "library.source.stop" if stopped else "library.source.resume"
        record(session, act, thing="harvest_source", thing_id=public_id)


def begin(session: Session, public_id: str, *, by: int | None, owner: str | None) -> str:
    """Let a job harvest what changed since the last time; the public id of the harvest. One that was cut off goes on where
    it was. Raises NotFound, SourceStopped, or HarvestRuns while one runs.
    """
    source = access(session, public_id)
    if source.is_stopped:
        raise SourceStopped
    last = session.scalar(select(Harvest).filter_by(source_id=source.id).order_by(Harvest.id.desc()).limit(1))
    if last is not None and last.state == "running":
        if last.job_id and jobs.is_open(session, last.job_id):
            raise HarvestRuns
        last.state, last.reason, last.ended_at = "failed", "interrupted", now()
    made = Harvest(
        source_id=source.id, state="running", since=source.harvested_until, begun_by=by, begun_at=now(), parts=0, handled=0,
        tokens=[], tries=0, counts={}, facts={},
    )  # fmt: skip
    if last is not None and last.state != "done" and last.token and last.since == made.since:
        made.token, made.answered = last.token, last.answered
    session.add(made)
    session.flush()
    made.job_id = jobs.enqueue(session, JOB, {"harvest": made.id}, owner=owner)
    record(session, "library.harvest.begin", thing="harvest_source", thing_id=public_id)
    return made.public_id


def due(session: Session) -> list[str]:
    """Catalogues (public ids) that are to be harvested again by themselves."""
    rows = session.execute(
        select(HarvestSource.public_id, HarvestSource.days, HarvestSource.id)
        .where(HarvestSource.is_stopped.is_(False), HarvestSource.days > 0)
        .order_by(HarvestSource.id)
        .limit(MOST_SOURCES)
    ).all()
    last = {
        row.source_id: row.begun_at
        for row in session.execute(
            select(Harvest.source_id, func.max(Harvest.begun_at).label("begun_at"))
            .where(Harvest.source_id.in_([row.id for row in rows]))
            .group_by(Harvest.source_id)
        )
    }
    return [row.public_id for row in rows if row.id not in last or last[row.id] <= now() - timedelta(days=row.days)]


def access(session: Session, public_id: str) -> HarvestSource:
    """A catalogue, held against others who change it. Raises NotFound."""
    found = session.scalar(select(HarvestSource).where(HarvestSource.public_id == public_id).with_for_update())
    if found is None:
        raise NotFound
    return found
