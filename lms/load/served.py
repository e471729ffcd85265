"""The product as it is served, in processes of its own on a loopback port, for as long as it is measured."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from lms import server
from lms.config import Config, environment
from lms.load.loop import Answer, Loop, Script, Unanswered
from lms.load.machine import Group

ROOT = Path(__file__).parent.parent.parent
#: asks the kernel (PR_SET_PDEATHSIG) for SIGTERM when whoever started us ends, however that ends; then becomes the server
_ENDS_WITH_PARENT = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 15); os.execv(sys.argv[1], sys.argv[1:])"


class Served:
    """A server that was started, with its processes."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self._process, self.port = process, port
        self.group = Group(process.pid)

    def stop(self) -> None:
        """End it and wait for it."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def start(config: Config) -> Served:
    """Serve the installation in the folder of `config` with the settings that lie there. Raises RuntimeError."""
    port = free_port()
    words = server.command(config, host="127.0.0.1", port=port)
    return run(
        words,
        port,
        environ=environment(config.data) | server.ENVIRONMENT,
        log=config.data / "server.log",
        asks="/healthz",
    )


def run(words: Sequence[str], port: int, *, environ: Mapping[str, str], log: Path, asks: str) -> Served:
    """Start a server and wait until the address `asks` answers; it ends when this process does."""
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-c", _ENDS_WITH_PARENT, *words], env=environ, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True,
        )  # fmt: skip
    served = Served(process, port)
    if not _answers(served, process, asks):
        served.stop()
        raise RuntimeError(f"the server did not answer: {log.read_text(encoding='utf-8', errors='replace')[-500:]}")
    return served


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(served: Served, process: "subprocess.Popen[bytes]", path: str, seconds: float = 60) -> bool:
    heard: list[Answer] = []
    until = time.monotonic() + seconds
    while not heard and process.poll() is None and time.monotonic() < until:
        loop = Loop("127.0.0.1", served.port)
        loop.add(_look(path, heard))
        loop.run(until=time.perf_counter() + 5)
    return bool(heard)


def _look(path: str, heard: list[Answer]) -> Script:
    try:
        answer = yield f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    except Unanswered:
        yield time.perf_counter() + 0.1
        return
    if answer is not None and answer.status == 200:
        heard.append(answer)
