"""Files that candidates hand in: taken while answers are, kept before they are acknowledged, and then answered with.

A file arrives first, by itself; the answer that names it follows on the way of every other answer, and is refused where no file of
that attempt and question is what it names. Both stay, replaced or not.
"""

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from flask import current_app
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.accounts.gate import Ticket
from lms.answer_files import cleaning, room
from lms.answer_files.kinds import ENDINGS, Unfit, ending_of, kind_of
from lms.answer_files.room import Arrived
from lms.clock import now
from lms.config import Config
from lms.direct import ask, moment_of
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.sitting import errors, papers, presence, quick
from lms.sitting.deeds import own_sheet
from lms.sitting.models import Attempt, AttemptEvent, Upload
from lms.sitting.store import Store
from lms.sitting.writer import writer
from question_bank.assembly import Form
from question_bank.attempt import Incoming, Kind
from question_bank.errors import BadResponse
from question_bank.interactions.file_answer import MAX_NAME, FileAsked
from question_bank.item import ItemVersion
from question_bank.timing import Time

#: files to one question, and bytes to all of an attempt
MOST_FILES, MOST_BYTES = 20, 300 * 1024 * 1024
_STATE = """
SELECT a.session_id, s.ended_at, a.ended_at, a.deadline_at, a.paused_at FROM attempt a
LEFT JOIN login_session s ON s.id = a.session_id WHERE a.public_id = ?
"""
_SENT = "SELECT slot, sha256, name, size FROM sitting_upload WHERE attempt_id = ?"
_KEEP = """
INSERT INTO sitting_upload (attempt_id, slot, sha256, copy_sha256, name, kind, size, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_NAMED = """
SELECT u.slot, u.sha256, u.name, u.size FROM sitting_upload u JOIN attempt a ON a.id = u.attempt_id WHERE a.public_id = ?
"""
_HELD = "SELECT slot, sha256, name, size, at FROM sitting_upload WHERE attempt_id = ? ORDER BY id"


class Kept(NamedTuple):
    """A file that was taken: the answer that may be given with it, and when it was taken."""

    response: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Keep:
    """Note a file that is on disk, for the log-in that may write while answers count."""

    attempt: str
    session_id: int
    slot: int
    arrived: Arrived
    copy_sha256: str
    name: str
    kind: str
    at: datetime

    def run(self, store: Store) -> None:
        """The same file under the same name is noted once. Raises NotFound, Elsewhere, AttemptOver and FileRefused."""
        sheet = own_sheet(store, self.attempt, self.session_id)
        if sheet.ended or not sheet.time.is_open(self.at):
            raise errors.AttemptOver
        sent = store.plain.run(_SENT, (sheet.id,)).fetchall()
        arrived = self.arrived
        if (self.slot, arrived.sha256, self.name, arrived.size) in {tuple(row) for row in sent}:
            return
        if sum(row[0] == self.slot for row in sent) >= MOST_FILES:
            raise errors.FileRefused("too_many")
        if sum(row[3] for row in sent) + arrived.size > MOST_BYTES:
            raise errors.FileRefused("too_much")
        values = (sheet.id, self.slot, arrived.sha256, self.copy_sha256, self.name, self.kind, arrived.size)
        store.plain.run(_KEEP, (*values, store.plain.stored(self.at)))


def hand_over(who: Ticket, slot: int, name: str, stream: IO[bytes], length: int) -> Kept:
    """Take a file of `length` bytes; when this returns it is on disk. Nothing of it is left where it is refused.

    Raises NotFound for a question that asks for none, Elsewhere, AttemptOver, FileRefused, and OSError where there is no room.
    """
    _refuse_closed(who)
    asked = _asked(who.thing, slot)
    name = _plain(name)
    if ending_of(name) not in asked.endings:
        raise errors.FileRefused("name", endings=", ".join(asked.endings))
    if not 0 < length <= asked.most_bytes:
        raise errors.FileRefused("too_large" if length > 0 else "empty", megabytes=asked.megabytes)
    folder = folder_of(who.thing)
    try:
        with room.arriving(stream, folder, length) as arrived:
            return _taken(who, slot, name, arrived, folder)
    except room.Cut as cut:
        raise errors.FileRefused("cut") from cut
    except Unfit as unfit:
        raise errors.FileRefused(unfit.reason) from unfit


def _taken(who: Ticket, slot: int, name: str, arrived: Arrived, folder: Path) -> Kept:
    """Look through a file that arrived, and keep it with its copy. It arrived when it did, however long looking takes."""
    at, kind = now(), kind_of(arrived.head)
    if ending_of(name) not in ENDINGS[kind]:
        raise Unfit("kind")
    cleaning.clean(arrived.path, arrived.copy, kind)
    with arrived.copy.open("rb") as file:
        copy = hashlib.file_digest(file, "sha256").hexdigest()
    with room.keeping(arrived, folder):
        writer().do(Keep(who.thing, who.session_id, slot, arrived, copy, name, kind, at))
    presence.saw(who.thing)
    return Kept({"name": name, "sha256": arrived.sha256, "size": arrived.size}, at)


def _refuse_closed(who: Ticket) -> None:
    """Before anything is read: the same that is asked once more when it is kept."""
    rows = ask(_STATE, (who.thing,))
    if not rows:
        raise NotFound
    session_id, logged_out, ended, due, paused = rows[0]
    if session_id != who.session_id or logged_out is not None:
        raise errors.Elsewhere
    time = Time(moment_of(due), None if paused is None else moment_of(paused))
    if ended is not None or not time.is_open(now()):
        raise errors.AttemptOver


def _asked(attempt: str, number: int) -> FileAsked:
    sat = papers.sat(attempt)
    slot = sat.form.slot(number)
    body = None if slot is None else exams.snapshot_of(sat.exam_id)[slot.version].body
    if not isinstance(body, FileAsked):
        raise NotFound
    return body


def _plain(name: str) -> str:
    """A name without folders and control characters, cut in front of its ending where it is too long."""
    name = "".join(char for char in name.replace("\\", "/").rpartition("/")[2] if char.isprintable()).strip()
    ending = ending_of(name)
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - len(ending) - 1]}.{ending}"


def refuse_strangers(attempt: str, events: Sequence[Incoming]) -> None:
    """Refuse answers that name a file which was not sent to that question of this attempt; raises BadResponse. Costs nothing
    where no answer names a file.
    """
    named = [event for event in events if event.kind is Kind.ANSWER and _is_file(event.response)]
    if not named:
        return
    sent = {tuple(row) for row in ask(_NAMED, (attempt,))}
    for event in named:
        said = event.response
        if (event.slot, said["sha256"], said["name"], said["size"]) not in sent:
            raise BadResponse(reason="file")


def _is_file(response: object) -> bool:
    """Among responses as they are stored only those to questions that ask for a file have a hash."""
    return isinstance(response, dict) and set(response) == {"name", "sha256", "size"}


class Copy(NamedTuple):
    """The copy of an answer's file for those who mark it, without a word of whose it is: kind, bytes, where it lies."""

    kind: str
    size: int
    path: Path


def copies(session: Session, answers: Sequence[tuple[int, int, Any]]) -> dict[tuple[int, int], Copy]:
    """By attempt (its id) and question the copies of the files that were answered with: `answers` are attempt, question, response."""
    wanted = {(attempt, slot): said["sha256"] for attempt, slot, said in answers if _is_file(said)}
    query = (
        select(Attempt.public_id, Upload.attempt_id, Upload.slot, Upload.sha256, Upload.kind, Upload.size)
        .join(Attempt, Attempt.id == Upload.attempt_id)
        .where(Upload.attempt_id.in_(sorted({attempt for attempt, _slot in wanted})))
    )
    rows = session.execute(query).all() if wanted else ()
    return {
        (row.attempt_id, row.slot): Copy(row.kind, row.size, room.copy_of(folder_of(row.public_id), row.sha256))
        for row in rows
        if wanted.get((row.attempt_id, row.slot)) == row.sha256
    }


def amiss(session: Session, exam_id: int, versions: Iterable[ItemVersion]) -> str | None:
    """The first file of an exam that is gone or not as it was, or an answer that names one that was never taken; None where
    there is nothing of the kind.
    """
    kept = set[tuple[int, int | None, str, str, int]]()
    for row in session.execute(_of_exam(exam_id)):
        folder, one = folder_of(row.public_id), row.Upload
        kept.add((one.attempt_id, one.slot, one.name, one.sha256, one.size))
        fits = room.fits(room.path_of(folder, one.sha256), one.sha256)
        if not fits or not room.fits(room.copy_of(folder, one.sha256), one.copy_sha256):
            return f"attempt {row.public_id}: a file of question {one.slot} is gone or not as it was handed in"
    asks = any(isinstance(one.body, FileAsked) for one in versions)
    return _unheard(session, exam_id, kept) if asks else None


def _unheard(session: Session, exam_id: int, kept: Container[object]) -> str | None:
    query = (
        select(Attempt.public_id, AttemptEvent.attempt_id, AttemptEvent.slot, AttemptEvent.response)
        .join(Attempt, Attempt.id == AttemptEvent.attempt_id)
        .where(Attempt.exam_id == exam_id, AttemptEvent.kind == Kind.ANSWER)
    )
    for row in session.execute(query.execution_options(yield_per=1000)):
        said = row.response
        if _is_file(said) and (row.attempt_id, row.slot, said["name"], said["sha256"], said["size"]) not in kept:
            return f"attempt {row.public_id}: the answer to question {row.slot} names a file that was never taken"
    return None


def rows_of(session: Session, exam_id: int) -> list[dict[str, Any]]:
    """Every file that was taken in an exam, as rows for its evidence, in the order in which they came."""
    return [
        {
            "attempt": row.public_id, "question": row.Upload.slot, "name": row.Upload.name, "kind": row.Upload.kind,
            "bytes": row.Upload.size, "sha256": row.Upload.sha256, "copy_sha256": row.Upload.copy_sha256,
            "at": row.Upload.at.isoformat(), "path": f"answers/{row.public_id}/{row.Upload.sha256}",
        }
        for row in session.execute(_of_exam(exam_id))
    ]  # fmt: skip


def _of_exam(exam_id: int) -> Select[str, Upload]:
    query = select(Attempt.public_id, Upload).join(Attempt, Attempt.id == Upload.attempt_id)
    return query.where(Attempt.exam_id == exam_id).order_by(Upload.id)


def folder_of(attempt: str) -> Path:
    """Where the files of an attempt lie."""
    config: Config = current_app.extensions["config"]
    return room.folder_of(config.answers, attempt)


def path_of(attempt: str, sha256: str) -> Path:
    """Where a file of an attempt lies as it was sent."""
    return room.path_of(folder_of(attempt), sha256)


class Handed(NamedTuple):
    """The file that a question was answered with: number of the question, name, SHA-256 in hex, bytes, when it was taken."""

    number: int
    name: str
    sha256: str
    size: int
    at: datetime


def asks_files(form: Form, versions: Mapping[int, ItemVersion]) -> bool:
    """Whether a paper has a question that asks for a file."""
    return any(isinstance(versions[slot.version].body, FileAsked) for slot in form.slots)


def answered(attempt_id: int) -> list[Handed]:
    """The files that stand as answers of an attempt (by its id), in the order of the questions."""
    found = {slot: said for slot, said in quick.answers(attempt_id).items() if _is_file(said)}
    if not found:
        return []
    times = {(slot, sha256, name): at for slot, sha256, name, _size, at in ask(_HELD, (attempt_id,))}
    return [
        Handed(slot, said["name"], said["sha256"], said["size"], moment_of(times[slot, said["sha256"], said["name"]]))
        for slot, said in sorted(found.items())
    ]
