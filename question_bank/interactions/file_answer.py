"""File answer (文件题): the candidate hands in a file, people mark it. The file itself is kept elsewhere, by its hash."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from question_bank.errors import BadResponse
from question_bank.interactions import written
from question_bank.interactions.base import Presentation, Response, strings, whole
from question_bank.interactions.base import same as same
from question_bank.interactions.written import Point, Written
from question_bank.problem import Problem
from question_bank.scoring import ZERO, Rules

KEY = "file_answer"
CONTROL = "file"
MACHINE_SCORED = False
#: what may be asked for at all
ENDINGS = ("pdf", "docx", "xlsx", "pptx", "txt", "png", "jpg", "jpeg", "zip")
#: what an exam may ask for: files that can be freed of their author, so that whoever marks them does not learn whose they are
NAMELESS = ("pdf", "docx", "txt", "png", "jpg", "jpeg")
MAX_MEGABYTES = 50
MAX_NAME = 200
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class FileAsked:
    """What markers have before them, which endings may be sent, and how large a file may be."""

    guide: Written
    endings: tuple[str, ...] = ("pdf", "docx")
    megabytes: int = 10

    @property
    def model_answer(self) -> str:
        """As of any written answer."""
        return self.guide.model_answer

    @property
    def points(self) -> tuple[Point, ...]:
        """As of any written answer."""
        return self.guide.points

    @property
    def most_bytes(self) -> int:
        """The largest file that may be sent."""
        return self.megabytes * 1024 * 1024

    @property
    def telling(self) -> tuple[str, ...]:
        """Endings that are asked for whose files may tell who made them."""
        return tuple(ending for ending in self.endings if ending not in NAMELESS)


def problems(body: FileAsked, stem: str) -> list[Problem]:
    """As of any written answer; endings that are known; a size within the limit."""
    found = written.problems(body.guide, stem)
    if not body.endings:
        found.append(Problem("endings", "missing"))
    found += [Problem("endings", "unknown_value", ending[:20]) for ending in body.endings if ending not in ENDINGS]
    if not 1 <= body.megabytes <= MAX_MEGABYTES:
        found.append(Problem("megabytes", "unknown_value", str(body.megabytes), {"most": MAX_MEGABYTES}))
    return found


def present(body: FileAsked, seed: bytes) -> Presentation:
    """The endings that may be sent, and the largest size."""
    return Presentation(endings=body.endings, megabytes=body.megabytes)


def read(body: FileAsked, seed: bytes, raw: object) -> Response:
    """{"name", "sha256", "size"} of a file that was kept, or null; raises BadResponse."""
    if raw is None:
        return None
    if not isinstance(raw, dict) or set(raw) != {"name", "sha256", "size"}:
        raise BadResponse(reason="shape")
    name, digest, size = raw["name"], raw["sha256"], raw["size"]
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or not isinstance(digest, str):
        raise BadResponse(reason="text")
    if name.lower().rpartition(".")[2] not in body.endings or not _SHA256.match(digest):
        raise BadResponse(reason="option")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= body.most_bytes:
        raise BadResponse(reason="size")
    return {"name": name, "sha256": digest, "size": size}


def shown(body: FileAsked, seed: bytes, response: Response) -> object:
    """The same."""
    return response


def is_blank(response: Response) -> bool:
    """No file was sent."""
    return not response


def score(body: FileAsked, response: Response, rules: Rules) -> Fraction:
    """A machine gives nothing: people mark these."""
    return ZERO


def summary(body: FileAsked, response: Response) -> str:
    """The name of the file, its size in bytes and the beginning of its SHA-256."""
    return f"{response['name']} · {response['size']} B · SHA-256 {response['sha256'][:12]}" if response else ""


def key_summary(body: FileAsked) -> str:
    """The model answer."""
    return written.key_summary(body.guide)


def offered(body: FileAsked) -> tuple[str, ...]:
    """Nothing."""
    return ()


def to_record(body: FileAsked) -> dict[str, Any]:
    """JSON-able form."""
    return written.to_record(body.guide) | {"endings": list(body.endings), "megabytes": body.megabytes}


def from_record(record: Mapping[str, Any]) -> FileAsked:
    """The inverse; raises KeyError, TypeError or ValueError."""
    return FileAsked(
        written.from_record(record),
        strings(record.get("endings", ("pdf", "docx"))),
        whole(record.get("megabytes", 10)),
    )
