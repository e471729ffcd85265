"""JSON from strangers: UTF-8, no NaN, no name twice in one object, no bottomless nesting."""

import json
from typing import Any

from question_bank.errors import UnreadableFile

MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 32


def parsed(data: bytes) -> Any:
    """The value of a document. Raises UnreadableFile with `reason`: "empty", "too_large", "encoding", "json_damaged"
    (with `line`), "json_number", "json_doubled" or "json_deep".
    """
    if not data.strip():
        raise UnreadableFile(reason="empty")
    if len(data) > MAX_BYTES:
        raise UnreadableFile(reason="too_large")
    try:
        value = json.loads(
            data.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_no_doubles
        )
    except UnicodeDecodeError as error:
        raise UnreadableFile(reason="encoding") from error
    except RecursionError as error:
        raise UnreadableFile(reason="json_deep") from error
    except json.JSONDecodeError as error:
        raise UnreadableFile(reason="json_damaged", line=error.lineno) from error
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableFile(reason="json_number") from error
    if _deep(value):
        raise UnreadableFile(reason="json_deep")
    return value


def _no_constant(_name: str) -> None:
    raise UnreadableFile(reason="json_number")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise UnreadableFile(reason="json_number")
    return value


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableFile(reason="json_doubled")
    return found


def _deep(value: object) -> bool:
    layer = [value]
    for _level in range(MAX_DEPTH):
        layer = [
            child
            for one in layer
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
        if not layer:
            return False
    return True
