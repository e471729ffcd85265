"""JSON: the records of `record` in one document with their pictures, lossless; and lists of questions of other makers.

{"format": "shuyuan-items", "version": 1, "items": [record, ...], "pictures": {sha256: base64, ...}}
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from question_bank.errors import UnknownRecord, UnreadableFile
from question_bank.formats import json_foreign
from question_bank.formats.native import BODY_FIELDS, TEXTS
from question_bank.formats.pictures import named
from question_bank.formats.record import from_record, to_record
from question_bank.formats.refusal import Imported, Refusal
from question_bank.formats.rows import ReadFile
from question_bank.formats.strict_json import parsed
from question_bank.interactions import KINDS
from question_bank.item import ItemVersion
from question_bank.problem import shortened

FORMAT = "shuyuan-items"
VERSION = 1
MAX_ITEMS = 20_000
MAX_REF = 80
_FIELDS = {  # of a record
    "format",
    "ref",
    "type",
    "subject",
    "stem",
    "body",
    "citations",
    "valid_from",
    "valid_until",
    "stimulus",
    *TEXTS,
}
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def looks_like(name: str, data: bytes) -> bool:
    """Named so, or beginning like a document of objects."""
    return name.lower().endswith(".json") or data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" or _list(data)


def _list(data: bytes) -> bool:
    return bool(re.match(rb"\s*\[\s*\{", data.removeprefix(b"\xef\xbb\xbf")[:200]))


def write(items: Sequence[ItemVersion], *, pictures: Mapping[str, bytes]) -> bytes:
    """The whole of every item, and the pictures that they name."""
    kept = {
        digest: base64.b64encode(pictures[digest]).decode() for digest in sorted(named(items)) if digest in pictures
    }
    content = {"format": FORMAT, "version": VERSION, "items": [to_record(item) for item in items], "pictures": kept}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def losses(items: Sequence[ItemVersion]) -> tuple[Refusal, ...]:
    """Nothing is lost."""
    return ()


def read(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
    """Every item of a document; every complaint of every item at once. Documents of others as `rows` reads them."""
    try:
        content = parsed(data)
    except UnreadableFile as error:
        return Imported((), (_complaint(name, error),))
    if not _ours(content):
        return json_foreign.read(content, name=name, subjects=subjects, subject=subject).imported()
    return _Reader(name, content, (*subjects.values(), "")).result()


def rows(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> ReadFile | None:
    """The questions of somebody else's document as rows; None for a document of ours and for what is no JSON."""
    try:
        content = parsed(data)
    except UnreadableFile:
        return None
    return None if _ours(content) else json_foreign.read(content, name=name, subjects=subjects, subject=subject)


#: what of an unreadable document is said as of any other file
_CODES = {"empty": "sheet_empty", "too_large": "sheet_too_large", "encoding": "json_encoding"}


def _complaint(name: str, error: UnreadableFile) -> Refusal:
    reason = str(error.facts["reason"])
    line = error.facts.get("line")
    return Refusal(f"{name}:{line}" if line else name, "", "", _CODES.get(reason, reason))


def _ours(content: object) -> bool:
    return isinstance(content, dict) and content.get("format") == FORMAT


class _Reader:
    """Goes through one document, keeping complaints."""

    def __init__(self, name: str, content: Mapping[str, Any], subjects: Sequence[str]) -> None:
        self.name, self.content, self.subjects = name, content, subjects
        self.refused: list[Refusal] = []

    def result(self) -> Imported:
        """Everything good in the document, and everything wrong with it."""
        for field in sorted(set(self.content) - {"format", "version", "items", "pictures"}):
            self._refuse(self.name, field, self.content[field], "unknown_field")
        if self.content.get("version") != VERSION or isinstance(self.content["version"], bool):
            self._refuse(self.name, "version", self.content.get("version"), "unknown_value")
            return Imported((), tuple(self.refused))
        entries = self.content.get("items")
        if not isinstance(entries, list) or len(entries) > MAX_ITEMS:
            self._refuse(self.name, "items", "", "too_many", most=MAX_ITEMS)
            entries = []
        items, pictures = tuple(self._items(entries)), self._pictures()
        return Imported(items, tuple(self.refused), (), pictures)

    def _refuse(self, where: str, field: str, value: object, code: str, **facts: object) -> None:
        self.refused.append(Refusal(where, field, shortened(value), code, facts))

    def _items(self, entries: list[object]) -> Iterator[ItemVersion]:
        seen: set[str] = set()
        for place, entry in enumerate(entries, 1):
            version = self._item(entry, place)
            if version and version.ref in seen:
                self._refuse(f"{self.name} #{place}", "id", version.ref, "duplicate")
            elif version:
                seen.add(version.ref)
                yield version

    def _item(self, entry: object, place: int) -> ItemVersion | None:
        where = f"{self.name} #{place}"
        if not isinstance(entry, dict) or not all(isinstance(key, str) for key in entry):
            self._refuse(where, "", entry, "unreadable", reason="an item is an object")
            return None
        if isinstance(entry.get("ref"), str) and 0 < len(entry["ref"]) <= MAX_REF:
            where += f" {entry['ref']}"
        else:
            self._refuse(where, "id", entry.get("ref"), "unknown_value")
            return None
        kind = entry.get("type")
        if not isinstance(kind, str) or kind not in KINDS:
            self._refuse(where, "type", kind, "unknown_type")
            return None
        before = len(self.refused)
        self._unknown(where, entry, kind)
        try:
            _refuse_strange(entry)
            version = from_record(entry)
        except (UnknownRecord, KeyError, TypeError, ValueError, AttributeError) as error:
            self._refuse(where, "", error, "unreadable", reason=str(error))
            return None
        self.refused += [Refusal.of(where, problem) for problem in version.problems(self.subjects)]
        return version if len(self.refused) == before else None

    def _unknown(self, where: str, entry: Mapping[str, Any], kind: str) -> None:
        body: Any = entry.get("body")
        for field in sorted(set(entry) - _FIELDS):
            self._refuse(where, field, entry[field], "unknown_field")
        for field in sorted(set(body) - BODY_FIELDS[kind]) if isinstance(body, dict) else ():
            self._refuse(where, f"body.{field}", body[field], "unknown_field")

    def _pictures(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        entries = self.content.get("pictures", {})
        if not isinstance(entries, dict):
            self._refuse(self.name, "pictures", "", "unknown_value")
            return found
        for digest, text in entries.items():
            try:
                content = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
            except (binascii.Error, ValueError):
                content = b""
            if _SHA256.match(digest) and hashlib.sha256(content).hexdigest() == digest:
                found[digest] = content
            else:
                self._refuse(self.name, "picture", digest, "picture_hash")
        return found


def _refuse_strange(entry: Mapping[str, Any]) -> None:
    """What `from_record` would take though no writer of ours makes it; raises TypeError and ValueError."""
    for field in ("stem", "subject", "valid_from", "valid_until", *TEXTS):
        if field in entry and not isinstance(entry[field], str):
            raise TypeError(f"{field} is a text")
    for citation in entry.get("citations", ()):
        source, article = citation
        if not isinstance(source, str) or not isinstance(article, str | None):
            raise TypeError("a citation has source and article")
    if "stimulus" in entry and not (
        isinstance(entry["stimulus"], list)
        and len(entry["stimulus"]) == 3
        and all(isinstance(text, str) for text in entry["stimulus"])
    ):
        raise TypeError("a stimulus has a name, a title and a text")
    if _strange(entry):
        raise ValueError("a character that is no text")


def _strange(value: object) -> bool:
    if isinstance(value, str):
        return bool(_NO_TEXT.search(value))
    if isinstance(value, dict):
        return any(_strange(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(_strange, value))
