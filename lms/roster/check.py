"""What a row would change, or everything that is wrong with it. Nothing here reads a database or a clock."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from lms.roster.columns import STAYS, folded, unit_kind
from lms.roster.table import Row
from lms.tables import normal

ACTIONS = ("new", "changed", "unchanged", "bad")
_STAFF_NUMBER = re.compile(r"[\w.-]{1,40}\Z")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?: 00:00:00)?\Z|(\d{4})(\d{2})(\d{2})\Z")
#: longer circles of parents than this are no organisation's mistake
_DEEPEST = 50
_LONGEST = {
    "code": 40, "name": 120, "post": 80, "rank": 80, "unit_name": 120, "ethnicity": 20, "education": 20, "degree": 20,
    "category": 40, "id_number": 30,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a row is bad: column, value, a stable code and the facts of its sentence."""

    column: str
    value: str
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A row with what it would do; `values` as they are stored, empty for a bad row. `before`: what a column that is to change
    says now.
    """

    row: Row
    action: str
    values: Mapping[str, Any] = field(default_factory=dict)
    complaints: tuple[Complaint, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit there is already."""

    id: int
    code: str
    name: str
    kind: str
    order: int
    parent: str | None
    path: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person there is already, with the present posting."""

    id: int
    staff_number: str
    name: str
    unit: str | None
    unit_path: str | None
    post: str | None
    rank: str | None
    posted_from: date | None


@dataclass(frozen=True, slots=True)
class Scope:
    """What whoever imports may touch: paths of units ("/" is everything), and which day is today."""

    paths: tuple[str, ...]
    today: date

    def reaches(self, path: str | None) -> bool:
        """Whether a unit of that path, or a person without a unit (None), lies inside."""
        return "/" in self.paths or (path is not None and any(path.startswith(one) for one in self.paths))


def check_units(rows: Sequence[Row], known: Iterable[KnownUnit], scope: Scope) -> list[Line]:
    """Each row of a sheet of units; parents may stand in the file or be there already."""
    by_code = {unit.code: unit for unit in known}
    lines = twins_refused([_unit(row, by_code, scope) for row in rows], "code")
    return _whole_tree(lines, by_code)


def check_people(
    rows: Sequence[Row], known: Iterable[KnownPerson], units: Iterable[KnownUnit], scope: Scope
) -> list[Line]:
    """Each row of a sheet of people."""
    people = {person.staff_number: person for person in known}
    by_code = {unit.code: unit for unit in units}
    by_name: dict[str, list[KnownUnit]] = {}
    for unit in by_code.values():
        if not unit.closed:
            by_name.setdefault(folded(unit.name), []).append(unit)
    return twins_refused([_person(row, people, by_code, by_name, scope) for row in rows], "staff_number")


def _unit(row: Row, known: Mapping[str, KnownUnit], scope: Scope) -> Line:
    found = damage(row)
    values: dict[str, Any] = {name: normal(row.cells.get(name, "")) for name in ("code", "name", "parent")}
    found += [Complaint(name, "", "missing") for name in ("code", "name") if not values[name]]
    there = known.get(values["code"])
    values["parent"] = values["parent"] or (there.parent if there and "parent" not in row.cells else None)
    kind = row.cells.get("kind", "")
    values["kind"] = unit_kind(kind) if kind else (there.kind if there else None)
    if kind and not values["kind"]:
        found.append(Complaint("kind", kind[:60], "unknown_kind"))
    order = normal(row.cells.get("order", ""))
    if order and not re.match(r"\d{1,6}\Z", order):
        found.append(Complaint("order", order[:60], "not_a_number"))
    else:
        values["order"] = int(order) if order else (there.order if there else 0)
    if there and there.closed:
        found.append(Complaint("code", there.code, "closed"))
    if not found:
        found += _outside_unit(there, values["parent"], known, scope)
    if found:
        return Line(row, "bad", {}, tuple(found))
    before = (there.name, there.parent, there.kind, there.order) if there else None
    after = (values["name"], values["parent"], values["kind"], values["order"])
    return Line(row, "new" if before is None else "unchanged" if before == after else "changed", values)


def _outside_unit(
    there: KnownUnit | None, parent: str | None, known: Mapping[str, KnownUnit], scope: Scope
) -> list[Complaint]:
    """A unit is made, changed and moved inside one's own part only; parents in the file are looked at later."""
    if "/" in scope.paths:
        return []
    if there and not scope.reaches(there.path):
        return [Complaint("code", there.code, "outside")]
    if parent is None:
        unmoved_top = there is not None and there.parent is None
        return [] if unmoved_top else [Complaint("parent", "", "outside")]
    above = known.get(parent)
    unmoved = there is not None and there.parent == parent
    return [] if above is None or unmoved or scope.reaches(above.path) else [Complaint("parent", parent, "outside")]


def _whole_tree(lines: list[Line], known: Mapping[str, KnownUnit]) -> list[Line]:
    """Refuse rows whose chain of parents does not end at a top: it leads nowhere, to a closed unit, or in a circle."""
    good = {line.values["code"]: line.row.place for line in lines if line.values}
    parents: dict[str, str | None] = {code: unit.parent for code, unit in known.items() if not unit.closed}
    parents |= {line.values["code"]: line.values["parent"] for line in lines if line.values}
    children: dict[str | None, list[str]] = {}
    for code, parent in parents.items():
        children.setdefault(parent, []).append(code)
    reached: set[str] = set()
    waiting = list(children.get(None, ()))
    while waiting:
        code = waiting.pop()
        reached.add(code)
        waiting += children.get(code, ())
    checked = [
        line
        if not line.values or line.values["code"] in reached
        else replace(line, action="bad", values={}, complaints=(_astray(line.values["code"], parents, good, known),))
        for line in lines
    ]
    return _kinds(checked, parents)


def _astray(
    code: str, parents: Mapping[str, str | None], good: Mapping[str, str], known: Mapping[str, KnownUnit]
) -> Complaint:
    """Why no top is reached from a unit."""
    above = parents[code] or ""
    if above not in parents:
        return Complaint("parent", above, "closed" if above in known else "unknown_unit")
    current: str | None = above
    for _step in range(_DEEPEST):
        if current == code:
            return Complaint("parent", above, "cycle")
        current = parents.get(current) if current else None
    return Complaint("parent", above, "parent_bad", {"row": good.get(above, above)})


def _kinds(lines: list[Line], parents: Mapping[str, str | None]) -> list[Line]:
    """A kind nobody gave follows from the depth: bureau, branch, office."""

    def depth(code: str) -> int:
        steps = 0
        above = parents.get(code)
        while above is not None and steps < 2:
            steps, above = steps + 1, parents.get(above)
        return steps

    kinds = ("bureau", "branch", "office")
    return [
        replace(line, values={**line.values, "kind": line.values["kind"] or kinds[depth(line.values["code"])]})
        if line.values
        else line
        for line in lines
    ]


def _person(
    row: Row,
    people: Mapping[str, KnownPerson],
    by_code: Mapping[str, KnownUnit],
    by_name: Mapping[str, list[KnownUnit]],
    scope: Scope,
) -> Line:
    found = damage(row)
    number, name = normal(row.cells.get("staff_number", "")).upper(), normal(row.cells.get("name", ""))
    if not number or not _STAFF_NUMBER.match(number):
        found.append(Complaint("staff_number", number[:60], "staff_number" if number else "missing"))
    if not name:
        found.append(Complaint("name", "", "missing"))
    state = row.cells.get("state", "")
    if state and folded(state) not in STAYS:
        found.append(Complaint("state", state[:60], "left"))
    unit = _unit_of(row, by_code, by_name, found)
    there = people.get(number)
    if (unit and not scope.reaches(unit.path)) or (there and not scope.reaches(there.unit_path)):
        found.append(
            Complaint("staff_number" if there else "unit", number if there else row.cells.get("unit", ""), "outside")
        )
    day = day_of(row, "from_date", found)
    post, rank = (normal(row.cells.get(name, "")) or None for name in ("post", "rank"))
    before = (there.unit, there.post, there.rank) if there else None
    moved = unit is not None and before != (unit.code, post, rank)
    if day and day > scope.today:
        found.append(Complaint("from_date", str(day), "future_day"))
    if there and moved and day and there.posted_from and day < there.posted_from:
        found.append(Complaint("from_date", str(day), "before_posting", {"day": str(there.posted_from)}))
    if found or unit is None:
        return Line(row, "bad", {}, tuple(found))
    values = {"staff_number": number, "name": name, "unit": unit.code, "post": post, "rank": rank}
    action = "new" if there is None else "changed" if moved or there.name != name else "unchanged"
    return Line(row, action, {**values, "from_date": day.isoformat() if day else None})


def _unit_of(
    row: Row, by_code: Mapping[str, KnownUnit], by_name: Mapping[str, list[KnownUnit]], found: list[Complaint]
) -> KnownUnit | None:
    """The unit by its code, or by its name when one open unit alone has it."""
    code, name = normal(row.cells.get("unit", "")), row.cells.get("unit_name", "")
    if code:
        unit = by_code.get(code)
        if unit is None or unit.closed:
            found.append(Complaint("unit", code[:60], "closed" if unit else "unknown_unit"))
            return None
        return unit
    named = by_name.get(folded(name), []) if name else []
    if len(named) == 1:
        return named[0]
    if name:
        code = "ambiguous_unit" if named else "unknown_unit"
        found.append(Complaint("unit_name", name[:60], code, {"count": str(len(named))} if named else {}))
    else:
        found.append(Complaint("unit", "", "missing"))
    return None


def day_of(row: Row, column: str, found: list[Complaint]) -> date | None:
    """The day in a column; None where there is none, with a complaint where it is none."""
    text = normal(row.cells.get(column, ""))
    if not text:
        return None
    match = _DAY.match(text)
    try:
        if match:
            year, month, day = match.group(1, 2, 3) if match[1] else match.group(4, 5, 6)
            return date(int(year), int(month), int(day or 1))
    except ValueError:
        pass
    found.append(Complaint(column, text[:60], "not_a_date"))
    return None


def damage(row: Row) -> list[Complaint]:
    """Values that no column may have: digits the spreadsheet lost, too long, signs that cannot be printed."""
    found = [Complaint(name, row.cells.get(name, "")[:60], "number_lost") for name in sorted(row.lost)]
    for name, text in row.cells.items():
        longest = _LONGEST.get(name, 200)
        if len(normal(text)) > longest:
            found.append(Complaint(name, text[:60], "too_long", {"limit": str(longest)}))
        elif text.startswith("="):
            found.append(Complaint(name, text[:60], "formula"))
        elif not normal(text).isprintable():
            found.append(Complaint(name, " ".join(text.split())[:60], "unprintable"))
    return found


def twins_refused(lines: list[Line], key: str) -> list[Line]:
    """The second of two rows with one key is refused and names the first."""
    first: dict[str, str] = {}
    checked = []
    for line in lines:
        value = str(line.values.get(key, ""))
        place = first.setdefault(value, line.row.place) if value else line.row.place
        if place != line.row.place:
            complaint = Complaint(key, value, "duplicate", {"row": place})
            checked.append(replace(line, action="bad", values={}, complaints=(complaint,)))
        else:
            checked.append(line)
    return checked
