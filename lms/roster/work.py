"""Reading and taking files outside requests."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs
from lms.audit.service import acting
from lms.database import reading, writing
from lms.roster import service, table

#: rows of one transaction: what a cancelled job has done by then stays
BATCH = 50


def init_app(app: Flask) -> None:
    """Register the handlers."""
    jobs.register(app, service.READ, read)
    jobs.register(app, service.TAKE, take)


def read(run: jobs.JobRun) -> Mapping[str, Any]:
    """Read a file outside any transaction, then keep its rows in one: the dry run."""
    import_id = int(run.payload["import"])
    upload = service.pending(reading(), import_id)
    if upload is None:
        return {"rows": 0}
    reading().rollback()
    found = table.read(upload.data, name=upload.name, kind=upload.kind)
    run.report(1, 2)
    lines = service.checked(reading(), import_id, found)
    reading().rollback()
    with writing() as session:
        service.keep_rows(session, import_id, found, lines)
    return {"rows": len(lines), "page": _page(upload.public_id)}


def take(run: jobs.JobRun) -> Mapping[str, Any]:
    """Check every row again and carry out what changes something. Running it again changes nothing more."""
    import_id = int(run.payload["import"])
    with acting(run.owner):
        try:
            return _take(run, import_id)
        except Exception:
            with writing() as session:
                service.stop_taking(session, import_id)
            raise


def _take(run: jobs.JobRun, import_id: int) -> Mapping[str, Any]:
    found = service.to_take(reading(), import_id)
    if found is None:
        return {"rows": 0}
    kind, public_id = found
    reading().rollback()
    if kind == service.FILES:
        with writing() as session:
            done = service.take_files(session, import_id)
        return {"rows": done, "page": _page(public_id)}
    lines = service.checked(reading(), import_id)
    reading().rollback()
    todo = list(service.in_order(lines))
    done = 0
    for batch in (todo[n : n + BATCH] for n in range(0, len(todo), BATCH)):
        with writing() as session:
            service.apply(session, kind, batch)
        done += len(batch)
        run.report(done, len(todo))
    with writing() as session:
        service.finish(session, import_id, lines)
    return {"rows": done, "page": _page(public_id)}


def _page(public_id: str) -> list[Any]:
    """Where the result is shown."""
    return ["roster.show", {"import_id": public_id}]
