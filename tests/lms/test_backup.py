"""Backup while the server writes, restore elsewhere; what was altered is refused."""

import io
import json
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import zstandard
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import archive, backup, migrate, snapshot
from lms.archive import BadArchive, Manifest
from lms.audit import queries as audit
from lms.audit.queries import Discrepancy
from lms.backup import Made, RestoreRefused
from lms.config import Config
from lms.sitting.models import AttemptEvent
from tests.cast import Cast
from tests.conftest import SECRET, _postgres, _postgres_url, make_config
from tests.exam_day import ExamDay
from tests.sitting.test_sitting import Candidate

MOMENT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Saver(threading.Thread):
    """A candidate who answers without pause, and how often that was acknowledged."""

    def __init__(self, candidate: Candidate) -> None:
        super().__init__(daemon=True)
        self.candidate, self.token = candidate, candidate.token()
        self.acknowledged: list[int] = []
        self.ended = threading.Event()
        self.under_way = threading.Event()

    def run(self) -> None:
        """Until told to stop."""
        while not self.ended.is_set():
            event = self.candidate.event(5, bool(len(self.acknowledged) % 2))
            answer = self.candidate.client.post(
                f"/sitting/{self.candidate.attempt_id}/events",
                json={"events": [event]},
                headers={"X-CSRFToken": self.token},
            )
            if answer.status_code == 200:
                self.acknowledged.append(self.candidate.seq)
            if len(self.acknowledged) > 10:
                self.under_way.set()


@pytest.fixture
def config(database: str, tmp_path: Path) -> Config:
    """An installation's folder with secret, settings and one medium, on the database of this test."""
    (tmp_path / "secret_key").write_text(SECRET)
    (tmp_path / "shuyuan.toml").write_text("demonstration = false\n")
    (tmp_path / "media" / "ab").mkdir(parents=True)
    (tmp_path / "media" / "ab" / "abcdef").write_bytes(b"picture" * 1000)
    return make_config(tmp_path, database)


@pytest.fixture
def elsewhere(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """Settings of another machine: an empty folder, and on PostgreSQL a new database."""
    folder = tmp_path_factory.mktemp("elsewhere") / "data"
    if database.startswith("sqlite"):
        yield make_config(folder)
        return
    name = f"shuyuan_restore_{uuid4().hex[:10]}"
    _postgres(f'CREATE DATABASE "{name}"')
    yield make_config(folder, _postgres_url(name))
    _postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


def complaint(session: Session, head: tuple[int, str]) -> str | None:
    """What the audit log says of a head that was noted."""
    outcome = audit.verify(session, head=head if head[0] else None)
    return outcome.reason if isinstance(outcome, Discrepancy) else None


def make(config: Config, name: str = "b.tar.zst") -> Made:
    """A backup of nine o'clock."""
    return backup.make(config, config.data / "backups" / name, moment=MOMENT, head=audit.head)


def restore(made: Made | Path, config: Config, **options: Any) -> Manifest:
    """Restore, the audit log verified."""
    source = made.file if isinstance(made, Made) else made
    return backup.restore(source, config, verify=complaint, **options)


def saved(url: str) -> set[int]:
    """The counts of the saver's window in a database."""
    with snapshot.connected(url) as connection:
        return set(connection.scalars(select(AttemptEvent.client_seq).where(AttemptEvent.client == "window0001")))


@pytest.mark.usefixtures("app")
def test_a_backup_under_load_restores_whole(
    app: Flask, cast: Cast, exam_day: ExamDay, config: Config, elsewhere: Config
) -> None:
    """
    Made while answers pour in, restored elsewhere: every answer acknowledged before it began is there, every table
    has the rows of the list, the chain holds, the files are the same.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    saver = Saver(lin)
    saver.start()
    saver.under_way.wait(20)
    before = set(saver.acknowledged)
    made = make(config)
    after = len(saver.acknowledged)
    saver.ended.set()
    saver.join(10)

    manifest = restore(made, elsewhere, sha256=made.sha256)

    with snapshot.connected(elsewhere.url) as connection:
        assert snapshot.rows(connection) == manifest.tables
        with Session(bind=connection) as session:
            assert audit.verify(session, head=manifest.head) == manifest.head[0] > 0
    assert 10 < len(before) < after
    assert before <= saved(elsewhere.url) <= set(saver.acknowledged)
    assert (elsewhere.data / "secret_key").read_text() == SECRET
    assert (elsewhere.media / "ab" / "abcdef").read_bytes() == b"picture" * 1000


def test_a_backup_is_for_its_owner_alone(config: Config) -> None:
    """
    The file and its folder are closed to others, and nothing half made lies beside it.
    """
    made = make(config)

    assert made.file.stat().st_mode & 0o777 == 0o600
    assert made.file.parent.stat().st_mode & 0o777 == 0o700
    assert list(made.file.parent.iterdir()) == [made.file]
    assert archive.sha256(made.file) == made.sha256


def test_the_list_says_what_is_inside(config: Config) -> None:
    """
    Release, schema, moment, head of the audit log and the hash of each file stand in the manifest.
    """
    manifest = make(config).manifest

    assert (manifest.made_at, manifest.head) == ("2026-03-02T01:00:00+00:00", (0, bytes(32).hex()))
    assert {file.path for file in manifest.files} >= {"secret_key", "shuyuan.toml", "media/ab/abcdef"}
    assert manifest.tables["alembic_version"] == 1
    assert len(manifest.files) == 4


def test_an_earlier_backup_is_not_overwritten(config: Config) -> None:
    """
    A name that is taken is refused; the file stays.
    """
    first = make(config)
    with pytest.raises(FileExistsError):
        make(config)

    assert archive.sha256(first.file) == first.sha256


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestHostile:
    """What may be wrong with a file that is to be restored."""

    @pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.97])
    def test_a_flipped_bit_is_found(self, config: Config, elsewhere: Config, place: float) -> None:
        """
        Wherever a bit is turned, nothing is restored.
        """
        made = make(config)
        data = bytearray(made.file.read_bytes())
        data[int(len(data) * place)] ^= 4
        made.file.write_bytes(data)

        with pytest.raises(BadArchive):
            restore(made, elsewhere)
        assert list(elsewhere.data.iterdir()) == []

    @pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.999])
    def test_a_cut_off_file_is_found(self, config: Config, elsewhere: Config, share: float) -> None:
        """
        A copy that broke off is no backup.
        """
        made = make(config)
        made.file.write_bytes(made.file.read_bytes()[: int(made.file.stat().st_size * share)])

        with pytest.raises(BadArchive):
            restore(made, elsewhere)
        assert list(elsewhere.data.iterdir()) == []

    def test_another_backup_is_not_the_noted_one(self, config: Config, elsewhere: Config) -> None:
        """
        With the noted hash even a backup that is sound in itself is refused when it is another one.
        """
        noted = make(config).sha256
        other = backup.make(config, config.data / "c.tar.zst", moment=MOMENT.replace(year=2025), head=audit.head)

        with pytest.raises(BadArchive, match="noted"):
            restore(other, elsewhere, sha256=noted)

    def test_altered_rows_are_found_though_the_hashes_fit(self, config: Config, elsewhere: Config) -> None:
        """
        Who changes the database and writes its hash anew, but not the counts, is found by the counts.
        """
        forged = repack(make(config), database=lambda db: db.execute("DELETE FROM alembic_version"))

        with pytest.raises(BadArchive, match="alembic_version has 0 rows, the list says 1"):
            restore(forged, elsewhere)
        assert list(elsewhere.data.iterdir()) == []

    @pytest.mark.usefixtures("cast")
    def test_an_altered_audit_entry_is_found(self, config: Config, elsewhere: Config) -> None:
        """
        The same number of rows, an entry rewritten: the chain does not hold.
        """
        forged = repack(make(config), database=rewrite_an_entry)

        with pytest.raises(BadArchive, match="audit log: was altered"):
            restore(forged, elsewhere)

    @pytest.mark.parametrize(
        "path", ["../evil", "/etc/passwd", "media/../../evil", ".hidden", "media/.ssh/id", "media\\evil", "a" * 300, ""]
    )
    def test_no_path_leads_out(self, config: Config, elsewhere: Config, path: str) -> None:
        """
        A list that names a file outside the folder, or a hidden one, is refused.
        """
        forged = repack(make(config), extra=[tarfile.TarInfo(path)], listed=True)

        with pytest.raises(BadArchive):
            restore(forged, elsewhere)
        assert list(elsewhere.data.iterdir()) == []

    @pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
    def test_only_plain_files(self, config: Config, elsewhere: Config, kind: bytes) -> None:
        """
        Links, devices and pipes have no place in a backup, listed or not.
        """
        member = tarfile.TarInfo("media/link")
        member.type, member.linkname = kind, "/etc/passwd"

        with pytest.raises(BadArchive, match="no plain file"):
            restore(repack(make(config), extra=[member], listed=True), elsewhere)

    def test_nothing_that_is_not_listed(self, config: Config, elsewhere: Config) -> None:
        """
        A member the list does not know is refused.
        """
        with pytest.raises(BadArchive, match="does not list"):
            restore(repack(make(config), extra=[tarfile.TarInfo("media/more")], listed=False), elsewhere)

    def test_a_listed_stranger_is_refused(self, config: Config, elsewhere: Config) -> None:
        """
        Even a listed file is refused where it is none an installation has.
        """
        with pytest.raises(BadArchive, match="what no backup holds"):
            restore(repack(make(config), extra=[tarfile.TarInfo("sitecustomize.py")], listed=True), elsewhere)

    def test_a_newer_release_is_refused(self, config: Config, elsewhere: Config) -> None:
        """
        A schema this program does not know cannot be brought to it.
        """
        made = make(config)
        forged = repack(made, manifest=replace(made.manifest, revision="9999_future"))

        with pytest.raises(RestoreRefused, match="newer than this program"):
            restore(forged, elsewhere)

    @pytest.mark.parametrize(
        "text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "files": 3}', "[" * 100_000, "null", '{"format": 1}']
    )
    def test_a_malformed_list(self, elsewhere: Config, tmp_path: Path, text: str) -> None:
        """
        Whatever stands in place of the list, the complaint is ours.
        """
        member = tarfile.TarInfo(archive.MANIFEST)
        member.size = len(text)
        with tarfile.open(tmp_path / "x.tar", "w") as tar:
            tar.addfile(member, io.BytesIO(text.encode()))

        with pytest.raises(BadArchive):
            restore(tmp_path / "x.tar", elsewhere)

    def test_a_folder_in_use_is_left_alone(self, config: Config) -> None:
        """
        A folder with anything in it is refused, unless what is there may be put aside; then it is kept.
        """
        made = make(config)
        with pytest.raises(RestoreRefused, match="not empty"):
            restore(made, config)
        (config.data / "secret_key").write_text("another")
        restore(made, config, aside=config.data / "before")

        assert (config.data / "secret_key").read_text() == SECRET
        assert (config.data / "before" / "secret_key").read_text() == "another"
        assert (config.data / "before" / "shuyuan.db").is_file()

    def test_an_older_database_is_brought_to_this_release(self, elsewhere: Config, tmp_path: Path) -> None:
        """
        A backup of an earlier schema is checked as it is, then migrated.
        """
        old = make_config(tmp_path / "old")
        old.data.mkdir()
        migrate.upgrade(old, to="0008")
        manifest = restore(make(old), elsewhere)

        assert manifest.revision == "0008"
        assert not migrate.pending(elsewhere)

    def test_a_damaged_database_is_not_backed_up(self, config: Config) -> None:
        """
        A backup of a broken database would be worse than none: it is refused, and no file is left.
        """
        file = config.data / "shuyuan.db"
        data = bytearray(file.read_bytes())
        data[8192:40960] = b"\xff" * 32768
        file.write_bytes(data)

        with pytest.raises((snapshot.SnapshotFailed, sqlite3.DatabaseError)):
            make(config)
        assert list((config.data / "backups").iterdir()) == []


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
        tar.extractall(folder, filter="data")
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
