"""What is done about admission, one function a use case: rooms and seats, rules, codes, letting in."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from lms import spoken as codes
from lms.accounts.policy import Viewer
from lms.accounts.queries import PersonRow
from lms.admission import queries
from lms.admission.errors import NotOneself, RoomExists, SeatTaken, TooManyCodes, WrongCode
from lms.admission.models import Entry, Refusal, Room, RoomRule, Rule, Seat
from lms.admission.networks import MOST_RANGES as MOST_RANGES
from lms.admission.networks import read_ranges as read_ranges
from lms.admission.policy import Lack
from lms.admission.queries import RoomRow, RuleRow
from lms.admission.snapshots import FAULTS as FAULTS
from lms.admission.snapshots import MOST_BYTES as MOST_BYTES
from lms.admission.snapshots import keep_snapshot as keep_snapshot
from lms.admission.snapshots import snapshot_path as snapshot_path
from lms.audit.service import record
from lms.clock import now
from lms.database import writing
from lms.exams import service as exams
from lms.exams.queries import ExamRow
from lms.i18n import moment as clock_face

#: wrong codes before the next one waits, the first wait, the longest
MOST_WRONG, FIRST_WAIT, LONGEST_WAIT = 5, timedelta(minutes=1), timedelta(minutes=15)
#: the same refusal of the same person is written down once in so long
REFUSAL_REST = timedelta(minutes=1)

_ENTRY = text(
    "INSERT INTO admission_entry (exam_id, person_id, wrong) VALUES (:exam, :person, 0) ON CONFLICT DO NOTHING"
)


def add_room(session: Session, exam_id: int, name: str, *, rows: int, columns: int) -> str:
    """A room with a code of its own; its public id. Raises RoomExists."""
    if session.scalar(select(Room.id).where(Room.exam_id == exam_id, Room.name == name)) is not None:
        raise RoomExists
    made = Room(exam_id=exam_id, name=name, seat_rows=rows, seat_columns=columns)
    session.add(made)
    session.flush()
    _room_rule(session, made.id)
    after = {"name": name, "rows": rows, "columns": columns}
    record(session, "supervision.room.add", thing="room", thing_id=made.public_id, after=after)
    return made.public_id


def remove_room(session: Session, room: RoomRow) -> None:
    """Take a room away; who sat there has no seat any more."""
    session.execute(delete(Seat).where(Seat.room_id == room.id))
    # the number of a room may be given to another one later: who gave this one's code is not admitted there
    gone = {"room_id": None, "session_id": None, "entered_at": None}
    session.execute(update(Entry).where(Entry.room_id == room.id).values(gone))
    session.execute(delete(RoomRule).where(RoomRule.room_id == room.id))
    session.execute(delete(Room).where(Room.id == room.id))
    record(session, "supervision.room.remove", thing="room", thing_id=room.public_id, before={"name": room.name})


def give_seat(session: Session, exam_id: int, room: RoomRow, person: PersonRow, number: int) -> None:
    """Seat somebody, who leaves the seat there was; raises SeatTaken."""
    holder = session.scalar(select(Seat.person_id).where(Seat.room_id == room.id, Seat.number == number))
    if not 1 <= number <= room.seats or holder not in (None, person.id):
        raise SeatTaken
    seat_all(session, exam_id, [(person.id, room.id, number)])
    after = {"person": person.public_id, "seat": number}
    record(session, "supervision.seat.give", thing="room", thing_id=room.public_id, after=after)


def free_seat(session: Session, room: RoomRow, number: int) -> None:
    """Nobody sits there any more."""
    session.execute(delete(Seat).where(Seat.room_id == room.id, Seat.number == number))
    record(session, "supervision.seat.free", thing="room", thing_id=room.public_id, after={"seat": number})


def seat_all(session: Session, exam_id: int, placed: Sequence[tuple[int, int, int]]) -> None:
    """Seat people (person, room, number), who leave the seats there were. The caller has seen that they are free, and
    writes it to the audit log.
    """
    movers = [person_id for person_id, _room, _number in placed]
    session.execute(delete(Seat).where(Seat.exam_id == exam_id, Seat.person_id.in_(movers)))
    session.add_all(Seat(exam_id=exam_id, person_id=who, room_id=room, number=number) for who, room, number in placed)


def set_rule(session: Session, exam: ExamRow, wanted: RuleRow) -> None:
    """What an exam asks of those who enter from now on; who is inside goes on."""
    before = queries.rule_of(session, exam.id)
    row = session.get(Rule, exam.id) or Rule(exam_id=exam.id)
    row.code, row.address, row.browser = wanted.code, wanted.address, wanted.browser
    row.config_keys, row.exam_keys = list(wanted.config_keys), list(wanted.exam_keys)
    row.camera, row.camera_days = wanted.camera, wanted.camera_days
    session.add(row)
    exams.set_guarded(session, exam.id, guarded=wanted.asks)
    for room in queries.rooms(session, exam.id):
        _room_rule(session, room.id)
    record(session, "admission.rule", thing="exam", thing_id=exam.public_id, before=_told(before), after=_told(wanted))


def _told(rule: RuleRow) -> dict[str, object]:
    """A rule for the audit log, with as much of each key as tells one from another: who reads it cannot prove them."""
    return {
        "code": rule.code, "address": rule.address, "browser": rule.browser,
        "config_keys": [key[:8] for key in rule.config_keys], "exam_keys": [key[:8] for key in rule.exam_keys],
        "camera": rule.camera, "camera_days": rule.camera_days,
    }  # fmt: skip


def _room_rule(session: Session, room_id: int) -> RoomRule:
    found = session.get(RoomRule, room_id)
    if found is None:
        found = RoomRule(room_id=room_id, code=codes.new_code(), renewed_at=now(), every_time=False, ranges=[])
        session.add(found)
    return found


def set_room(session: Session, room: RoomRow, *, every_time: bool, ranges: Sequence[str]) -> None:
    """Which computers a room has, and whether its code is asked at every log-in."""
    row = _room_rule(session, room.id)
    before = {"every_time": row.every_time, "ranges": row.ranges}
    row.every_time, row.ranges = every_time, list(ranges)
    after = {"every_time": every_time, "ranges": list(ranges)}
    record(session, "admission.room", thing="room", thing_id=room.public_id, before=before, after=after)


def renew_code(session: Session, room: RoomRow) -> str:
    """Another code for a room; who gave the old one stays admitted. The audit log does not hold it."""
    row = _room_rule(session, room.id)
    row.code, row.renewed_at = codes.new_code(), now()
    record(session, "admission.code.renew", thing="room", thing_id=room.public_id)
    return row.code


def enter(exam: ExamRow, viewer: Viewer, given: str, *, address: str) -> None:
    """Give the code of one's room. Raises WrongCode, and TooManyCodes after several wrong ones: that is counted per
    person, so that nobody locks others out.
    """
    with writing() as session:
        refusal = _enter(session, exam, viewer, codes.typed(given), address)
    if refusal is not None:
        raise refusal


def _enter(
    session: Session, exam: ExamRow, viewer: Viewer, given: str, address: str
) -> WrongCode | TooManyCodes | None:
    entry, moment = _entry(session, exam.id, viewer.id), now()
    if entry.blocked_until is not None and entry.blocked_until > moment:
        return TooManyCodes(moment=clock_face(entry.blocked_until + timedelta(minutes=1)))
    rooms = queries.rules_for(session, exam.id, viewer.id)
    fitting = [room for room in rooms if room.code is not None and codes.same(given, room.code)]
    if not fitting:
        entry.wrong += 1
        if entry.wrong >= MOST_WRONG:
            entry.blocked_until = moment + min(FIRST_WAIT * (1 << min(entry.wrong - MOST_WRONG, 10)), LONGEST_WAIT)
        refuse(session, exam.id, viewer.id, [Lack.CODE], address=address)
        return WrongCode()
    entry.wrong, entry.blocked_until = 0, None
    if (entry.room_id, entry.session_id) == (fitting[0].room_id, viewer.session_id):
        return None
    entry.room_id, entry.session_id, entry.entered_at = fitting[0].room_id, viewer.session_id, moment
    record(session, "admission.enter", thing="exam", thing_id=exam.public_id, after={"room": fitting[0].name})
    return None


def show_browser(session: Session, exam: ExamRow, viewer: Viewer) -> None:
    """Take note that this log-in's browser has proved its keys by the page's script."""
    entry = _entry(session, exam.id, viewer.id)
    if entry.browser_session_id != viewer.session_id:
        entry.browser_session_id = viewer.session_id
        record(session, "admission.browser", thing="exam", thing_id=exam.public_id)


def consent(session: Session, exam: ExamRow, viewer: Viewer, *, given: bool, address: str) -> None:
    """Keep what somebody says to pictures being taken; a refusal that keeps them out is written down as one too."""
    rule, entry = queries.rule_of(session, exam.id), _entry(session, exam.id, viewer.id)
    if not given and rule.camera == "demanded":
        refuse(session, exam.id, viewer.id, [Lack.CAMERA], address=address)
    if (entry.camera, entry.camera_days) == (given, rule.camera_days):
        return
    entry.camera, entry.camera_days = given, rule.camera_days
    after = {"consent": given, "days": rule.camera_days}
    record(session, "admission.camera", thing="exam", thing_id=exam.public_id, after=after)


def _entry(session: Session, exam_id: int, person_id: int) -> Entry:
    """The row of somebody, held until the end of the transaction: guesses sent at once are counted one by one."""
    session.execute(_ENTRY, {"exam": exam_id, "person": person_id})
    query = select(Entry).where(Entry.exam_id == exam_id, Entry.person_id == person_id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def refuse(session: Session, exam_id: int, person_id: int, why: Sequence[Lack], *, address: str) -> None:
    """Write down that somebody was not let in; the same again within a minute is the same."""
    recent = select(Refusal.why).where(
        Refusal.exam_id == exam_id, Refusal.person_id == person_id, Refusal.at > now() - REFUSAL_REST
    )
    known = set(session.scalars(recent))
    session.add_all(
        Refusal(exam_id=exam_id, person_id=person_id, why=str(lack), address=address[:45], at=now())
        for lack in why
        if lack not in known
    )


def let_in(session: Session, exam: ExamRow, person: PersonRow, *, reason: str, by: Viewer) -> None:
    """Let somebody in by hand, whatever browser, computer or code they have. Raises NotOneself."""
    if person.id == by.id:
        raise NotOneself
    entry = _entry(session, exam.id, person.id)
    entry.let_in_by, entry.let_in_at, entry.let_in_why = by.id, now(), reason
    after = {"person": person.public_id, "reason": reason}
    record(session, "admission.let_in", thing="exam", thing_id=exam.public_id, after=after)


def ask_again(session: Session, exam: ExamRow, person: PersonRow) -> None:
    """Take that back: what the exam asks for is asked of this person again at the next step through the door."""
    entry = _entry(session, exam.id, person.id)
    before = {"person": person.public_id, "reason": entry.let_in_why}
    entry.let_in_by = entry.let_in_at = entry.let_in_why = None
    record(session, "admission.ask_again", thing="exam", thing_id=exam.public_id, before=before)
