"""What nothing can beat here: an empty Flask request on the same server, an answer written in batches with FULL."""

import os
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

from lms import server
from lms.config import Config
from lms.load import served
from lms.load.loop import Loop, Script

AT_ONCE, EACH = 16, 200
_HELLO = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def measured(config: Config) -> dict[str, float]:
    """CPU milliseconds of the server for two words, of the generator for asking, and of SQLite for one row of 64."""
    hello, asking = _hello(config)
    return {
        "hello_cpu_ms": round(hello, 3),
        "generator_cpu_ms": round(asking, 4),
        "commit_cpu_ms": round(_commits(config.data), 4),
    }


def _hello(config: Config) -> tuple[float, float]:
    port = served.free_port()
    words = [
        "benchmarks.hello:app" if word == "wsgi:app" else word
        for word in server.command(config, host="127.0.0.1", port=port)
    ]
    environ = os.environ | {"PYTHONPATH": str(served.ROOT)}
    bare = served.run(words, port, environ=environ, log=config.data / "hello.log", asks="/")
    try:
        _ask(port)
        before, own = bare.group.cpu_seconds(), time.process_time()
        _ask(port)
        count = EACH * AT_ONCE
        return (bare.group.cpu_seconds() - before) * 1000 / count, (time.process_time() - own) * 1000 / count
    finally:
        bare.stop()


def _ask(port: int) -> None:
    loop = Loop("127.0.0.1", port)
    for _ in range(AT_ONCE):
        loop.add(_again_and_again(range(EACH)))
    loop.run(until=time.perf_counter() + 60)


def _again_and_again(times: Iterable[int]) -> Script:
    for _ in times:
        yield _HELLO


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
