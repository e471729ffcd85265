"""What a row of a sheet of personnel files would change, or everything that is wrong with it. Nothing here reads a database or a
clock. An empty cell leaves what the file says; the name is compared with the staff number and never changed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from lms.particulars.queries import GENDERS_ZH, POLITICAL_ZH, File, Political, SaidRow
from lms.particulars.service import EARLIEST, EMPTY, Change, check_month, hidden_number, normal_number, same
from lms.roster.check import Complaint, Line, damage, day_of, twins_refused
from lms.roster.columns import folded
from lms.roster.table import Row
from lms.tables import normal

#: stands in the file where the row gives no reason
REASON = "批量导入"
LEAST_REASON = 2
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})(?:月|[-/.月]\d{1,2}日?(?: 00:00:00)?)?\Z")
_GENDERS = {folded(word): key for key, title in GENDERS_ZH.items() for word in (key, title, f"{title}性")}
_POLITICAL = {folded(title): key for key, title in POLITICAL_ZH.items()} | {
    "党员": Political.MEMBER, "预备党员": Political.PROBATIONARY, "团员": Political.LEAGUE, "民主党派": Political.DEMOCRATIC,
}  # fmt: skip
_TEXTS = ("ethnicity", "education", "degree", "category")


@dataclass(frozen=True, slots=True)
class KnownFile:
    """Somebody whose file may be carried on, and what it says."""

    id: int
    staff_number: str
    name: str
    file: File


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a row asks for: new values of columns, the number of the identity card or "", day and reason."""

    values: Mapping[str, object]
    id_number: str
    day: date
    reason: str


def check_files(rows: Sequence[Row], known: Iterable[KnownFile], today: date) -> list[Line]:
    """Each row of a sheet of personnel files. `known`: those whose files may be carried on; all others are unknown."""
    people = {person.staff_number: person for person in known}
    return twins_refused([_hidden(_line(row, people, today)) for row in rows], "staff_number")


def change_of(line: Line) -> Change:
    """What a line that changes something asks for."""
    change = line.values["change"]
    if not isinstance(change, Change):
        raise TypeError(f"{line.row.place} changes nothing")
    return change


def _line(row: Row, people: Mapping[str, KnownFile], today: date) -> Line:
    found = damage(row)
    person = _person(row, people, found)
    asked = _asked(row, today, found)
    if found or person is None:
        return Line(row, "bad", {}, tuple(found))
    before = person.file.on(asked.day)
    said = replace(before.said if before else EMPTY, **asked.values)  # type: ignore[arg-type]
    values = {"staff_number": person.staff_number, "person": person.id}
    if same(before, said, asked.id_number):
        return Line(row, "unchanged", values)
    last = person.file.last_day
    if last is not None and asked.day < last:
        return Line(row, "bad", {}, (Complaint("from_date", str(asked.day), "later_known", {"day": str(last)}),))
    change = Change(said, asked.day, asked.reason, asked.id_number)
    action = "changed" if person.file.rows else "new"
    return Line(row, action, {**values, "change": change}, (), _before(before, change))


def _person(row: Row, people: Mapping[str, KnownFile], found: list[Complaint]) -> KnownFile | None:
    number, name = normal(row.cells.get("staff_number", "")).upper(), normal(row.cells.get("name", ""))
    found += [
        Complaint(column, "", "missing") for column, text in (("staff_number", number), ("name", name)) if not text
    ]
    person = people.get(number)
    if number and person is None:
        found.append(Complaint("staff_number", number[:60], "unknown_person"))
    elif person and name and folded(name) != folded(person.name):
        found.append(Complaint("name", name[:60], "other_name"))
    return person


def _asked(row: Row, today: date, found: list[Complaint]) -> _Asked:
    """What the cells ask for; what cannot be is added to `found`."""
    cells = {name: normal(text) for name, text in row.cells.items()}
    values: dict[str, object] = {name: cells[name] for name in _TEXTS if cells.get(name)}
    for name, words in (("gender", _GENDERS), ("political", _POLITICAL)):
        if text := cells.get(name):
            values[name] = words.get(folded(text))
            if values[name] is None:
                found.append(Complaint(name, text[:60], "no_choice", {"choices": "、".join(_choices(name))}))
    if text := cells.get("born"):
        values["born"] = _month(text)
        if not check_month(str(values["born"]), today):
            found.append(Complaint("born", text[:60], "not_a_month"))
    if appointed := day_of(row, "appointed_on", found):
        values["appointed_on"] = appointed
    number = cells.get("id_number", "")
    if number and not normal_number(number) and "id_number" not in row.lost:
        found.append(Complaint("id_number", number, "id_number"))
    day = day_of(row, "from_date", found) or today
    if not EARLIEST <= day <= today:
        found.append(Complaint("from_date", str(day), "future_day" if day > today else "too_early"))
    reason = cells.get("reason") or REASON
    if len(reason) < LEAST_REASON:
        found.append(Complaint("reason", reason, "too_short", {"limit": str(LEAST_REASON)}))
    return _Asked(values, normal_number(number) if number else "", day, reason)


def _choices(name: str) -> Iterable[str]:
    return GENDERS_ZH.values() if name == "gender" else POLITICAL_ZH.values()


def _month(text: str) -> str:
    """ "1984-05" of a month or a day as offices write them; the text itself where it is neither."""
    match = _MONTH.match(text)
    return f"{match[1]}-{int(match[2]):02}" if match else text


def _before(before: SaidRow | None, change: Change) -> dict[str, str]:
    """What the columns that change say now, as a sheet writes it; of the number of the identity card what a page shows."""
    was, will = (asdict(said) for said in (before.said if before else EMPTY, change.said))
    found = {name: shown(name, was[name]) for name in was if was[name] != will[name]}
    number = before.number if before else ""
    if change.id_number and change.id_number != number:
        found["id_number"] = hidden_number(number)
    return found


def shown(name: str, value: object) -> str:
    """A value of a file as a sheet writes it; "" for none."""
    if value is None:
        return ""
    if name == "gender":
        return GENDERS_ZH[str(value)]
    return POLITICAL_ZH[Political(str(value))] if name == "political" else str(value)


def _hidden(line: Line) -> Line:
    """A line whose complaints show no number of an identity card."""
    complaints = tuple(
        replace(one, value=f"{one.value[:3]}…" if one.value else "") if one.column == "id_number" else one
        for one in line.complaints
    )
    return replace(line, complaints=complaints) if line.complaints else line
