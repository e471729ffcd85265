"""What each step of an attempt costs the server, measured alone.

A step's share is the CPU time (user and system) of all processes of the server, and of PostgreSQL's where it stores, over a
phase in which a few candidates at a time do only that step, divided by how often they did it. Before the first phase a few
others sit the whole exam, and the server is left alone until it rests: what is done once in a process is nobody's share.
The door has with it what the server prepares for those who wait; `start_late` is the start of those who opened it after the
bell, for whom nothing was. An attempt is the sum of door, start, 50 answers, hand-in, what the workers do until the result is
told, the receipt, and the page with the questions of the result. Pulses stand beside it, because how many there are depends
on the exam, not on the attempt.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.load.candidate import Candidate
from lms.load.herd import Hold
from lms.load.loop import Loop, Script
from lms.load.machine import Group

SAVES, PULSES, AT_ONCE = 50, 20, 16
#: seconds to the bell while people open the door, and how many open it after the bell only
BEFORE, LATE = 3600.0, 50
#: of two cores; a server that uses less has nothing left to prepare
AT_REST = 0.05
REST_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU milliseconds by step, and what a server that nobody asks uses in a second."""

    ms: dict[str, float]
    idle: float

    def of_hold(self, hold: Hold) -> dict[str, float]:
        """CPU of a time in which candidates answered and pulsed, shared out between the two.

        Less what the idle server uses, in the proportion that answers and pulses have when each is measured alone.
        """
        alone = hold.saves * self.ms["save"] + hold.pulses * self.ms["pulse"]
        times = max(0.0, hold.cpu * 1000 - self.idle * hold.seconds) / alone if alone else 0.0
        return {
            "save": round(times * self.ms["save"], 3),
            "pulse": round(times * self.ms["pulse"], 3),
            "saves": hold.saves,
            "pulses": hold.pulses,
            "cores": round(hold.cpu / max(hold.seconds, 0.001), 2),
        }


def measured(
    port: int,
    group: Group,
    first: Sequence[Candidate],
    others: Sequence[Candidate],
    *,
    settled: Callable[[], None],
    opens_in: Callable[[float], None],
) -> Costs:
    """Warm the server by the first, measure the others; `settled` returns when all results are told, `opens_in` sets the bell."""
    opens_in(BEFORE)
    _all(port, first, Candidate.open_door)
    _rested(group)
    opens_in(0)
    for step in (_start, _saves, _pulses, _hand_in, Candidate.look_at_result, Candidate.look_at_review):
        _all(port, first, step)
    settled()
    idle = _rested(group)
    waiting, late = others[:-LATE], others[-LATE:]
    before, begun = group.cpu_seconds(), time.perf_counter()
    opens_in(BEFORE)
    _all(port, waiting, Candidate.open_door)
    _rested(group)
    spent = (group.cpu_seconds() - before) * 1000 - idle * (time.perf_counter() - begun)
    ms = {"door": max(0.0, spent) / len(waiting)}
    opens_in(0)
    steps: tuple[tuple[str, Callable[[Candidate], Script], Sequence[Candidate], int], ...] = (
        ("start", _start, waiting, 1),
        ("door_late", Candidate.open_door, late, 1),
        ("start_late", _start, late, 1),
        ("save", _saves, others, SAVES),
        ("pulse", _pulses, others, PULSES),
        ("submit", _hand_in, others, 1),
    )
    for name, step, those, times in steps:
        before = group.cpu_seconds()
        _all(port, those, step)
        ms[name] = (group.cpu_seconds() - before) * 1000 / len(those) / times
    before, begun = group.cpu_seconds(), time.perf_counter()
    settled()
    spent = (group.cpu_seconds() - before) * 1000 - idle * (time.perf_counter() - begun)
    ms["settle"] = max(0.0, spent) / len(others)
    for name, step in (("result", Candidate.look_at_result), ("review", Candidate.look_at_review)):
        before = group.cpu_seconds()
        _all(port, others, step)
        ms[name] = (group.cpu_seconds() - before) * 1000 / len(others)
    whole = ("door", "start", "submit", "settle", "result", "review")
    ms["attempt"] = SAVES * ms["save"] + sum(ms[name] for name in whole)
    return Costs({name: round(value, 3) for name, value in ms.items()}, idle)


def _rested(group: Group) -> float:
    """Wait until the server has nothing left to do; CPU milliseconds that it uses in a second then."""
    until = time.perf_counter() + REST_WITHIN
    used = 1.0
    while time.perf_counter() < until and used > AT_REST:
        begun, before = time.perf_counter(), group.cpu_seconds()
        time.sleep(3)
        used = (group.cpu_seconds() - before) / (time.perf_counter() - begun)
    return used * 1000


def _start(candidate: Candidate) -> Script:
    yield from candidate.start(time.perf_counter())


def _saves(candidate: Candidate) -> Script:
    for _ in range(SAVES):
        yield from candidate.save(time.perf_counter())


def _pulses(candidate: Candidate) -> Script:
    for _ in range(PULSES):
        yield from candidate.look_at_clock(time.perf_counter())


def _hand_in(candidate: Candidate) -> Script:
    yield from candidate.hand_in(time.perf_counter())


def _all(port: int, candidates: Sequence[Candidate], step: Callable[[Candidate], Script]) -> None:
    """The step of every candidate, a few at a time."""

    def lane(some: Sequence[Candidate]) -> Script:
        for candidate in some:
            yield from step(candidate)

    loop = Loop("127.0.0.1", port)
    for first in range(AT_ONCE):
        loop.add(lane(candidates[first::AT_ONCE]))
    loop.run(until=time.perf_counter() + 120)
