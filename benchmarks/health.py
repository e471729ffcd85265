"""The report on the health of a pool of ten thousand items: `python -m benchmarks.health [--items N] [--json]`.

The pool is a large bank as banks are: the bundled questions and variations of them with their own words, among them
twins and figures of exams. Measured are what the job takes in all, its parts, and the time of its pages.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from lms import migrate
from lms.app import create_app
from lms.bank import health, queries, service, statistics
from lms.bank.bundled import read_bundled
from lms.clock import today
from lms.config import Config
from lms.database import reading, writing
from lms.jobs import run_waiting
from question_bank import health as domain
from question_bank.analysis.versions import Answer, figures
from question_bank.chance import Chance, derive
from question_bank.item import ItemVersion

SECRET = "a-secret-of-the-benchmark-that-nobody-else-uses"
#: every so many questions one is a twin of its original, the others share a third of its words
TWIN_EVERY = 50
#: the job must end within this many seconds for ten thousand items
MOST_SECONDS = 10.0


def main(words: Sequence[str]) -> None:
    """Measure and print; exit 1 when it took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        app = _installation(Path(folder))
        pool_id = fill(app, options.items)
        found = measure(app, pool_id)
    print(json.dumps(found, ensure_ascii=False) if options.json else _said(found))
    if found["job_s"] > MOST_SECONDS * max(1.0, options.items / 10_000):
        sys.exit(1)


def fill(app: Flask, count: int) -> str:
    """A pool of so many questions, each used in an exam; its public id."""
    originals = read_bundled().items
    with app.app_context():
        with writing() as session:
            pool = service.create_pool(session, name="大题库", purpose=None, owner_path="/", by=None)
            service.store_items(session, pool, [_varied(originals, number) for number in range(count)], None)
        versions = sorted(queries.pool_of_versions(reading(), pool.id).versions)
        reading().rollback()
        answers = [Answer(float(n % 3 > 0), n / 300, ("A" if n % 3 else "B",), seconds=40.0) for n in range(300)]
        seen = figures(answers, {"A": True, "B": False, "C": False, "D": False})
        with writing() as session:
            exposures = dict.fromkeys(versions, 0.1)
            found = dict.fromkeys(versions, seen)
            statistics.keep(session, source="x" * 22, label="年度考试", found=found, exposures=exposures)
    return pool.public_id


def measure(app: Flask, pool_public_id: str) -> dict[str, object]:
    """Seconds of the job, of gathering, and of each part of the examination; how much was found."""
    with app.app_context():
        with writing() as session:
            pool = queries.pool_by_public_id(session, pool_public_id)
            if pool is None:
                raise RuntimeError("the pool just made is not there")
            health.ask(session, pool, owner="benchmark")
        started = time.perf_counter()
    run_waiting(app)
    job = time.perf_counter() - started
    with app.app_context():
        started = time.perf_counter()
        items = health.gather(reading(), pool.id)
        gathered = time.perf_counter() - started
        parts: dict[str, float] = {}
        started = time.perf_counter()
        for name, _found in domain.examine(items, day=today()):
            parts[name], started = round(time.perf_counter() - started, 2), time.perf_counter()
        report = health.latest(reading(), pool.id)
    counts = dict(report.counts) if report else {}
    return {
        "items": len(items),
        "job_s": round(job, 2),
        "gather_s": round(gathered, 2),
        "parts_s": parts,
        "found": counts,
    }


def _installation(folder: Path) -> Flask:
    config = Config(data=folder, secret_key=SECRET, second_factor="offered", log_level="WARNING", jobs="off")
    migrate.upgrade(config)
    return create_app(config, clock=lambda: datetime.now(UTC))


def _varied(originals: Sequence[ItemVersion], number: int) -> ItemVersion:
    """The bundled questions first, then variations: other words at two of three places, twins at one of twenty."""
    original = originals[number % len(originals)]
    if number < len(originals):
        return replace(original, ref=f"q{number:06}")
    chance = Chance(derive(b"benchmark", str(number)))
    often = 20 if number % TWIN_EVERY == 0 else 3
    stem = "".join(
        chr(0x4E00 + chance.below(3000)) if "\u4e00" <= sign <= "\u9fff" and chance.below(often) == 0 else sign
        for sign in original.stem
    )
    return replace(original, ref=f"q{number:06}", stem=stem)


def _said(found: dict[str, object]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in found.items())


if __name__ == "__main__":
    main(sys.argv[1:])
