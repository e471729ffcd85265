"""The environment of packages: made once from the lock by pip out of its own wheel.

It works where Debian's `python3` is alone: no pip, no ensurepip, and no network
if the wheels lie in `wheelhouse/`. A finished environment is only looked at.
"""

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

MARK = "made-by-shuyuan"  # only a folder that holds this file is ever emptied
STAMP = "shuyuan-stamp"
LOG = "shuyuan-install.log"
INSTALL_PYTHON = "    sudo apt-get install -y python3\n    sudo yum install -y python3.11"
NEEDED_MODULES = ("_sqlite3", "_ssl", "_ctypes", "zlib", "_hashlib")
ELSEWHERE = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_DRY_RUN", "PYTHONPATH", "PYTHONHOME")
TAIL = 30  # lines of pip's output shown when it fails
INTERRUPTED = 130


class Lock(StrEnum):
    """A list of packages with hashes; the test lock contains every package of the main one."""

    MAIN = "main"
    TEST = "test"


class SetupError(Exception):
    """Something that people must put right; one sentence in each language and the exit status."""

    def __init__(self, chinese: str, english: str, *, status: int = 1) -> None:
        super().__init__(english)
        self.chinese = chinese
        self.english = english
        self.status = status


def say(chinese: str, english: str) -> None:
    """Tell people something, on the error stream: the output belongs to the command."""
    print(f"{chinese}\n{english}", file=sys.stderr, flush=True)


def lock_file(root: Path, lock: Lock) -> Path:
    """The file of a lock."""
    return root / "setup" / f"{lock}.lock"


def pip_wheel(root: Path) -> Path:
    """The wheel that pip runs out of; the last by name. Raises SetupError if there is none."""
    wheels = sorted((root / "setup").glob("pip-*.whl"))
    if not wheels:
        raise SetupError(
            "缺少 setup/pip-*.whl：请重新解压安装包。",
            "setup/pip-*.whl is missing: unpack the release again.",
        )
    return wheels[-1]


def interpreter(env: Path) -> Path:
    """The environment's own Python."""
    return env / "bin" / "python"


def wanted(env: Path, *, lock: Lock, root: Path) -> dict[str, str]:
    """The stamp of a finished environment: which Python, which machine, the hash of each lock."""
    locks = (Lock.MAIN,) if lock is Lock.MAIN else (Lock.MAIN, Lock.TEST)
    hashes = {str(one): hashlib.sha256(lock_file(root, one).read_bytes()).hexdigest() for one in locks}
    return {"python": f"{os.path.realpath(interpreter(env))} {os.uname().machine}", **hashes}


def read_stamp(env: Path) -> dict[str, str]:
    """What the stamp says; empty if there is none or it is damaged."""
    try:
        lines = (env / STAMP).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    return {key: value for key, _, value in (line.partition(" ") for line in lines)}


def write_stamp(env: Path, stamp: Mapping[str, str]) -> None:
    """Say that the environment is finished: whole on the disk or not at all."""
    draft = env / f"{STAMP}.new"
    with draft.open("w", encoding="utf-8") as file:
        file.writelines(f"{key} {value}\n" for key, value in stamp.items())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(env / STAMP)


def satisfied(env: Path, *, lock: Lock, root: Path) -> bool:
    """Whether the environment is finished, for these locks, and its Python is still there."""
    return os.access(interpreter(env), os.X_OK) and wanted(env, lock=lock, root=root).items() <= read_stamp(env).items()


def ensure(env: Path, *, lock: Lock, root: Path) -> Path:
    """Make or complete the environment if it is not as the lock says; returns its Python.

    Two that start at once wait for each other. Raises SetupError.
    """
    if satisfied(env, lock=lock, root=root):
        return interpreter(env)
    check_modules()
    try:
        with alone(env) as door:
            if not satisfied(env, lock=lock, root=root):
                make(env, lock=lock, root=root, door=door)
    except OSError as error:
        raise unwritable(env, error) from error
    return interpreter(env)


def make(env: Path, *, lock: Lock, root: Path, door: int) -> None:
    """Build what is missing and stamp it. The old stamp goes first: an interruption is no end."""
    (env / STAMP).unlink(missing_ok=True)
    prepare(env, root=root)
    drop_unfinished(env)
    install(env, lock=lock, root=root, door=door)
    write_stamp(env, wanted(env, lock=lock, root=root))


def check_modules() -> None:
    """Refuse a Python that was built without a library we cannot do without. Raises SetupError."""
    missing = [name.lstrip("_") for name in NEEDED_MODULES if importlib.util.find_spec(name) is None]
    if missing:
        names = ", ".join(missing)
        raise SetupError(
            f"{sys.executable} 编译时缺少：{names}。请改用系统的 Python：",
            f"{sys.executable} was built without: {names}. Use the system's:\n{INSTALL_PYTHON}",
        )


@contextlib.contextmanager
def alone(env: Path) -> Iterator[int]:
    """Be the only one that works on the environment; yields the lock's file number."""
    env.parent.mkdir(parents=True, exist_ok=True)
    door = os.open(env.with_name(env.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("另一个进程正在安装，请稍候……", "Another start is installing; waiting for it ...")
            fcntl.flock(door, fcntl.LOCK_EX)
        yield door
    finally:
        os.close(door)


def unwritable(env: Path, error: OSError) -> SetupError:
    """What to tell people when the disk refuses."""
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return SetupError(
            f"无法写入 {env.parent}。请把程序复制到可写的目录，或用 SHUYUAN_ENV=目录 指定运行环境的位置。",
            f"Cannot write to {env.parent}. Copy the program to a folder that can be written,"
            " or name another place for the environment: SHUYUAN_ENV=FOLDER ./run",
        )
    return SetupError(f"无法准备运行环境 {env}：{error}", f"Cannot make the environment {env}: {error}")


def prepare(env: Path, *, root: Path) -> None:
    """Have a Python in the environment that works; a broken one of ours is made anew. Raises SetupError."""
    ours = not env.exists() or not any(env.iterdir()) or (env / MARK).exists()
    if works(env, root=root):
        return
    if not ours:
        raise SetupError(
            f"{env} 不是书院建立的，也不能用。请移走它，或用 SHUYUAN_ENV=目录 指定别处。",
            f"{env} was not made by Shuyuan and cannot be used."
            " Move it away, or name another place: SHUYUAN_ENV=FOLDER ./run",
        )
    if env.exists():
        shutil.rmtree(env)
    env.mkdir(parents=True)
    (env / MARK).touch()
    venv.EnvBuilder(with_pip=False, symlinks=True, prompt="shuyuan").create(env)


def works(env: Path, *, root: Path) -> bool:
    """Whether its Python starts, is new enough, has its library folder and suits the wheels at hand."""
    code = "import sys; print('%d.%d' % sys.version_info[:2], sys.prefix)"
    try:
        found = subprocess.run(
            [interpreter(env), "-I", "-c", code],
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    version, _, prefix = found.stdout.strip().partition(" ")
    pinned = root / "wheelhouse" / "python-version"
    return (
        tuple(map(int, version.split("."))) >= (3, 11)
        and Path(prefix).resolve() == env.resolve()
        and (env / "lib" / f"python{version}" / "site-packages").is_dir()
        and (not pinned.exists() or pinned.read_text(encoding="utf-8").strip() == version)
    )


def drop_unfinished(env: Path) -> None:
    """Forget packages that an interrupted pip left half unpacked.

    pip writes RECORD last; a package without it counts as installed although files are missing.
    """
    for record in env.glob("lib/python*/site-packages/*.dist-info"):
        file = record / "RECORD"
        if not file.exists() or not file.stat().st_size:
            shutil.rmtree(record)


def pip_command(python: Path, *words: str, root: Path) -> list[str]:
    """A call of pip out of its wheel, from the wheels at hand if there are any, else as pip is configured."""
    house = root / "wheelhouse"
    offline = ["--no-index", "--find-links", str(house)] if house.is_dir() else []
    return [
        str(python),
        str(pip_wheel(root) / "pip"),
        *words,
        "--require-hashes",
        "--no-deps",  # the lock names all of them
        "--only-binary=:all:",
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar=off",
        *offline,
    ]


def pip_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """pip's own configuration is respected, except what would put the packages somewhere else."""
    return {key: value for key, value in environ.items() if key not in ELSEWHERE}


def install(env: Path, *, lock: Lock, root: Path, door: int) -> None:
    """Install a lock. pip's output goes to a log and is shown only when it fails. Raises SetupError.

    pip inherits the lock on the environment: if we are killed, the next start waits until pip is done.
    """
    file = lock_file(root, lock)
    total = sum("==" in line for line in file.read_text(encoding="utf-8").splitlines())
    say(
        f"正在准备运行环境（{total} 个软件包，仅首次）……",
        f"Making the environment ({total} packages, first time only) ...",
    )
    command = pip_command(interpreter(env), "install", "-r", str(file), root=root)
    command += ["--no-user", "--root-user-action=ignore"]
    lines, status = follow(command, variables=pip_variables(os.environ), door=door)
    (env / LOG).write_text("".join(lines), encoding="utf-8")
    if status:
        sys.stderr.writelines(lines[-TAIL:])
        raise SetupError(
            f"安装失败，完整记录在 {env / LOG}。再次运行会接着装。"
            "没有网络时请使用离线安装包（./run bundle 制作），或用 PIP_INDEX_URL 指定内网镜像。",
            f"The installation failed; its record is {env / LOG}. Starting again goes on from here."
            " Without network use the offline bundle (made by ./run bundle) or name a mirror: PIP_INDEX_URL.",
            status=status,
        )


def follow(command: Sequence[str], *, variables: Mapping[str, str], door: int) -> tuple[list[str], int]:
    """Run pip to its end, with a counter where a person watches; returns what it said and its status."""
    lines: list[str] = []
    done = 0
    with subprocess.Popen(
        command,
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        errors="replace",
        pass_fds=(door,),
    ) as child:
        try:
            for line in child.stdout or ():
                lines.append(line)
                done += line.startswith(("Collecting", "Requirement already"))
                if sys.stderr.isatty():
                    sys.stderr.write(f"\r  {done} ")
        except KeyboardInterrupt:
            child.wait()
            raise SetupError(
                "已中断；再次运行会接着装。",
                "Interrupted; starting again goes on from here.",
                status=INTERRUPTED,
            ) from None
    if sys.stderr.isatty():
        sys.stderr.write("\r")
    return lines, child.returncode
