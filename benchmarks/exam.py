"""An exam day over HTTP: `./run bench exam [--json] [--candidates N] [--start-within S] [--hold S] [--submit-within S]`.

First the cost of each step is measured alone (see `steps`); then an open-loop cohort opens the door, starts at the bell,
answers every 15 to 30 seconds, asks for the clock as the player's script does, hands in and reads its result, each step at
its scheduled time whether or not the step before was quick. At the end every acknowledged answer is looked for in the
journals. People, log-ins, the exam and its papers are made without HTTP.

Figures: `cpu_ms` of each step alone; `cpu_ms_candidate`: all that the server used from the bell until the last result was
told, workers and writer included, divided by candidates; `cpu_ms_hold`: the time between the last start and the first
hand-in, shared out between answers and pulses. `bytes_per_attempt`: growth of tables and indexes by attempts of 50 answers
that were handed in, graded and told, after a checkpoint, and the sealed paper; no vacuum. `rss_mb`: the server's processes
at their largest. Client and server share the machine: latencies, which count from the scheduled moment, are pessimistic,
CPU figures robust.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks import house, limits, steps, stored
from benchmarks.house import House
from lms.database import reading
from lms.jobs.models import Job
from lms.load import bell, herd, losses, served
from lms.load.candidate import Candidate, Record
from lms.load.herd import Pace, Played
from lms.load.machine import Group, most_candidates, percentile
from lms.load.served import Served
from lms.sitting.models import Attempt, Paper

FIRST, PROBED = 16, 250
BURST = {"candidates": 2000, "start_within": 5.0}
SETTLED_WITHIN = 120.0
STEPS = ("door", "start", "save", "pulse", "submit", "result", "review", "login")


def main(words: Sequence[str]) -> None:
    """Measure and print; with `--json` the last line is one JSON object."""
    options = _options(words)
    most = most_candidates()
    if options.candidates > most:
        raise SystemExit(f"This machine lets a process open files for {most} candidates: raise `ulimit -Hn`.")
    pace = Pace(
        options.start_within, options.hold, options.submit_within,
        logins=options.logins_per_second, doors=options.doors_per_second,
    )  # fmt: skip
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        made = house.make(
            Path(folder),
            candidates=FIRST + PROBED + options.candidates,
            signing_in=int(pace.logins * pace.length),
            database_url=options.database,
        )
        found: dict[str, Any] = {"candidates": options.candidates, "prepared_s": round(time.perf_counter() - begun, 1)}
        running = served.start(made.config)
        try:
            found |= _measured(made, running, pace)
        finally:
            running.stop()
        found["limits"] = limits.measured(made.config)
    found["took_s"] = round(time.perf_counter() - begun)
    _say(found, as_json=options.json)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench exam", description=__doc__)
    parser.add_argument("--candidates", type=int, default=2000, help="how many sit the exam")
    parser.add_argument("--start-within", type=float, default=20, help="seconds in which they start")
    parser.add_argument("--hold", type=float, default=30, help="seconds of answering between the two")
    parser.add_argument("--submit-within", type=float, default=20, help="seconds in which they hand in")
    parser.add_argument("--burst", action="store_true", help="2,000 candidates who start within 5 seconds")
    parser.add_argument("--logins-per-second", type=float, default=0, help="people who sign in meanwhile")
    parser.add_argument(
        "--doors-per-second", type=float, default=100, help="who opens the page of the exam before the bell"
    )
    parser.add_argument("--database", default="", help="sqlite, or the address of an empty PostgreSQL database")
    parser.add_argument("--folder", default=None, help="where the installation lies meanwhile: a real disk")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    found = parser.parse_args(words)
    if found.burst:
        vars(found).update(BURST)
    found.database = "" if found.database == "sqlite" else found.database
    return found


def _measured(made: House, running: Served, pace: Pace) -> dict[str, Any]:
    address, probed, met, alone = f"127.0.0.1:{running.port}", Record(), Record(), FIRST + PROBED
    people = [
        Candidate(
            address, made.exam.public_id, token, number,
            probed if number < alone else met, questions=steps.SAVES if number < alone else herd.QUESTIONS,
        )
        for number, token in enumerate(made.tokens)
    ]  # fmt: skip
    group = running.group.with_helper(stored.server(made.config))
    before = stored.size(made.config)
    opens_in = partial(_opens_in, made)
    costs = steps.measured(
        running.port, group, people[:FIRST], people[FIRST:alone], settled=partial(_settled, made), opens_in=opens_in
    )
    grown = (stored.size(made.config) - before) / alone
    opens_in(herd.LEAD + pace.before(len(people) - alone))
    played = herd.play(
        running.port, group, people[alone:], pace, met, signing_in=made.signing_in, each_second=_progress
    )
    told = _told(made, group)
    with made.app.app_context():
        lost = losses.lost(reading(), made.exam.id, people)
        papers = float(reading().scalar(select(func.avg(func.length(Paper.sealed)))) or 0)
    faults = probed.faults + met.faults
    return {
        "errors": sum(faults.values()),
        "lost": lost,
        "faults": dict(faults.most_common(10)),
        "cpu_ms": costs.ms,
        "cpu_ms_candidate": round(
            (played.server_cpu + played.after_cpu + told) * 1000 / max(1, len(played.candidates)), 2
        ),
        "cpu_ms_hold": costs.of_hold(played.hold) if played.hold and not made.signing_in else None,
        "latency_ms": _latencies(met),
        "counts": {step: len(met.seconds[step]) for step in STEPS},
        "acknowledged": sum(len(one.acknowledged) for one in people),
        "cores_busy": round(played.server_cpu / max(played.seconds, 1), 2),
        "generator": _generator(played),
        "bytes_per_attempt": round(grown + papers),
        "rss_mb": round(played.peak_bytes / 1e6),
    }


def _latencies(met: Record) -> dict[str, float]:
    shares = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
    return {
        f"{step}_{name}": round(percentile(met.seconds[step], share) * 1000, 1)
        for step in STEPS
        if met.seconds[step]
        for name, share in shares
    }


def _generator(played: Played) -> dict[str, float]:
    """What sending cost: its own CPU, in all and for each request."""
    return {
        "cpu_s": round(played.own_cpu, 2),
        "requests": played.requests,
        "cpu_ms_per_request": round(played.own_cpu * 1000 / max(1, played.requests), 4),
    }


def _told(made: House, group: Group) -> float:
    """CPU seconds until the last results are told."""
    before = group.cpu_seconds()
    _settled(made)
    return group.cpu_seconds() - before


def _settled(made: House) -> None:
    """Wait until the results of those who handed in stand in their transcripts, which the server sees to some seconds later."""
    open_ = select(func.count()).where(Attempt.ended_at.is_not(None), Attempt.settled_at.is_(None))
    untold = select(func.count()).where(Job.kind == "transcripts.record", Job.state.in_(("waiting", "running")))
    until = time.monotonic() + SETTLED_WITHIN
    with made.app.app_context():
        while time.monotonic() < until and (reading().scalar(open_) or reading().scalar(untold)):
            reading().rollback()
            time.sleep(0.5)
        reading().rollback()


def _opens_in(made: House, seconds: float) -> None:
    with made.app.app_context():
        bell.opens_in(made.exam.id, seconds)


def _progress(done: float, total: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:4.0f} of {total:.0f} s", end="", file=sys.stderr, flush=True)


def _say(found: dict[str, Any], *, as_json: bool) -> None:
    for name, value in found.items():
        print(f"{name:18} {value}")
    if as_json:
        print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
