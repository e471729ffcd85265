"""Work of transcripts outside requests: entering results, drawing prints."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from lms import jobs
from lms.config import Config
from lms.database import reading, writing
from lms.transcripts import queries, service
from lms.transcripts.document import draw

#: entries in a transaction: nobody's answer waits long for it
AT_ONCE = 20


def init_app(app: Flask) -> None:
    """Register the handlers."""
    jobs.register(app, "transcripts.record", enter)
    jobs.register(app, "transcripts.print", draw_print)


def enter(run: jobs.JobRun) -> Mapping[str, Any]:
    """Append entries, some in a transaction; the features send word of what was finished."""
    # a job of an earlier release is one word by itself
    words, entered = run.payload.get("words", [run.payload]), 0
    for first in range(0, len(words), AT_ONCE):
        with writing() as session:
            entered += service.enter(session, words[first : first + AT_ONCE])
        run.rest()
    return {"entered": entered}


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
