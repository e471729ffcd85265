"""Passwords: hashing one at a time, and the two policies an organisation can choose between.

`asvs` (OWASP ASVS 5.0, 6.2): length and lists of what is easily guessed; no composition, no forced change.
`dengbao3` (GB/T 22239-2019, 8.1.4.1 a): also three of four classes, no reuse of the last five, 90 days.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import current_app

from lms.accounts.errors import Busy, Weakness
from lms.accounts.hashing import Apart
from lms.turn import TURN

log = structlog.get_logger()
Done = TypeVar("Done")

SHORTEST, ADVISED, LONGEST = 8, 15, 256
DENGBAO = "dengbao3"
REMEMBERED = 5
LIFE = timedelta(days=90)
CLASSES_NEEDED = 3
#: characters that must be left when the words about the person and the office are taken away
LEFT_OVER = 8
WAIT_SECONDS = 20.0
#: people who hash in a process, or wait for it, beyond whom the next one better comes again
CROWD = 4
COMMON = Path(__file__).parent / "common_passwords.txt"
#: eight digits that are a day of somebody's life, the first thing tried in China
_BIRTHDAY = re.compile(r"(19[3-9]|20[0-4])[0-9](0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")
#: the office's own words, which every outsider tries first
OFFICE_WORDS = (
    "shichangjianguan", "shichangjiandu", "shijianju", "gongshang", "gongshangju", "shiyaojian", "zhijian",
    "scjgj", "scjg", "aqsiq", "samr", "jianguan", "ganbu", "shuyuan", "kaoshi", "xuexi", "peixun",
    "工商", "市场监管", "市场监督", "市监", "监管", "干部", "书院", "考试", "学习", "培训",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameters:
    """What one argon2id hash costs: memory in KiB, passes, lanes."""

    memory: int = 7_168
    passes: int = 5
    lanes: int = 1


#: of OWASP's recommendations, which are equally strong, the one that takes least of a processor and of its memory: 7 MiB,
#: five passes, one lane
STANDARD = Parameters()
#: for tests only: nothing is protected by these
CHEAP = Parameters(memory=8, passes=1)


class Hasher:
    """Hashes and verifies, one at a time in this process, so that a rush of sign-ins cannot take all memory; no more than
    `waiting` threads wait for it, so that it cannot take all threads from those who sit an exam. `apart`: in a process of
    its own, which leaves the processor to them.
    """

    def __init__(self, parameters: Parameters = STANDARD, *, waiting: int = 8, apart: bool = False) -> None:
        self._argon = PasswordHasher(
            time_cost=parameters.passes, memory_cost=parameters.memory, parallelism=parameters.lanes
        )
        self._apart = (
            Apart(memory=parameters.memory, passes=parameters.passes, lanes=parameters.lanes) if apart else None
        )
        self._turn = threading.BoundedSemaphore(1)
        self._places = threading.BoundedSemaphore(waiting)
        self._waiting: set[int] = set()
        self._nobody = _nobody_has(parameters)

    def hash(self, password: str) -> str:
        """The hash to keep; raises Busy when too many wait, or no turn comes within twenty seconds."""
        with TURN.aside(), self._in_turn():
            return self._somewhere(lambda by: by.hash(_normal(password)))

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether `password` is the one kept; takes the same time when there is none. Raises Busy."""
        with TURN.aside(), self._in_turn():
            try:
                right = self._somewhere(lambda by: by.verify(kept or self._nobody, _normal(password)))
                return right and kept is not None
            except (VerificationError, ValueError):  # the second: what is no hash, or no text
                return False

    def _somewhere(self, deed: Callable[[Apart | PasswordHasher], Done]) -> Done:
        """In the process apart; where none can be had (no memory, a limit) here, which is slower for all but lets people in."""
        if self._apart is not None:
            try:
                return deed(self._apart)
            except OSError as error:
                log.warning("hashed_here", error=str(error))
        return deed(self._argon)

    def outdated(self, kept: str) -> bool:
        """Whether `kept` was made with other parameters than those in force."""
        return self._argon.check_needs_rehash(kept)

    @property
    def is_crowded(self) -> bool:
        """Whether as many wait as are hashed in some tenths of a second."""
        return len(self._waiting) >= CROWD

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Busy
        own = threading.get_ident()
        self._waiting.add(own)
        try:
            if not self._turn.acquire(timeout=WAIT_SECONDS):
                raise Busy
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._waiting.discard(own)
            self._places.release()


@cache
def _nobody_has(parameters: Parameters) -> str:
    """A hash for accounts that are not there: verifying against it takes as long as against a real one."""
    argon = PasswordHasher(time_cost=parameters.passes, memory_cost=parameters.memory, parallelism=parameters.lanes)
    return argon.hash("nobody has this password")


def hasher() -> Hasher:
    """The application's hasher."""
    found: Hasher = current_app.extensions["accounts.hasher"]
    return found


def _normal(password: str) -> str:
    """One form for what different keyboards send; nothing is cut off."""
    return unicodedata.normalize("NFKC", password)


@cache
def common() -> frozenset[str]:
    """The passwords that are guessed first: our own compilation, see `common_passwords.py`."""
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def weaknesses(policy: str, password: str, *, words: Iterable[str]) -> tuple[Weakness, ...]:
    """Every reason why `policy` refuses `password`, reuse apart; empty when it is good.

    `words` are those about the person: name, staff number, unit. Characters are counted after NFKC.
    """
    text = _normal(password)
    found = []
    if len(text) < SHORTEST:
        found.append(Weakness.SHORT)
    if len(text) > LONGEST:
        found.append(Weakness.LONG)
    if text.casefold() in common() or _BIRTHDAY.fullmatch(text):
        found.append(Weakness.COMMON)
    if _is_context(text.casefold(), words):
        found.append(Weakness.CONTEXT)
    if policy == DENGBAO and _classes(text) < CLASSES_NEEDED:
        found.append(Weakness.CLASSES)
    return tuple(found)


def is_reused(password: str, kept: Iterable[str]) -> bool:
    """Whether `password` is one of the last ones; slow by design, so never inside a transaction."""
    return any(hasher().verify(old, password) for old in kept)


def is_expired(policy: str, set_at: datetime, *, now: datetime) -> bool:
    """Whether the policy wants a password set then to be changed now."""
    return policy == DENGBAO and now - set_at >= LIFE


def _is_context(text: str, words: Iterable[str]) -> bool:
    known = {_normal(word).casefold() for word in (*words, *OFFICE_WORDS) if len(word) > 1}
    rest = text
    for word in sorted(known, key=len, reverse=True):
        rest = rest.replace(word, "")
    if rest == text:
        return False
    return len(re.sub(r"[\W\d_]", "", rest)) < LEFT_OVER


def _classes(text: str) -> int:
    """How many of the four classes appear: small letters, capitals, digits, anything else."""
    kinds = (
        str.islower,
        str.isupper,
        str.isdigit,
        lambda char: not char.isalnum() or (char.isalpha() and char > "\x7f"),
    )
    return sum(any(kind(char) for char in text) for kind in kinds)
