"""Questions that ask for a file, exams that ask them, and how the player sends one."""

import hashlib
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import select

from lms.answer_files import cleaning, room
from lms.answer_files.kinds import ENDINGS as KINDS
from lms.answer_files.kinds import ending_of
from lms.bank.models import Item, ItemVersion
from lms.database import writing
from lms.sitting.models import Attempt, Upload
from question_bank.formats.record import to_record
from question_bank.interactions.file_answer import FileAsked
from question_bank.interactions.written import Point, Written
from question_bank.item import ItemVersion as Wording
from tests.conftest import NINE
from tests.exam_day import ExamDay, section
from tests.sitting.test_sitting import Candidate

ENDINGS = ("pdf", "docx", "png", "jpg", "jpeg", "txt")
POINTS = (Point("事实", Decimal("0.5")), Point("依据", Decimal("0.5")))
#: of 10 marks each; question 1 is a choice
SECTIONS = (section("single_choice", 1, "5"), section("file_answer", 1, "10"))


def add_file_questions(day: ExamDay, endings: tuple[str, ...] = ENDINGS, *, megabytes: int = 1, count: int = 1) -> None:
    """Questions that ask for a file, in the pool of the day."""
    with day.app.app_context(), writing() as session:
        for n in range(count):
            body = FileAsked(Written("写明事实和依据", POINTS), endings, megabytes)
            version = Wording(f"file-{n}", "file_answer", "food", f"起草一份笔录，第 {n} 题", body)
            item = Item(pool_id=day.pool_id, ref=version.ref, drawn=1, created_at=NINE)
            session.add(item)
            session.flush()
            session.add(
                ItemVersion(
                    item_id=item.id, number=1, type=version.type, subject=version.subject, record=to_record(version),
                    stem_text=version.stem, sha256=bytes(32), created_at=NINE,
                )
            )  # fmt: skip


def sent(candidate: Candidate, name: str, data: bytes, *, slot: int = 2, **changed: Any) -> Any:
    """Send a file as the player does."""
    headers = {
        "X-Ticket": candidate.last_ticket, "X-File-Name": quote(name), "Accept": "application/json",
        "Content-Type": "application/octet-stream",
    }  # fmt: skip
    return candidate.client.post(
        f"/sitting/{candidate.attempt_id}/files/{slot}", data=data, headers=headers | changed.get("headers", {})
    )


def kept(app: Flask, attempt: str, slot: int, name: str, data: bytes) -> dict[str, Any]:
    """A file of an attempt as if it had been sent: on disk with its copy, noted; the answer that names it."""
    sha256, ending = hashlib.sha256(data).hexdigest(), ending_of(name)
    kind = next(kind for kind, endings in KINDS.items() if ending in endings)
    folder = room.folder_of(app.extensions["config"].answers, attempt)
    folder.mkdir(parents=True, exist_ok=True)
    room.path_of(folder, sha256).write_bytes(data)
    copy = room.copy_of(folder, sha256)
    cleaning.clean(room.path_of(folder, sha256), copy, kind)
    with app.app_context(), writing() as session:
        key = session.scalar(select(Attempt.id).where(Attempt.public_id == attempt))
        session.add(
            Upload(
                attempt_id=key, slot=slot, sha256=sha256, copy_sha256=hashlib.sha256(copy.read_bytes()).hexdigest(),
                name=name, kind=kind, size=len(data), at=NINE,
            )
        )  # fmt: skip
    return {"name": name, "sha256": sha256, "size": len(data)}
