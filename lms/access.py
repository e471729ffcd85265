"""Marks on view functions: who may call them. A route without a mark is closed and fails the build.

The marks are only data here; `lms.accounts.gate` enforces them before every request.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "shuyuan_access"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a route: `kind` is "public", "signed_in", "ticket" or "act"; `acts` any of which suffices."""

    kind: str
    acts: frozenset[str] = frozenset()


def public(view: View) -> View:
    """Anybody, signed in or not."""
    setattr(view, _MARK, Rule("public"))
    return view


def signed_in(view: View) -> View:
    """Anybody who is signed in; the view asks a policy for the thing itself."""
    setattr(view, _MARK, Rule("signed_in"))
    return view


def by_ticket(view: View) -> View:
    """The browser that holds a ticket for the thing in the address (`lms.accounts.tickets`)."""
    setattr(view, _MARK, Rule("ticket"))
    return view


def requires(*acts: str) -> Callable[[View], View]:
    """Somebody with at least one of these acts somewhere; the view asks a policy for the thing itself."""

    def mark(view: View) -> View:
        setattr(view, _MARK, Rule("act", frozenset(acts)))
        return view

    return mark


def rule_of(view: object) -> Rule | None:
    """The mark of a view function, None when it was forgotten."""
    rule = getattr(view, _MARK, None)
    return rule if isinstance(rule, Rule) else None
