"""Journals of attempts that this process wrote to lately: what of them decides about the next event, and no more.

Thousands of attempts go on at once in a few processes, each with its answers remembered: an answer costs tens of bytes.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from question_bank.attempt import Event, Kind, Origin

MOST_REMEMBERED = 20_000


@dataclass(slots=True)
class Counts:
    """Counts of a window that were met: all up to one, and those beyond a gap."""

    upto: int = 0
    beyond: set[int] | None = None

    def __contains__(self, count: int) -> bool:
        return 0 < count <= self.upto or (self.beyond is not None and count in self.beyond)

    def add(self, count: int) -> None:
        """Take a further one into account."""
        if count != self.upto + 1:
            self.beyond = self.beyond or set()
            self.beyond.add(count)
            return
        self.upto = count
        while self.beyond and self.upto + 1 in self.beyond:
            self.upto += 1
            self.beyond.discard(self.upto)


@dataclass(slots=True)
class Journal:
    """What of a journal decides about the next event: counts met by window, and whence each slot's newest answer is."""

    windows: dict[str, Counts] = field(default_factory=dict)
    newest: dict[int, Origin] = field(default_factory=dict)
    away: int = 0
    voided: bool = False
    #: the name of the window that wrote last: one text for all its answers
    _client: str = ""

    def add(self, event: Event) -> None:
        """Take a further event into account."""
        if event.client != self._client:
            self._client = event.client
        self.windows.setdefault(self._client, Counts()).add(event.client_seq)
        if event.kind is Kind.ANSWER and event.slot is not None:
            self.newest[event.slot] = Origin(event.number, self._client, event.client_seq)
        self.away += event.kind is Kind.AWAY
        self.voided = self.voided or event.kind is Kind.VOID


class Memory:
    """Each journal is good as long as the chain is where this process left it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[bytes, Journal]] = OrderedDict()

    def get(self, attempt_id: int, head: bytes) -> Journal | None:
        """The journal whose chain ends in `head`, None where another process has gone on."""
        found = self._kept.get(attempt_id)
        if found is None or found[0] != head:
            return None
        self._kept.move_to_end(attempt_id)
        return found[1]

    def keep(self, attempt_id: int, head: bytes, journal: Journal) -> None:
        """Remember a journal that is on disk."""
        self._kept[attempt_id] = (head, journal)
        self._kept.move_to_end(attempt_id)
        while len(self._kept) > MOST_REMEMBERED:
            self._kept.popitem(last=False)

    def forget(self, attempt_ids: Iterable[int]) -> None:
        """What was to be written was not."""
        for attempt_id in attempt_ids:
            self._kept.pop(attempt_id, None)
