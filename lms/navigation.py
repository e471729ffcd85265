"""The entries of the main menu and the groups that they stand in, in the order of `app.py`."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel.speaklater import LazyString
from flask_login import current_user

from lms.access import rule_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A menu entry: where it leads, what it says, its icon. Shown to those who may call its endpoint."""

    endpoint: str
    label: LazyString
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading. Who may open but one of them sees that entry in the group's place."""

    label: LazyString
    icon: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the page draws it, or a group, which leads nowhere itself and has entries; `active`: the page is in it."""

    url: str
    label: str
    icon: str
    active: bool
    entries: tuple["Shown", ...] = ()


def shown(menu: tuple[Entry | Group, ...]) -> Callable[[], list[Shown]]:
    """A function that lists entries and groups for the person of the request."""

    def navigation() -> list[Shown]:
        if not current_user.is_authenticated:
            return []
        groups = [(one, [entry for entry in _entries(one) if _open(entry.endpoint)]) for one in menu]
        urls = {entry.endpoint: url_for(entry.endpoint) for _one, entries in groups for entry in entries}
        here = max((url for url in urls.values() if _holds(url, request.path)), key=len, default="")
        return [_drawn(one, entries, urls, here) for one, entries in groups if entries]

    return navigation


def _entries(one: Entry | Group) -> tuple[Entry, ...]:
    return one.entries if isinstance(one, Group) else (one,)


def _drawn(one: Entry | Group, entries: list[Entry], urls: dict[str, str], here: str) -> Shown:
    """A group of these entries, or the entry itself where there is but one."""
    lines = tuple(
        Shown(urls[entry.endpoint], str(entry.label), entry.icon, urls[entry.endpoint] == here) for entry in entries
    )
    if isinstance(one, Entry) or len(lines) == 1:
        return lines[0]
    return Shown("", str(one.label), one.icon, any(line.active for line in lines), lines)


def _holds(url: str, path: str) -> bool:
    """Whether the page at `path` belongs to the entry that leads to `url`; the home page holds nothing but itself."""
    return path == url or (url != url_for("home.index") and f"{path}/".startswith(f"{url.rstrip('/')}/"))


def _open(endpoint: str) -> bool:
    rule = rule_of(current_app.view_functions[endpoint])
    if rule is None:
        return False
    return rule.kind != "act" or bool(rule.acts & current_user.acts)
