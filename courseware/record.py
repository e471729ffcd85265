"""A unit as plain data for storing, and the hash that tells one version from another."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from courseware.errors import UnknownRecord
from courseware.hours import Hours
from courseware.unit import Check, Media, Origin, Page, Reference, Source, Term, Unit

FORMAT = 1


def to_record(unit: Unit) -> dict[str, Any]:
    """The unit as values that JSON can carry; `from_record` gives back an equal unit."""
    return {
        "format": FORMAT,
        "code": unit.code,
        "title": unit.title,
        "title_en": unit.title_en,
        "summary": unit.summary,
        "summary_en": unit.summary_en,
        "subject": unit.subject,
        "hours": str(unit.hours),
        "source": {
            "origin": unit.source.origin.value,
            "supplier": unit.source.supplier,
            "licence_end": unit.source.licence_end.isoformat() if unit.source.licence_end else None,
        },
        "objectives": list(unit.objectives),
        "terms": [[term.term, term.meaning] for term in unit.terms],
        "references": [[reference.source, reference.article] for reference in unit.references],
        "check": {"items": list(unit.check.items), "pass": str(unit.check.pass_share)},
        "pages": [[page.key, page.title, page.markdown, list(page.media)] for page in unit.pages],
        "media": [[media.name, media.media_type, media.sha256, media.size] for media in unit.media],
    }


def from_record(record: Mapping[str, Any]) -> Unit:
    """The unit of a stored record; raises UnknownRecord for another format or a damaged one."""
    if record.get("format") != FORMAT:
        raise UnknownRecord(format=record.get("format"))
    try:
        return _unit(record)
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownRecord(format=FORMAT) from error


def digest(unit: Unit) -> str:
    """SHA-256 (hex) of the unit's canonical form, media included by their own hash: the name of this version."""
    canonical = json.dumps(to_record(unit), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def _unit(record: Mapping[str, Any]) -> Unit:
    return Unit(
        code=record["code"],
        title=record["title"],
        title_en=record["title_en"],
        summary=record["summary"],
        summary_en=record["summary_en"],
        subject=record["subject"],
        hours=Hours.of(record["hours"]),
        source=_source(record["source"]),
        objectives=tuple(record["objectives"]),
        terms=tuple(Term(*entry) for entry in record["terms"]),
        references=tuple(Reference(*entry) for entry in record["references"]),
        check=Check(tuple(record["check"]["items"]), Fraction(record["check"]["pass"])),
        pages=tuple(Page(key, title, text, tuple(media)) for key, title, text, media in record["pages"]),
        media=tuple(Media(*entry) for entry in record["media"]),
    )


def _source(record: Mapping[str, Any]) -> Source:
    end = record["licence_end"]
    return Source(Origin(record["origin"]), record["supplier"], date.fromisoformat(end) if end else None)
