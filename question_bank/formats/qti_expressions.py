"""Expressions of QTI's response processing, made into functions once and evaluated often. What is not listed here is
refused, never guessed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import floor, prod

from lxml import etree

from question_bank.formats.qti_values import NUMBERS, Declaration, Unsupported, Value, alike, atom, number
from question_bank.formats.xml import local, words

#: the variables of one answer, by identifier
State = dict[str, Value]
Expression = Callable[[State], Value]
Declarations = Mapping[str, Declaration]

#: signs that mean something else than themselves in a pattern
_EXPRESSION = re.compile(r"[\\.*+?|(){}\[\]^$&]")
MAX_DEPTH = 40
#: rules may square a number or double a container again and again
MAX_BITS = 2048
MAX_VALUES = 500


def expression(element: etree._Element, known: Declarations, depth: int = 0) -> Expression:
    """An expression as a function of the variables; raises Unsupported."""
    name = local(element)
    if depth > MAX_DEPTH:
        raise Unsupported(name, element)
    if name in _LEAVES:
        return _LEAVES[name](element, known)
    parts = [expression(child, known, depth + 1) for child in element]
    if name in _SPECIAL:
        return _SPECIAL[name](element, parts, known)
    if name not in _PLAIN:
        raise Unsupported(name, element)
    function = _PLAIN[name]
    return lambda state: function([part(state) for part in parts])


def is_true(value: Value) -> bool:
    """Whether a condition holds; NULL does not. A number, which only some programs take for a condition, holds unless it
    is nought.
    """
    return value == (True,) or (value is not None and isinstance(value[0], Fraction) and value[0] != 0)


def _variable(element: etree._Element, known: Declarations) -> Expression:
    name = _known(element, known).identifier
    return lambda state: state.get(name)


def _known(element: etree._Element, known: Declarations) -> Declaration:
    found = known.get(element.get("identifier", ""))
    if found is None:
        raise Unsupported(f"{local(element)} {element.get('identifier', '')}", element)
    return found


def _constant(value: Value) -> Expression:
    return lambda _state: value


def _base_value(element: etree._Element, _known: Declarations) -> Expression:
    found = atom("".join(map(str, element.itertext())), element.get("baseType", "identifier"))
    return _constant(None if found is None else (found,))


def _map_response(element: etree._Element, known: Declarations) -> Expression:
    declaration = _known(element, known)
    table, name = declaration.mapping, declaration.identifier
    if table is None:
        raise Unsupported("mapResponse without mapping", element)
    return lambda state: (table.worth(state.get(name)),)


_LEAVES: dict[str, Callable[[etree._Element, Declarations], Expression]] = {
    "variable": _variable,
    "correct": lambda element, known: _constant(_known(element, known).correct),
    "default": lambda element, known: _constant(_known(element, known).default),
    "baseValue": _base_value,
    "mapResponse": _map_response,
    "null": lambda _element, _known: _constant(None),
}


def _flat(values: Sequence[Value]) -> list[Fraction] | None:
    """All numbers of some values; None where one is NULL or no number."""
    found: list[Fraction] = []
    for value in values:
        if value is None:
            return None
        for one in value:
            if not isinstance(one, Fraction):
                return None
            found.append(one)
    return found


def _numeric(function: Callable[[list[Fraction]], Fraction], values: Sequence[Value]) -> Value:
    numbers = _flat(values)
    return (_bounded(function(numbers)),) if numbers else None


def _bounded(value: Fraction) -> Fraction:
    """The number, unless it grew beyond what any score needs."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise Unsupported("product")
    return value


def _divide(values: Sequence[Value]) -> Value:
    numbers = _flat(values)
    return (_bounded(numbers[0] / numbers[1]),) if numbers and len(numbers) == 2 and numbers[1] else None


def _compare(test: Callable[[Fraction, Fraction], bool], values: Sequence[Value]) -> Value:
    numbers = _flat(values)
    return (test(numbers[0], numbers[1]),) if numbers and len(numbers) == 2 else None


def _and(values: Sequence[Value]) -> Value:
    if any(value == (False,) for value in values):
        return (False,)
    return None if any(value is None for value in values) else (True,)


def _or(values: Sequence[Value]) -> Value:
    if any(value == (True,) for value in values):
        return (True,)
    return None if any(value is None for value in values) else (False,)


def _not(values: Sequence[Value]) -> Value:
    return None if values[0] is None else (values[0] != (True,),)


def _member(values: Sequence[Value]) -> Value:
    one, many = values
    return None if one is None or many is None else (one[0] in many,)


def _contains(values: Sequence[Value]) -> Value:
    many, few = values
    return None if many is None or few is None else (all(many.count(one) >= few.count(one) for one in few),)


def _together(values: Sequence[Value]) -> Value:
    together = tuple(one for value in values if value is not None for one in value)
    if len(together) > MAX_VALUES:
        raise Unsupported("multiple")
    return together or None


_PLAIN: dict[str, Callable[[Sequence[Value]], Value]] = {
    "sum": partial(_numeric, lambda numbers: sum(numbers, Fraction(0))),
    "product": partial(_numeric, lambda numbers: prod(numbers, start=Fraction(1))),
    "subtract": partial(_numeric, lambda numbers: numbers[0] - sum(numbers[1:])),
    "max": partial(_numeric, lambda numbers: sorted(numbers)[-1]),
    "min": partial(_numeric, lambda numbers: sorted(numbers)[0]),
    "round": partial(_numeric, lambda numbers: Fraction(floor(numbers[0] + Fraction(1, 2)))),
    "truncate": partial(_numeric, lambda numbers: Fraction(int(numbers[0]))),
    "integerToFloat": partial(_numeric, lambda numbers: numbers[0]),
    "divide": _divide,
    "gt": partial(_compare, lambda a, b: a > b),
    "gte": partial(_compare, lambda a, b: a >= b),
    "lt": partial(_compare, lambda a, b: a < b),
    "lte": partial(_compare, lambda a, b: a <= b),
    "and": _and,
    "or": _or,
    "not": _not,
    "isNull": lambda values: (values[0] is None,),
    "isNotNull": lambda values: (values[0] is not None,),
    "member": _member,
    "contains": _contains,
    "multiple": _together,
    "ordered": _together,
    "containerSize": lambda values: (Fraction(len(values[0] or ())),),
}


def _match(element: etree._Element, parts: Sequence[Expression], known: Declarations) -> Expression:
    """Equality as the kinds of the two sides have it: order counts when either is ordered."""
    _two(element, parts)
    names = (child.get("identifier", "") for child in element if local(child) in ("variable", "correct", "default"))
    ordered = any(known[name].cardinality == "ordered" for name in names if name in known)
    ordered = ordered or any(local(child) == "ordered" for child in element)
    first, second = parts

    def matched(state: State) -> Value:
        one, other = first(state), second(state)
        return None if one is None or other is None else (alike(one, other, ordered=ordered),)

    return matched


def _two(element: etree._Element, parts: Sequence[Expression]) -> None:
    if len(parts) != 2:
        raise Unsupported(local(element), element)


def _equal(element: etree._Element, parts: Sequence[Expression], _known: Declarations) -> Expression:
    _two(element, parts)
    mode = element.get("toleranceMode", "exact")
    limits = [number(text) for text in element.get("tolerance", "0").split()]
    if mode not in ("exact", "absolute", "relative") or not limits or None in limits:
        raise Unsupported(f"equal {mode} {element.get('tolerance', '')}", element)
    below, above = (limits[0] or Fraction(0)), (limits[-1] or Fraction(0))
    closed = [element.get(name, "true") != "false" for name in ("includeLowerBound", "includeUpperBound")]
    first, second = parts

    def equal(state: State) -> Value:
        numbers = _flat([first(state), second(state)])
        if not numbers or len(numbers) != 2:
            return None
        right, given = numbers
        if mode == "exact":
            return (right == given,)
        scale = abs(right) / 100 if mode == "relative" else Fraction(1)
        low, high = right - below * scale, right + above * scale
        return (low <= given <= high and (given != low or closed[0]) and (given != high or closed[1]),)

    return equal


def _string_match(element: etree._Element, parts: Sequence[Expression], _known: Declarations) -> Expression:
    _two(element, parts)
    sensitive, part = element.get("caseSensitive") == "true", element.get("substring") == "true"
    first, second = parts

    def matched(state: State) -> Value:
        one, other = first(state), second(state)
        if one is None or other is None:
            return None
        given, wanted = str(one[0]), str(other[0])
        if not sensitive:
            given, wanted = given.casefold(), wanted.casefold()
        return (wanted in given if part else wanted == given,)

    return matched


def _not_equal(element: etree._Element, parts: Sequence[Expression], known: Declarations) -> Expression:
    equal = _equal(element, parts, known)
    return lambda state: _not([equal(state)])


def _pattern_match(element: etree._Element, parts: Sequence[Expression], _known: Declarations) -> Expression:
    """Patterns are followed where they are plain words; what a program makes of other expressions differs."""
    pattern = words(element[-1]) if len(element) and local(element[-1]) == "baseValue" else element.get("pattern", "")
    if not pattern or len(parts) not in (1, 2) or _EXPRESSION.search(pattern):
        raise Unsupported(f"patternMatch {pattern}", element)
    sensitive, first = element.get("caseSensitive") != "false", parts[0]

    def matched(state: State) -> Value:
        value = first(state)
        if value is None:
            return None
        given = str(value[0])
        return (given == pattern if sensitive else given.casefold() == pattern.casefold(),)

    return matched


_SPECIAL: dict[str, Callable[[etree._Element, Sequence[Expression], Declarations], Expression]] = {
    "match": _match,
    "equal": _equal,
    "stringMatch": _string_match,
    "notEqual": _not_equal,
    "patternMatch": _pattern_match,
}


def literals(element: etree._Element) -> tuple[list[Fraction], list[Fraction], list[str]]:
    """The numbers, the tolerances and the texts that stand in a piece of response processing."""
    numbers, tolerances, texts = [], [], []
    for one in element.iter():
        if local(one) == "baseValue":
            if one.get("baseType") in NUMBERS and (found := number(words(one))) is not None:
                numbers.append(found)
            elif one.get("baseType") == "string":
                texts.append("".join(map(str, one.itertext())))
        if local(one) == "patternMatch" and one.get("pattern"):
            texts.append(one.get("pattern", ""))
        if local(one) == "equal":
            tolerances += [found for text in one.get("tolerance", "").split() if (found := number(text)) is not None]
    return numbers, tolerances, texts
