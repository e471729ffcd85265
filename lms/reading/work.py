"""Work of reading outside requests: places and marks go with a document that became the text of another."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs
from lms.database import writing
from lms.library import service as library
from lms.reading import service


def init_app(app: Flask) -> None:
    """Register the handler."""
    jobs.register(app, library.JOINED, joined)


def joined(run: jobs.JobRun) -> Mapping[str, Any]:
    """Move what readers keep to the document that stays, then take the other out. A second run finds nothing to do."""
    with writing() as session:
        moved = service.move(session, str(run.payload["from"]), str(run.payload["to"]))
        library.remove_joined(session, str(run.payload["from"]))
    return {"moved": moved}
