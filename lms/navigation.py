"""The entries of the main menu; each feature names its own in `app.py`'s order."""

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
class Shown:
    """A menu entry as the page draws it."""

    url: str
    label: str
    icon: str
    active: bool


def shown(entries: tuple[Entry, ...]) -> Callable[[], list[Shown]]:
    """A function that lists the entries for the person of the request."""

    def navigation() -> list[Shown]:
        if not current_user.is_authenticated:
            return []
        seen = [(url_for(entry.endpoint), entry) for entry in entries if _open(entry.endpoint)]
        here = max((url for url, _entry in seen if _holds(url, request.path)), key=len, default="")
        return [Shown(url, str(entry.label), entry.icon, url == here) for url, entry in seen]

    return navigation


def _holds(url: str, path: str) -> bool:
    """Whether the page at `path` belongs to the entry that leads to `url`; the home page holds nothing but itself."""
    return path == url or (url != url_for("home.index") and f"{path}/".startswith(f"{url.rstrip('/')}/"))


def _open(endpoint: str) -> bool:
    rule = rule_of(current_app.view_functions[endpoint])
    if rule is None:
        return False
    return rule.kind != "act" or bool(rule.acts & current_user.acts)
