"""The door of an exam that asks for something, by one constant statement: all candidates pass it at the bell."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lms.admission.queries import EntryRow, RoomRuleRow, RuleRow
from lms.direct import ask, moment_of

_DOOR = """
SELECT r.code, r.address, r.browser, CAST(r.config_keys AS TEXT), CAST(r.exam_keys AS TEXT), r.camera, r.camera_days,
e.room_id, e.session_id, e.browser_session_id, e.camera, e.camera_days, e.let_in_at,
m.id, m.name, k.code, k.every_time, CAST(k.ranges AS TEXT)
FROM admission_rule r
LEFT JOIN admission_entry e ON e.exam_id = r.exam_id AND e.person_id = ?
LEFT JOIN supervision_seat s ON s.exam_id = r.exam_id AND s.person_id = ?
LEFT JOIN supervision_room m ON m.exam_id = r.exam_id AND (s.room_id IS NULL OR m.id = s.room_id)
LEFT JOIN admission_room k ON k.room_id = m.id
WHERE r.exam_id = ? ORDER BY m.name
"""


@dataclass(frozen=True, slots=True)
class Door:
    """What an exam asks for, and how one person stands to that."""

    rule: RuleRow = RuleRow()
    #: the room where the person sits; all rooms where they have no seat
    rooms: tuple[RoomRuleRow, ...] = ()
    entry: EntryRow = EntryRow()


def door(exam_id: int, person_id: int) -> Door:
    """The door of an exam for a person."""
    rows = ask(_DOOR, (person_id, person_id, exam_id))
    if not rows:
        return Door()
    rooms = tuple(_room(row[13:]) for row in rows if row[13] is not None)
    return Door(_rule(rows[0][:7]), rooms, _entry(rows[0][7:13]))


def _rule(row: Sequence[Any]) -> RuleRow:
    code, address, browser, config_keys, exam_keys, camera, camera_days = row
    keys = json.loads(config_keys), json.loads(exam_keys)
    return RuleRow(bool(code), bool(address), bool(browser), *keys, camera, camera_days)


def _entry(row: Sequence[Any]) -> EntryRow:
    room_id, session_id, browser_session_id, camera, camera_days, let_in_at = row
    agreed = None if camera is None else bool(camera)
    let_in = None if let_in_at is None else moment_of(let_in_at)
    return EntryRow(room_id, session_id, browser_session_id, agreed, camera_days, let_in)


def _room(row: Sequence[Any]) -> RoomRuleRow:
    room_id, name, code, every_time, ranges = row
    return RoomRuleRow(room_id, name, code, bool(every_time), tuple(json.loads(ranges or "[]")))
