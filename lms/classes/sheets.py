"""Attendance sheets: marked by hand, undone, signed by learners themselves with the code of the room; leave asked and granted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from courseware.classes.attendance import Kind, Mark
from courseware.hours import Hours
from lms import spoken
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.classes import errors, queries
from lms.classes.models import Attendance, ClassSession, Learner, LeaveRequest, Marking, TrainingClass
from lms.classes.policy import refuse_unapproved
from lms.clock import BUREAU_ZONE, now
from lms.keys import key_for
from question_bank.chance import derive

#: seconds for which a code is shown; the one before it is taken too, for those who are typing
CODE_SECONDS = 30
EARLY, LATE = timedelta(minutes=30), timedelta(minutes=15)


def mark(
    session: Session,
    found: TrainingClass,
    one: ClassSession,
    said: Mapping[int, Mark | None],
    by: Viewer,
    *,
    way: str = "sheet",
) -> int:
    """
    Write what is said of learners (by key) at a session, None to take it back; how many marks changed.

    Raises NotOpen before the plan is approved and from the closing on, and for a day to come (leave alone is granted ahead).
    """
    refuse_unapproved(found)
    if way in ("sheet", "code") and moment(one, one.starts) - EARLY > now():
        raise errors.NotNow
    held = queries.marks(session, one.id, list(said))
    changed = {key: mark for key, mark in said.items() if _of(held.get(key), one) != _fit(mark, one)}
    if not changed:
        return 0
    before = {str(key): _told(_of(held.get(key), one)) for key in changed}
    after = {str(key): _told(_fit(mark, one)) for key, mark in changed.items()}
    gone = [key for key, mark in changed.items() if mark is None]
    if gone:
        session.execute(delete(Attendance).where(Attendance.session_id == one.id, Attendance.learner_id.in_(gone)))
    for key, mark in changed.items():
        fit = _fit(mark, one)
        if fit is not None:
            row = held.get(key)
            if row is None:
                session.add(Attendance(session_id=one.id, learner_id=key, kind=fit.kind.value, leave=fit.leave.decimal))
            else:
                row.kind, row.leave = fit.kind.value, fit.leave.decimal
    session.add(Marking(session_id=one.id, way=way, before=before, after=after, person_id=by.id, at=now()))
    told = {"session": one.public_id, "way": way, "marks": len(changed)}
    record(session, "class.attendance", thing="class", thing_id=found.public_id, after=told)
    return len(changed)


def all_present(session: Session, found: TrainingClass, one: ClassSession, by: Viewer) -> int:
    """Mark everybody as present who has no mark and is not exempt; how many."""
    people = [learner.id for learner in queries.all_learners(session, found.id) if not learner.exempt]
    held = queries.marks(session, one.id, people)
    return mark(session, found, one, {key: Mark(Kind.PRESENT) for key in people if key not in held}, by)


def undo(session: Session, found: TrainingClass, one: ClassSession, by: Viewer, *, seen: str) -> int:
    """
    Take the newest marking of a sheet back; how many marks changed. Undone twice it stands again.

    `seen`: how many markings whoever undoes had seen; raises SheetMoved where there are others by now.
    """
    if seen != str(queries.markings(session, one.id)):
        raise errors.SheetMoved
    last = queries.last_marking(session, one.id)
    if last is None:
        return 0
    said = {
        int(key): None if value is None else Mark(Kind(value[0]), Hours.of(value[1]))
        for key, value in last.before.items()
    }
    return mark(session, found, one, said, by, way="undo")


def _fit(mark: Mark | None, one: ClassSession) -> Mark | None:
    """A mark as it is kept: leave is at most the session, and nothing but leave has hours of it."""
    return None if mark is None else Mark(mark.kind, mark.on_leave(Hours.of(one.hours)))


def _of(row: Attendance | None, one: ClassSession) -> Mark | None:
    return None if row is None else _fit(Mark(Kind(row.kind), Hours.of(row.leave)), one)


def _told(mark: Mark | None) -> list[str] | None:
    return None if mark is None else [mark.kind.value, str(mark.leave)]


def moment(one: ClassSession, minute: int) -> datetime:
    """The moment of a minute of the day of a session."""
    return datetime.combine(one.day, time(minute // 60, minute % 60), BUREAU_ZONE)


def code_of(one: ClassSession, at: datetime) -> tuple[str, int]:
    """The code that the screen of the room shows at a moment, and for how many seconds more."""
    window, gone = divmod(int(at.timestamp()), CODE_SECONDS)
    return _code(one, window), CODE_SECONDS - gone


def _code(one: ClassSession, window: int) -> str:
    number = int.from_bytes(derive(key_for("sign-in of a class"), f"{one.public_id}:{window}")[:16], "big")
    signs = []
    for _place in range(spoken.LENGTH):
        number, sign = divmod(number, len(spoken.ALPHABET))
        signs.append(spoken.ALPHABET[sign])
    return "".join(signs)


def signable(one: ClassSession, at: datetime) -> bool:
    """Whether learners may sign themselves in: from half an hour before the session until its end."""
    return moment(one, one.starts) - EARLY <= at <= moment(one, one.ends)


def sign_in(
    session: Session, found: TrainingClass, one: ClassSession, learner: Learner, code: str, *, by: Viewer
) -> Kind:
    """
    A learner signs in with the code that the room shows now, or showed half a minute ago; as present or late.

    Raises NotOpen, NotNow and WrongCode.
    """
    refuse_unapproved(found)
    at = now()
    if not signable(one, at) or queries.marks(session, one.id, [learner.id]):
        raise errors.NotNow
    window, given = int(at.timestamp()) // CODE_SECONDS, spoken.typed(code)
    if not any(spoken.same(given, _code(one, which)) for which in (window, window - 1)):
        raise errors.WrongCode
    kind = Kind.PRESENT if at <= moment(one, one.starts) + LATE else Kind.LATE
    mark(session, found, one, {learner.id: Mark(kind)}, by, way="code")
    return kind


def ask_leave(session: Session, found: TrainingClass, learner: Learner, sessions: Sequence[int], reason: str) -> str:
    """Ask to be away from sessions (by key); public id of the request. Raises NotOpen."""
    refuse_unapproved(found)
    asked = LeaveRequest(
        class_id=found.id,
        learner_id=learner.id,
        sessions=list(sessions),
        reason=reason,
        asked_at=now(),
        state="asked",
        words="",
    )
    session.add(asked)
    session.flush()
    after: dict[str, Any] = {"sessions": len(sessions), "reason": reason}
    record(session, "class.leave_asked", thing="class_leave", thing_id=asked.public_id, after=after)
    return asked.public_id


def decide_leave(
    session: Session, found: TrainingClass, asked: LeaveRequest, by: Viewer, *, grant: bool, words: str
) -> None:
    """Grant a request, which marks its sessions as leave, or refuse it. Raises NotOpen and LeaveDecided."""
    refuse_unapproved(found)
    _decided(asked, "granted" if grant else "refused", by)
    asked.words = words
    if grant:
        query = select(ClassSession).where(ClassSession.class_id == found.id, ClassSession.id.in_(asked.sessions))
        for one in session.scalars(query):
            mark(session, found, one, {asked.learner_id: Mark(Kind.LEAVE, Hours.of(one.hours))}, by, way="leave")
    record(session, f"class.leave_{asked.state}", thing="class_leave", thing_id=asked.public_id, after={"words": words})


def withdraw_leave(session: Session, asked: LeaveRequest, by: Viewer) -> None:
    """A learner takes a request back that nobody has decided on; raises LeaveDecided."""
    _decided(asked, "withdrawn", by)
    record(session, "class.leave_withdrawn", thing="class_leave", thing_id=asked.public_id)


def _decided(asked: LeaveRequest, state: str, by: Viewer) -> None:
    if asked.state != "asked":
        raise errors.LeaveDecided
    asked.state, asked.decided_by, asked.decided_at = state, by.id, now()
