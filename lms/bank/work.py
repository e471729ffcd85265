"""Work of the bank outside requests: reading uploaded files, taking many rows of them."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from lms import exports, jobs
from lms.bank import alarm, export, files, health, import_queries, imports, pictures, queries
from lms.bank.import_pictures import Kept, settled
from lms.config import Config
from lms.database import reading, writing
from lms.errors import Refused
from lms.library import service as library
from question_bank.formats.registry import FORMATS

#: rows kept in one transaction
ROWS_AT_ONCE = 500
#: items taken out of the draw in one transaction: candidates write at the same time
ITEMS_AT_ONCE = 20


def init_app(app: Flask) -> None:
    """Register the handlers."""
    jobs.register(app, imports.JOB, read_import)
    jobs.register(app, imports.TAKE_JOB, take_import)
    jobs.register(app, export.JOB, write_export)
    jobs.register(app, library.CHANGED, law_changed)
    jobs.register(app, health.JOB, health.examine)


def read_import(run: jobs.JobRun) -> Mapping[str, Any]:
    """Read a file outside any transaction, then keep its rows in short ones."""
    import_id = int(run.payload["import"])
    upload = imports.pending(reading(), import_id)
    reading().rollback()
    if upload is None:
        return {"rows": 0}
    content = files.read(upload.data, name=upload.name, subject=upload.subject, wanted=upload.wanted)
    run.check_cancelled()
    content = with_pictures(content, upload.by)
    lines = imports.numbered(content, upload.name)
    with writing() as session:
        imports.forget_rows(session, import_id)
    for start in range(0, len(lines), ROWS_AT_ONCE):
        with writing() as session:
            imports.keep_rows(session, import_id, lines[start : start + ROWS_AT_ONCE])
        run.report(min(start + ROWS_AT_ONCE, len(lines)), len(lines))
    with writing() as session:
        imports.finish_reading(session, import_id, content.remarks)
    return {"rows": len(lines), "page": ["bank_import.show", {"import_id": upload.public_id}]}


def take_import(run: jobs.JobRun) -> Mapping[str, Any]:
    """Put the good rows of a file into its pool: all in one transaction, or none."""
    found = import_queries.import_by_id(reading(), int(run.payload["import"]))
    pool = queries.pool_by_public_id(reading(), found.pool_public_id) if found and found.pool_public_id else None
    reading().rollback()
    if found is None or pool is None or found.state != "taking":
        return {}
    try:
        with writing() as session:
            stored = imports.store(session, found, pool, int(run.payload["by"]))
    except Refused:  # the rules of this release are others than those under which the file was read
        with writing() as session:
            imports.give_back(session, found.id)
        raise
    return asdict(stored) | {"page": ["bank_import.show", {"import_id": found.public_id}]}


def law_changed(run: jobs.JobRun) -> Mapping[str, Any]:
    """Take the items out of the draw that rest on what the library says was changed."""
    found = alarm.resting_on(reading(), run.payload)
    reading().rollback()
    ids, moved = sorted(found), 0
    for start in range(0, len(ids), ITEMS_AT_ONCE):
        part = ids[start : start + ITEMS_AT_ONCE]
        with writing() as session:
            moved += alarm.suspend(session, {item: found[item] for item in part}, word=run.public_id)
        run.report(min(start + ITEMS_AT_ONCE, len(ids)), len(ids))
    return {"items": len(ids), "suspended": moved}


def with_pictures(content: files.Content, by: int | None) -> files.Content:
    """The content with its pictures encoded anew and kept."""
    config: Config = current_app.extensions["config"]

    def known(digest: str) -> Kept | None:
        row = pictures.size_of(reading(), digest)
        reading().rollback()
        return Kept(digest, *row) if row else None

    return settled(content, known=known, keep=lambda data: _keep(data, config.media, by))


def _keep(data: bytes, folder: Path, by: int | None) -> Kept:
    with writing() as session:
        row = pictures.keep(session, data, folder=folder, by=by)
        return Kept(row.sha256, row.width, row.height)


def write_export(run: jobs.JobRun) -> Mapping[str, Any]:
    """Write the questions of a selection as a file that waits for whoever asked for it."""
    config: Config = current_app.extensions["config"]
    one, pool_id, ids = FORMATS[str(run.payload["format"])], str(run.payload["pool"]), list(run.payload["ids"])
    pool = queries.pool_by_public_id(reading(), pool_id)
    items = export.newest(reading(), ids)
    reading().rollback()
    if pool is None:
        return {}
    run.report(0, len(items))
    data = export.written(one, items, media=config.media)
    name = f"{run.public_id}{one.ending}"
    exports.keep_file(exports.folder_of(config.data, pool_id, str(run.payload["person"])), name, data)
    with writing() as session:
        export.note(session, pool, one, len(items), data)
    return {"items": len(items), "page": ["bank_export.file", {"pool_id": pool_id, "name": name}]}
