"""What can be done to an attempt, each decided on its sheet while nobody else can write to it.

A deed first decides, then appends: one that is refused leaves its sheet as it was, so that the others of the same
transaction are not touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from lms.errors import NotFound
from lms.sitting import errors
from lms.sitting.dealing import Late
from lms.sitting.store import Sheet, Store
from question_bank.assembly import Form
from question_bank.attempt import OF_WINDOW, Event, Incoming, Kind, Origin, is_stale
from question_bank.blueprint import Blueprint
from question_bank.grading import grade
from question_bank.item import ItemVersion

MAX_JOURNAL = 20_000  # in one attempt
CHAIN_START = bytes(32)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a batch: the newest event of the journal, the newest answers of slots where the sent ones came too
    late after another window's (with the responses), and whether the attempt is over.
    """

    last: int
    deadline_at: datetime
    superseded: Mapping[int, Any]
    over: bool
    paused_at: datetime | None = None
    extra_seconds: int = 0


class Deed(Protocol):
    """Something to do to the attempt of that public id ("" for one that is not there yet)."""

    @property
    def attempt(self) -> str:
        """Public id of the attempt it is done to."""

    def run(self, store: Store) -> Any:
        """Do it; raises a Refused."""


def sheet_of(store: Store, public_id: str) -> Sheet:
    """The sheet of an attempt; raises NotFound."""
    found = store.sheets.get(public_id)
    if found is None:
        raise NotFound
    return found


def own_sheet(store: Store, public_id: str, session_id: int) -> Sheet:
    """The sheet, for the log-in that may write to it; raises NotFound and Elsewhere."""
    sheet = sheet_of(store, public_id)
    if sheet.session_id != session_id or not sheet.live:
        raise errors.Elsewhere
    return sheet


class Started(NamedTuple):
    """An attempt that was begun: its public id, and its id where it is a new one."""

    public_id: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Begin an exam with a paper (its record as JSON)."""

    exam_id: int
    person_id: int
    session_id: int
    form: str
    at: datetime
    deadline_at: datetime
    new_id: str
    attempt: str = ""
    #: seconds of the deadline that were granted to the person before
    extra_seconds: int = 0
    #: to be kept with it, where the paper was dealt just now
    late: Late | None = None

    def run(self, store: Store) -> Started:
        """Two starts at once give one attempt. "" where another paper was dealt to the person meanwhile."""
        begun = store.begun(self.exam_id, self.person_id)
        if begun:
            return Started(begun)
        if self.late is not None and not store.keep_late(self.exam_id, self.person_id, self.late):
            return Started(store.begun(self.exam_id, self.person_id) or "")
        sheet = store.begin(self, CHAIN_START)
        if sheet is None:
            return Started(store.begun(self.exam_id, self.person_id) or "")
        granted = {"seconds": self.extra_seconds} if self.extra_seconds else None
        sheet.append(Kind.START, at=self.at, response=granted)
        return Started(sheet.public_id, sheet.id)


@dataclass(frozen=True, slots=True)
class Save:
    """Append answers and flags; `events` have responses in terms of the item versions."""

    attempt: str
    session_id: int
    events: Sequence[Incoming]
    at: datetime

    def run(self, store: Store) -> Saved:
        """What is there already is acknowledged again.

        Raises Elsewhere when another log-in took over, EventConflict when a (window, count) comes back with other
        content, AttemptOver when even evidence has its limit.
        """
        return self.append_to(own_sheet(store, self.attempt, self.session_id), store)

    def append_to(self, sheet: Sheet, store: Store) -> Saved:
        """As `run`, whoever may write."""
        if sheet.last + len(self.events) > MAX_JOURNAL:
            raise errors.AttemptOver
        counts = not sheet.ended and sheet.time.is_open(self.at)
        fresh = [event for event in self.events if not self._repeated(event, sheet, store)]
        superseded: dict[int, Any] = {}
        seen: set[tuple[str, int]] = set()
        for event in fresh:
            if (event.client, event.client_seq) in seen:
                continue
            seen.add((event.client, event.client_seq))
            newest = sheet.journal.newest.get(event.slot) if event.slot is not None else None
            kind = event.kind if counts or event.kind in OF_WINDOW else Kind.LATE
            if kind is Kind.ANSWER and event.slot is not None and is_stale(event, newest):
                kind = Kind.STALE
                superseded[event.slot] = _response(newest, sheet, store)
            sheet.append(
                kind, at=self.at, slot=event.slot, response=event.response, client=event.client,
                client_seq=event.client_seq,
            )  # fmt: skip
        return Saved(
            sheet.last, sheet.deadline_at, superseded, over=not counts, paused_at=sheet.time.paused_at,
            extra_seconds=sheet.extra_seconds,
        )  # fmt: skip

    def _repeated(self, event: Incoming, sheet: Sheet, store: Store) -> bool:
        if event.client_seq not in sheet.journal.windows.get(event.client, ()):
            return any(other is not event and _clash(other, event) for other in self.events)
        stored = _event(event.client, event.client_seq, sheet, store)
        if stored is None or stored.slot != event.slot or stored.response != event.response:
            raise errors.EventConflict
        return True


@dataclass(frozen=True, slots=True)
class Leftover:
    """What a browser still held of an attempt that is over: appended as evidence, whichever log-in brings it."""

    attempt: str
    events: Sequence[Incoming]
    at: datetime

    def run(self, store: Store) -> list[int]:
        """The questions of which something was new. Raises StillOpen while answers may count, and what Save raises."""
        sheet = sheet_of(store, self.attempt)
        if not sheet.ended:
            raise errors.StillOpen
        before = sheet.last
        Save(self.attempt, sheet.session_id, self.events, self.at).append_to(sheet, store)
        return sorted({new.slot for new, _hash in sheet.added if new.number > before and new.slot is not None})


def _clash(other: Incoming, event: Incoming) -> bool:
    """False for two like events of one batch; raises EventConflict for two that differ under one count."""
    if (other.client, other.client_seq) != (event.client, event.client_seq):
        return False
    if other.slot != event.slot or other.response != event.response:
        raise errors.EventConflict
    return False


def _event(client: str, count: int, sheet: Sheet, store: Store) -> Event | None:
    """An event of this journal, be it only about to be written."""
    added = (one for one, _hash in sheet.added if (one.client, one.client_seq) == (client, count))
    return next(added, None) or store.event(sheet.id, client, count)


def _response(newest: Origin | None, sheet: Sheet, store: Store) -> Any:
    found = newest and _event(newest.client, newest.client_seq, sheet, store)
    return found.response if found else None


@dataclass(frozen=True, slots=True)
class End:
    """Hand in (by the log-in that may write) or close at the deadline (session_id None), and grade what is there."""

    attempt: str
    session_id: int | None
    at: datetime
    versions: Mapping[int, ItemVersion]
    blueprint: Blueprint
    #: the attempt's paper, where it need not be read
    form: Form | None = None

    def run(self, store: Store) -> bool:
        """Whether it ended now; ending what has ended changes nothing. Raises Elsewhere and NotFound."""
        if self.session_id is None:
            sheet = sheet_of(store, self.attempt)
            if sheet.ended or sheet.time.is_open(self.at):
                return False
        else:
            sheet = sheet_of(store, self.attempt)
            if sheet.ended:
                return False
            sheet = own_sheet(store, self.attempt, self.session_id)
        # an attempt whose time was over when it was handed in was closed by the server at its deadline
        late = self.session_id is not None and not sheet.time.is_open(self.at)
        by_server = self.session_id is None or late
        sheet.append(Kind.CLOSE if by_server else Kind.HAND_IN, at=self.at)
        how = "closed" if by_server else "handed_in"
        finish(store, sheet, how, at=self.at, versions=self.versions, blueprint=self.blueprint, form=self.form)
        return True


def finish(
    store: Store,
    sheet: Sheet,
    how: str,
    *,
    at: datetime,
    versions: Mapping[int, ItemVersion],
    blueprint: Blueprint,
    form: Form | None = None,
) -> None:
    """End an attempt whose last event was just appended, and grade what is there."""
    form = form or Form.from_record(store.form(sheet))
    sheet.result = (grade(form, versions, store.answers(sheet), blueprint=blueprint), at)
    sheet.ended, sheet.end = True, (sheet.time.over_at(at), how)
