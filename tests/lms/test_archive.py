"""Hostile backups: what was altered, cut off, forged or made for something else is refused, and nothing is restored."""

import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import zstandard

from lms import archive, backup, migrate, snapshot
from lms.app import create_app
from lms.archive import BadArchive, Manifest
from lms.audit import queries as audit
from lms.backup import Made, RestoreRefused
from lms.config import Config
from tests.cast import make_cast
from tests.conftest import SECRET, make_config
from tests.lms.test_backup import MOMENT, furnish, make, restore


@pytest.fixture
def installed(sqlite_template: Path, tmp_path: Path) -> Config:
    """An installation on SQLite."""
    folder = tmp_path / "installed"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "shuyuan.db")
    furnish(folder)
    return make_config(folder)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Config:
    """Settings of another machine."""
    return make_config(tmp_path / "elsewhere")


@pytest.mark.parametrize("place", [0.001, 0.02, 0.3, 0.6, 0.97, 0.9999])
def test_a_flipped_bit_is_found(installed: Config, elsewhere: Config, place: float) -> None:
    """
    Wherever a bit is turned, nothing is restored.
    """
    made = make(installed)
    data = bytearray(made.file.read_bytes())
    data[int(len(data) * place)] ^= 4
    made.file.write_bytes(data)

    with pytest.raises(BadArchive):
        restore(made, elsewhere)
    assert list(elsewhere.data.iterdir()) == []


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_cut_off_file_is_found(installed: Config, elsewhere: Config, share: float) -> None:
    """
    A copy that broke off is no backup.
    """
    made = make(installed)
    made.file.write_bytes(made.file.read_bytes()[: int(made.file.stat().st_size * share)])

    with pytest.raises(BadArchive):
        restore(made, elsewhere)
    assert list(elsewhere.data.iterdir()) == []


def test_another_backup_is_not_the_noted_one(installed: Config, elsewhere: Config) -> None:
    """
    With the noted hash even a backup that is sound in itself is refused when it is another one.
    """
    noted = make(installed).sha256
    other = backup.make(installed, installed.data / "c.tar.zst", moment=MOMENT.replace(year=2025), head=audit.head)

    with pytest.raises(BadArchive, match="noted"):
        restore(other, elsewhere, sha256=noted)


def test_altered_rows_are_found_though_the_hashes_fit(installed: Config, elsewhere: Config) -> None:
    """
    Who changes the database and writes its hash anew, but not the counts, is found by the counts.
    """
    forged = repack(make(installed), database=lambda db: db.execute("DELETE FROM alembic_version"))

    with pytest.raises(BadArchive, match="alembic_version has 0 rows, the list says 1"):
        restore(forged, elsewhere)
    assert list(elsewhere.data.iterdir()) == []


def test_an_altered_audit_entry_is_found(installed: Config, elsewhere: Config) -> None:
    """
    The same number of rows, an entry rewritten: the chain does not hold.
    """
    make_cast(create_app(installed))
    forged = repack(make(installed), database=rewrite_an_entry)

    with pytest.raises(BadArchive, match="audit log: was altered"):
        restore(forged, elsewhere)


@pytest.mark.parametrize(
    "path", ["../evil", "/etc/passwd", "media/../../evil", ".hidden", "media/.ssh/id", "media\\evil", "a" * 300, ""]
)
def test_no_path_leads_out(installed: Config, elsewhere: Config, path: str) -> None:
    """
    A list that names a file outside the folder, or a hidden one, is refused.
    """
    forged = repack(make(installed), extra=[tarfile.TarInfo(path)], listed=True)

    with pytest.raises(BadArchive):
        restore(forged, elsewhere)
    assert list(elsewhere.data.iterdir()) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_only_plain_files(installed: Config, elsewhere: Config, kind: bytes) -> None:
    """
    Links, devices and pipes have no place in a backup, listed or not.
    """
    member = tarfile.TarInfo("media/link")
    member.type, member.linkname = kind, "/etc/passwd"

    with pytest.raises(BadArchive, match="no plain file"):
        restore(repack(make(installed), extra=[member], listed=True), elsewhere)


def test_nothing_that_is_not_listed(installed: Config, elsewhere: Config) -> None:
    """
    A member the list does not know is refused.
    """
    with pytest.raises(BadArchive, match="does not list"):
        restore(repack(make(installed), extra=[tarfile.TarInfo("media/more")], listed=False), elsewhere)


def test_a_listed_stranger_is_refused(installed: Config, elsewhere: Config) -> None:
    """
    Even a listed file is refused where it is none an installation has.
    """
    with pytest.raises(BadArchive, match="what no backup holds"):
        restore(repack(make(installed), extra=[tarfile.TarInfo("sitecustomize.py")], listed=True), elsewhere)


def test_a_newer_release_is_refused(installed: Config, elsewhere: Config) -> None:
    """
    A schema this program does not know cannot be brought to it.
    """
    made = make(installed)
    forged = repack(made, manifest=replace(made.manifest, revision="9999_future"))

    with pytest.raises(RestoreRefused, match="newer than this program"):
        restore(forged, elsewhere)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "files": 3}', "[" * 100_000, "null", '{"format": 1}']
)
def test_a_malformed_list(elsewhere: Config, tmp_path: Path, text: str) -> None:
    """
    Whatever stands in place of the list, the complaint is ours.
    """
    member = tarfile.TarInfo(archive.MANIFEST)
    member.size = len(text)
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        tar.addfile(member, io.BytesIO(text.encode()))

    with pytest.raises(BadArchive):
        restore(tmp_path / "x.tar", elsewhere)


def test_a_folder_in_use_is_left_alone(installed: Config) -> None:
    """
    A folder with anything in it is refused, unless what is there may be put aside; then it is kept.
    """
    made = make(installed)
    with pytest.raises(RestoreRefused, match="not empty"):
        restore(made, installed)
    (installed.data / "secret_key").write_text("another")
    restore(made, installed, aside=installed.data / "before")

    assert (installed.data / "secret_key").read_text() == SECRET
    assert (installed.data / "before" / "secret_key").read_text() == "another"
    assert (installed.data / "before" / "shuyuan.db").is_file()


def test_an_older_database_is_brought_to_this_release(elsewhere: Config, tmp_path: Path) -> None:
    """
    A backup of an earlier schema is checked as it is, then migrated.
    """
    old = make_config(tmp_path / "old")
    old.data.mkdir()
    migrate.upgrade(old, to="0008")
    manifest = restore(make(old), elsewhere)

    assert manifest.revision == "0008"
    assert not migrate.pending(elsewhere)


def test_a_damaged_database_is_not_backed_up(installed: Config) -> None:
    """
    A backup of a broken database would be worse than none: it is refused, and no file is left.
    """
    file = installed.data / "shuyuan.db"
    data = bytearray(file.read_bytes())
    data[8192:40960] = b"\xff" * 32768
    file.write_bytes(data)

    with pytest.raises((snapshot.SnapshotFailed, sqlite3.DatabaseError)):
        make(installed)
    assert list((installed.data / "backups").iterdir()) == []


def rewrite_an_entry(db: sqlite3.Connection) -> None:
    """Change an audit entry as somebody with the file and a programming language could."""
    for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f'DROP TRIGGER "{trigger}"')
    db.execute("UPDATE audit_entry SET act = 'nothing' WHERE number = 2")


def repack(
    made: Made,
    *,
    manifest: Manifest | None = None,
    database: Callable[[sqlite3.Connection], object] | None = None,
    extra: list[tarfile.TarInfo] | None = None,
    listed: bool = False,
) -> Path:
    """A forged backup with hashes that fit: the work of somebody who knows the format."""
    folder = made.file.parent / "forged"
    folder.mkdir()
    data = zstandard.ZstdDecompressor().stream_reader(made.file.read_bytes()).read()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:  # extractall of Python 3.11.2 knows no filter; these are our own plain files
            content = tar.extractfile(member)
            if content:
                (folder / member.name).parent.mkdir(parents=True, exist_ok=True)
                (folder / member.name).write_bytes(content.read())
    if database:
        with sqlite3.connect(folder / "shuyuan.db", isolation_level=None) as db:
            database(db)
        db.close()
    record = asdict(manifest or made.manifest) | {"format": 1}
    for file in record["files"]:
        file["sha256"], file["size"] = archive.sha256(folder / file["path"]), (folder / file["path"]).stat().st_size
    if listed:
        empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        record["files"] = [*record["files"], *({"path": m.name, "size": 0, "sha256": empty} for m in extra or [])]
    text = json.dumps(record).encode()
    head = tarfile.TarInfo(archive.MANIFEST)
    head.size = len(text)
    with tarfile.open(folder / "forged.tar", "w") as tar:
        tar.addfile(head, io.BytesIO(text))
        for file in made.manifest.files:
            tar.add(folder / file.path, file.path)
        for member in extra or []:
            tar.addfile(member)
    return folder / "forged.tar"
