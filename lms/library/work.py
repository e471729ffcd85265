"""Work of the library outside requests: laws end on a day, whether anybody looks or not; files are read and taken; the index is
kept right.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from lms import jobs
from lms.config import Config
from lms.database import reading, writing
from lms.library import archives, importing, originals, service
from lms.library.desk import service as desk_service
from lms.library.desk import working
from lms.library.formats.record import Unreadable
from lms.library.harvest import running, sources
from lms.library.search import rebuild

SWEEP, INDEX, DESK = "library.sweep", "library.index", desk_service.JOB
#: a law ends at midnight, an exam may open at nine
SWEEP_SECONDS = 3600
INDEX_SECONDS = 3600
#: what the desk says of duplicates and citations is at most so old
DESK_SECONDS = 6 * 3600


def init_app(app: Flask, config: Config) -> None:
    """Register the handlers."""
    jobs.register(app, SWEEP, sweep)
    jobs.register(app, INDEX, index)
    jobs.register(app, DESK, desk)
    jobs.register(app, importing.READ_JOB, read_import)
    jobs.register(app, importing.TAKE_JOB, take_import)
    jobs.register(app, sources.JOB, running.harvest)
    jobs.register(app, running.DUE_JOB, running.harvest_due)
    if not config.testing:
        jobs.every(app, SWEEP, SWEEP_SECONDS)
        jobs.every(app, INDEX, INDEX_SECONDS)
        jobs.every(app, running.DUE_JOB, SWEEP_SECONDS)
        jobs.every(app, DESK, DESK_SECONDS)


def sweep(run: jobs.JobRun) -> Mapping[str, Any]:
    """Repeal the documents whose last day has passed; tell of imports at which nobody works any more."""
    with writing() as session:
        return {"ended": service.end_what_is_over(session), "abandoned": importing.fail_abandoned(session)}


def read_import(run: jobs.JobRun) -> Mapping[str, Any]:
    """Look at every file of an import; a second run goes on where the first was cut off."""
    one = importing.pending(reading(), int(run.payload["import"]), "reading")
    reading().rollback()
    if one is None:
        return {"files": 0}
    page = ["library_import.show", {"import_id": one.public_id}]
    try:
        files = archives.files_of(one.upload.data, name=one.upload.name)
    except Unreadable as error:
        with writing() as session:
            importing.settle(session, one.id, "unfit", reason=error.reason)
        return {"files": 0, "page": page}
    with _ended(run, one.id, "dropped"):
        _look(run, one, files)
    with writing() as session:
        importing.settle(session, one.id, "ready")
    return {"files": len(files), "page": page}


def _look(run: jobs.JobRun, one: importing.Pending, files: Mapping[str, bytes]) -> None:
    seen = importing.known(reading(), one.id)
    for number, (name, data) in enumerate(files.items(), 1):
        if number not in seen:
            outcome = importing.tried(reading(), one, name, data)
            reading().rollback()
            with writing() as session:
                importing.keep(session, one.id, number, name, outcome)
        run.report(number, len(files))


@contextmanager
def _ended(run: jobs.JobRun, import_id: int, cancelled: str) -> Iterator[None]:
    """Put an import into a state when whoever wanted its job wants it no more, and say so when the last try failed."""
    try:
        yield
    except jobs.Cancelled:
        with writing() as session:
            importing.settle(session, import_id, cancelled)
        raise
    except Exception:  # whatever it was, the job keeps it; here it only matters that nobody tries again
        if run.is_last:
            reading().rollback()
            with writing() as session:
                importing.fail(session, import_id)
        raise


def take_import(run: jobs.JobRun) -> Mapping[str, Any]:
    """Bring in what can be read, a document a transaction; a second run goes on where the first was cut off."""
    one = importing.pending(reading(), int(run.payload["import"]), "taking")
    reading().rollback()
    if one is None:
        return {}
    media: Path = current_app.extensions["config"].media
    with _ended(run, one.id, "ready"):
        files = archives.files_of(one.upload.data, name=one.upload.name)
        settled = importing.known(reading(), one.id)
        reading().rollback()
        for number, (name, data) in enumerate(files.items(), 1):
            if not settled.get(number, True):
                _take(one, number, name, data, media)
            run.report(number, len(files))
    with writing() as session:
        importing.settle(session, one.id, "taken")
        found = importing.counts(session, one.id)
    return found | {"page": ["library_import.show", {"import_id": one.public_id}]}


def _take(one: importing.Pending, number: int, name: str, data: bytes, media: Path) -> None:
    try:
        found = importing.understood(one.upload, name, data)
        originals.keep(media, data)
        with writing() as session:
            importing.store(session, one, number, name, found)
    except Unreadable as error:
        with writing() as session:
            importing.refuse(session, one.id, number, error)


def index(run: jobs.JobRun) -> Mapping[str, Any]:
    """Index again what has to be, and count what is common."""
    return rebuild.make_right(run.report)


def desk(run: jobs.JobRun) -> Mapping[str, Any]:
    """Work out what the desk says of the whole library."""
    return working.work_out(run.report) | {"page": ["library_desk.index", {}]}
