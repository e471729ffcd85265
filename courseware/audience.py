"""Who has to take part: rules over unit, post, rank, category, party membership and days, as data with limits.

A rule is a tree. Its leaves ask one thing of a person; its branches say all of, any of, or not. As data it is plain
JSON: {"all": [{"rank": ["…"]}, {"not": {"unit": ["…"]}}]}. "all" of nothing is everybody, "any" of nothing nobody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from courseware.errors import BadRule

MOST_VALUES = 100
MOST_RULES = 60
MOST_DEPTH = 5
LONGEST_VALUE = 80


class Asked(StrEnum):
    """What a leaf asks of a person."""

    RANK = "rank"
    POST = "post"
    CATEGORY = "category"
    #: the person's unit or one above it, by the key of the unit
    UNIT = "unit"
    #: member of the party, probationary members included
    PARTY = "party"
    #: the present posting began on this day or later
    POSTED_SINCE = "posted_since"
    #: appointed to the present post on this day or later
    APPOINTED_SINCE = "appointed_since"


WORDS = frozenset({Asked.RANK, Asked.POST, Asked.CATEGORY, Asked.UNIT})
DAYS = frozenset({Asked.POSTED_SINCE, Asked.APPOINTED_SINCE})
BRANCHES = ("all", "any")


@dataclass(frozen=True, slots=True)
class Who:
    """A person on a day, as far as rules ask; None where nothing is known. `units`: keys of the unit and all above it."""

    units: frozenset[str] = frozenset()
    post: str | None = None
    rank: str | None = None
    category: str | None = None
    party: bool = False
    posted_on: date | None = None
    appointed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question. `values` for words (one of them is enough), `since` for days; for the party neither."""

    asked: Asked
    values: tuple[str, ...] = ()
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """All of the rules, or any of them."""

    every: bool
    rules: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Whoever the rule does not hold for."""

    rule: "Rule"


Rule = Leaf | Branch | Not
EVERYBODY = Branch(True, ())


def holds(rule: Rule, who: Who) -> bool:
    """Whether the rule holds for a person; what is not known of them does not hold."""
    if isinstance(rule, Not):
        return not holds(rule.rule, who)
    if isinstance(rule, Branch):
        found = (holds(one, who) for one in rule.rules)
        return all(found) if rule.every else any(found)
    return _holds(rule, who)


def _holds(leaf: Leaf, who: Who) -> bool:
    if leaf.asked is Asked.PARTY:
        return who.party
    if leaf.asked in WORDS:
        return bool(_own(leaf, who))
    day = who.posted_on if leaf.asked is Asked.POSTED_SINCE else who.appointed_on
    return day is not None and leaf.since is not None and day >= leaf.since


def reasons(rule: Rule, who: Who) -> tuple[Leaf, ...]:
    """The leaves by which a person belongs, in their order, with no other values than the person's own; empty for whoever
    belongs by no leaf of their own.
    """
    if isinstance(rule, Leaf):
        return (replace(rule, values=_own(rule, who)),) if _holds(rule, who) else ()
    if isinstance(rule, Not) or not holds(rule, who):
        return ()
    return tuple(leaf for one in rule.rules for leaf in reasons(one, who))


def _own(leaf: Leaf, who: Who) -> tuple[str, ...]:
    """Those of the values that a person has."""
    if leaf.asked is Asked.UNIT:
        return tuple(one for one in leaf.values if one in who.units)
    own = {Asked.RANK: who.rank, Asked.POST: who.post, Asked.CATEGORY: who.category}.get(leaf.asked)
    return tuple(one for one in leaf.values if one == own)


def leaves(rule: Rule) -> Iterator[Leaf]:
    """Every leaf, in order."""
    if isinstance(rule, Leaf):
        yield rule
    else:
        for one in (rule.rule,) if isinstance(rule, Not) else rule.rules:
            yield from leaves(one)


def to_record(rule: Rule) -> dict[str, Any]:
    """For storing."""
    if isinstance(rule, Not):
        return {"not": to_record(rule.rule)}
    if isinstance(rule, Branch):
        return {"all" if rule.every else "any": [to_record(one) for one in rule.rules]}
    if rule.asked is Asked.PARTY:
        return {"party": True}
    return {str(rule.asked): rule.since.isoformat() if rule.since else list(rule.values)}


def from_record(record: object) -> Rule:
    """The rule of a record; raises BadRule with the field that is wrong."""
    rule = _read(record, "rule", 1)
    if _size(rule) > MOST_RULES:
        raise BadRule(field="rule", why="too_many")
    return rule


def _size(rule: Rule) -> int:
    if isinstance(rule, Leaf):
        return 1
    return 1 + sum(_size(one) for one in ((rule.rule,) if isinstance(rule, Not) else rule.rules))


def _read(record: object, field: str, depth: int) -> Rule:
    if depth > MOST_DEPTH:
        raise BadRule(field=field, why="too_deep")
    if not isinstance(record, Mapping) or len(record) != 1:
        raise BadRule(field=field, why="not_one_rule")
    ((name, value),) = record.items()
    below = f"{field}.{str(name)[:LONGEST_VALUE]}"
    if name == "not":
        return Not(_read(value, below, depth + 1))
    if name in BRANCHES:
        if not isinstance(value, list) or len(value) > MOST_RULES:
            raise BadRule(field=below, why="not_a_list")
        return Branch(name == "all", tuple(_read(one, f"{below}.{n}", depth + 1) for n, one in enumerate(value)))
    if name not in set(Asked):
        raise BadRule(field=below, why="unknown")
    return _leaf(Asked(name), value, below)


def _leaf(asked: Asked, value: object, field: str) -> Leaf:
    if asked is Asked.PARTY:
        if value is not True:
            raise BadRule(field=field, why="not_true")
        return Leaf(asked)
    if asked in DAYS:
        return Leaf(asked, since=read_day(value, field))
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_VALUES:
        raise BadRule(field=field, why="not_a_list")
    if not all(isinstance(one, str) and 1 <= len(one) <= LONGEST_VALUE for one in value):
        raise BadRule(field=field, why="not_words")
    return Leaf(asked, tuple(value))


def read_day(value: object, field: str) -> date:
    """A day of a record ("2026-03-01"); raises BadRule."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else _no_day(field)
    except ValueError:
        return _no_day(field)


def _no_day(field: str) -> date:
    raise BadRule(field=field, why="not_a_day")
