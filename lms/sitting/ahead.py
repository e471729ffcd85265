"""Pages of papers, drawn and compressed before the bell for those who wait for it.

At the bell nothing is left to be made but what only then is known: the attempt, its tickets, its time. A page is as secret
as its paper: it lies sealed in a folder that all processes share, under a name that tells nothing. Where there is none, or another one than the candidate should see, the page is drawn at the start.
"""

import json
import secrets
import shutil
import threading
from contextlib import suppress
from datetime import timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import structlog
from flask import Flask, current_app
from flask_babel import force_locale, get_locale

from lms.clock import now
from lms.config import Config
from lms.direct import ask
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.i18n import locale_code
from lms.keys import key_for
from lms.release import release
from lms.sitting import dealing, packed, page, seal
from lms.sitting.packed import Part
from lms.sitting.page import Shell
from question_bank.assembly import Form

log = structlog.get_logger()

FOLDER = "drawn"
#: nobody's page is drawn sooner before the bell; an exam's are removed so long after the last was drawn
EARLY, KEPT_SECONDS = timedelta(hours=6), 8 * 3600
_ADLER, _LENGTH = 4, 4


class _Wanted(NamedTuple):
    """A page to be drawn: of which paper (its record as JSON), in which language, into which shell."""

    exam: ExamRow
    record: str
    locale: str
    shell: Shell


class _Drawer:
    """The queue and its thread; the thread begins with the first page, so that a forked process has one of its own."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._queue: SimpleQueue[_Wanted] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, wanted: _Wanted) -> None:
        """Have it drawn."""
        self._queue.put(wanted)
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="sitting-ahead", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            wanted = self._queue.get()
            with self._app.app_context():
                try:
                    _draw(wanted)
                except Exception:  # whoever has no page gets one at the start
                    log.exception("not_drawn_ahead", exam=wanted.exam.public_id)


def prepare(exam: ExamRow, person_id: int, theme: str) -> None:
    """Have a person's page drawn in the language of this request, soon and by another thread, where the bell is to come and
    the paper was dealt.
    """
    if exam.phase(now()) != "soon" or exam.opens_at - now() > EARLY:
        return
    rows = ask("SELECT sealed FROM sitting_paper WHERE exam_id = ? AND person_id = ?", (exam.id, person_id))
    if not rows:
        return
    record = dealing.opened(exam.id, person_id, rows[0][0]).decode()
    # the shell in any case: each process, language and theme needs it at the bell, and only a request can make it
    shell = page.shell_of(exam, Form.from_record(json.loads(record)), theme)
    if _path(exam, record).exists():
        return
    wanted = _Wanted(exam, record, str(get_locale()), shell)
    if current_app.testing:
        _draw(wanted)
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    drawer: _Drawer = app.extensions.get("sitting.ahead") or app.extensions.setdefault("sitting.ahead", _Drawer(app))
    drawer.put(wanted)


def _draw(wanted: _Wanted) -> None:
    exam = wanted.exam
    if exam.phase(now()) != "soon":
        return
    with force_locale(wanted.locale):
        path = _path(exam, wanted.record)
        articles = page.paper_html(Form.from_record(json.loads(wanted.record)), exams.snapshot_of(exam.id))
    part = packed.packed(page.middle(wanted.shell, articles))
    stored = part.adler.to_bytes(_ADLER, "big") + part.length.to_bytes(_LENGTH, "big") + part.blocks
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_suffix(f".{secrets.token_hex(4)}")
    aside.write_bytes(seal.sealed_quickly(key_for("pages before the bell"), path.name, stored))
    aside.replace(path)


def taken(exam: ExamRow, record: str) -> Part | None:
    """What was drawn of the page of this paper (its record as JSON), in the language of this context; None where nothing was."""
    path = _path(exam, record)
    try:
        content = path.read_bytes()
        stored = seal.opened_quickly(key_for("pages before the bell"), path.name, content)
    except (OSError, seal.Broken):
        return None
    adler, length, blocks = stored[:_ADLER], stored[_ADLER : _ADLER + _LENGTH], stored[_ADLER + _LENGTH :]
    return Part(blocks, int.from_bytes(adler, "big"), int.from_bytes(length, "big"))


def tidy() -> None:
    """Remove what was drawn for exams that are long over."""
    for folder in _root().glob("*"):
        with suppress(OSError):
            if folder.stat().st_mtime < now().timestamp() - KEPT_SECONDS:
                shutil.rmtree(folder)


def _root() -> Path:
    config: Config = current_app.extensions["config"]
    return config.data / FOLDER


def _path(exam: ExamRow, record: str) -> Path:
    """Where the page of a paper is kept: by all that its words depend on."""
    told = "\n".join((_release(), exam.title, locale_code(), record))
    name = blake2b(told.encode(), key=key_for("names of pages"), digest_size=16).hexdigest()
    return _root() / exam.public_id / name


@cache
def _release() -> str:
    return release()
