"""Writing the results of closed classes, outside requests."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import queries as accounts
from lms.audit.service import acting
from lms.classes import closing
from lms.classes.models import TrainingClass
from lms.classes.service import CLOSE
from lms.database import reading, writing


def init_app(app: Flask) -> None:
    """Register the handler."""
    jobs.register(app, CLOSE, close)


def close(run: jobs.JobRun) -> Mapping[str, Any]:
    """Write results in batches, each with its word to the transcripts. Running it again writes those that are missing."""
    public_id = str(run.payload["class"])
    by = accounts.person_by_public_id(reading(), str(run.owner)).id
    waiting = closing.unwritten(reading(), _class(reading(), public_id))
    reading().rollback()
    done = 0
    for first in range(0, len(waiting), closing.BATCH):
        with acting(run.owner), writing() as session:
            done += closing.write(
                session, _class(session, public_id, lock=True), waiting[first : first + closing.BATCH], by
            )
        run.report(done, len(waiting))
    return {"written": done, "page": ["class_closing.results", {"class_id": public_id}]}


def _class(session: Session, public_id: str, *, lock: bool = False) -> TrainingClass:
    """The class; `lock`: certificates are numbered in turn with corrections."""
    query = select(TrainingClass).where(TrainingClass.public_id == public_id)
    return session.scalars(query.with_for_update() if lock else query).one()
