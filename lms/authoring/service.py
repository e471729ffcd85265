"""What is decided about drafts and units, each step within the caller's `writing()`: appended, and told to the audit."""

from pathlib import Path

from sqlalchemy.orm import Session

from courseware.drafting import Move, State, after
from courseware.record import digest
from courseware.unit import Unit
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.authoring import checking, errors
from lms.authoring.drafts import unit_of
from lms.authoring.models import CourseDraft, CourseEvent
from lms.authoring.policy import wrote
from lms.clock import now
from lms.courses import service as courses
from lms.courses import telling
from lms.courses.queries import OpenUnit
from lms.errors import NotFound


def submit(session: Session, draft: CourseDraft, viewer: Viewer) -> None:
    """Ask for a review of the draft as it stands. Raises NotNow, Behind, NothingNew, Unsound."""
    unit = unit_of(draft)
    _refuse_behind(session, draft)
    if is_same(session, unit):
        raise errors.NothingNew
    _refuse_unsound(session, unit)
    _move(session, draft, Move.SUBMIT, viewer, said=unit)


def take_back(session: Session, draft: CourseDraft, viewer: Viewer) -> None:
    """Go on writing in a draft that waits; for those who wrote in it. Raises NotNow, NotFound."""
    if not wrote(session, draft.id, viewer.id):
        raise NotFound
    _move(session, draft, Move.TAKE_BACK, viewer)


def drop(session: Session, draft: CourseDraft, viewer: Viewer) -> None:
    """Give a draft up: it stays to be looked at, and another may be begun. Raises NotNow."""
    _move(session, draft, Move.DROP, viewer)


def catch_up(session: Session, draft: CourseDraft, viewer: Viewer) -> None:
    """Say that one has looked at the version that came meanwhile: the draft is to follow that one. Raises NotNow."""
    held = telling.by_code(session, draft.code)
    if draft.state != State.WRITING or held is None:
        raise errors.NotNow
    draft.unit_id, draft.based_on = held.id, held.number
    _note(session, draft, "catch_up", viewer, version=held.number)


def comment(session: Session, draft: CourseDraft, viewer: Viewer, words: str) -> None:
    """Say something about a draft. Raises ReasonNeeded for nothing."""
    if not words:
        raise errors.ReasonNeeded
    _note(session, draft, "comment", viewer, words=words)


def send_back(session: Session, draft: CourseDraft, viewer: Viewer, *, words: str) -> None:
    """Give a draft back to its authors, and say why. Raises NotNow, OwnWork, ReasonNeeded."""
    _refuse_hands(session, draft, viewer)
    if not words:
        raise errors.ReasonNeeded
    _move(session, draft, Move.SEND_BACK, viewer, words=words)


def approve(session: Session, draft: CourseDraft, viewer: Viewer, *, words: str, seen: str, media: Path) -> int:
    """Make the draft the next version of its unit; the number of the version. `seen`: the hash of what the reviewer
    looked at. Raises NotNow, OwnWork, Behind, Unsound.
    """
    _refuse_hands(session, draft, viewer)
    unit = unit_of(draft)
    if draft.state != State.SUBMITTED or digest(unit) != seen:
        raise errors.NotNow
    _refuse_behind(session, draft)
    _refuse_unsound(session, unit)
    files = {one.name: courses.media_bytes(one, folder=media) for one in unit.media}
    courses.store_unit(session, unit, files, media=media, authored=True)
    held = telling.by_code(session, unit.code)
    if held is None:
        raise NotFound
    draft.unit_id = held.id
    _move(session, draft, Move.APPROVE, viewer, words=words, version=held.number)
    return held.number


def withdraw(session: Session, public_id: str, viewer: Viewer, *, reason: str, again: bool = False) -> None:
    """Take a unit from learners, or (`again`) open it to them again; changes nothing where that was done before. Raises
    NotFound, ReasonNeeded.
    """
    if not reason:
        raise errors.ReasonNeeded
    change = courses.reopen if again else courses.withdraw
    if change(session, public_id, reason=reason):
        unit_id = courses.id_of(session, public_id)
        act = "reopen" if again else "withdraw"
        session.add(CourseEvent(unit_id=unit_id, act=act, by=viewer.id, at=now(), words=reason))


def is_same(session: Session, unit: Unit) -> bool:
    """Whether a unit is the version in force of its code."""
    held = telling.by_code(session, unit.code)
    return held is not None and digest(held.unit) == digest(unit)


def is_behind(draft: CourseDraft, held: OpenUnit | None) -> bool:
    """Whether the version in force, None where there is none, is another one than the draft follows."""
    return (held.number if held else 0) != draft.based_on


def _refuse_behind(session: Session, draft: CourseDraft) -> None:
    if is_behind(draft, telling.by_code(session, draft.code)):
        raise errors.Behind


def _refuse_unsound(session: Session, unit: Unit) -> None:
    if checking.look_over(session, unit).obstacles:
        raise errors.Unsound


def _refuse_hands(session: Session, draft: CourseDraft, viewer: Viewer) -> None:
    if wrote(session, draft.id, viewer.id):
        raise errors.OwnWork


def _move(
    session: Session,
    draft: CourseDraft,
    move: Move,
    viewer: Viewer,
    *,
    words: str = "",
    said: Unit | None = None,
    version: int | None = None,
) -> None:
    state = after(State(draft.state), move)
    if state is None:
        raise errors.NotNow
    draft.state = state.value
    _note(session, draft, move.value, viewer, words=words, said=said, version=version)


def _note(
    session: Session,
    draft: CourseDraft,
    act: str,
    viewer: Viewer,
    *,
    words: str = "",
    said: Unit | None = None,
    version: int | None = None,
) -> None:
    sha256 = digest(said) if said else None
    session.add(
        CourseEvent(
            draft_id=draft.id, unit_id=draft.unit_id, act=act, by=viewer.id, at=now(), words=words,
            record=draft.record if said else None, sha256=sha256, version=version,
        )
    )  # fmt: skip
    after_ = {"code": draft.code, "version": version, "sha256": sha256, "words": words}
    told = {name: value for name, value in after_.items() if value}
    record(session, f"course.draft.{act}", thing="course_draft", thing_id=draft.public_id, after=told)
