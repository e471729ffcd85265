"""What the words after `./run` lead to, and what an old Python says."""

import ast
import importlib.machinery
import importlib.util
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import launch
import pytest
from environment import Lock

from tests.setup.conftest import ROOT, Program

SECOND_START = 0.15  # seconds that `./run` may add to the start of the program


@pytest.fixture
def run() -> ModuleType:
    """The file `run` as a module."""
    loader = importlib.machinery.SourceFileLoader("run", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader("run", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("words", "arguments", "lock"),
    [
        ("", "-P -m lms demo", Lock.MAIN),
        ("--host 0.0.0.0 --port 80", "-P -m lms demo --host 0.0.0.0 --port 80", Lock.MAIN),
        ("serve --port 80", "-P -m lms serve --port 80", Lock.MAIN),
        ("content check --json", "-P -m lms content check --json", Lock.MAIN),
        ("test", "-m pytest", Lock.TEST),
        ("test tests/setup -q", "-m pytest tests/setup -q", Lock.TEST),
        ("bundle --output x", f"{ROOT}/setup/bundle.py --output x", None),
    ],
)
def test_words_lead_to_programs(words: str, arguments: str, lock: Lock | None):
    """
    No word is the demonstration, `test` is pytest, `bundle` needs no packages, all else is the command line.
    """
    chosen = launch.route(words.split())

    assert (chosen.arguments, chosen.lock) == (tuple(arguments.split()), lock)


def test_files_are_relative_to_where_people_stand(program: Program, tmp_path: Path):
    """
    `/opt/shuyuan/run bank import questions.xlsx` reads the file of the present folder; the output is the command's own.
    """
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    _, output, _ = program.run("bank", "import", "题.xlsx", cwd=elsewhere)

    assert json.loads(output) == {
        "program": "lms", "words": ["bank", "import", "题.xlsx"], "cwd": str(elsewhere), "prefix": str(program.env),
    }  # fmt: skip


def test_tests_run_in_the_program_folder(program: Program, tmp_path: Path):
    """
    `./run test` means the tests of the program, from wherever it is called.
    """
    _, output, _ = program.run("test", "-x", cwd=tmp_path)

    assert json.loads(output)["cwd"] == str(program.root)
    assert json.loads(output)["program"] == "pytest"


def test_file_in_the_present_folder_is_not_imported(program: Program, tmp_path: Path):
    """
    A `json.py` lying about where people stand is not taken for the library.
    """
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "json.py").write_text("raise SystemExit('wrong json')")

    assert program.run("anything", cwd=elsewhere)[0] == 0


def test_link_to_run(program: Program, tmp_path: Path):
    """
    A link such as /usr/local/bin/shuyuan finds the program's folder.
    """
    link = tmp_path / "shuyuan"
    link.symlink_to(program.root / "run")
    done = subprocess.run([sys.executable, link, "doctor"], capture_output=True, encoding="utf-8", check=True)

    assert json.loads(done.stdout)["words"] == ["doctor"]


@pytest.mark.parametrize("status", [0, 1, 5])
def test_exit_code_passes_through(program: Program, status: int):
    """
    The exit code is the program's.
    """
    assert program.run("anything", STATUS=str(status))[0] == status


def test_signal_reaches_the_program(program: Program):
    """
    `run` becomes the program, so a service manager that ends it ends the server itself.
    """
    (program.root / "lms" / "__main__.py").write_text(
        "import signal, sys\nsignal.signal(15, lambda *_: sys.exit(42))\nprint('up', flush=True)\nsignal.pause()\n"
    )
    with program.start("serve") as child:
        assert child.stdout
        assert child.stdout.readline() == "up\n"
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=30)

    assert child.returncode == 42


def test_second_start_is_quick(program: Program):
    """
    Looking at a finished environment takes less than 0.15 s; the best of five, for the machine has other work.
    """
    (program.root / "lms" / "__main__.py").write_text("")
    program.run("anything")
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        program.run("anything")
        times.append(time.perf_counter() - begin)

    assert min(times) < SECOND_START


def test_help_installs_nothing(program: Program):
    """
    Asking what there is costs nothing.
    """
    status, output, _ = program.run("--help")

    assert status == 0
    assert "./run test" in output
    assert not program.env.exists()


def test_old_python_can_read_the_file():
    """
    An old Python must get as far as saying that it is too old.
    """
    source = (ROOT / "run").read_text(encoding="utf-8")

    ast.parse(source, feature_version=(3, 6))
    assert re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE) == ["importlib", "os", "sys"]


@pytest.mark.parametrize(
    ("installer", "line"),
    [
        ("apt-get", "sudo apt-get update && sudo apt-get install -y python3.11"),
        ("dnf", "sudo dnf install -y python3.11"),
        ("yum", "sudo yum install -y python3.11"),
    ],
)
def test_old_python_names_the_line(run: ModuleType, monkeypatch: pytest.MonkeyPatch, installer: str, line: str):
    """
    The message gives the one line that helps on this machine, in Chinese and English.
    """
    monkeypatch.setattr(run, "on_path", lambda name: name if name == installer else "")
    text = run.complaint((3, 7), run.NEEDED)

    assert text.splitlines() == [
        "书院需要 Python 3.11 或更高版本，这里只有 3.7。请安装：",
        "Shuyuan needs Python 3.11 or newer; this one is 3.7. Install it:",
        f"    {line}",
    ]


@pytest.mark.parametrize(
    ("version", "pinned", "suits"),
    [
        ((3, 10), False, False), ((3, 11), False, True), ((3, 14), False, True), ((3, 15), False, True),
        ((3, 10), True, False), ((3, 11), True, True), ((3, 13), True, False),
    ],
)  # fmt: skip
def test_which_python_will_do(run: ModuleType, version: tuple[int, int], pinned: bool, suits: bool):
    """
    From 3.11 on; but the wheels of a bundle are for one version only.
    """
    assert run.suits(version, ((3, 11),) if pinned else run.NEEDED) is suits


def test_wheels_of_another_python_are_named(program: Program):
    """
    A bundle for a Python that this machine has not says which one, instead of a pip that finds nothing.
    """
    (program.root / "wheelhouse").mkdir()
    (program.root / "wheelhouse" / "python-version").write_text("3.99\n")
    status, _, errors = program.run("anything")

    assert status == 1
    assert "needs Python 3.99;" in errors
    assert program.calls == []


def test_other_python_on_the_path_takes_over(program: Program, tmp_path: Path):
    """
    Where `python3` is too old but a newer one is installed beside it, that one is used.
    """
    (program.root / "wheelhouse").mkdir()
    (program.root / "wheelhouse" / "python-version").write_text("3.99\n")
    stand_in = tmp_path / "bin" / "python3.99"
    stand_in.parent.mkdir()
    stand_in.write_text('#!/bin/sh\necho "$@"\n')
    stand_in.chmod(0o755)
    status, output, _ = program.run("serve", "--port", "80", PATH=str(stand_in.parent))

    assert (status, output) == (0, f"{program.root}/run serve --port 80\n")
