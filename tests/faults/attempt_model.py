"""What an attempt is, written down once more and without looking: times in seconds, plain lists, the rules in words.

It shares no code with the application and is told what was asked, never what was answered: it predicts the answer.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

BELL = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MINUTES, GRACE, MARKS = 60, 5, 200
ELSEWHERE, CONFLICT = "elsewhere", "conflict"


@dataclass(frozen=True)
class Sent:
    """What a window sends."""

    window: str
    count: int
    kind: str
    slot: int | None
    response: Any
    base: int


@dataclass(frozen=True)
class Line:
    """A line of the journal: window and count None where the server itself writes it."""

    window: str | None
    count: int | None
    kind: str
    slot: int | None
    response: Any
    at: int


@dataclass
class AttemptModel:
    """One attempt."""

    session: int
    #: question -> the right option
    key: dict[int, str]
    lines: list[Line] = field(default_factory=lambda: [Line(None, None, "start", None, None, 0)])
    #: (window, count) -> what came with it
    seen: dict[tuple[str, int], tuple[int | None, Any]] = field(default_factory=dict)
    #: question -> (window, count, number in the journal, response) of the answer that stands
    standing: dict[int, tuple[str, int, int, Any]] = field(default_factory=dict)
    deadline: int = MINUTES * 60
    paused: int | None = None
    extra: int = 0
    ended: int | None = None
    how: str | None = None
    voided: bool = False
    marks: int | None = None
    measures: set[str] = field(default_factory=set)

    def open(self, now: int) -> bool:
        """The clock has not run out; while it stands still it never does."""
        return self.paused is not None or now <= self.deadline + GRACE

    def note(self, line: Line) -> None:
        """Write a line."""
        self.lines.append(line)

    def save(self, session: int, events: list[Sent], now: int) -> Any:
        """Refused as a whole, or: the number of lines, answers that stand instead of the sent ones, whether it is over."""
        if session != self.session:
            return ELSEWHERE
        content: dict[tuple[str, int], Any] = {}
        for each in events:
            known = self.seen.get((each.window, each.count), content.get((each.window, each.count)))
            if known is not None and known != (each.slot, each.response):
                return CONFLICT
            content[each.window, each.count] = (each.slot, each.response)
        instead: dict[int, Any] = {}
        counts = self.ended is None and self.open(now)
        for each in events:
            if (each.window, each.count) in self.seen:
                continue
            self.seen[each.window, each.count] = (each.slot, each.response)
            self._keep(each, instead, now, counts=counts)
        return len(self.lines), instead, not counts

    def _keep(self, each: Sent, instead: dict[int, Any], now: int, *, counts: bool) -> None:
        kind = each.kind
        if kind in {"answer", "flag"} and not counts:
            kind = "late"
        elif kind == "answer" and each.slot in self.standing:
            window, count, number, response = self.standing[each.slot]
            older = each.count < count if window == each.window else each.base < number
            if older:
                kind, instead[each.slot] = "stale", response
        self.note(Line(each.window, each.count, kind, each.slot, each.response, now))
        if kind == "answer" and each.slot is not None:
            self.standing[each.slot] = (each.window, each.count, len(self.lines), each.response)

    def _over(self, kind: str, how: str, now: int, line: Line, *, graded: bool = True) -> None:
        self.note(line)
        self.ended, self.how = (now if self.paused is not None else min(now, self.deadline)), how
        if graded:
            right = [slot for slot, (_w, _c, _n, response) in self.standing.items() if response == self.key[slot]]
            self.marks = MARKS * len(right)

    def hand_in(self, session: int, now: int) -> Any:
        """Whether it ended now, or elsewhere."""
        if self.ended is not None:
            return False
        if session != self.session:
            return ELSEWHERE
        kind, how = ("hand_in", "handed_in") if self.open(now) else ("close", "closed")
        self._over(kind, how, now, Line(None, None, kind, None, None, now))
        return True

    def close(self, now: int) -> bool:
        """The server closes what is over, and nothing else."""
        if self.ended is not None or self.open(now):
            return False
        self._over("close", "closed", now, Line(None, None, "close", None, None, now))
        return True

    def take_over(self, session: int, now: int) -> None:
        """Another log-in writes from now on."""
        if self.ended is None and session != self.session:
            self.session = session
            self.note(Line(None, None, "take_over", None, None, now))

    def measure(self, key: str, kind: str, seconds: int, now: int) -> bool:
        """What whoever supervises does, once each; whether it applied."""
        if key in self.measures:
            return True
        applies = {
            "extend": self.ended is None,
            "pause": self.ended is None and self.paused is None and self.open(now),
            "resume": self.ended is None and self.paused is not None,
            "force": self.ended is None,
            "void": not self.voided,
            "release": self.ended is None and self.session != 0,
        }[kind]
        if not applies:
            return False
        self.measures.add(key)
        note = {"reason": "r", "by": "b"} | ({"seconds": seconds} if kind == "extend" else {})
        line = Line(key, 1, kind, None, note, now)
        if kind == "force":
            self._over("force", "forced", now, line)
            return True
        if kind == "void":
            if self.ended is None:
                self._over("void", "void", now, line, graded=False)
            else:
                self.note(line)
            self.how, self.voided = "void", True
            return True
        self.note(line)
        if kind == "extend":
            self.deadline, self.extra = self.deadline + seconds, self.extra + seconds
        elif kind == "pause":
            self.paused = now
        elif kind == "resume":
            self.deadline, self.paused = self.deadline + now - (self.paused or 0), None
        else:
            self.session = 0
        return True

    def head(self) -> bytes:
        """The last hash of the chain, from its first line on."""
        found = bytes(32)
        for number, line in enumerate(self.lines, 1):
            found = hashlib.sha256(found + canonical(number, line)).digest()
        return found


def moment(seconds: int) -> datetime:
    """So long after the bell."""
    return BELL + timedelta(seconds=seconds)


def canonical(number: int, line: Line) -> bytes:
    """A line as it is hashed."""
    window, count = ("server", number) if line.window is None else (line.window, line.count)
    at = moment(line.at).isoformat(timespec="microseconds")
    content = [number, window, count, line.kind, line.slot, line.response, at]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
