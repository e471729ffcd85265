"""The one way to write a JSON value: the JSON Canonicalization Scheme (RFC 8785), and a strict reader of JSON."""

import json
import math
from decimal import Decimal
from typing import Any

#: the largest whole number that every reader of JSON keeps exact (RFC 8785, section 3.2.2.3)
LARGEST = 2**53 - 1
DEEPEST = 40
_ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
_ESCAPES |= {code: f"\\u{code:04x}" for code in range(32) if code not in _ESCAPES}


class NotCanonical(ValueError):
    """A value that JSON cannot hold, or a text that is no strict JSON."""


def canonical(value: Any) -> bytes:
    """The value as RFC 8785 writes it, in UTF-8.

    Raises NotCanonical for NaN, infinity, whole numbers beyond 53 bits, halves of surrogate pairs, and other types.
    """
    try:
        return _written(value, 0).encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical("half a surrogate pair") from None


def _written(value: Any, depth: int) -> str:
    if depth > DEEPEST:
        raise NotCanonical("nested too deeply")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(_written(item, depth + 1) for item in value)}]"
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        pairs = (f"{_written(key, depth)}:{_written(value[key], depth + 1)}" for key in sorted(value, key=_units))
        return f"{{{','.join(pairs)}}}"
    raise NotCanonical(type(value).__name__)


def _units(key: str) -> bytes:
    """What names of members are sorted by: their UTF-16 code units (section 3.2.3)."""
    return key.encode("utf-16-be", "surrogatepass")


def number(value: int | float) -> str:
    """A number as ECMAScript writes it (ECMA-262, Number::toString); raises NotCanonical for what JSON has not."""
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise NotCanonical("a whole number beyond 53 bits")
        return str(value)
    if not math.isfinite(value):
        raise NotCanonical("no finite number")
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + int(exponent)
    return ("-" if sign else "") + _placed(text, point)


def _placed(digits: str, point: int) -> str:
    """Digits with their point; `point` counts the digits before it."""
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def read(data: bytes) -> Any:
    """The value of a JSON text; raises NotCanonical for other than UTF-8, doubled names, NaN and deep nesting."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_none, parse_int=_whole)
    except (ValueError, RecursionError, OverflowError) as error:
        raise NotCanonical(str(error)[:100]) from error
    _measure(value)
    return value


def _measure(value: Any) -> None:
    layer, depth = [value], 0
    while layer:
        depth += 1
        if depth > DEEPEST:
            raise NotCanonical("nested too deeply")
        inner = [one for one in layer if isinstance(one, dict | list)]
        layer = [child for one in inner for child in (one.values() if isinstance(one, dict) else one)]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical("a name stands twice in one object")
    return found


def _whole(text: str) -> int | float:
    """A whole number; one beyond 53 bits is the nearest double, as every reader of JSON takes it."""
    value = int(text)
    return value if abs(value) <= LARGEST else float(value)


def _none(name: str) -> None:
    raise NotCanonical(f"{name} is no JSON")
