"""Pictures of people at work, where the exam asks for them and they consented.

Each is decoded and encoded anew before it is kept, in a folder of its own that no backup takes along: what was deleted
after its time is nowhere.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.admission import queries
from lms.admission.errors import NoSnapshot, TooManySnapshots
from lms.admission.models import Snapshot
from lms.audit.service import record
from lms.bank import service as bank
from lms.clock import now
from lms.config import Config
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.ids import new_public_id

MOST_BYTES = 200 * 1024
MOST_SIDE = 800  # pixels
#: of one person in one exam; and how far apart at least
MOST, REST = 200, timedelta(seconds=45)
#: seconds from the start to the first picture, and from one to the next
FIRST, NEXT = (60, 300), (480, 1500)
#: why there is no picture: the browser or the person said no, there is no camera, it stopped
FAULTS = ("denied", "none", "stopped")


def folder() -> Path:
    """Where the files lie."""
    config: Config = current_app.extensions["config"]
    return config.data / "camera"


def keep_snapshot(exam_id: int, person_id: int, data: bytes, fault: str) -> None:
    """Keep a picture, or why there is none (one of FAULTS).

    Raises NoSnapshot for what is no JPEG of sensible size, or without consent; TooManySnapshots when they come too often.
    """
    _days(reading(), exam_id, person_id)
    reading().rollback()
    content = b"" if fault else _encoded(data)  # before the transaction: nobody waits for pixels
    made = Snapshot(public_id=new_public_id(), exam_id=exam_id, person_id=person_id, at=now(), fault=fault or None)
    if content:
        _write(made.public_id, content)
    try:
        with writing() as session:
            ends = exams.by_ids(session, [exam_id])[exam_id].closes_at
            made.until = ends + timedelta(days=_days(session, exam_id, person_id))
            session.add(made)
    except BaseException:
        remove_files([made.public_id])
        raise


def _write(public_id: str, content: bytes) -> None:
    target = snapshot_path(public_id)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _days(session: Session, exam_id: int, person_id: int) -> int:
    """Days after the exam for which a picture of this person is kept; raises where none may be."""
    rule, entry = queries.rule_of(session, exam_id), queries.entry_of(session, exam_id, person_id)
    if rule.camera == "off" or not entry.camera or entry.camera_days is None:
        raise NoSnapshot
    mine = select(Snapshot.at).where(Snapshot.exam_id == exam_id, Snapshot.person_id == person_id)
    latest = session.scalars(mine.order_by(Snapshot.id.desc()).limit(MOST)).all()
    if len(latest) == MOST or (latest and now() - latest[0] < REST):
        raise TooManySnapshots
    return entry.camera_days


def _encoded(data: bytes) -> bytes:
    if len(data) > MOST_BYTES or data[:3] != b"\xff\xd8\xff":
        raise NoSnapshot
    return bank.encoded_photo(data, most_side=MOST_SIDE)


def snapshot_path(public_id: str) -> Path:
    """Where the file of a picture lies."""
    return folder() / public_id[:2] / f"{public_id}.jpg"


def forget(session: Session, exam_id: int, public_ids: Sequence[str]) -> None:
    """Delete what is known of these pictures, with an audit entry; the caller deletes their files afterwards."""
    session.execute(delete(Snapshot).where(Snapshot.exam_id == exam_id, Snapshot.public_id.in_(public_ids)))
    exam = exams.by_ids(session, [exam_id])[exam_id]
    after = {"pictures": len(public_ids)}
    record(session, "admission.camera.forget", thing="exam", thing_id=exam.public_id, after=after)


def remove_files(public_ids: Iterable[str]) -> None:
    """Delete the files of pictures."""
    for public_id in public_ids:
        snapshot_path(public_id).unlink(missing_ok=True)


def strays(session: Session) -> list[str]:
    """Ids of files that no row knows any more, written an hour ago or before: an interrupted deletion left them."""
    known = set(session.scalars(select(Snapshot.public_id)))
    old = (now() - timedelta(hours=1)).timestamp()
    return [each.stem for each in folder().glob("*/*.jpg") if each.stem not in known and each.stat().st_mtime < old]
