"""Files that candidates hand in: taken like answers, kept before they are acknowledged, refused without a trace."""

import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from lms import doctor
from lms.answer_files import room
from lms.config import Config
from lms.database import db, reading
from lms.exams.queries import ExamRow
from lms.sitting import files
from lms.sitting import service as sitting
from lms.sitting.models import Upload
from question_bank.attempt import Kind
from tests.answer_files import made
from tests.answer_files.asked import SECTIONS, add_file_questions, sent
from tests.cast import Cast, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.test_sitting import Candidate, kinds
from tests.statements import statements

SLOT = 2
NAME = "询问笔录（王五）.pdf"


@pytest.fixture
def exam(exam_day: ExamDay, cast: Cast) -> ExamRow:
    """A choice, and a file of at most one megabyte."""
    add_file_questions(exam_day)
    return exam_day.published(exam_day.plan(sections=SECTIONS, release="by_hand", units=(cast.bureau.id,)))


@pytest.fixture
def lin(app: Flask, cast: Cast, exam: ExamRow) -> Candidate:
    """Sitting it."""
    found = Candidate(app, cast.lin, exam.public_id)
    found.start()
    return found


def on_disk(app: Flask) -> dict[str, bytes]:
    """Everything below the folder of answers, by name."""
    config: Config = app.extensions["config"]
    return {path.name: path.read_bytes() for path in config.answers.rglob("*") if path.is_file()}


def uploads(app: Flask) -> list[Upload]:
    """What was noted."""
    with app.app_context():
        return list(reading().scalars(select(Upload).order_by(Upload.id)))


def test_a_file_is_kept_and_then_answered_with(app: Flask, lin: Candidate, exam: ExamRow, cast: Cast) -> None:
    """
    What is acknowledged lies under its hash, with its copy; the answer is an event like any other, shown on the page, on the
    receipt and to nobody else; the exam verifies, doctor finds all of it, and finds it when it is changed.
    """
    data = made.pdf("王五")
    answer = sent(lin, NAME, data)
    file = answer.json["file"]
    digest = hashlib.sha256(data).hexdigest()

    assert (answer.status_code, file) == (200, {"name": NAME, "sha256": digest, "size": len(data)})
    assert on_disk(app)[digest] == data
    assert set(on_disk(app)) == {digest, f"{digest}.copy"}

    assert lin.send(lin.event(SLOT, file)).status_code == 200
    page = lin.client.get(f"/sitting/{lin.attempt_id}").text
    own = lin.client.get(f"/sitting/{lin.attempt_id}/files/{SLOT}")

    assert NAME in page
    assert (own.data, own.headers["Cache-Control"]) == (data, "no-store")
    assert own.headers["Content-Disposition"].startswith("attachment;")
    assert sign_in(app.test_client(), cast.wang).get(f"/sitting/{lin.attempt_id}/files/{SLOT}").status_code == 404

    lin.hand_in()
    receipt = lin.client.get(f"/sitting/{lin.attempt_id}/result").text

    assert kinds(app, lin.attempt_id) == [Kind.START, Kind.ANSWER, Kind.HAND_IN]
    assert NAME in receipt
    assert digest[:12] in receipt
    with app.app_context():
        assert sitting.verified(reading(), exam).startswith("OK: ")
    assert found(app).state == "ok"
    next(path for path in app.extensions["config"].answers.rglob(digest)).write_bytes(b"another")
    with app.app_context():
        assert "gone or not as it was handed in" in sitting.verified(reading(), exam)
    assert found(app).state == "missing"


def found(app: Flask) -> doctor.Finding:
    """What doctor says of the files."""
    return doctor._answers(app.extensions["config"])


def test_a_file_is_replaced_and_taken_back(app: Flask, lin: Candidate) -> None:
    """
    Another file takes the place of the first, null takes the answer back; the same file sent twice is noted once, and all that
    were answered with stay as evidence.
    """
    first, second = (sent(lin, f"{n}.txt", f"第 {n} 稿".encode()).json["file"] for n in (1, 2))
    again = sent(lin, "1.txt", "第 1 稿".encode()).json["file"]
    for response in (first, second, None):
        assert lin.send(lin.event(SLOT, response)).status_code == 200

    assert again == first
    assert [row.name for row in uploads(app)] == ["1.txt", "2.txt"]
    assert len(on_disk(app)) == 4
    assert lin.client.get(f"/sitting/{lin.attempt_id}/files/{SLOT}").status_code == 404


def paused(app: Flask, exam: ExamRow, attempt: str, by: str) -> None:
    """Stop an attempt's clock."""
    with app.app_context():
        sitting.measure(exam.id, [attempt], Kind.PAUSE, key="0123456789012345678901", reason="测试", by=by)


def test_a_file_comes_as_long_as_answers_count(
    app: Flask, lin: Candidate, exam: ExamRow, clock: TestClock, cast: Cast
) -> None:
    """
    Within the grace after the deadline, and while time stands still; not after it, not after the hand-in, not by another log-in.
    """
    outcomes = []
    clock.moment += timedelta(minutes=60, seconds=3)
    outcomes.append(sent(lin, "1.txt", b"in grace").status_code)
    clock.moment += timedelta(minutes=1)
    late = sent(lin, "2.txt", b"late")
    before = len(on_disk(app))
    lin.hand_in()
    outcomes.append(sent(lin, "3.txt", b"over").json["error"])

    assert outcomes == [200, "attempt.over"]
    assert (late.status_code, late.json["error"]) == (409, "attempt.over")
    assert before == len(on_disk(app)) == 2


def test_a_file_comes_while_time_stands_still_and_not_from_elsewhere(
    app: Flask, lin: Candidate, exam: ExamRow, cast: Cast
) -> None:
    """
    As answers do: a pause loses nothing; once another log-in has taken over, this one is told so.
    """
    paused(app, exam, lin.attempt_id, cast.zhao.public_id)
    while_paused = sent(lin, "1.txt", b"paused").status_code
    other = sign_in(app.test_client(), cast.lin)
    token = other.get("/sitting/").text.split('name="csrf_token" value="')[1].split('"')[0]
    other.post(f"/sitting/{lin.attempt_id}/take-over", data={"csrf_token": token})

    assert while_paused == 200
    assert sent(lin, "2.txt", b"elsewhere").json["error"] == "attempt.elsewhere"


MEGABYTE = 1024 * 1024
REFUSED: list[tuple[str, str, Callable[[], bytes], str]] = [
    ("nothing", "a.txt", lambda: b"", "empty"),
    ("one byte too many", "a.txt", lambda: b"a" * (MEGABYTE + 1), "too_large"),
    ("an ending that is not asked for", "a.exe", lambda: b"MZ", "name"),
    ("no ending", "pdf", made.pdf, "name"),
    ("HTML under another name", "a.pdf", lambda: b"<html><script>", "kind"),
    ("a picture under another name", "a.pdf", made.png, "kind"),
    ("a PDF as text", "a.txt", made.pdf, "kind"),
    ("a page behind a NUL", "a.txt", lambda: b"\0<html>", "kind"),
    ("a PNG of a thousand million pixels", "a.png", lambda: made.png_header(60_000, 20_000), "large"),
    ("a PDF under a password", "a.pdf", lambda: made.pdf(password="geheim"), "encrypted"),
    ("a way out of the folder", "a.docx", lambda: made.docx(**{"word/../../a.xml": b"x"}), "damaged"),
    ("a program", "a.docx", lambda: made.docx(**{"word/vbaProject.bin": b"x"}), "embedded"),
]  # fmt: skip


def test_what_is_refused_leaves_nothing(app: Flask, lin: Candidate) -> None:
    """
    Each is told why in words, and neither file nor folder nor row is left.
    """
    answers = {words: sent(lin, name, data()) for words, name, data, _reason in REFUSED}
    folder = files_folder(app)

    assert {words: one.json["facts"]["reason"] for words, one in answers.items()} == {row[0]: row[3] for row in REFUSED}
    assert {one.status_code for one in answers.values()} == {422}
    assert len({one.json["message"] for one in answers.values()}) == len({row[3] for row in REFUSED})
    assert (on_disk(app), uploads(app)) == ({}, [])
    assert not folder.exists() or list(folder.iterdir()) == []


def files_folder(app: Flask) -> Path:
    """The room of all files."""
    config: Config = app.extensions["config"]
    return config.answers


def test_what_is_no_sending_of_a_file_is_refused(app: Flask, lin: Candidate) -> None:
    """
    Forms, questions that ask for something else, other attempts and missing tickets, before anything is read.
    """
    form = lin.client.post(
        f"/sitting/{lin.attempt_id}/files/{SLOT}", data={"file": (made.io.BytesIO(b"a"), "a.txt")},
        headers={"X-Ticket": lin.last_ticket, "Accept": "application/json"},
    )  # fmt: skip
    other = sent(lin, "a.txt", b"a", slot=1)
    none = sent(lin, "a.txt", b"a", slot=99)
    without = sent(lin, "a.txt", b"a", headers={"X-Ticket": ""})

    assert [one.status_code for one in (form, other, none, without)] == [400, 404, 404, 403]
    assert on_disk(app) == {}


def test_nobody_answers_with_what_was_not_sent_to_that_question(
    app: Flask, lin: Candidate, cast: Cast, exam: ExamRow
) -> None:
    """
    Another candidate's hash, an invented one, another name or size for one's own: refused, also as what was left over after the end.
    """
    wang = Candidate(app, cast.wang, exam.public_id)
    wang.start()
    theirs = sent(wang, "a.txt", b"theirs").json["file"]
    mine = sent(lin, "a.txt", b"mine").json["file"]
    wrong = [theirs, mine | {"sha256": "0" * 64}, mine | {"name": "b.txt"}, mine | {"size": 5}]
    told = [lin.send(lin.event(SLOT, response)) for response in wrong]
    lin.hand_in()
    left = [
        lin.client.post(
            f"/sitting/{lin.attempt_id}/evidence", json={"events": [lin.event(SLOT, response)]},
            headers={"X-Ticket": lin.last_ticket},
        )
        for response in wrong
    ]  # fmt: skip

    assert {one.status_code for one in (*told, *left)} == {400}
    assert kinds(app, lin.attempt_id) == [Kind.START, Kind.HAND_IN]


def test_files_have_limits(app: Flask, lin: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    So many to a question, so many bytes to an attempt; what came before stands, and what is refused is not left behind.
    """
    monkeypatch.setattr(files, "MOST_FILES", 2)
    told = [sent(lin, f"{n}.txt", f"{n}".encode()).status_code for n in range(3)]
    monkeypatch.setattr(files, "MOST_FILES", 20)
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    much = sent(lin, "much.txt", b"a" * 200)

    assert told == [200, 200, 422]
    assert much.json["facts"]["reason"] == "too_much"
    assert len(on_disk(app)) == 4


def test_a_full_disk_is_told_and_loses_nothing(app: Flask, lin: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where a file would leave too little room for answers, and where the disk ends in the middle, it is 507 and nothing is left;
    what was taken before still is, and the next one is taken once there is room.
    """
    sent(lin, "1.txt", b"first")
    with monkeypatch.context() as little:
        little.setattr(room, "SPARE", 1 << 60)
        before = sent(lin, "2.txt", b"second")
    with monkeypatch.context() as ending:

        def full(_handle: int) -> None:
            raise OSError(28, "No space left on device")

        ending.setattr(os, "fsync", full)
        amid = sent(lin, "2.txt", b"second")
    names = set(on_disk(app))
    after = sent(lin, "2.txt", b"second")

    assert (before.status_code, amid.status_code, after.status_code) == (507, 507, 200)
    assert amid.json["error"] == "storage.full"
    assert len(names) == 2
    assert [row.name for row in uploads(app)] == ["1.txt", "2.txt"]


def test_sending_asks_little_and_other_answers_ask_no_more(app: Flask, lin: Candidate) -> None:
    """
    A file takes six statements at most; an answer that names one asks once for it, and any other not at all.
    """
    lin.send(lin.event(1, None))
    with statements(app) as taken:
        file = sent(lin, "a.txt", b"a").json["file"]
    with statements(app) as plain:
        lin.send(lin.event(1, None))
    with statements(app) as named:
        lin.send(lin.event(SLOT, file))

    assert len(taken) <= 6, taken
    assert not any("sitting_upload" in one for one in plain)
    assert sum("sitting_upload" in one for one in named) == 1


def test_rows_of_files_stay_as_they_were_written(app: Flask, lin: Candidate) -> None:
    """
    The table is append-only.
    """
    sent(lin, "a.txt", b"a")

    with (
        app.app_context(),
        pytest.raises(Exception, match=r"append-only|not authorized|denied"),
        db.engine.begin() as connection,
    ):
        connection.execute(text("UPDATE sitting_upload SET name = 'b.txt'"))
