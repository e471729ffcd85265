"""Files of evidence: looked through like what candidates hand in, on disk before the row that names them."""

import hashlib
import os
from pathlib import Path
from typing import IO

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.answer_files import cleaning, room
from lms.answer_files.kinds import ENDINGS, Unfit, ending_of, kind_of
from lms.claims.errors import BadEvidence
from lms.claims.models import Claim, ClaimFile
from lms.clock import now
from lms.config import Config
from lms.database import writing
from lms.ids import new_public_id

MOST_FILES, MOST_BYTES, MOST_NAME = 10, 10 * 1024 * 1024, 120
KINDS = ("pdf", "jpg", "png")
TAKEN = frozenset(ending for kind in KINDS for ending in ENDINGS[kind])


def take(claim_id: int, public_id: str, sent_name: str, stream: IO[bytes]) -> str:
    """Keep a file of evidence of a claim; its public id. When this returns it is on disk and noted. Raises BadEvidence."""
    name = _plain(sent_name)
    if ending_of(name) not in TAKEN:
        raise BadEvidence(reason="name")
    length = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if not 0 < length <= MOST_BYTES:
        raise BadEvidence(reason="too_large" if length else "empty")
    try:
        with room.arriving(stream, folder_of(public_id), length) as arrived:
            return _kept(claim_id, public_id, name, arrived)
    except room.Cut as cut:
        raise BadEvidence(reason="cut") from cut
    except Unfit as unfit:
        raise BadEvidence(reason=unfit.reason) from unfit


def _kept(claim_id: int, public_id: str, name: str, arrived: room.Arrived) -> str:
    kind = kind_of(arrived.head)
    if kind not in KINDS or ending_of(name) not in ENDINGS[kind]:
        raise Unfit("kind")
    cleaning.clean(arrived.path, arrived.copy, kind)
    with arrived.copy.open("rb") as file:
        copy = hashlib.file_digest(file, "sha256").hexdigest()
    made = new_public_id()
    with room.keeping(arrived, folder_of(public_id)), writing() as session:
        session.get_one(Claim, claim_id, with_for_update=True)
        if len(list(session.scalars(select(ClaimFile.id).where(ClaimFile.claim_id == claim_id)))) >= 2 * MOST_FILES:
            raise BadEvidence(reason="too_many")
        session.add(
            ClaimFile(
                public_id=made, claim_id=claim_id, sha256=arrived.sha256, copy_sha256=copy, name=name, kind=kind,
                size=arrived.size, at=now(),
            )
        )  # fmt: skip
    return made


def _plain(name: str) -> str:
    """A name without folders and control characters, cut in front of its ending where it is too long."""
    name = "".join(char for char in name.replace("\\", "/").rpartition("/")[2] if char.isprintable()).strip()
    ending = ending_of(name)
    return name if len(name) <= MOST_NAME else f"{name[: MOST_NAME - len(ending) - 1]}.{ending}"


def folder_of(public_id: str) -> Path:
    """Where the evidence of a claim lies."""
    config: Config = current_app.extensions["config"]
    return room.folder_of(config.claims, public_id)


def files_of(session: Session, claim_id: int, ids: list[str]) -> list[ClaimFile]:
    """The files of a version, in their order."""
    found = {one.public_id: one for one in session.scalars(select(ClaimFile).where(ClaimFile.claim_id == claim_id))}
    return [found[one] for one in ids if one in found]
