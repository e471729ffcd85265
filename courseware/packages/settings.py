"""Reading a TOML file of settings strictly: every complaint is kept, with its line where that is known."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from courseware.problem import Problem, shortened

LARGEST = 64 * 1024
MOST_PROBLEMS = 100
_AT_LINE = re.compile(r"at line (\d+)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def has_control(text: str) -> bool:
    """Whether a text holds control characters other than tab and line feed, or ones that turn the direction of text."""
    return bool(_CONTROL.search(text))


def decoded(data: bytes, *, file: str, problems: list[Problem]) -> str | None:
    """UTF-8 text with line feeds, a leading BOM dropped; None and a complaint with the line if it is not that."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem(file, "", "not_utf8", data[error.start : error.end].hex(" "), line))
        return None
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        problems.append(Problem(file, "", "control_character", f"U+{ord(control[0]):04X}", line))
        return None
    return text


class Settings:
    """One settings file: `root` is its table, `problems` collects what is wrong with it."""

    def __init__(self, text: str, *, file: str) -> None:
        self.file, self.problems = file, list[Problem]()
        self._lines = text.split("\n")
        self.root: Mapping[str, Any] | None = None
        if len(text.encode("utf-8")) > LARGEST:
            self.refuse("", "too_long", "", most=LARGEST)
            return
        try:
            self.root = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            self._unreadable(error)

    def refuse(self, field: str, code: str, value: object = "", **facts: object) -> None:
        """Keep a complaint about a field, with the line it stands on; after MOST_PROBLEMS only that there are more."""
        if len(self.problems) == MOST_PROBLEMS:
            self.problems.append(Problem(self.file, "", "more"))
        if len(self.problems) > MOST_PROBLEMS:
            return
        self.problems.append(Problem(self.file, field, code, shortened(value), self.line_of(field), facts))

    def line_of(self, field: str) -> int | None:
        """The line of a field named as in complaints: `hours`, `check.items`, the second `[[subject]]`: `subject[1].en`."""
        head = re.match(r"([\w-]+)(?:\[(\d+)\])?", field)
        if head is None:
            return None
        name, place = head[1], int(head[2] or 0)
        tables = [n for n, line in enumerate(self._lines, 1) if re.match(rf"\s*\[\[\s*{name}\s*\]\]", line)]
        if tables:
            return tables[place] if place < len(tables) else None
        sought = re.compile(rf"\s*(?:\[\s*)?[\"']?{name}[\"']?\s*[\].=]")
        return next((n for n, line in enumerate(self._lines, 1) if sought.match(line)), None)

    def only(self, table: Mapping[str, Any], known: set[str], *, at: str = "") -> None:
        """Complain about every field that is not `known`."""
        for name in table:
            if name not in known:
                self.refuse(f"{at}{shortened(name, 40)}", "unknown_field", table[name])

    def text(self, table: Mapping[str, Any], name: str, *, at: str = "", default: str | None = None) -> str:
        """A text without control characters, trimmed; required unless there is a default."""
        value = table.get(name, default)
        if value is None:
            self.refuse(at + name, "missing")
        elif not isinstance(value, str):
            self.refuse(at + name, "not_text", value)
        elif has_control(value):
            self.refuse(at + name, "control_character", value)
        else:
            return value.strip()
        return ""

    def texts(self, table: Mapping[str, Any], name: str, *, at: str = "") -> tuple[str, ...]:
        """A list of texts; required."""
        entries = self._list(table, name, at=at)
        good = tuple(entry.strip() for entry in entries if isinstance(entry, str) and not has_control(entry))
        if len(good) < len(entries):
            for place, entry in enumerate(entries):
                if not isinstance(entry, str) or has_control(entry):
                    self.refuse(f"{at}{name}[{place}]", "not_text", entry)
        return good

    def tables(self, table: Mapping[str, Any], name: str, *, at: str = "") -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """A list of tables, each with the prefix its fields have in complaints (`terms[0].`); required."""
        found = []
        for place, entry in enumerate(self._list(table, name, at=at)):
            if isinstance(entry, dict):
                found.append((f"{at}{name}[{place}].", entry))
            else:
                self.refuse(f"{at}{name}[{place}]", "not_a_table", entry)
        return tuple(found)

    def table(self, table: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
        """A table in the table; required."""
        value = table.get(name)
        if isinstance(value, dict):
            return value
        self.refuse(name, "missing" if value is None else "not_a_table", "" if value is None else value)
        return None

    def day(self, table: Mapping[str, Any], name: str) -> date | None:
        """A date (not a moment), None where there is none."""
        value = table.get(name)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.refuse(name, "not_a_date", value)
        return None

    def whole(self, table: Mapping[str, Any], name: str, *, at: str = "") -> int:
        """A whole number; required."""
        value = table.get(name)
        if type(value) is int:
            return value
        self.refuse(at + name, "missing" if value is None else "not_a_number", "" if value is None else value)
        return 0

    def share(self, table: Mapping[str, Any], name: str, *, at: str = "") -> Fraction:
        """An exact share written as text: "0.6"; required."""
        value = table.get(name)
        if isinstance(value, str) and re.fullmatch(r"[01](?:\.[0-9]{1,4})?", value):
            return Fraction(value)
        self.refuse(at + name, "missing" if value is None else "not_a_number", "" if value is None else value)
        return Fraction(1)

    def _list(self, table: Mapping[str, Any], name: str, *, at: str = "") -> Sequence[object]:
        value = table.get(name)
        if isinstance(value, list):
            return value
        self.refuse(at + name, "missing" if value is None else "not_a_list", "" if value is None else value)
        return ()

    def _unreadable(self, error: Exception) -> None:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else len(self._lines) if "end of document" in str(error) else None
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        self.problems.append(Problem(self.file, "", "unreadable", shortened(reason, 120), line))
