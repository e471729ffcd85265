"""The native format: TOML, as in `question_bank/content/`. The file names the subject, or each of its items does."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from question_bank.formats.pictures import named
from question_bank.formats.refusal import Imported, Refusal
from question_bank.interactions import KINDS
from question_bank.item import Citation, ItemVersion, Stimulus
from question_bank.problem import shortened

MAX_BYTES = 20 * 1024 * 1024
MAX_ITEMS = 20_000
_REF = re.compile(r"[a-z][a-z0-9-]{2,79}\Z")
_COMMON = {
    "id", "type", "case", "stem", "explanation", "point", "cognitive", "difficulty", "citations", "valid_from",
    "valid_until", "derived", "objective", "enemies", "classification", "subject",
}  # fmt: skip
#: the fields of the body of each type
BODY_FIELDS: dict[str, set[str]] = {
    "true_false": {"answer"},
    "single_choice": {"options"},
    "multiple_choice": {"options"},
    "fill_in": {"blanks", "ordered_blanks"},
    "inline_choice": {"gaps"},
    "numeric": {"answer", "unit", "tolerance", "mode", "units", "partly"},
    "ordering": {"sequence"},
    "matching": {"pairs", "extra", "shares", "wrong"},
    "hotspot": {"picture", "width", "height", "spots"},
    "short_answer": {"model_answer", "points"},
    "essay": {"model_answer", "points"},
    "file_answer": {"model_answer", "points", "endings", "megabytes"},
}
TEXTS = ("explanation", "point", "cognitive", "difficulty", "derived", "objective", "enemies", "classification")
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
            if not isinstance(entry, dict):
                self._refuse(f"{self.name} #{place}", "item", entry, "unknown_value")
                continue
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
        found: dict[str, Stimulus] = {}
        entries: Any = self.content.get("case", [])
        for entry in entries if isinstance(entries, list) else [entries]:
            if not isinstance(entry, dict):
                self._refuse(self.name, "case", entry, "unknown_value")
                continue
            self._unknown(f"{self.name} {entry.get('id')}", entry, {"id", "title", "stimulus"})
            texts: list[Any] = [entry.get(field) for field in ("id", "title", "stimulus")]
            if not all(isinstance(text, str) and text.strip() for text in texts):
                self._refuse(f"{self.name} {entry.get('id')}", "case", "", "missing")
                continue
            found[texts[0]] = Stimulus(*texts)
        return found

    def _item(self, entry: Mapping[str, Any], place: int, stimuli: Mapping[str, Stimulus]) -> ItemVersion | None:
        where = f"{self.name} {entry.get('id') or f'#{place}'}"
        kind = entry.get("type")
        if not isinstance(kind, str) or kind not in KINDS:
            self._refuse(where, "type", kind, "unknown_type")
            return None
        before = len(self.refused)
        self._unknown(where, entry, _COMMON | BODY_FIELDS[kind])
        if not isinstance(entry.get("id"), str) or not _REF.match(entry["id"]):
            self._refuse(where, "id", entry.get("id"), "unknown_value")
        if entry.get("case") is not None and (not isinstance(entry["case"], str) or entry["case"] not in stimuli):
            self._refuse(where, "case", entry["case"], "unknown_value")
        try:
            version = self._version(entry, kind, stimuli)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._refuse(where, "", error, "unreadable", reason=str(error))
            return None
        self.refused += [Refusal.of(where, problem) for problem in version.problems(self.subjects)]
        return version if len(self.refused) == before else None

    def _version(self, entry: Mapping[str, Any], kind: str, stimuli: Mapping[str, Stimulus]) -> ItemVersion:
        texts = {name: str(entry[name]).strip() for name in TEXTS if name in entry}
        return ItemVersion(
            ref=str(entry.get("id")),
            type=kind,
            subject=str(entry.get("subject", self.content.get("subject"))),
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


def write(items: Sequence[ItemVersion], *, pictures: Mapping[str, bytes]) -> bytes:
    """The items as a file that `read` takes; pictures do not travel with it."""
    subjects = {item.subject for item in items}
    head = ["format = 1"] + ([f"subject = {_text(*subjects)}"] if len(subjects) == 1 else [])
    stimuli = {item.stimulus.ref: item.stimulus for item in items if item.stimulus}
    cases = [
        "\n".join(
            ["[[case]]", f"id = {_text(one.ref)}", f"title = {_text(one.title)}", f"stimulus = {_text(one.text)}"]
        )
        for one in stimuli.values()
    ]
    entries = ["\n".join(["[[item]]", *_lines(item, with_subject=len(subjects) > 1)]) for item in items]
    return ("\n\n".join(["\n".join(head), *cases, *entries]) + "\n").encode()


def losses(items: Sequence[ItemVersion]) -> tuple[Refusal, ...]:
    """Pictures are named, not carried; a name must be one that `read` takes; a case has one text in a file."""
    found = []
    stimuli: dict[str, Stimulus] = {}
    for item in items:
        if named([item]):
            found.append(Refusal(item.ref, "picture", "", "lost_pictures"))
        if not _REF.match(item.ref):
            found.append(Refusal(item.ref, "id", item.ref, "lost_name"))
        if item.stimulus and stimuli.setdefault(item.stimulus.ref, item.stimulus) != item.stimulus:
            found.append(Refusal(item.ref, "case", item.stimulus.ref, "lost_case"))
        if any(text != text.strip() for text in (item.stem, *(getattr(item, name) for name in TEXTS))):
            found.append(Refusal(item.ref, "", "", "lost_blanks"))
    return tuple(found)


def _lines(item: ItemVersion, *, with_subject: bool) -> Iterator[str]:
    yield f"id = {_text(item.ref)}"
    yield f"type = {_text(item.type)}"
    if with_subject:
        yield f"subject = {_text(item.subject)}"
    if item.stimulus:
        yield f"case = {_text(item.stimulus.ref)}"
    yield f"stem = {_text(item.stem)}"
    for name, value in item.interaction.to_record(item.body).items():
        yield f"{name} = {_value(value, wide=True)}"
    for name in TEXTS:
        if getattr(item, name):
            yield f"{name} = {_text(getattr(item, name))}"
    if item.citations:
        sources = [
            {"source": one.source} | ({"article": one.article} if one.article is not None else {})
            for one in item.citations
        ]
        yield f"citations = {_value(sources, wide=True)}"
    for name, day in (("valid_from", item.valid_from), ("valid_until", item.valid_until)):
        if day:
            yield f"{name} = {day.isoformat()}"


def _value(value: object, *, wide: bool = False) -> str:
    """A value of a record; `wide`: a list of tables gets a line each."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_value(part)}" for name, part in value.items()) + " }"
    if isinstance(value, list):
        parts = [_value(part) for part in value]
        if wide and any(isinstance(part, dict) for part in value):
            return "[\n" + "".join(f"  {part},\n" for part in parts) + "]"
        return "[" + ", ".join(parts) + "]"
    return _quoted(str(value))


def _text(text: str) -> str:
    """A text as TOML, over several lines where it has several."""
    if "\n" not in text:
        return _quoted(text)
    return '"""\n' + "\n".join(_quoted(line)[1:-1] for line in text.split("\n")) + '"""'


def _quoted(text: str) -> str:
    """The escapes of JSON are those of TOML but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
