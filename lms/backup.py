"""Backup and restore of a whole installation: database, media, files that candidates handed in, secret, signing key, settings, in
one file.

The database is copied before the files: they are added under their hash and never changed, so every file the copy
speaks of is there. The secret is in the backup (without it nobody's second factor and no printed link would be valid
afterwards): keep the file as you keep the server.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from lms import archive, migrate, snapshot
from lms.archive import Manifest, Stored
from lms.config import FILE_NAME, SECRET_NAME, SIGNING, Config
from lms.release import release
from lms.snapshot import POSTGRES_FILE, SQLITE_FILE, Head

FOLDER = "backups"
SUFFIX = ".tar.zst"
#: folders of files that are added under their hash, or (keys) under the name of what is public of them
FOLDERS = ("media", "answers", "claims", SIGNING)
SPARE = 64 * 1024 * 1024  # bytes that must stay free on the disk
#: what a restored installation consists of; anything else in the folder is left alone
PARTS = (SQLITE_FILE, f"{SQLITE_FILE}-wal", f"{SQLITE_FILE}-shm", *FOLDERS, SECRET_NAME, FILE_NAME)

#: reads the audit log against a head; a complaint, or nothing when the chain holds
Verify = Callable[[Session, tuple[int, str]], str | None]


class RestoreRefused(Exception):
    """The backup is sound, but it cannot be put there; `reason` says why."""

    code = "backup.refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made: the file, its SHA-256 (to be kept elsewhere) and what it holds."""

    file: Path
    sha256: str
    manifest: Manifest


def default_file(config: Config, *, moment: datetime) -> Path:
    """Where a backup of this moment goes by default."""
    return config.data / FOLDER / f"shuyuan-{moment:%Y%m%d-%H%M%S}{SUFFIX}"


def make(config: Config, target: Path, *, moment: datetime, head: Head) -> Made:
    """Write a backup of the installation to `target` while it may be at work.

    Raises FileExistsError, SnapshotFailed or BadArchive; `target` then is as it was.
    """
    if target.exists():
        raise FileExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
        copy = snapshot.take(config.owner_url, Path(folder), head=head)
        sources = {copy.file.name: copy.file} | dict(_files(config))
        manifest = Manifest(
            release=release(),
            revision=copy.revision,
            made_at=moment.isoformat(timespec="seconds"),
            database=copy.database,
            tables=copy.tables,
            head=copy.head,
            files=tuple(Stored(path, file.stat().st_size, archive.sha256(file)) for path, file in sources.items()),
        )
        return Made(target, archive.write(target, manifest, sources), manifest)


def _files(config: Config) -> Iterator[tuple[str, Path]]:
    for name in (SECRET_NAME, FILE_NAME):
        if (config.data / name).is_file():
            yield name, config.data / name
    for name in FOLDERS:
        for file in sorted((config.data / name).rglob("*")):
            path = file.relative_to(config.data).as_posix()
            if file.is_file() and not file.is_symlink() and archive.safe_path(path):
                yield path, file


def restore(source: Path, config: Config, *, verify: Verify, sha256: str = "", aside: Path | None = None) -> Manifest:
    """Make the installation `config` names (its data folder, and on PostgreSQL its database) out of a backup.

    Everything is unpacked and checked beside the folder first: a backup that does not fit changes nothing. What was in
    the folder before moves to `aside`; without it a folder that holds an installation is refused. `sha256` is the
    hash noted when the backup was made. Raises BadArchive, RestoreRefused or SnapshotFailed.
    """
    if sha256 and archive.sha256(source) != sha256.lower():
        raise archive.BadArchive("its hash is not the one that was noted")
    if aside is None and config.data.exists() and any(config.data.iterdir()):
        raise RestoreRefused(f"{config.data} is not empty")
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    config.data.chmod(0o700)
    with (
        tempfile.TemporaryDirectory(prefix=".restore-", dir=config.data) as folder,
        archive.opened(source) as opened,
    ):
        manifest = opened.manifest
        _refuse_misfits(manifest, config)
        opened.unpack(Path(folder))
        _prove(manifest, Path(folder), config, verify)
        _put(Path(folder), config.data, aside)
    migrate.upgrade(config)  # also when nothing is pending: on PostgreSQL it gives the application's role its rights
    return manifest


def _refuse_misfits(manifest: Manifest, config: Config) -> None:
    kind = "sqlite" if config.url.startswith("sqlite") else "postgresql"
    if manifest.database != kind:
        raise RestoreRefused(f"the backup is of a {manifest.database} database, the settings name a {kind} one")
    if not any(
        script.revision == manifest.revision for script in ScriptDirectory(str(migrate.FOLDER)).walk_revisions()
    ):
        raise RestoreRefused(
            f"the backup is of release {manifest.release} (schema {manifest.revision}), newer than this program"
        )
    if shutil.disk_usage(config.data).free < manifest.size + SPARE:
        raise RestoreRefused(f"it needs {manifest.size} bytes, and the disk of {config.data} has not so much room")
    wanted = {SQLITE_FILE if kind == "sqlite" else POSTGRES_FILE, SECRET_NAME, FILE_NAME}
    paths = {file.path for file in manifest.files}
    strays = sorted(path for path in paths - wanted if path.partition("/")[0] not in FOLDERS or "/" not in path)
    if strays or not paths >= wanted - {SECRET_NAME, FILE_NAME}:
        raise archive.BadArchive(f"it holds what no backup holds: {strays}" if strays else "it holds no database")
    if kind == "postgresql" and not snapshot.is_empty(config.owner_url):
        raise RestoreRefused("the database is not empty: make a new one for the restore")


def _prove(manifest: Manifest, folder: Path, config: Config, verify: Verify) -> None:
    """Load the database and hold it against the manifest: every table's rows, and the audit log to its head."""
    url = f"sqlite:///{folder / SQLITE_FILE}"
    if manifest.database == "postgresql":
        snapshot.load_postgres(config.owner_url, folder / POSTGRES_FILE)
        (folder / POSTGRES_FILE).unlink()
        url = config.owner_url
    with snapshot.connected(url) as connection:
        wrong = _differences(manifest.tables, snapshot.rows(connection))
        with Session(bind=connection) as session:
            complaint = verify(session, manifest.head)
    if wrong:
        raise archive.BadArchive("; ".join(wrong))
    if complaint:
        raise archive.BadArchive(f"audit log: {complaint}")


def _differences(listed: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    return [
        f"table {name} has {found.get(name, 'no')} rows, the list says {listed.get(name, 'none')}"
        for name in sorted(listed.keys() | found.keys())
        if listed.get(name) != found.get(name)
    ]


def _put(folder: Path, data: Path, aside: Path | None) -> None:
    for name in PARTS:
        if aside is not None and (data / name).exists():
            aside.mkdir(parents=True, exist_ok=True, mode=0o700)
            (data / name).rename(aside / name)
    for name in PARTS:
        if (folder / name).exists():
            (folder / name).rename(data / name)
