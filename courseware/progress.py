"""How far a person is in a unit: append-only events in, a state out.

The state is a function of the *set* of events: neither their order of arrival nor their repetition changes it, so a
browser may send again what it is not sure of. Events name pages by their stable keys; therefore a new version of the
unit keeps what was earned: pages that stay are still opened, a passed check stays passed, and a completed unit stays
completed at 100 % even where the new version has further pages (these are listed as unseen).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction


class Act(StrEnum):
    """What happened."""

    OPENED = "opened"
    WATCHED = "watched"
    CHECK_PASSED = "check_passed"
    CHECK_FAILED = "check_failed"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened `at` a moment (with time zone): OPENED and WATCHED name the page, a check the share reached."""

    act: Act
    at: datetime
    page: str = ""
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What became of the check: passed once is passed; the best share and the number of tries."""

    passed: bool
    best: Fraction
    tries: int


@dataclass(frozen=True, slots=True)
class ProgressState:
    """Where a person stands in a unit: the page to resume at, the pages opened (and watched, where that is asked), what is
    left, 0 to 100 percent. `visited` are the pages that were opened, watched or not.
    """

    position: str
    visited: frozenset[str]
    opened: frozenset[str]
    unseen: tuple[str, ...]
    percent: int
    check: CheckResult | None
    started_at: datetime | None
    completed_at: datetime | None

    @property
    def is_completed(self) -> bool:
        """Whether the unit has been completed, in whatever version."""
        return self.completed_at is not None

    @property
    def is_begun(self) -> bool:
        """Whether anything has happened yet."""
        return self.started_at is not None


def replay(events: Iterable[Event], *, pages: Sequence[str], watch: frozenset[str] = frozenset()) -> ProgressState:
    """The state after `events` in the version of the unit that has these page keys (at least one); a page of `watch` is done
    once its video was watched as well.
    """
    known = frozenset(events)
    visited = frozenset(e.page for e in known if e.act is Act.OPENED) & frozenset(pages)
    opened = visited - (watch - {e.page for e in known if e.act is Act.WATCHED})
    check = _check(known)
    completed_at = min((e.at for e in known if e.act is Act.COMPLETED), default=None)
    return ProgressState(
        position=_position(known, pages),
        visited=visited,
        opened=opened,
        unseen=tuple(page for page in pages if page not in opened),
        percent=100 if completed_at else _percent(len(opened), len(pages), check),
        check=check,
        started_at=min((e.at for e in known), default=None),
        completed_at=completed_at,
    )


def completion(state: ProgressState, *, now: datetime, studied: int = 0, wanted: int = 0) -> Event | None:
    """
    The event to append when all pages are opened, the check is passed and `wanted` minutes of study are witnessed of
    `studied`, and this is not on record yet, else None.

    Completion is written down when it is reached, not worked out afterwards: a later version with more pages
    must not take it away.
    """
    if state.is_completed or state.unseen or state.check is None or not state.check.passed:
        return None
    if studied < wanted:
        return None
    return Event(Act.COMPLETED, now)


def _check(events: frozenset[Event]) -> CheckResult | None:
    tries = [event for event in events if event.act in (Act.CHECK_PASSED, Act.CHECK_FAILED)]
    if not tries:
        return None
    best = max(event.share or Fraction(0) for event in tries)
    return CheckResult(any(event.act is Act.CHECK_PASSED for event in tries), best, len(tries))


def _position(events: frozenset[Event], pages: Sequence[str]) -> str:
    """The page opened last that this version still has, else the first; of two at one moment the later in the unit."""
    places = {page: place for place, page in enumerate(pages)}
    visits = [(e.at, places[e.page]) for e in events if e.act is Act.OPENED and e.page in places]
    return pages[max(visits)[1]] if visits else pages[0]


def _percent(opened: int, pages: int, check: CheckResult | None) -> int:
    """Pages opened and check passed, of all these steps, rounded down; 100 is for completed units alone."""
    done = opened + (check is not None and check.passed)
    return min(99, 100 * done // (pages + 1))
