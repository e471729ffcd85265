"""What whoever supervises does to attempts: deeds like any other, so that they are in order with the answers.

Each has the public id of the measure as its window: a measure that is sent twice reaches an attempt once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lms.sitting.deeds import finish, sheet_of
from lms.sitting.store import Sheet, Store
from question_bank.attempt import Kind
from question_bank.blueprint import Blueprint
from question_bank.item import ItemVersion

#: no log-in has this number: the attempt waits for one that takes over
NOBODY = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure for one attempt; whether it changed anything, be it when it was sent before."""

    attempt: str
    kind: Kind
    #: public id of the measure
    key: str
    at: datetime
    #: reason, and who did it
    note: Mapping[str, Any]
    versions: Mapping[int, ItemVersion]
    blueprint: Blueprint
    #: of an extension
    seconds: int = 0

    def run(self, store: Store) -> bool:
        """What does not apply (a pause of what stands still, time for what is over) changes nothing."""
        sheet = sheet_of(store, self.attempt)
        if self.key in sheet.journal.windows:
            return True
        return _DO[self.kind](self, store, sheet)

    def note_down(self, sheet: Sheet, **more: Any) -> None:
        """Append it to the journal."""
        sheet.append(self.kind, at=self.at, response={**self.note, **more}, client=self.key, client_seq=1)


def _extend(measure: Measure, store: Store, sheet: Sheet) -> bool:
    if sheet.ended or measure.seconds <= 0:
        return False
    measure.note_down(sheet, seconds=measure.seconds)
    sheet.time = sheet.time.extended(timedelta(seconds=measure.seconds))
    sheet.extra_seconds += measure.seconds
    sheet.measured = True
    return True


def _pause(measure: Measure, store: Store, sheet: Sheet) -> bool:
    if sheet.ended or sheet.time.paused_at is not None or not sheet.time.is_open(measure.at):
        return False
    measure.note_down(sheet)
    sheet.time = sheet.time.paused(measure.at)
    sheet.measured = True
    return True


def _resume(measure: Measure, store: Store, sheet: Sheet) -> bool:
    if sheet.ended or sheet.time.paused_at is None:
        return False
    measure.note_down(sheet)
    sheet.time = sheet.time.resumed(measure.at)
    sheet.measured = True
    return True


def _force(measure: Measure, store: Store, sheet: Sheet) -> bool:
    if sheet.ended:
        return False
    measure.note_down(sheet)
    finish(store, sheet, "forced", at=measure.at, versions=measure.versions, blueprint=measure.blueprint)
    return True


def _void(measure: Measure, store: Store, sheet: Sheet) -> bool:
    if sheet.journal.voided:
        return False
    measure.note_down(sheet)
    if not sheet.ended:
        sheet.ended, sheet.end = True, (sheet.time.over_at(measure.at), "void")
    return True


def _release(measure: Measure, store: Store, sheet: Sheet) -> bool:
    if sheet.ended or sheet.session_id == NOBODY:
        return False
    measure.note_down(sheet)
    sheet.session_id, sheet.measured = NOBODY, True
    return True


_DO: Mapping[Kind, Callable[[Measure, Store, Sheet], bool]] = {
    Kind.EXTEND: _extend,
    Kind.PAUSE: _pause,
    Kind.RESUME: _resume,
    Kind.FORCE: _force,
    Kind.VOID: _void,
    Kind.RELEASE: _release,
}
