"""Values and declarations of QTI: what a variable may hold, how two values compare, what a mapping makes of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from lxml import etree

from question_bank.formats.xml import local

#: one value: a text (also an identifier), an exact number, yes or no, or a pair of identifiers
Atom = str | Fraction | bool | tuple[str, str]
#: a variable: None for NULL, otherwise its values
Value = tuple[Atom, ...] | None

NUMBERS = ("integer", "float", "duration")
MAX_DIGITS = 40


class Unsupported(Exception):
    """The item does something that cannot be followed here. `element` is where, `what` the name of it."""

    def __init__(self, what: str, element: etree._Element | None = None) -> None:
        super().__init__(what)
        self.what, self.element = what, element


def number(text: str) -> Fraction | None:
    """The exact number a text stands for, None where it is none."""
    text = text.strip()
    if len(text) > MAX_DIGITS or "/" in text or "_" in text:
        return None
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    return value if abs(value) < 10**15 else None


def atom(text: str, base: str) -> Atom | None:
    """A value of a base type as a file writes it; None for an empty or unfit text."""
    if base in NUMBERS:
        return number(text)
    if base == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.strip())
    if base in ("pair", "directedPair"):
        parts = text.split()
        if len(parts) != 2:
            return None
        first, second = sorted(parts) if base == "pair" else parts
        return (first, second)
    return (text.strip() if base == "identifier" else text) or None


@dataclass(frozen=True, slots=True)
class Table:
    """What single values are worth: by key, by default, within bounds; keys whose capitals do not matter stand folded
    in `folded`.
    """

    entries: Mapping[Atom, Fraction]
    folded: Mapping[str, Fraction]
    default: Fraction = Fraction(0)
    lower: Fraction | None = None
    upper: Fraction | None = None

    def worth(self, value: Value) -> Fraction:
        """What a variable earns: each different value once, the sum within the bounds. NULL earns nothing by itself."""
        total = sum((self.worth_of(one) for one in dict.fromkeys(value or ())), Fraction(0))
        if self.lower is not None:
            total = max(total, self.lower)
        return total if self.upper is None else min(total, self.upper)

    def worth_of(self, value: Atom) -> Fraction:
        """What a single value is worth, without the bounds."""
        if value in self.entries:
            return self.entries[value]
        return self.folded.get(value.casefold(), self.default) if isinstance(value, str) else self.default


@dataclass(frozen=True, slots=True)
class Declaration:
    """A variable of an item."""

    identifier: str
    cardinality: str
    base: str
    element: etree._Element
    correct: Value = None
    default: Value = None
    mapping: Table | None = None
    #: outcomes: (from, included, worth) of a table that turns a number into another
    lookup: tuple[tuple[Fraction, bool, Fraction], ...] = ()
    exact_lookup: Mapping[Fraction, Fraction] = field(default_factory=dict)

    def same(self, one: Value, other: Value) -> bool:
        """Whether two values of this variable are the same; order counts in ordered ones only."""
        return alike(one, other, ordered=self.cardinality == "ordered")


def alike(one: Value, other: Value, *, ordered: bool) -> bool:
    """Whether two values are the same; without order as bags."""
    if one is None or other is None:
        return False
    return one == other if ordered else sorted(map(repr, one)) == sorted(map(repr, other))


def declared(item: etree._Element) -> dict[str, Declaration]:
    """The variables of an item by their identifiers, in document order."""
    found = {}
    for element in item:
        if local(element) in ("responseDeclaration", "outcomeDeclaration", "templateDeclaration"):
            one = _declaration(element)
            found[one.identifier] = one
    return found


def _declaration(element: etree._Element) -> Declaration:
    base, cardinality = element.get("baseType", "identifier"), element.get("cardinality", "single")
    parts = {local(child): child for child in element}
    steps = [
        (*_step(one), one.get("includeBoundary", "true") != "false") for one in parts.get("interpolationTable", ())
    ]
    exact = [_step(one) for one in parts.get("matchTable", ())]
    # tables of words choose feedback; a score that needs one is refused where it is looked up
    sound = all(start is not None and worth is not None for start, worth, *_rest in [*steps, *exact])
    return Declaration(
        element.get("identifier", ""),
        cardinality,
        base,
        element,
        _values(parts.get("correctResponse"), base),
        _values(parts.get("defaultValue"), base),
        _table(parts["mapping"], base) if "mapping" in parts else None,
        tuple(
            (start, within, worth)
            for start, worth, within in steps
            if sound and start is not None and worth is not None
        ),
        {start: worth for start, worth in exact if sound and start is not None and worth is not None},
    )


def _step(element: etree._Element) -> tuple[Fraction | None, Fraction | None]:
    return number(element.get("sourceValue", "")), number(element.get("targetValue", ""))


def _values(element: etree._Element | None, base: str) -> Value:
    if element is None:
        return None
    found = (atom("".join(map(str, one.itertext())), base) for one in element if local(one) == "value")
    return tuple(one for one in found if one is not None) or None


def _table(element: etree._Element, base: str) -> Table:
    entries: dict[Atom, Fraction] = {}
    folded: dict[str, Fraction] = {}
    for one in element:
        key = atom(one.get("mapKey", ""), base)
        if local(one) != "mapEntry" or key is None:
            continue
        worth = _number(one, "mappedValue")
        if isinstance(key, str) and base == "string" and one.get("caseSensitive", "true") == "false":
            folded.setdefault(key.casefold(), worth)
        entries.setdefault(key, worth)
    bounds = {name: _number(element, name) if element.get(name) else None for name in ("lowerBound", "upperBound")}
    default = _number(element, "defaultValue") if element.get("defaultValue") else Fraction(0)
    return Table(entries, folded, default, bounds["lowerBound"], bounds["upperBound"])


def _number(element: etree._Element, name: str) -> Fraction:
    value = number(element.get(name, ""))
    if value is None:
        raise Unsupported(f"{local(element)} {name}", element)
    return value
