"""The environment is made once, whole, by one start at a time."""

import re
import shutil
import tomllib
from pathlib import Path

import environment
import pytest
from environment import Lock

from tests.setup.conftest import ROOT, Program


def pins(lock: Lock) -> set[str]:
    """The requirements of a real lock, without hashes."""
    lines = environment.lock_file(ROOT, lock).read_text().splitlines()
    return {line.rstrip(" \\") for line in lines if "==" in line}


def requirements(call: dict) -> str:
    """The name of the lock that pip was asked to install."""
    return Path(call["words"][call["words"].index("-r") + 1]).name


def test_test_lock_contains_main_lock():
    """
    A machine that is ready for the tests is ready for the program: no second installation.
    """
    assert pins(Lock.MAIN) <= pins(Lock.TEST)


def test_locks_follow_the_project():
    """
    A library that pyproject.toml asks for is in the lock: nobody forgot `setup/lock.sh`.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = {Lock.MAIN: project["dependencies"] + extras["postgresql"], Lock.TEST: extras["test"]}
    names = {lock: {pin.split("==")[0] for pin in pins(lock)} for lock in Lock}

    assert [
        text for lock, texts in wanted.items() for text in texts if re.split(r"[\[<>=~ ;]", text)[0] not in names[lock]
    ] == []


@pytest.mark.parametrize("lock", Lock)
def test_every_package_is_pinned_by_hash(lock: Lock):
    """
    A package without a hash could be exchanged on the way.
    """
    text = environment.lock_file(ROOT, lock).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())

    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_first_start_installs_and_second_does_not(program: Program):
    """
    pip is called once; a finished environment is only looked at.
    """
    program.run("anything")
    program.run("anything")

    assert [requirements(call) for call in program.calls] == ["main.lock"]


def test_test_environment_serves_the_program(program: Program):
    """
    After `./run test` the program itself needs nothing more.
    """
    program.run("test")
    program.run("anything")

    assert [requirements(call) for call in program.calls] == ["test.lock"]


def test_tests_need_more_than_the_program(program: Program):
    """
    An environment made for the program is completed for the tests.
    """
    program.run("anything")
    program.run("test")

    assert [requirements(call) for call in program.calls] == ["main.lock", "test.lock"]


def test_changed_lock_installs_again(program: Program):
    """
    A new release brings a new lock, and its packages are taken.
    """
    program.run("anything")
    (program.root / "setup" / "main.lock").write_text("one==2 \\\n    --hash=sha256:00\n")
    program.run("anything")

    assert len(program.calls) == 2


def test_failed_install_is_tried_again(program: Program):
    """
    What pip did not finish is never taken for an environment; its status and last words are shown.
    """
    (program.root / "fail").touch()
    status, _, errors = program.run("anything")
    (program.root / "fail").unlink()
    again, _, _ = program.run("anything")

    assert (status, again) == (7, 0)
    assert "ERROR: no such package" in errors
    assert "PIP_INDEX_URL" in errors


def test_pips_warnings_stay_in_the_log(program: Program):
    """
    People see pip's words only when it fails; the log keeps them.
    """
    _, output, errors = program.run("anything")

    assert "nobody wants to read" not in output + errors
    assert "nobody wants to read" in (program.env / environment.LOG).read_text()


@pytest.mark.parametrize("damage", ["stamp", "python", "library"])
def test_broken_environment_is_mended(program: Program, damage: str):
    """
    A lost stamp, a Python that is gone or a library folder of another Python: the next start repairs it.
    """
    program.run("anything")
    if damage == "stamp":
        (program.env / environment.STAMP).write_bytes(b"\xff\x00 half")
    if damage == "python":
        (program.env / "bin" / "python").unlink()
        (program.env / "bin" / "python").symlink_to("/nowhere/python")
    if damage == "library":
        shutil.rmtree(program.env / "lib")
        (program.env / environment.STAMP).unlink()
    status, output, _ = program.run("anything")

    assert status == 0
    assert str(program.env) in output


def test_two_starts_at_once_install_once(program: Program):
    """
    The second waits for the first and finds everything done.
    """
    (program.root / "slow").touch()
    with program.start("anything") as one, program.start("anything") as two:
        errors = one.communicate(timeout=60)[1] + two.communicate(timeout=60)[1]

    assert (one.returncode, two.returncode) == (0, 0)
    assert len(program.calls) == 1
    assert "waiting" in errors


def test_killed_install_goes_on(program: Program):
    """
    After kill -9 the next start waits for the pip that is still at work, forgets what is half unpacked, and ends well.
    """
    (program.root / "half").touch()
    with program.start("anything") as child:
        while not list(program.env.glob("lib/python*/site-packages/half-1.dist-info")):
            assert child.poll() is None
        child.kill()
    status, _, _ = program.run("anything")

    assert status == 0
    assert len(program.calls) == 2
    assert not list(program.env.glob("lib/python*/site-packages/half-1.dist-info"))


def test_finished_packages_are_kept(tmp_path: Path):
    """
    Only a package without its RECORD is forgotten; an empty one was cut off by a power loss.
    """
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    for name, record in {"whole": "whole.py,,\n", "empty": "", "none": None}.items():
        (packages / f"{name}-1.dist-info").mkdir(parents=True)
        if record is not None:
            (packages / f"{name}-1.dist-info" / "RECORD").write_text(record)
    environment.drop_unfinished(tmp_path)

    assert [path.name for path in packages.iterdir()] == ["whole-1.dist-info"]


def test_wheels_at_hand_are_used_without_network(program: Program):
    """
    With `wheelhouse/` beside the program pip asks no index.
    """
    (program.root / "wheelhouse").mkdir()
    program.run("anything")
    words = program.calls[0]["words"]

    assert words[words.index("--find-links") + 1] == str(program.root / "wheelhouse")
    assert {"--no-index", "--require-hashes", "--only-binary=:all:"} <= set(words)


def test_pips_configuration_is_respected(program: Program):
    """
    A mirror named for pip is used; what would put the packages elsewhere is not.
    """
    program.run("anything", PIP_INDEX_URL="https://mirror.example/simple", PIP_TARGET="/elsewhere", PIP_USER="1")
    call = program.calls[0]

    assert call["variables"] == {"PIP_INDEX_URL": "https://mirror.example/simple"} | {
        key: value for key, value in call["variables"].items() if key not in ("PIP_TARGET", "PIP_USER")
    }
    assert call["prefix"] == str(program.env)


def test_environment_elsewhere(program: Program, tmp_path: Path):
    """
    SHUYUAN_ENV names another place, for a program in a folder that cannot be written.
    """
    place = tmp_path / "place" / "env"
    status, output, _ = program.run("anything", SHUYUAN_ENV=str(place))

    assert status == 0
    assert str(place) in output
    assert not program.env.exists()


def test_strange_folder_is_left_alone(program: Program, tmp_path: Path):
    """
    A folder with other things in it is never emptied, even if SHUYUAN_ENV names it by mistake.
    """
    precious = tmp_path / "home" / "thesis.txt"
    precious.parent.mkdir()
    precious.write_text("ten years")
    status, _, errors = program.run("anything", SHUYUAN_ENV=str(precious.parent))

    assert status == 1
    assert "was not made by Shuyuan" in errors
    assert [path.name for path in precious.parent.iterdir()] == ["thesis.txt"]


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="needs a folder that not even root can write to")
def test_folder_that_cannot_be_written(program: Program):
    """
    One plain sentence in each language names the folder and the way out; no traceback.
    """
    status, _, errors = program.run("anything", SHUYUAN_ENV="/sys/kernel/shuyuan")

    assert status == 1
    assert "无法写入 /sys/kernel" in errors
    assert "SHUYUAN_ENV" in errors
    assert "Traceback" not in errors


def test_missing_library_is_named(monkeypatch: pytest.MonkeyPatch):
    """
    A Python built without SQLite is refused with the name of the library and the line that installs a whole one.
    """
    monkeypatch.setattr(environment, "NEEDED_MODULES", ("zlib", "_no_such_library"))
    with pytest.raises(environment.SetupError, match="no_such_library") as caught:
        environment.check_modules()

    assert "sudo apt-get install -y python3" in caught.value.english


def test_missing_pip_is_named(program: Program):
    """
    An archive unpacked in part says what is missing.
    """
    next((program.root / "setup").glob("pip-*.whl")).unlink()
    status, _, errors = program.run("anything")

    assert status == 1
    assert "setup/pip-*.whl is missing" in errors
