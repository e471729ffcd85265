"""Units from archives: a ZIP of one folder is read within limits, looked at, and only then becomes a draft."""

import re
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from courseware.packages import native
from courseware.packages.native import Reading
from courseware.packages.writing import write
from courseware.problem import Problem
from courseware.record import from_record, to_record
from courseware.unit import Unit
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.authoring import drafts, errors
from lms.authoring.models import CourseDraft, CourseImport
from lms.clock import now
from lms.courses import service as courses
from question_bank.errors import UnreadableFile
from question_bank.formats.package import opened, packed

MOST_BYTES = native.MOST_BYTES
#: bytes of settings and pages together
MOST_TEXT = drafts.MOST_TEXT
#: entries, folders and what operating systems add among them
MOST_ENTRIES = 200
_IGNORED = re.compile(r"(?:^|/)(?:__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)


def read_archive(data: bytes) -> tuple[Reading, Mapping[str, bytes]]:
    """The unit of an archive, or what is wrong with it, and the files. Raises BadArchive for what is no archive, or one
    that leads elsewhere, unpacks to too much, or holds something else than files.
    """
    if not 0 < len(data) <= MOST_BYTES:
        raise errors.BadArchive
    try:
        parts = opened(data, most_parts=MOST_ENTRIES, most_unpacked=MOST_BYTES).parts
    except UnreadableFile as error:
        raise errors.BadArchive from error
    files = _flat({name: content for name, content in parts.items() if not _IGNORED.search(name)})
    text = sum(len(content) for name, content in files.items() if name.endswith((".md", ".toml")))
    if text > MOST_TEXT:
        return Reading(None, (Problem("", "files", "too_long", str(text), facts={"most": MOST_TEXT}),)), files
    return native.read(files), files


def _flat(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files of the one folder that an archive holds; the names as they are where it holds more."""
    folders = {name.partition("/")[0] for name in files if "/" in name}
    if len(folders) == 1 and all("/" in name for name in files):
        return {name.partition("/")[2]: content for name, content in files.items()}
    return files


def archive_of(unit: Unit, *, media: Path) -> bytes:
    """The archive of a unit: the files from which it can be read again, in a folder of its code."""
    files = write(unit) | {one.name: courses.media_bytes(one, folder=media) for one in unit.media}
    return packed({f"{unit.code}/{name}": content for name, content in files.items()})


def keep(
    session: Session, unit: Unit, files: Mapping[str, bytes], name: str, viewer: Viewer, *, media: Path
) -> CourseImport:
    """Keep what was read, to be looked at."""
    for one in unit.media:
        courses.keep_media(session, one, files[one.name], folder=media)
    made = CourseImport(file_name=name[-200:], record=to_record(unit), made_by=viewer.id, made_at=now())
    session.add(made)
    session.flush()
    after = {"file": made.file_name, "code": unit.code}
    record(session, "course.import", thing="course_import", thing_id=made.public_id, after=after)
    return made


def take(session: Session, found: CourseImport, viewer: Viewer) -> CourseDraft:
    """Make a draft of it. Raises NotNow where that was done or it was dropped, DraftOpen."""
    _close(found, "taken")
    return drafts.begin(session, from_record(found.record), viewer, act="import")


def drop(session: Session, found: CourseImport) -> None:
    """Make no draft of it. Raises NotNow."""
    _close(found, "dropped")
    record(session, "course.import.drop", thing="course_import", thing_id=found.public_id)


def _close(found: CourseImport, state: str) -> None:
    if found.state != "ready":
        raise errors.NotNow
    found.state = state
