"""A small program folder with a pip of our own, so that the way to an environment is tested without network."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "setup"))  # the modules of setup/ are no package: `run` finds them this way too

FAKE_PIP = """
import json, os, pathlib, shutil, sys, time
root = pathlib.Path(__file__).resolve().parents[3]
place = pathlib.Path(sys.prefix)
kept = {key: value for key, value in os.environ.items() if key.startswith(("PIP_", "PYTHON"))}
with (root / "calls").open("a") as file:
    file.write(json.dumps({"words": sys.argv[1:], "variables": kept, "prefix": sys.prefix}) + "\\n")
print("WARNING: a warning nobody wants to read")
if (root / "half").exists():  # unpack half a package, then take long, and never come to RECORD
    (root / "half").unlink()
    next(place.glob("lib/python*/site-packages")).joinpath("half-1.dist-info").mkdir()
    time.sleep(1.5)
    sys.exit(0)
if (root / "slow").exists():
    time.sleep(0.7)
if (root / "fail").exists():
    print("ERROR: no such package")
    sys.exit(7)
if sys.argv[1] == "download":
    target = pathlib.Path(sys.argv[sys.argv.index("--dest") + 1])
    for wheel in (root / "index").iterdir():
        shutil.copy(wheel, target)
"""
FAKE_PROGRAM = """
import json, os, sys
print(json.dumps({"program": __spec__.parent, "words": sys.argv[1:], "cwd": os.getcwd(), "prefix": sys.prefix}))
sys.exit(int(os.environ.get("STATUS", "0")))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A folder with `run`, `setup/`, a program that tells how it was called, and a pip that notes its calls."""

    root: Path

    @property
    def env(self) -> Path:
        return self.root / ".venv"

    @property
    def calls(self) -> list[dict]:
        """How pip was called, in order."""
        file = self.root / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def start(self, *words: str, cwd: Path | None = None, **variables: str) -> subprocess.Popen:
        """Start `./run` with these words."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("SHUYUAN_", "PYTHON"))}
        return subprocess.Popen(
            [sys.executable, self.root / "run", *words],
            cwd=cwd or self.root,
            env={**inherited, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *words: str, cwd: Path | None = None, **variables: str) -> tuple[int, str, str]:
        """Run it to the end: exit code, output, errors."""
        with self.start(*words, cwd=cwd, **variables) as child:
            output, errors = child.communicate(timeout=60)
        return child.returncode, output, errors


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A program folder, not yet started."""
    root = tmp_path / "program"
    (root / "setup").mkdir(parents=True)
    shutil.copy(ROOT / "run", root)
    for file in (ROOT / "setup").glob("*.py"):
        shutil.copy(file, root / "setup")
    (root / "setup" / "main.lock").write_text("one==1 \\\n    --hash=sha256:00\n")
    (root / "setup" / "test.lock").write_text("one==1 \\\n    --hash=sha256:00\ntwo==2 \\\n    --hash=sha256:00\n")
    with zipfile.ZipFile(root / "setup" / "pip-0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("pip/__main__.py", FAKE_PIP)
        wheel.writestr("pip-0.dist-info/METADATA", "Name: pip\nVersion: 0\nLicense-Expression: MIT\n")
    for name in ("lms", "pytest"):
        (root / name).mkdir()
        (root / name / "__init__.py").touch()
        (root / name / "__main__.py").write_text(FAKE_PROGRAM)
    (root / "pyproject.toml").write_text('[project]\nname = "shuyuan"\nversion = "1.2.3"\n')
    return Program(root=root)


@pytest.fixture
def make_wheel(tmp_path: Path) -> Callable[..., Path]:
    """A maker of wheels: a name and the metadata after Name and Version."""

    def make(name: str, metadata: str = "", *, folder: Path = tmp_path) -> Path:
        folder.mkdir(exist_ok=True)
        wheel = folder / f"{name}-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            entry = zipfile.ZipInfo(f"{name}-1.0.dist-info/METADATA", date_time=(2026, 1, 1, 0, 0, 0))
            archive.writestr(entry, f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}\n")
        return wheel

    return make
