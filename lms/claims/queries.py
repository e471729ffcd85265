"""Reading claims: lists for whoever makes and whoever decides on them, what looks like the same thing claimed twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select
from sqlalchemy.orm import Session

from courseware.facts import Channel
from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer, unit_paths
from lms.claims.models import Claim, ClaimFile, ClaimStep, ClaimVersion

#: what a list shows, and the state that it is; a draft that was submitted once was sent back
STATES = {"returned": "draft"} | {
    one: one for one in ("submitted", "confirmed", "approved", "refused", "withdrawn", "taken_back")
}
#: what counts when the same thing is claimed again
ALIVE = ("submitted", "confirmed", "approved")
MOST_TWINS = 20
#: what the second of two people did last
DECISIONS = ("approved", "corrected", "taken_back")


def _whole() -> Select[Claim, ClaimVersion]:
    held = and_(ClaimVersion.claim_id == Claim.id, ClaimVersion.number == Claim.version)
    return select(Claim, ClaimVersion).join(ClaimVersion, held)


def mine(person_id: int) -> Select[Claim, ClaimVersion]:
    """A person's own claims with the version that holds, the newest first."""
    return _whole().where(Claim.person_id == person_id).order_by(Claim.id.desc())


def version_of(session: Session, claim: Claim) -> ClaimVersion:
    """The version that holds."""
    return session.get_one(ClaimVersion, (claim.id, claim.version))


def steps(session: Session, claim_id: int) -> Sequence[ClaimStep]:
    """Every step of a claim, in order."""
    return session.scalars(select(ClaimStep).where(ClaimStep.claim_id == claim_id).order_by(ClaimStep.number)).all()


def _serve_below(paths: Sequence[str]) -> ColumnElement[bool]:
    """Of people who serve below one of `paths`, or served there last."""
    if "/" in paths:
        return literal(value=True).is_(other=True)
    return or_(Claim.person_id.in_(accounts.serving(paths)), Claim.person_id.in_(accounts.retired(paths)))


def _to_confirm(paths: Sequence[str]) -> ColumnElement[bool]:
    return (Claim.state == "submitted") & _serve_below(paths)


def _to_approve(viewer: Viewer, paths: Sequence[str]) -> ColumnElement[bool]:
    """Confirmed by somebody else, by the right of a subtree below one of `paths`; the whole organisation is above everything."""
    above = [
        _serve_below([path])
        if path == "/"
        else and_(_serve_below([path]), Claim.confirmed_path.startswith(path), Claim.confirmed_path != path)
        for path in paths
    ]
    return and_(Claim.state == "confirmed", Claim.confirmed_by != viewer.id, or_(false(), *above))


def _waits(viewer: Viewer, paths: Sequence[str]) -> ColumnElement[bool]:
    return and_(Claim.person_id != viewer.id, or_(_to_confirm(paths), _to_approve(viewer, paths)))


def at_desk(viewer: Viewer, *, show: str, channel: str = "") -> Select[Claim, ClaimVersion]:
    """Claims of people of a manager's units, the longest waiting first: those that wait for this manager ("waiting"), or all in
    one of STATES, or ("all") in any.
    """
    paths = unit_paths(viewer, Act.APPROVE_CLAIMS)
    query = _whole().order_by(Claim.submitted_at, Claim.id)
    if show == "waiting":
        query = query.where(_waits(viewer, paths))
    else:
        query = query.where(_serve_below(paths), Claim.person_id != viewer.id, Claim.submitted_at.is_not(None))
        query = query.where(Claim.state == STATES[show]) if show in STATES else query
    return query.where(ClaimVersion.channel == channel) if channel in set(Channel) else query


def waiting_for(session: Session, viewer: Viewer) -> tuple[int, int]:
    """How many claims wait for a decision of this person, and how many were sent back to them and wait to be mended."""
    paths = unit_paths(viewer, Act.APPROVE_CLAIMS)
    waits = _waits(viewer, paths) if paths else false()
    returned = and_(Claim.person_id == viewer.id, Claim.state == "draft", Claim.submitted_at.is_not(None))
    query = select(func.count().filter(waits), func.count().filter(returned)).where(or_(waits, returned))
    row = session.execute(query).one()
    return int(row[0]), int(row[1])


def twins(
    session: Session, claim: Claim, said: ClaimVersion, paths: Sequence[str]
) -> list[tuple[Claim, ClaimVersion, str]]:
    """What may be the same thing claimed before: of the same person the same work ("work") or overlapping days ("days"), of others
    below `paths` the same article ("article") or the same file of evidence ("file").
    """
    same_days = and_(ClaimVersion.starts_on <= said.ends_on, ClaimVersion.ends_on >= said.starts_on)
    same_work = and_(ClaimVersion.work == said.work, ClaimVersion.work != "")
    article = and_(same_work, ClaimVersion.channel == str(Channel.ARTICLE), _serve_below(paths))
    hashes = select(ClaimFile.sha256).where(ClaimFile.public_id.in_(said.files))
    file = and_(Claim.id.in_(select(ClaimFile.claim_id).where(ClaimFile.sha256.in_(hashes))), _serve_below(paths))
    own = Claim.person_id == claim.person_id
    query = _whole().where(
        Claim.id != claim.id, Claim.state.in_(ALIVE), or_(and_(own, or_(same_days, same_work)), article, file)
    )
    rows = session.execute(query.order_by(Claim.id.desc()).limit(MOST_TWINS))
    return [(other, version, _why(claim, said, other, version)) for other, version in rows]


def _why(claim: Claim, said: ClaimVersion, other: Claim, version: ClaimVersion) -> str:
    if said.work and version.work == said.work:
        return "work" if other.person_id == claim.person_id else "article"
    return "days" if other.person_id == claim.person_id else "file"


@dataclass(frozen=True, slots=True)
class Learned:
    """What the archive says of approved learning elsewhere: who confirmed it, who approved it or decided on it last, and when;
    `evidence` is the number of its files.
    """

    organiser: str
    place: str
    starts_on: date
    ends_on: date
    confirmed_by: int | None
    confirmed_at: datetime | None
    approved_by: int | None
    approved_at: datetime | None
    evidence: int


def learned(session: Session, sources: Sequence[str]) -> dict[str, Learned]:
    """Of claims by public id (the source of transcript entries); others are left out. Two queries, whatever their number."""
    rows = session.execute(_whole().where(Claim.public_id.in_(sources))).all() if sources else ()
    keys = [row[0].id for row in rows]
    query = select(ClaimStep).where(ClaimStep.claim_id.in_(keys), ClaimStep.kind.in_(("confirmed", *DECISIONS)))
    last = {(step.claim_id, step.kind in DECISIONS): step for step in session.scalars(query.order_by(ClaimStep.number))}
    found: dict[str, Learned] = {}
    for claim, said in rows:
        first, second = last.get((claim.id, False)), last.get((claim.id, True))
        found[claim.public_id] = Learned(
            said.organiser, said.place, said.starts_on, said.ends_on,
            first.person_id if first else None, first.at if first else None,
            second.person_id if second else None, second.at if second else None, len(said.files),
        )  # fmt: skip
    return found


def file_by(session: Session, claim: Claim, file_id: str) -> Any | None:
    """A file of evidence of a claim, None where it has none of this id."""
    return session.scalar(select(ClaimFile).where(ClaimFile.public_id == file_id, ClaimFile.claim_id == claim.id))


def hashes(session: Session, public_id: str) -> frozenset[str]:
    """SHA-256 of every file of evidence that was ever added to a claim."""
    query = select(ClaimFile.sha256).join(Claim, Claim.id == ClaimFile.claim_id).where(Claim.public_id == public_id)
    return frozenset(session.scalars(query))
