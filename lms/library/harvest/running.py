"""A harvest as a job: part after part, a few records a transaction, so that it goes on where it was cut off.

Where the other side is away the harvest waits in the queue, longer each time or as long as the other side says; after
MOST_TRIES in a row it has failed, and the next one begins where it ended.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms import jobs
from lms.audit.service import record
from lms.clock import now
from lms.config import Config
from lms.database import reading, writing
from lms.library.errors import HarvestRuns, SourceStopped
from lms.library.harvest import fetching, keeping, sources, understanding
from lms.library.harvest.errors import Away, TokenOver, Unharvestable
from lms.library.harvest.models import Harvest, HarvestRefusal, HarvestSource

DUE_JOB = "library.harvest_due"
MOST_TRIES, FIRST_PAUSE = 5, timedelta(seconds=10)
#: parts and records of one harvest, refused records that are listed one by one, records in a transaction
MOST_PARTS, MOST_RECORDS, MOST_LISTED, BATCH = 2000, 200_000, 1000, 10
_HASH = 12


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the next part of a harvest is asked for with."""

    base: str
    set_spec: str
    since: str | None
    token: str | None
    subject: str | None
    note: str
    handled: int
    parts: int


def harvest(run: jobs.JobRun) -> Mapping[str, Any]:
    """Read part after part until there is none; what stops it is written down with its reason."""
    key = int(run.payload["harvest"])
    try:
        _begin(key)
        while (asked := _next(key)) is not None:
            _part(run, key, asked)
    except Away as error:
        return _wait(key, error, run.owner)
    except Unharvestable as error:
        _settle(key, "failed", reason=error.reason, facts=error.facts)
    except jobs.Cancelled:
        _settle(key, "cancelled")
        raise
    return _result(key)


def harvest_due(run: jobs.JobRun) -> Mapping[str, Any]:
    """Begin the harvests whose day has come."""
    found = sources.due(reading())
    reading().rollback()
    for public_id in found:
        try:
            with writing() as session:
                sources.begin(session, public_id, by=None, owner=None)
        except (SourceStopped, HarvestRuns):
            continue
    return {"begun": len(found)}


def _next(key: int) -> _Asked | None:
    """What comes next; None when the harvest has ended. One whose source was stopped ends here."""
    session = reading()
    one = session.get(Harvest, key)
    source = session.get(HarvestSource, one.source_id) if one is not None and one.state == "running" else None
    asked = None
    if one is not None and source is not None:
        asked = _Asked(
            source.address, source.set_spec, one.since, one.token, source.subject, source.name, one.handled, one.parts
        )
    stopped = source is not None and source.is_stopped
    session.rollback()
    if stopped:
        _settle(key, "cancelled", reason="stopped")
        return None
    return asked


def _begin(key: int) -> None:
    """Before the first part ask the other side who it is, and count moments as it does."""
    asked = _next(key)
    if asked is None or asked.parts or asked.token:
        return
    found = understanding.identity(_fetch(asked, {"verb": "Identify"}))
    with writing() as session:
        one = _held(session, key)
        one.since = one.since[:10] if one.since and found.by_day else one.since


def _part(run: jobs.JobRun, key: int, asked: _Asked) -> None:
    if asked.parts >= MOST_PARTS:
        raise Unharvestable("too_many_parts", most=MOST_PARTS)
    try:
        found = understanding.part(_fetch(asked, _arguments(asked)), subject=asked.subject, note=asked.note)
    except TokenOver as error:
        _restart(key, asked, error)
        return
    done = 0
    for start in range(asked.handled, len(found.records), BATCH):
        records = found.records[start : start + BATCH]
        with writing() as session:
            done = _keep(session, key, records)
        run.report(done, 0)
    _end_part(key, found)
    run.report(done, 0)


def _arguments(asked: _Asked) -> dict[str, str]:
    if asked.token:
        return {"verb": "ListRecords", "resumptionToken": asked.token}
    said = {"set": asked.set_spec, "from": asked.since}
    return {"verb": "ListRecords", "metadataPrefix": understanding.PREFIX} | {k: v for k, v in said.items() if v}


def _fetch(asked: _Asked, arguments: Mapping[str, str]) -> bytes:
    config: Config = current_app.extensions["config"]
    allowed = fetching.networks(config.harvest_networks)
    return fetching.fetch(fetching.base_of(asked.base), arguments, allowed=allowed)


def _restart(key: int, asked: _Asked, error: TokenOver) -> None:
    """A token of an earlier harvest may be over: everything is asked for again, once. One of this harvest may not."""
    if asked.parts or not asked.token:
        raise Unharvestable("token_refused") from error
    with writing() as session:
        one = _held(session, key)
        one.token = one.answered = None


def _keep(session: Session, key: int, records: tuple[understanding.Record, ...]) -> int:
    """Keep some records; how many the harvest has had so far."""
    one = _held(session, key)
    source = session.get_one(HarvestSource, one.source_id)
    counts = dict(one.counts)
    for found in records:
        outcome = keeping.put(session, source, found)
        counts[outcome] = counts.get(outcome, 0) + 1
    one.counts, one.handled = counts, one.handled + len(records)
    if sum(counts.values()) > MOST_RECORDS:
        raise Unharvestable("too_many_records", most=MOST_RECORDS)
    return sum(counts.values())


def _end_part(key: int, found: understanding.Part) -> None:
    """A part is done with: note where the next begins, or that there is none. Raises Unharvestable when a token was there
    before: the list would never end.
    """
    with writing() as session:
        one = _held(session, key)
        listed = one.counts.get(keeping.REFUSED, 0)
        session.add_all(
            HarvestRefusal(harvest_id=key, identifier=refused.identifier, reason=refused.reason)
            for refused in found.refused[: max(0, MOST_LISTED - listed)]
        )
        if found.refused:
            one.counts = one.counts | {keeping.REFUSED: listed + len(found.refused)}
        one.parts, one.handled, one.tries = one.parts + 1, 0, 0
        one.reason, one.facts = None, {}
        one.answered = one.answered or found.answered
        one.token = found.token
        digest = hashlib.sha256(found.token.encode()).hexdigest()[:_HASH] if found.token else ""
        again = digest in one.tokens
        one.tokens = [*one.tokens, digest] if digest else one.tokens
        if again:
            one.token = None
        if not found.token:
            session.get_one(HarvestSource, one.source_id).harvested_until = one.answered
            _end(session, one, "done")
    if again:
        raise Unharvestable("token_again")


def _wait(key: int, error: Away, owner: str | None) -> Mapping[str, Any]:
    """Ask again later, or give up."""
    with writing() as session:
        one = _held(session, key)
        one.tries += 1
        one.reason, one.facts = error.reason, dict(error.facts)
        if one.tries >= MOST_TRIES:
            _end(session, one, "failed")
        else:
            said = timedelta(seconds=error.retry_after) if error.retry_after is not None else timedelta()
            pause = max(said, FIRST_PAUSE * 4 ** (one.tries - 1))
            one.job_id = jobs.enqueue(session, sources.JOB, {"harvest": key}, owner=owner, run_at=now() + pause)
    return _result(key)


def _settle(key: int, state: str, *, reason: str | None = None, facts: Mapping[str, Any] | None = None) -> None:
    with writing() as session:
        one = _held(session, key)
        if one.state == "running":
            one.reason, one.facts = reason, dict(facts or {})
            _end(session, one, state)


def _end(session: Session, one: Harvest, state: str) -> None:
    one.state, one.ended_at = state, now()
    after = {"state": state, "parts": one.parts, **one.counts} | ({"reason": one.reason} if one.reason else {})
    record(session, "library.harvest", thing="harvest", thing_id=one.public_id, after=after)


def _held(session: Session, key: int) -> Harvest:
    return session.get_one(Harvest, key, with_for_update=True)


def _result(key: int) -> Mapping[str, Any]:
    """What the page of the job tells."""
    session = reading()
    one = session.get(Harvest, key)
    source = session.get(HarvestSource, one.source_id) if one is not None else None
    page = None
    if one is not None and source is not None:
        page = ["library_harvest.record", {"source_id": source.public_id, "harvest_id": one.public_id}]
    counts = dict(one.counts) if one is not None else {}
    session.rollback()
    return counts | ({"page": page} if page else {})
