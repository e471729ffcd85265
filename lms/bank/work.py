"""Work of the bank outside requests: reading uploaded files."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs
from lms.bank import files, imports
from lms.database import reading, writing


def init_app(app: Flask) -> None:
    """Register the handler."""
    jobs.register(app, imports.JOB, read_import)


def read_import(run: jobs.JobRun) -> Mapping[str, Any]:
    """Read a file outside any transaction, then keep its rows in one."""
    import_id = int(run.payload["import"])
    upload = imports.pending(reading(), import_id)
    if upload is None:
        return {"rows": 0}
    reading().rollback()
    content = files.read(upload.data, name=upload.name, subject=upload.subject)
    run.check_cancelled()
    with writing() as session:
        rows = imports.keep_rows(session, import_id, content)
    return {"rows": rows, "page": ["bank_import.show", {"import_id": upload.public_id}]}
