"""Work of transcripts outside requests: entering results, drawing prints."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, current_app

from lms import jobs
from lms.config import Config
from lms.database import reading, writing
from lms.errors import storage_refusal
from lms.transcripts import archive, monthly, prints, queries, service
from lms.transcripts.document import draw

log = structlog.get_logger()
#: entries in a transaction: nobody's answer waits long for it
AT_ONCE = 20


def init_app(app: Flask) -> None:
    """Register the handlers."""
    jobs.register(app, "transcripts.record", enter)
    jobs.register(app, "transcripts.print", draw_print)
    jobs.register(app, "transcripts.prints", prints.draw)
    jobs.register(app, "transcripts.archive", archive.write)
    jobs.register(app, "transcripts.monthly", monthly.write)


class NotEntered(Exception):
    """Some of the word cannot be entered; what could be is."""

    code = "transcripts.not_entered"


def enter(run: jobs.JobRun) -> Mapping[str, Any]:
    """Append entries, some in a transaction; the features send word of what was finished.

    Raises NotEntered, after all others are entered, where some cannot be: nobody lacks an entry because of somebody else's.
    """
    # a job of an earlier release is one word by itself
    words, entered, refused = run.payload.get("words", [run.payload]), 0, list[str]()
    for first in range(0, len(words), AT_ONCE):
        some = words[first : first + AT_ONCE]
        try:
            entered += _enter(some)
        except Exception as error:
            if storage_refusal(error) is not None:
                raise
            entered += _enter_one_by_one(some, refused)
        run.rest()
    if refused:
        raise NotEntered(f"{len(refused)} of {len(words)}: {', '.join(refused)}")
    return {"entered": entered}


def _enter(words: Sequence[Mapping[str, Any]]) -> int:
    with writing() as session:
        return service.enter(session, words)


def _enter_one_by_one(words: Sequence[Mapping[str, Any]], refused: list[str]) -> int:
    entered = 0
    for word in words:
        try:
            entered += _enter([word])
        except Exception as error:
            if storage_refusal(error) is not None:
                raise
            log.exception("word_not_entered", source=word.get("source"))
            refused.append(str(word.get("source")))
    return entered


def draw_print(run: jobs.JobRun) -> Mapping[str, Any]:
    """Draw a print and keep it, aside first so that half a file is never served."""
    code = str(run.payload["code"])
    found = queries.certificate(reading(), code)
    if found is None:
        raise LookupError(code)
    path = path_of(code)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_suffix(".part")
    config: Config = current_app.extensions["config"]
    aside.write_bytes(draw(found.printed, code, invented=config.demonstration))
    aside.replace(path)
    return {"bytes": path.stat().st_size}


def path_of(code: str) -> Path:
    """Where the PDF of a print is kept."""
    config: Config = current_app.extensions["config"]
    return config.data / "prints" / f"{code}.pdf"
