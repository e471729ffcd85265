"""`./run backup` and `./run restore`, as an operator types them."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lms.audit import queries as audit
from lms.cli import main
from lms.config import Config
from lms.snapshot import connected
from tests.conftest import make_config
from tests.lms.test_backup import furnish


@pytest.fixture
def data(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of an installation that the command line finds."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "shuyuan.db")
    furnish(folder)
    monkeypatch.setenv("LMS_DATA", str(folder))
    return folder


def run(*words: object) -> Result:
    """`./run WORDS`."""
    return CliRunner().invoke(main, [str(word) for word in words])


def acts(config: Config) -> list[str]:
    """What the audit log says was done."""
    with connected(config.url) as connection:
        return [entry.act for entry in connection.execute(audit.entries())]


def test_there_and_back(data: Path, tmp_path: Path) -> None:
    """
    The hash that backup prints is the one restore asks for; both leave an entry in the audit log.
    """
    made = run("backup", "--to", tmp_path / "b.tar.zst")
    noted = re.search(r"^sha256 ([0-9a-f]{64})", made.output, re.MULTILINE)
    assert noted is not None, made.output
    restored = run("restore", tmp_path / "b.tar.zst", "--into", tmp_path / "new", "--sha256", noted[1])

    assert restored.exit_code == 0, restored.output
    assert "5 files as listed" in restored.output
    assert acts(make_config(data)) == ["backup.make"]
    assert acts(make_config(tmp_path / "new")) == ["backup.restore"]


def test_the_default_place(data: Path) -> None:
    """
    Without a name the file goes to the data folder's backups, named by the moment.
    """
    made = run("backup")

    assert re.match(rf"{data}/backups/shuyuan-\d{{8}}-\d{{6}}\.tar\.zst\n", made.output), made.output


def test_a_folder_may_be_named(data: Path, tmp_path: Path) -> None:
    """
    `--to FOLDER` names the file itself.
    """
    run("backup", "--to", tmp_path)

    assert len(list(tmp_path.glob("shuyuan-*.tar.zst"))) == 1


def test_without_an_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    There is nothing to copy; nothing is made.
    """
    monkeypatch.setenv("LMS_DATA", str(tmp_path / "none"))
    made = run("backup")

    assert (made.exit_code, (tmp_path / "none").exists()) == (1, False)
    assert "There is no installation" in made.output


def test_force_puts_aside(data: Path, tmp_path: Path) -> None:
    """
    Into a folder in use only with --force; what was there is kept and its place is said.
    """
    run("backup", "--to", tmp_path / "b.tar.zst")
    refused = run("restore", tmp_path / "b.tar.zst", "--into", data)
    forced = run("restore", tmp_path / "b.tar.zst", "--into", data, "--force")
    place = re.search(r"What was there before is in (\S+)\.\n", forced.output)

    assert (refused.exit_code, forced.exit_code) == (1, 0)
    assert place is not None
    assert (Path(place[1]) / "shuyuan.db").is_file()


def test_settings_that_name_another_database(data: Path, tmp_path: Path) -> None:
    """
    A restored shuyuan.toml that points elsewhere is pointed out: serving would use the other database.
    """
    (data / "shuyuan.toml").write_text(f'database_url = "sqlite:///{data}/shuyuan.db"\n')
    run("backup", "--to", tmp_path / "b.tar.zst")
    restored = run("restore", tmp_path / "b.tar.zst", "--into", tmp_path / "new")

    assert "names another database" in restored.output


def test_a_damaged_file(data: Path, tmp_path: Path) -> None:
    """
    One sentence says why, the exit code is 1, the folder stays empty.
    """
    (tmp_path / "b.tar.zst").write_bytes(b"no backup at all")
    refused = run("restore", tmp_path / "b.tar.zst", "--into", tmp_path / "new")

    assert refused.exit_code == 1
    assert refused.output.startswith("Error: Nothing was restored: This backup cannot be used")
    assert list((tmp_path / "new").iterdir()) == []
