"""A copy of a database that a rehearsal may use up: of the same kind, beside the real one, gone afterwards.

SQLite: the online backup into the rehearsal's folder. PostgreSQL: a database of its own on the same server, filled from
`pg_dump`; the role that owns the real one must be allowed to create databases.
"""

import shutil
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lms import snapshot
from lms.audit import queries as audit
from lms.rehearsal import rooms
from lms.snapshot import SnapshotFailed

#: the copy, what candidates add to it, and what must stay free for the real thing
TIMES_SIZE, SPARE = 1.5, 512 * 1024 * 1024


def copied(url: str, folder: Path) -> str:
    """Copy the database at `url` (of its owner); the address of the copy, "" for SQLite in `folder`.

    Raises SnapshotFailed.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        needed = Path(address.database or "").stat().st_size * TIMES_SIZE + SPARE
        if shutil.disk_usage(folder).free < needed:
            raise SnapshotFailed(f"the disk has less than {needed / 1e9:.1f} GB left")
    taken = snapshot.take(url, folder, head=_head)
    if taken.database == "sqlite":
        return ""
    try:
        name = rooms.make_database(url, folder)
    except SQLAlchemyError as error:
        raise SnapshotFailed(f"the owner of the database may not create another one (CREATEDB): {error}") from error
    copy = address.set(database=name).render_as_string(hide_password=False)
    snapshot.load_postgres(copy, taken.file)
    taken.file.unlink()
    return copy


def _head(session: Session) -> tuple[int, str]:
    return audit.head(session)
