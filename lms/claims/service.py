"""Making claims and deciding on them: one function a use case, one transaction each; every step is kept and audited."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courseware.facts import Channel, Facts, Level
from courseware.hours import MINUTES, Hours
from lms import jobs
from lms.accounts.policy import Viewer
from lms.accounts.queries import PersonRow
from lms.audit.service import record
from lms.claims import evidence, policy, queries
from lms.claims.errors import BadEvidence, Moved, NoEvidence, NothingNew
from lms.claims.models import Claim, ClaimStep, ClaimVersion
from lms.clock import BUREAU_ZONE, now
from lms.errors import NotFound

WITHDRAWABLE = ("draft", "submitted", "confirmed")
DECIDABLE = ("submitted", "confirmed")
#: what there can be a claim for
CHANNELS = (
    Channel.TRIP, Channel.ABROAD, Channel.UNIVERSITY, Channel.LECTURING, Channel.ARTICLE, Channel.STUDY_GROUP,
    Channel.IN_HOUSE, Channel.CLASS, Channel.OTHER,
)  # fmt: skip
#: kinds of which the same thing counts once, whoever claims it under which days
NAMED = (Channel.ARTICLE, Channel.CLASS)
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Learning:
    """What is claimed. `half_days` or `minutes`: how long it was; `hours`: study hours that are asked for."""

    channel: Channel
    title: str
    organiser: str
    place: str
    starts_on: date
    ends_on: date
    half_days: int | None
    minutes: int | None
    level: Level | None
    hours: Hours
    remark: str = ""


def folded(title: str) -> str:
    """A title as it is compared: one width, small letters, without signs and blanks."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", title).lower())[:200]


def begin(session: Session, viewer: Viewer, said: Learning) -> str:
    """Begin a claim as a draft; its public id."""
    claim = Claim(person_id=viewer.id, state="draft", version=1, revision=0)
    session.add(claim)
    session.flush()
    session.add(_version(claim, 1, said, []))
    record(session, "claim.begin", thing="claim", thing_id=claim.public_id, after=_told(said))
    return claim.public_id


def change(session: Session, claim: Claim, said: Learning) -> None:
    """Say something else in a draft; raises Moved for a claim that is none."""
    _refuse_moved(claim, ("draft",))
    _next(session, claim, said, queries.version_of(session, claim).files)
    record(session, "claim.change", thing="claim", thing_id=claim.public_id, after=_told(said))


def add_file(session: Session, claim: Claim, file_id: str) -> None:
    """Put a file of evidence into a draft. Raises Moved and BadEvidence."""
    _refuse_moved(claim, ("draft",))
    held = queries.version_of(session, claim)
    if len(held.files) >= evidence.MOST_FILES:
        raise BadEvidence(reason="too_many")
    _next(session, claim, _learning(held), [*held.files, file_id])
    record(session, "claim.file", thing="claim", thing_id=claim.public_id, after={"file": file_id})


def remove_file(session: Session, claim: Claim, file_id: str) -> None:
    """Leave a file out of a draft; it stays with the version it was in. Raises Moved and NotFound."""
    _refuse_moved(claim, ("draft",))
    held = queries.version_of(session, claim)
    if file_id not in held.files:
        raise NotFound
    _next(session, claim, _learning(held), [one for one in held.files if one != file_id])
    record(session, "claim.file_out", thing="claim", thing_id=claim.public_id, before={"file": file_id})


def submit(session: Session, claim: Claim, by: Viewer) -> None:
    """Ask for a decision. Raises Moved and NoEvidence."""
    _refuse_moved(claim, ("draft",))
    if not queries.version_of(session, claim).files:
        raise NoEvidence
    claim.submitted_at, claim.confirmed_by, claim.confirmed_path = now(), None, None
    _step(session, claim, "submitted", by, {"version": claim.version})


def withdraw(session: Session, claim: Claim, by: Viewer) -> None:
    """Take it back as long as nothing was approved; raises Moved."""
    _refuse_moved(claim, WITHDRAWABLE)
    _step(session, claim, "withdrawn", by)


def refuse_unread(claim: Claim, seen: str | None) -> None:
    """Raise Moved for a claim of which whoever decides read another version (`seen`, None where nothing says which)."""
    if seen is not None and seen != str(claim.version):
        raise Moved


def confirm(session: Session, claim: Claim, person: PersonRow, by: Viewer) -> None:
    """The first decision: it was so. Raises OwnClaim, NotFound and Moved."""
    path = policy.confirming_path(by, claim, person)
    _refuse_moved(claim, ("submitted",))
    claim.confirmed_by, claim.confirmed_path = by.id, path
    _step(session, claim, "confirmed", by)


def approve(session: Session, claim: Claim, person: PersonRow, by: Viewer, hours: Hours) -> None:
    """The second decision: it counts, with these hours; the transcript is told. Raises OwnClaim, NotAbove and Moved."""
    _refuse_moved(claim, ("confirmed",))
    policy.refuse_below(by, claim, person)
    _step(session, claim, "approved", by, {"hours": str(hours)})
    _enter(session, claim, hours, counts=True, why=None)


def send_back(session: Session, claim: Claim, person: PersonRow, by: Viewer, reason: str) -> None:
    """Give it back to be mended, with the reason. Raises OwnClaim, NotAbove and Moved."""
    _refuse_deciding(claim, person, by)
    _step(session, claim, "returned", by, {"reason": reason})


def refuse(session: Session, claim: Claim, person: PersonRow, by: Viewer, reason: str) -> None:
    """It does not count, with the reason. Raises OwnClaim, NotAbove and Moved."""
    _refuse_deciding(claim, person, by)
    _step(session, claim, "refused", by, {"reason": reason})


def correct(session: Session, claim: Claim, person: PersonRow, by: Viewer, *, hours: Hours, reason: str) -> None:
    """Let an approved claim count with other hours: a further revision of its entry. Raises NotAbove, Moved and NothingNew."""
    _refuse_moved(claim, ("approved",))
    policy.refuse_below(by, claim, person)
    if claim.hours == hours.decimal:
        raise NothingNew
    _step(session, claim, "corrected", by, {"hours": str(hours), "reason": reason})
    _enter(session, claim, hours, counts=True, why=reason)


def take_back(session: Session, claim: Claim, person: PersonRow, by: Viewer, reason: str) -> None:
    """Let an approved claim count no more: a further revision without hours. Raises NotAbove and Moved."""
    _refuse_moved(claim, ("approved",))
    policy.refuse_below(by, claim, person)
    _step(session, claim, "taken_back", by, {"reason": reason})
    _enter(session, claim, Hours(), counts=False, why=reason)


def _refuse_deciding(claim: Claim, person: PersonRow, by: Viewer) -> None:
    _refuse_moved(claim, DECIDABLE)
    if claim.state == "submitted":
        policy.confirming_path(by, claim, person)
    else:
        policy.refuse_below(by, claim, person)


def _refuse_moved(claim: Claim, states: Sequence[str]) -> None:
    if claim.state not in states:
        raise Moved


#: the state that a step leads to, where it is not called like the step
_AFTER = {"returned": "draft", "corrected": "approved"}


def _step(session: Session, claim: Claim, kind: str, by: Viewer, told: dict[str, Any] | None = None) -> None:
    claim.state = _AFTER.get(kind, kind)
    last = session.scalar(select(func.max(ClaimStep.number)).where(ClaimStep.claim_id == claim.id)) or 0
    session.add(ClaimStep(claim_id=claim.id, number=last + 1, kind=kind, person_id=by.id, at=now(), told=told))
    record(session, f"claim.{kind}", thing="claim", thing_id=claim.public_id, after=told)


def _enter(session: Session, claim: Claim, hours: Hours, *, counts: bool, why: str | None) -> None:
    """Send word to the transcript: the next revision of the claim's entry."""
    said = queries.version_of(session, claim)
    # rules of hours measure lengths: no more of it than was approved
    approved = -(-hours.quarters * MINUTES // 4)
    claim.hours, claim.revision = hours.decimal, claim.revision + 1
    facts = Facts(
        Channel(said.channel),
        None if said.minutes is None else min(said.minutes, approved),
        said.half_days,
        level=Level(said.level) if said.level else None,
        work=said.work,
    )
    word = {
        "person_id": claim.person_id, "kind": "outside", "source": claim.public_id, "revision": claim.revision,
        "title": said.title, "title_en": None, "subject": None, "hours": str(hours), "score": None, "maximum": None,
        "passed": counts, "happened_at": datetime.combine(said.ends_on, time(12), BUREAU_ZONE).isoformat(),
        "facts": facts.to_record(), "why": why,
    }  # fmt: skip
    key = f"claim:{claim.public_id}:{claim.revision}"
    jobs.enqueue(session, "transcripts.record", {"words": [word]}, unique_key=key)


def _next(session: Session, claim: Claim, said: Learning, files: Sequence[str]) -> None:
    claim.version += 1
    session.add(_version(claim, claim.version, said, files))


def _version(claim: Claim, number: int, said: Learning, files: Sequence[str]) -> ClaimVersion:
    values = asdict(said) | {"hours": said.hours.decimal, "channel": str(said.channel)}
    values["level"] = str(said.level) if said.level else None
    work = folded(said.title) if said.channel in NAMED else ""
    return ClaimVersion(claim_id=claim.id, number=number, work=work, files=list(files), at=now(), **values)


def _learning(held: ClaimVersion) -> Learning:
    return Learning(
        Channel(held.channel), held.title, held.organiser, held.place, held.starts_on, held.ends_on, held.half_days,
        held.minutes, Level(held.level) if held.level else None, Hours.of(held.hours), held.remark,
    )  # fmt: skip


def _told(said: Learning) -> dict[str, Any]:
    return {name: None if value is None else str(value) for name, value in asdict(said).items()} | {
        "hours": str(said.hours)
    }
