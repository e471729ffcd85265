"""Who may enter an exam."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.admission import networks, seb
from lms.admission.queries import EntryRow, RoomRuleRow, RuleRow
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow


class Lack(StrEnum):
    """What keeps somebody out."""

    BROWSER = "browser"
    ADDRESS = "address"
    CODE = "code"
    CAMERA = "camera"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows of the computer and the browser it comes from."""

    #: of the computer
    address: str
    #: absolute address of the page it asks for
    page: str
    config_hash: str
    exam_hash: str
    #: of the log-in
    session_id: int


def lacks(rule: RuleRow, rooms: Sequence[RoomRuleRow], entry: EntryRow, shown: Shown) -> tuple[Lack, ...]:
    """What keeps somebody out, who sits in one of these rooms; nothing does where an invigilator let them in."""
    if entry.let_in_at is not None:
        return ()
    found = []
    if rule.browser and entry.browser_session_id != shown.session_id and not browser_fits(rule, shown):
        found.append(Lack.BROWSER)
    if rule.address and not _computer_fits(rooms, shown.address):
        found.append(Lack.ADDRESS)
    if rule.code and not _code_given(rooms, entry, shown.session_id):
        found.append(Lack.CODE)
    if (rule.camera == "asked" and entry.camera is None) or (rule.camera == "demanded" and not entry.camera):
        found.append(Lack.CAMERA)
    return tuple(found)


def browser_fits(rule: RuleRow, shown: Shown) -> bool:
    """Whether the browser proves one of the keys of each kind that the exam has."""
    config = not rule.config_keys or seb.proves(shown.config_hash, shown.page, rule.config_keys)
    exam = not rule.exam_keys or seb.proves(shown.exam_hash, shown.page, rule.exam_keys)
    return config and exam and bool(rule.config_keys or rule.exam_keys)


def _computer_fits(rooms: Sequence[RoomRuleRow], address: str) -> bool:
    return not rooms or any(not room.ranges or networks.within(address, room.ranges) for room in rooms)


def _code_given(rooms: Sequence[RoomRuleRow], entry: EntryRow, session_id: int) -> bool:
    room = next((room for room in rooms if room.room_id == entry.room_id), None)
    return room is not None and (not room.every_time or entry.session_id == session_id)


def access_door(session: Session, viewer: Viewer, public_id: str) -> ExamRow:
    """A published exam for whose audience the viewer counts; raises NotFound for any other."""
    exam = exams.by_public_id(session, public_id)
    if exam is None or not exams.sittable(session, viewer.unit_path, exam_id=exam.id):
        raise NotFound
    return exam
