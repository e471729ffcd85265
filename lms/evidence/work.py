"""Work of evidence outside requests: drawing certificates, making packages, hearing of corrections."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import queries as accounts
from lms.accounts.queries import PersonRow
from lms.clock import now
from lms.config import Config
from lms.database import reading, writing
from lms.evidence import keys, packing, queries, service
from lms.evidence.drawing import draw
from lms.evidence.errors import HeldBack
from lms.evidence.packing import Asked
from lms.evidence.record import PASSED, latest
from lms.transcripts import queries as transcripts

#: how long the file of a package can be fetched
KEPT = timedelta(days=7)
#: how often a package is begun again because somebody's transcript grew while it was put together
MOST_TIMES = 5


class Overtaken(Exception):
    """Transcripts grew each time that a package was put together."""

    code = "evidence.overtaken"


def init_app(app: Flask) -> None:
    """Register the handlers."""
    jobs.register(app, service.DRAW, draw_certificate)
    jobs.register(app, service.PACK, pack)
    jobs.register(app, service.HEAR, hear)


def draw_certificate(run: jobs.JobRun) -> Mapping[str, Any]:
    """Draw a certificate and keep it."""
    code = str(run.payload["code"])
    found = queries.document(reading(), code)
    if found is None:
        raise LookupError(code)
    config: Config = current_app.extensions["config"]
    data = draw(found.content["paper"], code, invented=config.demonstration)
    keep(certificate_path(code), data)
    return {"bytes": len(data)}


def pack(run: jobs.JobRun) -> Mapping[str, Any]:
    """Make a package: the certificates that are still wanting, then the file, then the row that names it."""
    code, site, by = str(run.payload["code"]), str(run.payload["site"]), int(run.payload["person"])
    found = accounts.people_by_ids(reading(), [int(one) for one in run.payload["people"]])
    people = [found[person] for person in run.payload["people"]]
    page = {"page": ["evidence.package", {"code": code}]}
    if queries.document(reading(), code) is not None:
        return page
    for _again in range(MOST_TIMES):
        if _packed(run, Asked(code, people, site, now()), by):
            forget_old()
            return page
    raise Overtaken(code)


def _packed(run: jobs.JobRun, asked: Asked, by: int) -> bool:
    """
    Put a package together; False, and nothing entered, where a transcript grew meanwhile. A correction revokes the packages that
    are there when it is heard, so none may be entered later that does not have it.
    """
    ids = [person.id for person in asked.people]
    held = transcripts.count_of(reading(), ids)
    for person in asked.people:
        run.report(0, len(ids))
        with writing() as session:
            keys.signer(session)
            certify_all(session, by, person, site=asked.site)
    with _aside(package_path(asked.code)) as (work, target):
        made = packing.write(reading(), asked, work, target, told=run.report)
        reading().rollback()
    with writing() as session:
        accounts.lock_people(session, ids)
        stands = transcripts.count_of(session, ids) == held
        if stands:
            service.keep_package(session, made, ids, by)
    if not stands:
        package_path(asked.code).unlink()
    return stands


def certify_all(session: Session, by: int, person: PersonRow, *, site: str) -> None:
    """Issue the certificates of somebody that are still wanting and were not held back."""
    for row in latest(transcripts.revisions(session, [person.id])):
        if row.passed and row.kind in PASSED:
            with suppress(HeldBack):
                service.certify(session, by, person, row, site=site)


@contextmanager
def _aside(path: Path) -> Iterator[tuple[Path, Path]]:
    """An empty folder to work in, and where to write a file that has its name, and is on disk, once the block has ended well."""
    work = path.with_suffix(".work")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    try:
        target = work / path.name
        yield work, target
        with target.open("rb+") as file:
            os.fsync(file.fileno())
        target.replace(path)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def hear(run: jobs.JobRun) -> Mapping[str, Any]:
    """Revoke what rests on entries that were corrected."""
    with writing() as session:
        return {"revoked": service.hear(session, [int(one) for one in run.payload["entries"]])}


def certificate_path(code: str) -> Path:
    """Where the PDF of a certificate is kept."""
    return _data() / "certificates" / f"{code}.pdf"


def package_path(code: str) -> Path:
    """Where a package waits to be fetched."""
    return _data() / "evidence" / f"{code}.zip"


def forget_old() -> None:
    """Remove packages whose days are over."""
    oldest = (now() - KEPT).timestamp()
    for path in (_data() / "evidence").glob("*.zip"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def keep(path: Path, data: bytes) -> None:
    """Write a file, aside first, and on the disk before it has its name."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_suffix(".part")
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _data() -> Path:
    config: Config = current_app.extensions["config"]
    return config.data
