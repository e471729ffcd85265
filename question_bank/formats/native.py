"""The native format: a TOML file a subject, as in `question_bank/content/`."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from question_bank.formats.refusal import Imported, Refusal
from question_bank.interactions import KINDS
from question_bank.item import Citation, ItemVersion, Stimulus
from question_bank.problem import shortened

MAX_BYTES = 20 * 1024 * 1024
MAX_ITEMS = 20_000
_REF = re.compile(r"[a-z][a-z0-9-]{2,79}\Z")
_COMMON = {
    "id", "type", "case", "stem", "explanation", "point", "cognitive", "difficulty", "citations", "valid_from",
    "valid_until", "derived", "objective", "enemies", "classification",
}  # fmt: skip
_BODY = {
    "true_false": {"answer"},
    "single_choice": {"options"},
    "multiple_choice": {"options"},
    "fill_in": {"blanks", "ordered_blanks"},
    "inline_choice": {"gaps"},
    "numeric": {"answer", "unit", "tolerance", "mode", "units"},
    "ordering": {"sequence"},
    "matching": {"pairs", "extra"},
    "hotspot": {"picture", "width", "height", "spots"},
    "short_answer": {"model_answer", "points"},
    "essay": {"model_answer", "points"},
    "file_answer": {"model_answer", "points", "endings", "megabytes"},
}
_TEXTS = ("explanation", "point", "cognitive", "difficulty", "derived", "objective", "enemies", "classification")
_LINE = re.compile(r"at line (\d+)")


def read(data: bytes, *, name: str, subjects: tuple[str, ...] = ()) -> Imported:
    """Items of one file; every complaint of every item at once, each with the file's name and the item's id."""
    if len(data) > MAX_BYTES:
        return Imported((), (Refusal(name, "", "", "too_long", {"limit": MAX_BYTES}),))
    try:
        content = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Imported((), (Refusal(name, "", "", "unreadable", {"reason": str(error)}),))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = _LINE.search(str(error))
        return Imported(
            (), (Refusal(f"{name}:{line[1] if line else '?'}", "", "", "unreadable", {"reason": str(error)}),)
        )
    return _Reader(name, content, subjects).result()


class _Reader:
    """Goes through one file's content, keeping complaints."""

    def __init__(self, name: str, content: Mapping[str, Any], subjects: tuple[str, ...]) -> None:
        self.name, self.content, self.subjects = name, content, subjects
        self.refused: list[Refusal] = []

    def result(self) -> Imported:
        """Everything good in the file, and everything wrong with it."""
        self._unknown(self.name, self.content, {"format", "subject", "item", "case"})
        if self.content.get("format") != 1:
            self._refuse(self.name, "format", self.content.get("format"), "unknown_value")
        items, entries = [], self.content.get("item", [])
        if not isinstance(entries, list) or len(entries) > MAX_ITEMS:
            self._refuse(self.name, "item", "", "too_many", most=MAX_ITEMS)
            entries = []
        stimuli = self._stimuli()
        seen: set[str] = set()
        for place, entry in enumerate(entries, 1):
            version = self._item(entry, place, stimuli)
            if version and version.ref in seen:
                self._refuse(f"{self.name} {version.ref}", "id", version.ref, "duplicate")
            elif version:
                seen.add(version.ref)
                items.append(version)
        return Imported(tuple(items), tuple(self.refused))

    def _refuse(self, where: str, field: str, value: object, code: str, **facts: object) -> None:
        self.refused.append(Refusal(where, field, shortened(value), code, facts))

    def _unknown(self, where: str, entry: Mapping[str, Any], known: set[str]) -> None:
        for field in sorted(set(entry) - known):
            self._refuse(where, field, entry[field], "unknown_field")

    def _stimuli(self) -> dict[str, Stimulus]:
        found = {}
        for entry in self.content.get("case", []):
            self._unknown(f"{self.name} {entry.get('id')}", entry, {"id", "title", "stimulus"})
            texts = [entry.get(field) for field in ("id", "title", "stimulus")]
            if not all(isinstance(text, str) and text.strip() for text in texts):
                self._refuse(f"{self.name} {entry.get('id')}", "case", "", "missing")
                continue
            found[texts[0]] = Stimulus(*texts)
        return found

    def _item(self, entry: Mapping[str, Any], place: int, stimuli: Mapping[str, Stimulus]) -> ItemVersion | None:
        where = f"{self.name} {entry.get('id') or f'#{place}'}"
        kind = entry.get("type")
        if kind not in KINDS:
            self._refuse(where, "type", kind, "unknown_type")
            return None
        before = len(self.refused)
        self._unknown(where, entry, _COMMON | _BODY[kind])
        if not isinstance(entry.get("id"), str) or not _REF.match(entry["id"]):
            self._refuse(where, "id", entry.get("id"), "unknown_value")
        if entry.get("case") is not None and entry["case"] not in stimuli:
            self._refuse(where, "case", entry["case"], "unknown_value")
        try:
            version = self._version(entry, kind, stimuli)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._refuse(where, "", error, "unreadable", reason=str(error))
            return None
        self.refused += [Refusal.of(where, problem) for problem in version.problems(self.subjects)]
        return version if len(self.refused) == before else None

    def _version(self, entry: Mapping[str, Any], kind: str, stimuli: Mapping[str, Stimulus]) -> ItemVersion:
        texts = {name: str(entry[name]).strip() for name in _TEXTS if name in entry}
        return ItemVersion(
            ref=str(entry.get("id")),
            type=kind,
            subject=str(self.content.get("subject")),
            stem=str(entry["stem"]).strip(),
            body=KINDS[kind].from_record(entry),
            citations=tuple(Citation(str(c["source"]), c.get("article")) for c in entry.get("citations", ())),
            valid_from=_day(entry.get("valid_from")),
            valid_until=_day(entry.get("valid_until")),
            stimulus=stimuli.get(entry.get("case", "")),
            **texts,
        )


def _day(value: object) -> date | None:
    if value is None or type(value) is date:
        return value
    raise TypeError(f"{value!r} is not a date")
