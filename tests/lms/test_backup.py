"""Backup while the server writes, restore elsewhere. What is refused stands in test_archive.py."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import archive, backup, snapshot
from lms.archive import Manifest
from lms.audit import queries as audit
from lms.audit.queries import Discrepancy
from lms.backup import Made
from lms.config import Config
from lms.sitting.models import AttemptEvent
from tests.cast import Cast
from tests.conftest import SECRET, make_config, on_postgres, postgres_url
from tests.exam_day import ExamDay
from tests.sitting.test_sitting import Candidate, right_answers

MOMENT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Saver(threading.Thread):
    """A candidate who answers without pause, and how often that was acknowledged."""

    def __init__(self, candidate: Candidate) -> None:
        super().__init__(daemon=True)
        self.candidate = candidate
        self.answer = right_answers(candidate.client.application, candidate.attempt_id)[1]
        self.acknowledged: list[int] = []
        self.ended = threading.Event()
        self.under_way = threading.Event()

    def run(self) -> None:
        """Until told to stop."""
        while not self.ended.is_set():
            event = self.candidate.event(1, self.answer)
            answer = self.candidate.send(event)
            if answer.status_code == 200:
                self.acknowledged.append(self.candidate.seq)
            if len(self.acknowledged) > 10:
                self.under_way.set()


def furnish(folder: Path) -> None:
    """Put secret, settings and one medium into a data folder."""
    (folder / "secret_key").write_text(SECRET)
    (folder / "shuyuan.toml").write_text("demonstration = false\n")
    (folder / "media" / "ab").mkdir(parents=True)
    (folder / "media" / "ab" / "abcdef").write_bytes(b"picture" * 1000)
    (folder / "answers" / "attempt").mkdir(parents=True)
    (folder / "answers" / "attempt" / "0123.copy").write_bytes(b"file")
    (folder / "answers" / "attempt" / ".on-its-way.part").write_bytes(b"half")


@pytest.fixture
def config(database: str, tmp_path: Path) -> Config:
    """An installation's folder with secret, settings and one medium, on the database of this test."""
    furnish(tmp_path)
    return make_config(tmp_path, database)


@pytest.fixture
def elsewhere(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """Settings of another machine: an empty folder, and on PostgreSQL a new database."""
    folder = tmp_path_factory.mktemp("elsewhere") / "data"
    if database.startswith("sqlite"):
        yield make_config(folder)
        return
    name = f"shuyuan_restore_{uuid4().hex[:10]}"
    on_postgres(f'CREATE DATABASE "{name}"')
    yield make_config(folder, postgres_url(name))
    on_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


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
    assert [path.name for path in (elsewhere.answers / "attempt").iterdir()] == ["0123.copy"]


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
    assert {file.path for file in manifest.files} >= {
        "secret_key",
        "shuyuan.toml",
        "media/ab/abcdef",
        "answers/attempt/0123.copy",
    }
    assert manifest.tables["alembic_version"] == 1
    assert len(manifest.files) == 5


def test_an_earlier_backup_is_not_overwritten(config: Config) -> None:
    """
    A name that is taken is refused; the file stays.
    """
    first = make(config)
    with pytest.raises(FileExistsError):
        make(config)

    assert archive.sha256(first.file) == first.sha256
