"""A search as a program asks it: what may be asked, and what was found as plain values for JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lms.library.addresses import whole
from lms.library.errors import SearchNotUnderstood
from lms.library.names import KIND_NAMES, STATUS_NAMES
from lms.library.search.plan import Found, Hit
from lms.subjects import CODES

#: values that a filter knows; filters that are not named here take any words
_KNOWN = {"subject": frozenset(CODES), "kind": frozenset(KIND_NAMES), "status": frozenset(STATUS_NAMES)}
_DAYS = ("since", "until")


def check(given: Mapping[str, str], *, filters: Mapping[str, str], longest: int, last_page: int) -> None:
    """Hold the parameters of an address against what a search takes: words (`q`, up to `longest` characters), the names of
    `filters`, and a page up to `last_page`. Raises SearchNotUnderstood with the field.
    """
    for name in given:
        if name not in {"q", "page", *filters}:
            raise SearchNotUnderstood(field=name)
    if not 0 < len(given.get("q", "").strip()) <= longest:
        raise SearchNotUnderstood(field="q")
    for name, known in _KNOWN.items():
        if given.get(name) and given[name] not in known:
            raise SearchNotUnderstood(field=name)
    for name in _DAYS:
        if given.get(name) and not _is_day(given[name]):
            raise SearchNotUnderstood(field=name)
    page = given.get("page", "1")
    if not (page.isascii() and page.isdigit() and len(page) < 7 and 1 <= int(page) <= last_page):
        raise SearchNotUnderstood(field="page")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def values(found: Found, *, first: int) -> dict[str, Any]:
    """What was found, the hits from place `first` of all on."""
    return {
        "total": found.total,
        "at_least": found.capped,
        "hits": [_hit(hit, complete=first + n < found.loose_from) for n, hit in enumerate(found.hits)],
        "facets": {
            name: [{"value": value, "count": count} for value, count in counts] for name, counts in found.facets.items()
        },
        "also": list(found.names),
        "meant": found.meant,
    }


def _hit(hit: Hit, *, complete: bool) -> dict[str, Any]:
    facts = {name: getattr(hit, name) for name in hit.__slots__ if name not in ("public_id", "passages")}
    return {
        "id": hit.public_id,
        "url": whole("library.document", document_id=hit.public_id),
        **facts,
        "complete": complete,
        "passages": [
            {
                "label": passage.label,
                "url": whole("library.document", passage.anchor, document_id=hit.public_id),
                "snippet": [{"text": words, "marked": marked} for words, marked in passage.snippet],
            }
            for passage in hit.passages
        ],
    }
