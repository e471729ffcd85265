"""Work of the bank on many questions, outside requests."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs
from lms.bank import bulk, life, queries
from lms.bank.many_routes import MOVE_JOB
from lms.bank.selection import public_ids
from lms.database import reading, writing
from question_bank.life import Move
from question_bank.particulars import Changes

#: questions moved in one transaction
AT_ONCE = 50


def init_app(app: Flask) -> None:
    """Register the handlers."""
    jobs.register(app, bulk.JOB, change)
    jobs.register(app, bulk.UNDO_JOB, undo)
    jobs.register(app, MOVE_JOB, move)


def change(run: jobs.JobRun) -> Mapping[str, Any]:
    """Work a change out outside any transaction of ours, then write it in one."""
    pool = queries.pool_by_public_id(reading(), str(run.payload["pool"]))
    if pool is None:
        return {}
    ids = [int(one) for one in run.payload["ids"]]
    made = bulk.plan(reading(), pool, ids, Changes.from_record(run.payload["changes"]))
    reading().rollback()
    run.check_cancelled()
    public_id = str(run.payload["bulk"])
    with writing() as session:
        changed = bulk.apply(session, pool, made, public_id=public_id, by=int(run.payload["by"]))
    return {"changed": changed, "page": ["bank_many.bulk_change", {"bulk_id": public_id}]}


def undo(run: jobs.JobRun) -> Mapping[str, Any]:
    """Take a change of many back."""
    public_id = str(run.payload["bulk"])
    with writing() as session:
        found = bulk.bulk_by_public_id(session, public_id)
        pool_id = queries.public_id_of(session, found.pool_id) if found else None
        pool = queries.pool_by_public_id(session, pool_id) if pool_id else None
        if found is None or pool is None:
            return {}
        changed = bulk.undo(session, pool, found, by=int(run.payload["by"]))
    return {"changed": changed, "page": ["bank_many.bulk_change", {"bulk_id": public_id}]}


def move(run: jobs.JobRun) -> Mapping[str, Any]:
    """Move many questions on, some at a time; those moved before stay moved when it is run again."""
    pool = queries.pool_by_public_id(reading(), str(run.payload["pool"]))
    if pool is None:
        return {}
    ids, what = [int(one) for one in run.payload["ids"]], Move(run.payload["move"])
    moved = 0
    for start in range(0, len(ids), AT_ONCE):
        with writing() as session:
            part = public_ids(session, ids[start : start + AT_ONCE])
            moved += life.move_all(session, pool, part, what, by=int(run.payload["by"]))[0]
        run.report(min(start + AT_ONCE, len(ids)), len(ids))
    return {"moved": moved, "page": ["bank.pool", {"pool_id": pool.public_id}]}
