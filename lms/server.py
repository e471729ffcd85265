"""The production server: granian, or gunicorn where granian has no wheel."""

import gc
import os
import resource
import subprocess
import sys

from lms.config import Config, inherited

#: connections a process accepts before it makes others wait: far above what an exam day brings, because the
#: default (a share of the backlog) lets idle keep-alive connections starve those who want to start
BACKPRESSURE = 20_000
#: threads share two heaps: each of sixteen with one of its own would keep what it once needed
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
#: new objects after which Python looks for dead ones among the youngest, and passes after which the older ones are
#: looked at too. By default 700, 10 and 10: every page would be interrupted several times
COLLECTION = (10_000, 20, 20)


def command(config: Config, *, host: str, port: int) -> list[str]:
    """The command line that serves `wsgi:app` until it is ended; requests in flight finish at SIGTERM."""
    if _has_granian():
        return [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
            "--workers", str(config.workers), "--blocking-threads", str(config.threads),
            "--backpressure", str(BACKPRESSURE), "--backlog", "4096", "--respawn-failed-workers",
            "--workers-kill-timeout", "20", "--no-access-log", "--log-level", "error",
            "--working-dir", _root(), "wsgi:app",
        ]  # fmt: skip
    return [
        sys.executable, "-m", "gunicorn", "--bind", f"{host}:{port}", "--worker-class", "gthread",
        "--workers", str(config.workers), "--threads", str(config.threads), "--graceful-timeout", "20",
        "--log-level", "warning", "--chdir", _root(), "wsgi:app",
    ]  # fmt: skip


def _has_granian() -> bool:
    return subprocess.run([sys.executable, "-c", "import granian"], capture_output=True, check=False).returncode == 0


def _root() -> str:
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120


def serve(config: Config, *, host: str, port: int) -> None:
    """Become the server; does not return."""
    raise_file_limit()
    words = command(config, host=host, port=port)
    os.execve(words[0], words, inherited(ENVIRONMENT))  # noqa: S606 - our own interpreter


def settle_in() -> None:
    """What a server's process does once its application is built.

    All that is there now is left out of later searches for dead objects: a search holds every thread of the process, and
    with the application's own objects it took 120-300 ms, in which nobody's answer was saved.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTION)


def raise_file_limit() -> int:
    """Let this process and those it starts open as many files as the system allows; how many.

    A candidate keeps a connection open; the usual 1,024 would turn an exam of two thousand away.
    """
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
