"""A PostgreSQL of the test's own, which it may end as roughly as it likes."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.conftest import free_port


def program(name: str) -> str | None:
    """The newest one installed; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    return str(found[-1]) if found else shutil.which(name)


def missing() -> str:
    """Why there can be none here; "" where it can."""
    if not program("initdb") or not program("pg_ctl") or not program("postgres"):
        return "no PostgreSQL is installed that the test may start"
    if os.getuid() == 0 and (not shutil.which("runuser") or not _user()):
        return "PostgreSQL refuses to run as root, and there is nobody else to run it"
    return ""


def _user() -> str:
    known = Path("/etc/passwd").read_text(encoding="utf-8")
    return next((name for name in ("postgres", "nobody") if f"\n{name}:" in known), "")


@dataclass(frozen=True)
class Cluster:
    """One that runs with the settings that PostgreSQL has by itself: what is committed is on disk."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """As its owner."""
        return f"postgresql+psycopg://owner@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it and wait until it takes connections; after a crash, until it has recovered."""
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-D", str(self.folder / "pg"), "-l", str(self.folder / "log"), "-o", options, "-w", "start")

    def crash(self) -> None:
        """End it at once: no transaction finishes, nothing is tidied up."""
        self._run("pg_ctl", "-D", str(self.folder / "pg"), "-m", "immediate", "-w", "stop")

    def make(self) -> None:
        """Its files."""
        self._run("initdb", "-D", str(self.folder / "pg"), "-U", "owner", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    def _run(self, name: str, *words: str) -> None:
        command = [str(program(name)), *words]
        if os.getuid() == 0:
            command = ["runuser", "-u", _user(), "--", *command]
        # not through a pipe: the server would hold it open for as long as it lives
        with (self.folder / "said").open("wb") as said:
            done = subprocess.run(command, cwd="/", stdout=said, stderr=said, check=False)
        assert done.returncode == 0, (self.folder / "said").read_text(encoding="utf-8", errors="replace")


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A running one, ended and removed afterwards. Beside the test's folder, which is its user's alone."""
    folder.mkdir()
    if os.getuid() == 0:
        shutil.chown(folder, _user())
    made = Cluster(folder, free_port())
    made.make()
    made.start()
    try:
        yield made
    finally:
        made.crash()
        shutil.rmtree(folder)
