"""What each word after `./run` means, and the step into it."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import environment
from environment import INTERRUPTED, Lock, SetupError, say

ROOT = Path(__file__).resolve().parent.parent
USAGE = """\
./run [--host H] [--port P]   启动示例（首次自动安装） start the demonstration (installs itself first)
./run test [pytest …]         运行全部测试             run all tests
./run bundle                  制作离线安装包           make one file for machines without network
./run init | serve | …        其余命令                 every other command: ./run COMMAND --help
SHUYUAN_ENV=目录              运行环境放在别处         folder for the environment, if not .venv here
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a command line leads: Python's arguments, and the lock of its packages (None: none)."""

    arguments: tuple[str, ...]
    lock: Lock | None = Lock.MAIN
    at_root: bool = False


def route(words: Sequence[str]) -> Route:
    """Read the words after `./run`.

    Files that people name are relative to where they stand, so only the tests change the folder. `-P` keeps
    a folder that happens to hold a `random.py` from being imported from.
    """
    first = words[0] if words else ""
    if first == "test":
        return Route(arguments=("-m", "pytest", *words[1:]), lock=Lock.TEST, at_root=True)
    if first == "bundle":
        return Route(arguments=(str(ROOT / "setup" / "bundle.py"), *words[1:]), lock=None)
    if not first or first.startswith("-"):
        return Route(arguments=("-P", "-m", "lms", "demo", *words))
    return Route(arguments=("-P", "-m", "lms", *words))


def variables(environ: Mapping[str, str], *, root: Path) -> dict[str, str]:
    """The environment of the program: as it is, with our packages findable from any folder."""
    paths = [str(root), *filter(None, [environ.get("PYTHONPATH")])]
    return {**environ, "PYTHONPATH": os.pathsep.join(paths)}


def folder(environ: Mapping[str, str], *, root: Path) -> Path:
    """Where the environment is kept: `.venv` beside `run`, or what SHUYUAN_ENV names."""
    named = environ.get("SHUYUAN_ENV")
    return Path(named).absolute() if named else root / ".venv"


def become(words: Sequence[str], *, root: Path) -> None:
    """Make what the words need, then become that program: signals and exit code are its own.

    Raises SetupError.
    """
    chosen = route(words)
    env = folder(os.environ, root=root)
    python = Path(sys.executable) if chosen.lock is None else environment.ensure(env, lock=chosen.lock, root=root)
    if chosen.at_root:
        os.chdir(root)
    os.execve(python, [str(python), *chosen.arguments], variables(os.environ, root=root))  # noqa: S606


def main(words: Sequence[str]) -> None:
    """Run one command line; does not return."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal may know no Chinese
    if words and words[0] in ("-h", "--help"):
        print(USAGE, end="")
        sys.exit(0)
    try:
        become(words, root=ROOT)
    except SetupError as trouble:
        say(trouble.chinese, trouble.english)
        sys.exit(trouble.status)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
