"""A cohort: who does what when (open loop: whether or not the server keeps up), and what it cost.

Latencies count from the scheduled moment. Before the bell everybody opens the page of the exam, at a pace that a waiting
room has; the figures begin at the bell.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from lms.load.candidate import Candidate, Record, Times, pulse_seconds
from lms.load.loop import Loop, Script
from lms.load.machine import Group
from question_bank.chance import Chance

#: how long an answer may take before it counts as none, after the last hand-in
PATIENCE = 60.0
_FINE = 1_000_000
#: seconds before the first opens the door
LEAD = 0.2
#: more questions than so many are not answered by one candidate
QUESTIONS = 12


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: in which all start, of answering, in which all hand in, least and most between two answers. `rest`: between
    the last who opens the door and the bell, for what the server prepares once somebody waits.
    """

    start_within: float = 20.0
    hold: float = 30.0
    submit_within: float = 20.0
    save_every: tuple[float, float] = (15.0, 30.0)
    #: people who sign in meanwhile, a second
    logins: float = 0.0
    rest: float = 3.0
    #: how many open the page of the exam in a second
    doors: float = 60.0
    #: how long, least and most, people look at their receipt before they open the questions
    reading: tuple[float, float] = (2.0, 40.0)

    @property
    def length(self) -> float:
        """From the bell to the last hand-in."""
        return self.start_within + self.hold + self.submit_within

    def before(self, count: int) -> float:
        """Until the bell, for so many."""
        return count / self.doors + self.rest


@dataclass(frozen=True, slots=True)
class Hold:
    """What the server did between the last start and the first hand-in, when there are only answers and pulses."""

    seconds: float
    cpu: float
    saves: int
    pulses: int


@dataclass
class Played:
    """What a cohort met and what it cost. CPU seconds of the server since the bell and of the generator in all."""

    candidates: Sequence[Candidate]
    record: Record = field(default_factory=Record)
    seconds: float = 0.0
    server_cpu: float = 0.0
    #: of the server after the last hand-in, while people read
    after_cpu: float = 0.0
    cpu_at_end: float = 0.0
    own_cpu: float = 0.0
    requests: int = 0
    peak_bytes: int = 0
    hold: Hold | None = None


def timetable(count: int, pace: Pace, bell: float, opening: float, *, chance: Chance) -> list[Times]:
    """Times of everybody: starts and hand-ins at any moment of their window, answers with any pause of theirs."""

    def between(first: float, last: float) -> float:
        return first + (last - first) * chance.below(_FINE) / _FINE

    found, pulse = [], pulse_seconds()
    end = bell + pace.start_within + pace.hold
    for number in range(count):
        start, hand_in = between(bell, bell + pace.start_within), between(end, end + pace.submit_within)
        saves, due = [], start + between(min(1.0, pace.save_every[0]), pace.save_every[1])
        while due < hand_in:
            saves.append(due)
            due += between(*pace.save_every)
        found.append(
            Times(opening + number / pace.doors, start, saves, hand_in, pulse, hand_in + between(*pace.reading))
        )
    return found


def play(
    port: int,
    group: Group,
    candidates: Sequence[Candidate],
    pace: Pace,
    record: Record,
    *,
    signing_in: Sequence[tuple[str, str]] = (),
    each_second: Callable[[float, float], None] = lambda _done, _total: None,
    seed: bytes = b"herd",
) -> Played:
    """Play a cohort against the server whose processes are `group`; `each_second` hears seconds done and in all.

    `signing_in`: staff numbers and passwords of those who sign in meanwhile. What `each_second` raises ends the play.
    """
    played, loop = Played(candidates, record), Loop("127.0.0.1", port)
    began, own = time.perf_counter(), time.process_time()
    bell = began + LEAD + pace.before(len(candidates))
    for candidate, times in zip(
        candidates, timetable(len(candidates), pace, bell, began + LEAD, chance=Chance(seed)), strict=True
    ):
        loop.add(candidate.life(times))
    for number, (staff_number, password) in enumerate(signing_in):
        person = Candidate(f"127.0.0.1:{port}", "", "", number, record, questions=0)
        loop.add(person.sign_in(staff_number, password, bell + number / pace.logins))
    end = bell + pace.length
    loop.add(_watch(played, group, bell, end, lambda: each_second(time.perf_counter() - began, end - began)))
    loop.add(_watch_hold(played, group, bell + pace.start_within, end - pace.submit_within))
    with _undisturbed():
        loop.run(until=end + pace.reading[1] + PATIENCE)
    played.after_cpu = group.cpu_seconds() - played.cpu_at_end
    played.own_cpu, played.requests = time.process_time() - own, loop.requests
    return played


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without searches for dead objects: one among those of thousands of candidates takes 200 ms, which would count as the
    server's.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _watch(played: Played, group: Group, bell: float, end: float, tell: Callable[[], None]) -> Script:
    """Look at the server each second; its CPU time counts from the bell."""
    while time.perf_counter() < bell - 1:
        yield time.perf_counter() + 1
        tell()
    yield bell
    before = group.cpu_seconds()
    while (now := time.perf_counter()) < end + 1:
        played.peak_bytes = max(played.peak_bytes, group.memory_bytes())
        played.server_cpu, played.seconds = group.cpu_seconds() - before, now - bell
        tell()
        yield now + 1
    played.cpu_at_end = group.cpu_seconds()
    played.server_cpu, played.seconds = played.cpu_at_end - before, time.perf_counter() - bell


def _watch_hold(played: Played, group: Group, first: float, last: float) -> Script:
    """Look at the server at the beginning and at the end of the time in which candidates only answer."""
    seconds = played.record.seconds
    yield first
    began, cpu, saves, pulses = time.perf_counter(), group.cpu_seconds(), len(seconds["save"]), len(seconds["pulse"])
    yield last
    played.hold = Hold(
        time.perf_counter() - began, group.cpu_seconds() - cpu, len(seconds["save"]) - saves, len(seconds["pulse"]) - pulses
    )  # fmt: skip
