"""The transcripts of a whole organisation as one job: `./run bench prints [--json] [--people N] [--years Y]`.

The organisation of `./run bench dashboards`; the job is asked for as the page asks and runs in this process, drawing in its own.

Figures: minutes it took; CPU milliseconds of a transcript, here and where it is drawn; the memory of this process (MB) when a
tenth, half and all were drawn, which would grow where it was not flat; the most memory of a process that draws; megabytes of
the archive.
"""

import argparse
import json
import resource
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.dashboards import fill
from lms import jobs, migrate
from lms.accounts.models import Person, Unit
from lms.app import create_app
from lms.config import Config
from lms.database import reading, writing
from lms.jobs.models import Job
from lms.jobs.runner import JobRun
from lms.load import installation


def main(words: Sequence[str]) -> None:
    """Measure and print; with `--json` the last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="./run bench prints", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000, help="how many serve")
    parser.add_argument("--years", type=int, default=3, help="years of transcripts")
    parser.add_argument("--folder", default=None, help="where the installation lies meanwhile: a real disk")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found = measured(Path(folder), options.people, options.years)
    for name, value in found.items():
        print(f"{name:<20}{value}")
    if options.json:
        print(json.dumps(found))


def measured(folder: Path, count: int, years: int) -> dict[str, Any]:
    """The figures of one job for so many people."""
    config = installation.settle(folder, Config(data=folder, second_factor="offered"), database_url="")
    migrate.upgrade(config)
    app = create_app(config)
    with app.app_context():
        fill(count, years)
        _ask()
    shares = _Shares()
    with shares:
        begun, before, drawn = time.perf_counter(), _cpu(resource.RUSAGE_SELF), _cpu(resource.RUSAGE_CHILDREN)
        jobs.run_waiting(app)
        seconds = time.perf_counter() - begun
    here, there = _cpu(resource.RUSAGE_SELF) - before, _cpu(resource.RUSAGE_CHILDREN) - drawn
    with app.app_context():
        papers, megabytes = _archive(config)
    return {
        "papers": papers, "minutes": round(seconds / 60, 2), "cpu_ms_here": round(1000 * here / papers, 2),
        "cpu_ms_drawing": round(1000 * there / papers, 2), "memory_mb": shares.memory,
        "drawing_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1), "archive_mb": megabytes,
    }  # fmt: skip


def _ask() -> None:
    bureau = reading().scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
    person = reading().scalars(select(Person).where(Person.staff_number.like("M%"))).first()
    if person is None:
        raise SystemExit("nobody manages this organisation")
    payload = {"unit": bureau.path, "person": person.public_id, "by": person.id, "site": "http://localhost"}
    with writing() as session:
        jobs.enqueue(session, "transcripts.prints", payload, owner=person.public_id)


def _archive(config: Config) -> tuple[int, float]:
    """How many papers the archive holds, each looked at, and its megabytes. The job's own error where there is none."""
    state = reading().execute(select(Job.state, Job.error).where(Job.kind == "transcripts.prints")).one()
    if state.state != "done":
        raise SystemExit(f"{state.state}: {state.error}")
    path = next((config.data / "exports").rglob("prints-*.zip"))
    with zipfile.ZipFile(path) as archive:
        papers = sum(archive.open(name).read(5) == b"%PDF-" for name in archive.namelist())
    return papers, round(path.stat().st_size / 1e6, 1)


class _Shares:
    """Notes the memory of this process as the job reports a tenth, half and all."""

    def __init__(self) -> None:
        self.memory: dict[str, float] = {}

    def __enter__(self) -> None:
        kept = self._kept = JobRun.report

        def report(run: JobRun, done: int, total: int, note: str | None = None) -> None:
            for share in (10, 50, 100):
                if done * 100 >= total * share:
                    self.memory.setdefault(f"{share} of 100", _memory())
            kept(run, done, total, note)

        JobRun.report = report  # type: ignore[method-assign]

    def __exit__(self, *_error: object) -> None:
        JobRun.report = self._kept  # type: ignore[method-assign]


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 1e6, 1)


def _cpu(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime
