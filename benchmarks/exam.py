"""An exam day over HTTP: `./run bench exam [--json] [--candidates N] [--window S] [--hold S]`.

First the cost of each step is measured alone, in server CPU; then an open-loop cohort starts, answers and hands in,
each step at its scheduled time whether or not the step before was quick. At the end every acknowledged answer is looked
for in the journal. Client and server share the machine: latencies are pessimistic, CPU figures robust.
"""

import argparse
import asyncio
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks import house
from benchmarks.candidate import Candidate, Record
from benchmarks.client import Connection
from benchmarks.house import House
from benchmarks.machine import cpu_seconds, memory_bytes, percentile
from lms import server
from lms.database import reading
from lms.exams import queries as exams
from lms.sitting.models import Attempt, AttemptEvent
from question_bank.assembly import Form
from question_bank.attempt import Kind

PROBE, PROBE_SAVES, AT_ONCE = 200, 50, 16
SAVE_EVERY = (15.0, 30.0)
WARMING = 15.0


def main(words: Sequence[str]) -> None:
    """Measure and print; with `--json` the last line is one JSON object."""
    options = _options(words)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        made = house.make(Path(folder), candidates=PROBE + options.candidates, database_url=options.database)
        made.start()
        try:
            found = asyncio.run(_measure(made, options))
        finally:
            made.stop()
        found["lost"] = _lost(made, found.pop("record"))
        found["bytes_per_attempt"] = found.pop("stored") if options.database else _bytes_per_attempt(made)
        found["limits"] = _limits(Path(folder))
    _say(found, as_json=options.json)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench exam", description=__doc__)
    parser.add_argument("--candidates", type=int, default=2000, help="how many sit the exam")
    parser.add_argument("--window", type=float, default=20, help="seconds in which they start, and hand in")
    parser.add_argument("--hold", type=float, default=30, help="seconds of answering between the two")
    parser.add_argument("--database", default="", help="address of an empty PostgreSQL database; SQLite without")
    parser.add_argument("--folder", default=None, help="where the installation lies meanwhile: a real disk")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser.parse_args(words)


async def _measure(made: House, options: argparse.Namespace) -> dict[str, Any]:
    record = Record()
    candidates = [
        Candidate(Connection("127.0.0.1", made.port), made.exam.public_id, token, number, record)
        for number, token in enumerate(made.tokens)
    ]
    assert made.process is not None
    cpu = await _probe(made.process.pid, candidates[:PROBE])
    herd = Record()
    for candidate in candidates[PROBE:]:
        candidate._record = herd
    await _all(candidates[PROBE:], lambda one: one.open_door())
    memory, busy = await _herd(made.process.pid, candidates[PROBE:], options)
    herd.acknowledged |= record.acknowledged
    return {
        "errors": len(record.faults) + len(herd.faults),
        "faults": sorted(set(record.faults + herd.faults))[:10],
        "candidates": options.candidates,
        "cpu_ms": cpu,
        "latency_ms": {
            f"{step}_{name}": round(percentile(herd.seconds[step], share) * 1000, 1)
            for step in ("start", "save", "submit")
            for name, share in (("p50", 0.5), ("p99", 0.99))
        },
        "counts": {step: len(seconds) for step, seconds in herd.seconds.items()},
        "cores_busy": round(busy, 2),
        "rss_mb": round(memory / 1e6),
        "record": herd,
    }


async def _probe(group: int, candidates: Sequence[Candidate]) -> dict[str, float]:
    """Server CPU of each step alone, in milliseconds."""
    await _all(candidates, lambda one: one.open_door())
    await asyncio.sleep(WARMING)  # the page is put together from pieces that are made once somebody waits at the door
    steps: list[tuple[str, Callable[[Candidate], Awaitable[None]], int]] = [
        ("start", lambda one: one.start(), 1),
        ("save", _many_saves, PROBE_SAVES),
        ("submit", lambda one: one.hand_in(), 1),
        ("review", lambda one: one.look_at_result(), 1),
    ]
    cost = {}
    for name, step, times in steps:
        before = cpu_seconds(group)
        await _all(candidates, step)
        cost[name] = (cpu_seconds(group) - before) * 1000 / len(candidates) / times
    attempt = cost["start"] + 50 * cost["save"] + cost["submit"] + cost["review"]
    return {name: round(value, 3) for name, value in (cost | {"attempt": attempt}).items()}


async def _many_saves(candidate: Candidate) -> None:
    for _ in range(PROBE_SAVES):
        await candidate.save()


async def _all(candidates: Sequence[Candidate], step: Callable[[Candidate], Awaitable[None]]) -> None:
    """The step of every candidate, a few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(candidate: Candidate) -> None:
        async with gate:
            await step(candidate)

    await asyncio.gather(*(one(candidate) for candidate in candidates))


async def _herd(group: int, candidates: Sequence[Candidate], options: argparse.Namespace) -> tuple[int, float]:
    """The exam day; the largest memory of the server, and how many cores it kept busy."""
    begin, before = time.perf_counter() + 1, cpu_seconds(group)
    chance = random.Random(1)
    end = begin + options.window + options.hold
    lives = [
        asyncio.ensure_future(
            _life(candidate, begin + chance.uniform(0, options.window), end + chance.uniform(0, options.window), chance)
        )
        for candidate in candidates
    ]
    largest = 0
    while not all(life.done() for life in lives):
        await asyncio.sleep(1)
        largest = max(largest, memory_bytes(group))
    await asyncio.gather(*lives)
    return largest, (cpu_seconds(group) - before) / (time.perf_counter() - begin)


async def _life(candidate: Candidate, start: float, end: float, chance: random.Random) -> None:
    await asyncio.sleep(max(0.0, start - time.perf_counter()))
    await candidate.start(start)
    due = start + chance.uniform(1, SAVE_EVERY[1])
    while due < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await candidate.save(due)
        due += chance.uniform(*SAVE_EVERY)
    await asyncio.sleep(max(0.0, end - time.perf_counter()))
    await candidate.hand_in(end)


def _lost(made: House, record: Record) -> int:
    """Acknowledged answers that the journal does not hold, or holds otherwise; hand-ins that did not last."""
    with made.app.app_context():
        session = reading()
        versions = exams.snapshot(session, made.exam.id).versions
        attempts = {row.id: row for row in session.scalars(select(Attempt).where(Attempt.exam_id == made.exam.id))}
        forms = {key: Form.from_record(row.form) for key, row in attempts.items()}
        kept: dict[tuple[str, str, int], tuple[int, str]] = {}
        rows = select(
            AttemptEvent.attempt_id,
            AttemptEvent.client,
            AttemptEvent.client_seq,
            AttemptEvent.slot,
            AttemptEvent.response,
        ).where(AttemptEvent.kind == Kind.ANSWER)
        for attempt_id, client, seq, slot, response in session.execute(rows):
            form = forms[attempt_id]
            version = versions[form.slots[slot - 1].version]
            shown = version.interaction.shown(version.body, form.slot_seed(slot), response)
            kept[attempts[attempt_id].public_id, client, seq] = (slot, str(shown))
        ended = {row.public_id for row in attempts.values() if row.ended_how == "handed_in"}
    lost = sum(kept.get(key) != answer for key, answer in record.acknowledged.items())
    return lost + len(record.handed_in - ended)


def _bytes_per_attempt(made: House) -> int:
    """What an ended attempt takes on disk: table and index pages of attempts, events and results, by dbstat."""
    with made.app.app_context():
        ended = reading().scalar(select(func.count()).where(Attempt.ended_at.is_not(None))) or 1
    try:
        with sqlite3.connect(made.config.data / "shuyuan.db") as store:
            rows = store.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name LIKE 'attempt%')"
            ).fetchone()
        return round((rows[0] or 0) / ended)
    except sqlite3.Error:
        return 0


def _limits(folder: Path) -> dict[str, float]:
    """What nothing can beat here: an empty Flask request on the same server, an answer written in batches with FULL."""
    return {"hello_cpu_ms": round(_hello(folder), 3), "commit_cpu_ms": round(_commits(folder), 4)}


def _hello(folder: Path) -> float:
    port = house.free_port()
    config = house.Config(data=folder, secret_key=house.SECRET)
    words = [
        "benchmarks.hello:app" if word == "wsgi:app" else word
        for word in server.command(config, host="127.0.0.1", port=port)
    ]
    process = subprocess.Popen(
        words, cwd=house.ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    made = House(config, None, None, [], port, process)  # type: ignore[arg-type]
    try:
        house.wait_for(f"http://127.0.0.1:{port}/")

        async def ask() -> None:
            connections = [Connection("127.0.0.1", port) for _ in range(AT_ONCE)]
            for _ in range(200):
                await asyncio.gather(*(one.request("GET", "/", {}) for one in connections))

        asyncio.run(ask())
        before = cpu_seconds(process.pid)
        asyncio.run(ask())
        return (cpu_seconds(process.pid) - before) * 1000 / (200 * AT_ONCE)
    finally:
        made.stop()


def _commits(folder: Path) -> float:
    store = sqlite3.connect(folder / "limit.db", isolation_level=None)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = FULL")
    store.execute(
        "CREATE TABLE event (attempt INTEGER, number INTEGER, body TEXT, PRIMARY KEY (attempt, number)) WITHOUT ROWID"
    )
    begun = time.process_time()
    for batch in range(200):
        store.execute("BEGIN IMMEDIATE")
        store.executemany("INSERT INTO event VALUES (?, ?, ?)", [(batch, n, "0123456789abcdef" * 4) for n in range(64)])
        store.execute("COMMIT")
    spent = time.process_time() - begun
    store.close()
    return spent * 1000 / (200 * 64)


def _say(found: dict[str, Any], *, as_json: bool) -> None:
    for name, value in found.items():
        print(f"{name:18} {value}")
    if as_json:
        found.pop("faults")
        print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
