"""Reading a set of rules from TOML, strictly: within limits, and every complaint names its field and line."""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from courseware.facts import Channel, Level
from courseware.packages.settings import Settings
from courseware.problem import Problem
from courseware.rules.gates import Gates
from courseware.rules.measures import AsGranted, Measure, PerHalfDay, PerMinutes, PerPiece, Steps
from courseware.rules.ruleset import Account, Cap, Carry, Category, Minimum, Per, Rate, RuleSet

FILE = "rules.toml"
MOST = {"rate": 60, "cap": 40, "category": 12, "minimum": 20, "open": 20, "fill_in": 20, "ranks": 80, "steps": 20}
LONGEST = {
    "code": 40,
    "place": 40,
    "name": 120,
    "name_en": 120,
    "source": 400,
    "open": 400,
    "fill_in": 200,
    "ranks": 40,
}
MOST_AMOUNT = Fraction(10_000)
MOST_WHOLE = 100_000
#: what a minimum says where the organisation has to say how much
UNKNOWN = "?"
_TOP = {
    "code", "place", "name", "name_en", "account", "from", "until", "cycle_from", "completion", "once", "source", "open",
    "fill_in", "category", "rate", "cap", "minimum", "carry", "gates",
}  # fmt: skip
_MINIMUM = {"code", "years", "least", "days", "categories", "channels", "required", "quality", "promotion"}
_CODE = re.compile(r"[a-z][a-z0-9-]*\Z")
_AMOUNT = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,3})?\Z")
_Kind = TypeVar("_Kind", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of reading a set of rules: the set, or else everything that is wrong with it."""

    rules: RuleSet | None
    problems: tuple[Problem, ...]


def read(text: str, *, version: int = 1, file: str = FILE) -> Reading:
    """The set of rules of a TOML text."""
    reader = _Reader(Settings(text, file=file))
    rules = reader.rules(version) if reader.settings.root is not None else None
    problems = tuple(reader.settings.problems)
    return Reading(None if problems else rules, problems)


class _Reader:
    """Reads one text; what is wrong is complained of, and something harmless put in its place."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def rules(self, version: int) -> RuleSet:
        root: Mapping[str, Any] = self.settings.root or {}
        self.settings.only(root, _TOP)
        categories = tuple(self.category(at, table) for at, table in self.tables(root, "category"))
        known = {category.code for category in categories}
        starts, ends = self.day(root, "from"), self.settings.day(root, "until")
        if ends is not None and ends <= starts:
            self.settings.refuse("until", "out_of_range", ends)
        rules = RuleSet(
            code=self.code(root, "code"),
            place=self.line(root, "place"),
            name=self.line(root, "name"),
            name_en=self.line(root, "name_en"),
            account=self.one(root, "account", Account) or Account.HOURS,
            starts=starts,
            ends=ends,
            cycle_from=self.whole(root, "cycle_from", least=1900, most=2999, default=2023),
            completion=self.settings.share(root, "completion") if "completion" in root else None,
            rates=tuple(rate for at, table in self.tables(root, "rate") for rate in self.rates(at, table)),
            caps=tuple(self.cap(at, table) for at, table in self.tables(root, "cap")),
            once=self.channels(root, "once"),
            categories=categories,
            minima=tuple(self.minimum(at, table, known) for at, table in self.tables(root, "minimum")),
            carry=self.carry(root),
            gates=self.gates(root),
            source=self.line(root, "source"),
            open=self.lines(root, "open"),
            fill_in=self.lines(root, "fill_in"),
            version=version,
        )
        self.twice("category", [category.code for category in rules.categories])
        self.twice("minimum", [minimum.code for minimum in rules.minima])
        return rules

    def category(self, at: str, table: Mapping[str, Any]) -> Category:
        self.settings.only(table, {"code", "name", "name_en", "ranks"}, at=at)
        ranks = self.lines(table, "ranks", at=at)
        if not ranks:
            self.settings.refuse(f"{at}ranks", "missing")
        name, english = self.line(table, "name", at=at), self.line(table, "name_en", at=at)
        return Category(self.code(table, "code", at=at), name, english, frozenset(ranks))

    def rates(self, at: str, table: Mapping[str, Any]) -> list[Rate]:
        channels = self.channels(table, "channels", at=at)
        if not channels:
            self.settings.refuse(f"{at}channels", "missing")
        measure, required = self.measure(at, table), self.yes_no(table, "required", at=at)
        return [Rate(channel, measure, required) for channel in Channel if channel in channels]

    def measure(self, at: str, table: Mapping[str, Any]) -> Measure:
        ways: dict[str, tuple[set[str], Callable[[str, Mapping[str, Any]], Measure]]] = {
            "minutes": ({"minutes", "earns"}, self.by_minutes),
            "minute_steps": ({"steps"}, lambda a, t: Steps("minutes", self.steps(a, t))),
            "half_day_steps": ({"steps"}, lambda a, t: Steps("half_days", self.steps(a, t))),
            "half_day": ({"earns"}, lambda a, t: PerHalfDay(self.amount(t, "earns", at=a))),
            "piece": ({"earns"}, lambda a, t: PerPiece(self.amount(t, "earns", at=a))),
            "level": ({"levels"}, lambda a, t: PerPiece(Fraction(0), self.levels(a, t))),
            "granted": ({"earns"}, lambda a, t: AsGranted(self.amount(t, "earns", at=a))),
        }
        by = self.settings.text(table, "by", at=at)
        if by not in ways:
            self.settings.refuse(f"{at}by", "unknown_value", by)
            return AsGranted(Fraction(0))
        fields, make = ways[by]
        self.settings.only(table, {"channels", "required", "by", *fields}, at=at)
        return make(at, table)

    def by_minutes(self, at: str, table: Mapping[str, Any]) -> PerMinutes:
        return PerMinutes(self.whole(table, "minutes", at=at, least=1, most=1440), self.amount(table, "earns", at=at))

    def steps(self, at: str, table: Mapping[str, Any]) -> tuple[tuple[int, Fraction], ...]:
        entries, found = table.get("steps"), []
        if not isinstance(entries, list) or not 1 <= len(entries) <= MOST["steps"]:
            self.settings.refuse(f"{at}steps", "not_a_list", entries)
            return ()
        for place, entry in enumerate(entries):
            here = f"{at}steps[{place}]."
            if not isinstance(entry, dict):
                self.settings.refuse(f"{at}steps[{place}]", "not_a_table", entry)
                continue
            self.settings.only(entry, {"at_least", "earns"}, at=here)
            found.append((self.whole(entry, "at_least", at=here, least=0), self.amount(entry, "earns", at=here)))
        if any(later[0] <= step[0] for step, later in itertools.pairwise(found)):
            self.settings.refuse(f"{at}steps", "out_of_range", "")
        return tuple(found)

    def levels(self, at: str, table: Mapping[str, Any]) -> tuple[tuple[Level, Fraction], ...]:
        entries = table.get("levels")
        if not isinstance(entries, dict) or not entries:
            self.settings.refuse(f"{at}levels", "not_a_table", entries or "")
            return ()
        here = f"{at}levels."
        self.settings.only(entries, {str(level) for level in Level}, at=here)
        return tuple((level, self.amount(entries, str(level), at=here)) for level in Level if str(level) in entries)

    def cap(self, at: str, table: Mapping[str, Any]) -> Cap:
        self.settings.only(table, {"most", "per", "channels"}, at=at)
        per = self.one(table, "per", Per, at=at) or Per.CYCLE
        return Cap(self.amount(table, "most", at=at), per, self.channels(table, "channels", at=at))

    def minimum(self, at: str, table: Mapping[str, Any], known: set[str]) -> Minimum:
        self.settings.only(table, _MINIMUM, at=at)
        categories = self.lines(table, "categories", at=at)
        for category in categories:
            if category not in known:
                self.settings.refuse(f"{at}categories", "unknown_value", category)
        years = self.whole(table, "years", at=at, least=1, most=5)
        if years not in (1, 5):
            self.settings.refuse(f"{at}years", "out_of_range", years)
        return Minimum(
            code=self.code(table, "code", at=at),
            years=years,
            least=None if table.get("least") == UNKNOWN else self.amount(table, "least", at=at),
            days=self.whole(table, "days", at=at, least=1, most=2000) if "days" in table else None,
            categories=frozenset(categories),
            channels=self.channels(table, "channels", at=at),
            required=self.yes_no(table, "required", at=at),
            quality=self.settings.share(table, "quality", at=at) if "quality" in table else None,
            promotion=bool(self.yes_no(table, "promotion", at=at)),
        )

    def carry(self, root: Mapping[str, Any]) -> Carry | None:
        if "carry" not in root:
            return None
        table = self.settings.table(root, "carry") or {}
        self.settings.only(table, {"required", "total"}, at="carry.")
        return Carry(self.amount(table, "required", at="carry."), self.amount(table, "total", at="carry."))

    def gates(self, root: Mapping[str, Any]) -> Gates | None:
        if "gates" not in root:
            return None
        table, at = self.settings.table(root, "gates") or {}, "gates."
        self.settings.only(table, {"minutes", "visits", "share", "credits", "to_pass"}, at=at)
        return Gates(
            minutes=self.whole(table, "minutes", at=at, least=1),
            visits=self.whole(table, "visits", at=at, least=1),
            share=self.settings.share(table, "share", at=at),
            credits=self.amount(table, "credits", at=at),
            to_pass=self.amount(table, "to_pass", at=at),
        )

    def tables(self, root: Mapping[str, Any], name: str) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        found = self.settings.tables(root, name) if name in root else ()
        if len(found) > MOST[name]:
            self.settings.refuse(name, "too_many", len(found), most=MOST[name])
        return found[: MOST[name]]

    def line(self, table: Mapping[str, Any], name: str, *, at: str = "") -> str:
        value = self.settings.text(table, name, at=at)
        if len(value) > LONGEST[name]:
            self.settings.refuse(at + name, "too_long", value, most=LONGEST[name])
        if isinstance(table.get(name), str) and not value:
            self.settings.refuse(at + name, "missing")
        return value

    def lines(self, table: Mapping[str, Any], name: str, *, at: str = "") -> tuple[str, ...]:
        values = self.settings.texts(table, name, at=at) if name in table else ()
        if len(values) > MOST.get(name, 60):
            self.settings.refuse(at + name, "too_many", len(values), most=MOST.get(name, 60))
        if any(len(value) > LONGEST.get(name, 40) for value in values):
            self.settings.refuse(at + name, "too_long", "", most=LONGEST.get(name, 40))
        return values

    def code(self, table: Mapping[str, Any], name: str, *, at: str = "") -> str:
        value = self.line(table, name, at=at)
        if value and not _CODE.match(value):
            self.settings.refuse(at + name, "bad_name", value)
        return value

    def one(self, table: Mapping[str, Any], name: str, kind: type[_Kind], *, at: str = "") -> _Kind | None:
        value = self.settings.text(table, name, at=at)
        if value in list(kind):
            return kind(value)
        if value:
            self.settings.refuse(at + name, "unknown_value", value)
        return None

    def channels(self, table: Mapping[str, Any], name: str, *, at: str = "") -> frozenset[Channel]:
        found = set()
        for value in self.lines(table, name, at=at):
            if value in list(Channel):
                found.add(Channel(value))
            else:
                self.settings.refuse(at + name, "unknown_value", value)
        return frozenset(found)

    def yes_no(self, table: Mapping[str, Any], name: str, *, at: str = "") -> bool | None:
        value = table.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.settings.refuse(at + name, "unknown_value", value)
        return None

    def amount(self, table: Mapping[str, Any], name: str, *, at: str = "") -> Fraction:
        value = table.get(name)
        if isinstance(value, str) and _AMOUNT.match(value) and Fraction(value) <= MOST_AMOUNT:
            return Fraction(value)
        self.settings.refuse(at + name, "missing" if value is None else "not_a_number", "" if value is None else value)
        return Fraction(0)

    def whole(
        self,
        table: Mapping[str, Any],
        name: str,
        *,
        at: str = "",
        least: int,
        most: int = MOST_WHOLE,
        default: int = -1,
    ) -> int:
        value = table.get(name, default)
        if value == default and name not in table and default >= 0:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        code = "missing" if name not in table else "out_of_range" if isinstance(value, int) else "not_a_number"
        self.settings.refuse(at + name, code, "" if name not in table else value, least=least, most=most)
        return least

    def day(self, table: Mapping[str, Any], name: str) -> date:
        value = self.settings.day(table, name)
        if value is None and name not in table:
            self.settings.refuse(name, "missing")
        return value or date(2000, 1, 1)

    def twice(self, name: str, codes: list[str]) -> None:
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            self.settings.refuse(name, "duplicate", code)
