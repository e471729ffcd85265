"""`./run doctor`: what is missing is named, with what to do."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from lms import doctor, install
from lms.cli import main
from lms.config import Config, load
from lms.doctor import Finding, examine

LATER = datetime(2096, 1, 1, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A demonstration's settings with an empty, migrated database."""
    monkeypatch.setenv("LMS_DATA", str(tmp_path / "data"))
    return install.prepare(load(), demonstration=True)


def states(found: list[Finding]) -> dict[str, str]:
    """The state of everything that was looked at."""
    return {one.name: one.state for one in found}


def test_a_sound_installation_lacks_nothing(config: Config) -> None:
    """
    Straight after it was made only advice is left: there is no backup yet.
    """
    found = states(examine(config, now=LATER))

    assert "missing" not in found.values()
    assert (found["installation"], found["database"], found["jobs"], found["backup"]) == ("ok", "ok", "ok", "advice")


def test_before_an_installation_the_machine_is_examined(tmp_path: Path) -> None:
    """
    No installation is no fault; it says how to make one.
    """
    found = examine(Config(data=tmp_path / "none"), now=LATER)

    assert states(found)["installation"] == "advice"
    assert "./run init" in found[-1].do


def test_open_permissions_and_a_weak_secret_are_faults(config: Config) -> None:
    """
    Others may read neither folder nor secret; a short secret is refused.
    """
    (config.data / "secret_key").chmod(0o644)
    found = examine(replace(config, secret_key="short"), now=LATER)

    assert [one.says for one in found if one.name == "permissions"] == [f"{config.data / 'secret_key'} is 0o644"]
    assert states(found)["settings"] == "missing"


def test_a_database_that_is_away_or_of_another_release(config: Config) -> None:
    """
    Both are faults with their own way out.
    """
    empty = replace(config, database_url=f"sqlite:///{config.data / 'empty.db'}")
    away = replace(config, database_url="postgresql://nobody@127.0.0.1:1/none")

    assert [one.do for one in examine(empty, now=LATER) if one.name == "database"] == ["./run migrate"]
    assert states(examine(away, now=LATER))["database"] == "missing"


def test_a_clock_before_the_program_was_built_is_a_fault(config: Config) -> None:
    """
    A machine that starts in 1970 must not run exams.
    """
    assert states(examine(config, now=datetime(1970, 1, 1, tzinfo=UTC)))["clock"] == "missing"


def test_a_real_installation_names_its_address(config: Config) -> None:
    """
    Without one a printed code leads to whatever host the request named; a demonstration may go without.
    """
    real = replace(config, demonstration=False)

    assert states(examine(real, now=LATER))["address"] == "advice"
    assert "address" not in states(examine(replace(real, public_url="https://study.example"), now=LATER))
    assert "address" not in states(examine(config, now=LATER))


def test_an_old_backup_is_told(config: Config) -> None:
    """
    Two days without a backup are too many.
    """
    file = config.data / "backups" / "a.tar"
    file.parent.mkdir()
    file.touch()
    for age, state in ((timedelta(hours=1), "ok"), (timedelta(days=3), "advice")):
        moment = (LATER - age).timestamp()
        os.utime(file, (moment, moment))
        assert states(examine(config, now=LATER))["backup"] == state


def test_little_room_on_the_disk(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Advice first, a fault when saving is about to fail.
    """
    for free, state in ((10 * 1024**3, "ok"), (1024**3, "advice"), (1024**2, "missing")):
        usage = type("Usage", (), {"free": free})
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _folder, usage=usage: usage)
        assert states(examine(config, now=LATER))["disk"] == state


def test_the_command_prints_lines_or_json(config: Config) -> None:
    """
    One line each, and an exit code for scripts.
    """
    plain = CliRunner().invoke(main, ["doctor"])
    lines = CliRunner().invoke(main, ["doctor", "--json"]).output.splitlines()

    assert plain.exit_code == 0
    assert "ok  database: SQLite, of this release" in plain.output
    assert {json.loads(line)["state"] for line in lines} <= {"ok", "advice"}
