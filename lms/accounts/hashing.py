"""Argon2 in a process of its own with a low priority, so that a rush of sign-ins takes no time from those who sit an exam.

One hash is 9-20 ms of a processor. A thread of the server with a low priority would be worse than none: it would hold the
interpreter while it waits for its turn at the processor. libsodium (PyNaCl) hashes here, because it uses what the processor has
and takes half the time of the reference; the strings are the same, and where there is no such library argon2-cffi does it.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

try:
    from nacl import exceptions, pwhash
except ImportError:  # a processor without a wheel of it
    pwhash = None  # type: ignore[assignment]

#: at 19 a process gets a sixtieth of what another gets, where both want the processor
NICENESS = 19
#: what a wrong password, or what is no hash or no text, is told by
REFUSED = (VerificationError, InvalidHashError, ValueError, *((exceptions.CryptoError,) if pwhash else ()))


class Apart:
    """That process; begun by the first who needs it, and anew where it was lost. Not for several threads at once."""

    def __init__(self, *, memory: int, passes: int, lanes: int) -> None:
        self._parameters = {"memory_cost": memory, "time_cost": passes, "parallelism": lanes}
        self._process: subprocess.Popen[str] | None = None

    def hash(self, password: str) -> str:
        """The hash to keep. Raises OSError where no process can be had."""
        return str(self._asked("hash", password))

    def verify(self, kept: str, password: str) -> bool:
        """Whether a password is the one that was hashed; False for what is no hash. Raises OSError."""
        return bool(self._asked("verify", kept, password))

    def _asked(self, *words: str) -> Any:
        try:
            return self._ask(words)
        except (OSError, ValueError):  # it was ended, be it in the midst of an answer
            self.end()
        try:
            return self._ask(words)
        except ValueError as error:
            self.end()
            raise OSError("the hashing process does not answer") from error

    def _ask(self, words: tuple[str, ...]) -> Any:
        process = self._process = self._process or self._begun()
        if process.stdin is None or process.stdout is None:
            raise OSError("the hashing process has no pipes")
        process.stdin.write(json.dumps(words) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def _begun(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", __file__, json.dumps(self._parameters)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, encoding="utf-8", cwd="/",
        )  # fmt: skip

    def end(self) -> None:
        """End the process; the next hash begins one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):  # what was not sent is lost with it
                    pipe.close()
        process.wait()


class _Sodium:
    """libsodium's argon2id, of one lane."""

    def __init__(self, *, memory: int, passes: int) -> None:
        self._parameters = {"opslimit": passes, "memlimit": memory * 1024}

    def hash(self, password: str) -> str:
        """The hash to keep."""
        return str(pwhash.argon2id.str(password.encode(), **self._parameters).decode())

    def verify(self, kept: str, password: str) -> bool:
        """Whether it is the one; raises CryptoError for another, and for what is no hash."""
        return bool(pwhash.argon2id.verify(kept.encode(), password.encode()))


def _hasher(parameters: dict[str, int]) -> "_Sodium | PasswordHasher":
    if pwhash is not None and parameters["parallelism"] == 1:
        return _Sodium(memory=parameters["memory_cost"], passes=parameters["time_cost"])
    return PasswordHasher(
        memory_cost=parameters["memory_cost"],
        time_cost=parameters["time_cost"],
        parallelism=parameters["parallelism"],
    )


def _serve(parameters: dict[str, int]) -> None:
    """Answer line by line until nobody asks any more."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; where that is gone nobody asks any more
    argon = _hasher(parameters)
    for line in sys.stdin:
        deed, *words = json.loads(line)
        try:
            said: Any = argon.hash(*words) if deed == "hash" else argon.verify(*words)
        except REFUSED:
            said = False
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve(json.loads(sys.argv[1]))
