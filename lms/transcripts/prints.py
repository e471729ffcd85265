"""The transcripts of many people at once: one PDF a person, in folders by unit, in one archive.

Papers are frozen and drawn some at a time, and what was drawn lies on disk, so that the memory that is used does not grow with
the number of people, and a job that begins again after a restart goes on where it was. Each paper has a code that confirms it,
like one that is printed by itself.
"""

import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app

from lms import exports, jobs
from lms.accounts import queries as accounts
from lms.audit.service import acting
from lms.config import Config
from lms.database import reading, writing
from lms.transcripts import queries, service
from lms.transcripts.printed import Printed

#: people whose papers are frozen in one transaction and drawn by one process
AT_ONCE = 100
#: the folder of people who serve nowhere any more
RETIRED = "离退人员"
_UNSAFE = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))


class Drawn(NamedTuple):
    """A paper on disk, under its code, and where it belongs in the archive."""

    code: str
    place: str


def draw(run: jobs.JobRun) -> Mapping[str, Any]:
    """The job: `unit` is the path of the unit, `person` and `by` whose it is, `site` our address."""
    config: Config = current_app.extensions["config"]
    work = config.data / "exports" / f"drawing-{run.public_id}"
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"prints-{run.public_id}.zip"
    try:
        with acting(run.owner), exports.keeping(service.exports_of(str(run.payload["person"])), name) as target:
            count = _write(run, work, target, invented=config.demonstration)
    except jobs.Cancelled:
        shutil.rmtree(work, ignore_errors=True)
        raise
    shutil.rmtree(work, ignore_errors=True)
    return {"people": count, "page": ["transcript_reports.index", {}]}


def _write(run: jobs.JobRun, work: Path, target: Path, *, invented: bool) -> int:
    ids = queries.people_of(reading(), str(run.payload["unit"]))
    drawn: list[Drawn] = []
    for first in range(0, len(ids), AT_ONCE):
        drawn += _some(run, ids[first : first + AT_ONCE], work, invented=invented)
        run.report(len(drawn), len(ids))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for number, one in enumerate(drawn, 1):
            path = work / f"{one.code}.pdf"
            archive.write(path, one.place)
            path.unlink()
            if number % AT_ONCE == 0:
                run.report(len(ids), len(ids))
    return len(drawn)


def _some(run: jobs.JobRun, ids: Sequence[int], work: Path, *, invented: bool) -> list[Drawn]:
    with writing() as session:
        found = accounts.people_by_ids(session, ids)
        people = [found[one] for one in ids if one in found]
        made = service.issue_many(session, people, site=str(run.payload["site"]), by=int(run.payload["by"]))
    reading().expunge_all()
    draw_papers(
        [(code, printed) for code, printed in made if not (work / f"{code}.pdf").is_file()], work, invented=invented
    )
    return [
        Drawn(code, paper_place(person.unit_name or RETIRED, person.staff_number, person.name))
        for person, (code, _printed) in zip(people, made, strict=True)
    ]


def draw_papers(papers: Sequence[tuple[str, Printed]], work: Path, *, invented: bool) -> None:
    """Draw papers into files named by their codes. Raises RuntimeError where the process that draws them fails."""
    if not papers:
        return
    service.draw_files(
        [service.ToDraw(code, printed, work / f"{code}.pdf") for code, printed in papers], invented=invented
    )


def paper_place(*parts: str) -> str:
    """Where a paper lies in the archive; no name leads out of it."""
    unit, number, name = (part.translate(_UNSAFE).strip(". ") or "_" for part in parts)
    return f"{unit}/{number}-{name}.pdf"
