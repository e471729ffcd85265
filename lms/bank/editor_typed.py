"""What was typed into the editor, as plain names and texts: so a form, a draft in the database and a stored wording
come into it by the same door. Rows are added, moved and removed here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form
from wtforms.fields.core import UnboundField

from lms.bank.editor_forms import FIELDS, SHARES, YES, CommonForm, Group, groups_of
from lms.bank.errors import FieldsUnfit

#: names and texts as they were typed; only a group of boxes has more than one text
Typed = dict[str, list[str]]
#: characters of everything together
MOST_TYPED = 200_000
_ROW = re.compile(r"([a-z]+)-([0-9]{1,3})-([a-z]+)\Z", re.ASCII)
#: what some programs put where a line breaks, and what nobody can have typed
_BREAK = re.compile(r"\r\n|[\r\v\f\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")
#: what stands above the fields of the type
_ABOVE = ("stimulus", "stimulus_title", "stimulus_text", "stem")


class ItemForm:
    """The form of a question of one type, filled with what was typed. Rows are small forms of their own."""

    def __init__(self, kind: str, typed: Typed) -> None:
        self.kind = kind
        self.typed = typed
        self.groups = groups_of(kind)
        #: complaints about a group as such
        self.group_errors: dict[str, list[str]] = {}
        data = MultiDict([(name, text) for name, texts in typed.items() for text in texts] or [("stem", "")])
        self.common = CommonForm(data)
        self.body = FIELDS[kind].fields(data)
        self.rows: dict[str, list[Form]] = {
            group.name: [group.row(data, prefix=f"{group.name}-{n}-") for n in range(count(typed, group.name))]
            for group in self.groups
        }

    def hides(self, name: str) -> bool:
        """Whether a field or group of own shares has no place, because the question has none."""
        return name in SHARES and not self.shares

    @property
    def shares(self) -> bool:
        """Whether the question carries its own shares of the marks."""
        named = (name for name, texts in self.typed.items() if any(text.strip() for text in texts))
        return any(name.rpartition("-")[2] in SHARES for name in named)

    def text(self, name: str) -> str:
        """What stands in a single field, "" for nothing."""
        return (self.typed.get(name) or [""])[0]

    def field(self, name: str) -> Field | None:
        """A single field or one of a row by its whole name, None when there is none."""
        found = _ROW.match(name)
        if found:
            rows, n = self.rows.get(found[1], []), int(found[2])
            return _of(rows[n], found[3]) if n < len(rows) else None
        return _of(self.common, name) or _of(self.body, name)

    def place(self, target: str) -> int:
        """How far down in the form an element stands."""
        name = target.removeprefix("group-").partition("-")[0]
        order = (*_ABOVE, *self.body._fields, *(group.name for group in self.groups), *self.common._fields)
        return order.index(name) if name in order else len(order)

    def blank_row(self, group: Group) -> Form:
        """A row that a script copies; its place is written __n__."""
        prefix = f"{group.name}-__n__-"
        texts = [(prefix + name, text) for name, texts in _new_row(group).items() for text in texts]
        return group.row(MultiDict(texts), prefix=prefix)


def _of(form: Form, name: str) -> Field | None:
    found = form._fields.get(name)
    return found if isinstance(found, Field) else None


def fresh(kind: str, *, subject: str = "") -> Typed:
    """The texts of an empty form of a type."""
    typed: Typed = {"subject": [subject]}
    for name, text in FIELDS[kind].fresh:
        typed.setdefault(name, []).append(text)
    for group in groups_of(kind):
        for _row in range(group.first):
            add_row(typed, group)
    return typed


def typed_of(kind: str, sent: "MultiDict[str, str]") -> Typed:
    """What a browser sent, as far as the form of the type has such fields; rows are numbered anew.

    Raises FieldsUnfit for more than any form holds.
    """
    groups = {group.name: group for group in groups_of(kind)}
    singles = {*_names(CommonForm), *_names(FIELDS[kind].fields)}
    typed: Typed = {}
    found: dict[str, dict[int, dict[str, list[str]]]] = {name: {} for name in groups}
    for name, texts in sent.lists():
        kept = [_CONTROL.sub("", _BREAK.sub("\n", text)) for text in texts]
        row = _ROW.match(name)
        if name in singles:
            typed[name] = kept
        elif row and row[1] in groups and row[3] in _names(groups[row[1]].row):
            found[row[1]].setdefault(int(row[2]), {})[row[3]] = kept[:1]
    for name, rows in found.items():
        if len(rows) > groups[name].most:
            raise FieldsUnfit(most=groups[name].most)
        put_rows(typed, name, [rows[n] for n in sorted(rows)])
    if sum(len(text) for texts in typed.values() for text in texts) > MOST_TYPED:
        raise FieldsUnfit(most=MOST_TYPED)
    return typed


@cache
def _names(form: type[Form]) -> frozenset[str]:
    """The names of the fields of a form, its parents' included."""
    return frozenset(name for name in dir(form) if isinstance(getattr(form, name), UnboundField))


def count(typed: Typed, group: str) -> int:
    """How many rows of a group there are."""
    return 1 + max((n for n, _field, _texts in _cells(typed, group)), default=-1)


def _cells(typed: Typed, group: str) -> Iterator[tuple[int, str, list[str]]]:
    for name, texts in typed.items():
        found = _ROW.match(name)
        if found and found[1] == group:
            yield int(found[2]), found[3], texts


def rows_of(typed: Typed, group: str) -> list[dict[str, list[str]]]:
    """The rows of a group, each its texts by field."""
    rows: list[dict[str, list[str]]] = [{} for _n in range(count(typed, group))]
    for n, field, texts in _cells(typed, group):
        rows[n][field] = texts
    return rows


def put_rows(typed: Typed, group: str, rows: Sequence[Mapping[str, list[str]]]) -> None:
    """Let these be the rows of a group."""
    for name in [name for name in typed if (found := _ROW.match(name)) and found[1] == group]:
        del typed[name]
    for n, row in enumerate(rows):
        typed |= {f"{group}-{n}-{field}": texts for field, texts in row.items()}


def add_row(typed: Typed, group: Group) -> None:
    """One empty row more, unless the group is full."""
    rows = rows_of(typed, group.name)
    if len(rows) < group.most:
        put_rows(typed, group.name, [*rows, _new_row(group)])


#: what a new row says already
_EMPTY: dict[str, dict[str, list[str]]] = {
    "blanks": {"accept": [""], "weight": ["1"], "numerals": [YES]},
    "gaps": {"choices": [""], "right": ["1"], "weight": ["1"]},
    "spots": {"label": [""], "shape": ["rect"]},
}


def _new_row(group: Group) -> dict[str, list[str]]:
    return dict(_EMPTY.get(group.name, {_first(group): [""]}))


def _first(group: Group) -> str:
    """The field of a row that is always sent."""
    return next(name for name in group.row(MultiDict([("stem", "")]))._fields)


def move_rows(kind: str, typed: Typed, what: str) -> str | None:
    """Do what a button of a row says ("add:options", "remove:options:2", "up:options:1", "down:options:1"); the name of
    the field to go on in, None for words that are no such button's.
    """
    act, _, rest = what.partition(":")
    name, _, place = rest.partition(":")
    group = next((one for one in groups_of(kind) if one.name == name), None)
    if group is None or act not in ("add", "remove", "up", "down"):
        return None
    if act == "add":
        add_row(typed, group)
        return f"{name}-{count(typed, name) - 1}-{_first(group)}"
    rows = rows_of(typed, name)
    n = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else len(rows)
    if n >= len(rows):
        return None
    row = rows.pop(n)
    if act == "remove":
        put_rows(typed, name, rows)
        return f"{name}-{min(n, len(rows) - 1)}-{_first(group)}" if rows else None
    to = max(0, n - 1) if act == "up" else n + 1
    rows.insert(to, row)
    put_rows(typed, name, rows)
    return f"{name}-{min(to, len(rows) - 1)}-{_first(group)}"
