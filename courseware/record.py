"""A unit as plain data for storing, and the hash that tells one version from another."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from courseware.errors import UnknownRecord
from courseware.hours import Hours
from courseware.unit import PRESENCE, Check, Completion, Media, Origin, Page, Reference, Source, Term, Unit
from courseware.video import Captions, Chapter, Skip, Video

FORMAT = 1


def to_record(unit: Unit) -> dict[str, Any]:
    """The unit as values that JSON can carry; `from_record` gives back an equal unit. What was added to units later (cost,
    prerequisites, completion, presence, videos, documents) is left out where there is none, so that the hash of an earlier unit stays what it was.
    """
    later: dict[str, Any] = {"prerequisites": list(unit.prerequisites)} if unit.prerequisites else {}
    if unit.completion.minutes:
        later["completion"] = {"minutes": unit.completion.minutes}
    if unit.presence != PRESENCE:
        later["presence"] = unit.presence
    cost = {"cost": f"{unit.source.cost:.2f}"} if unit.source.cost is not None else {}
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
            **cost,
        },
        "objectives": list(unit.objectives),
        "terms": [[term.term, term.meaning] for term in unit.terms],
        "references": [[reference.source, reference.article] for reference in unit.references],
        "check": {"items": list(unit.check.items), "pass": str(unit.check.pass_share)},
        "pages": [page_record(page) for page in unit.pages],
        "media": [_medium_record(media) for media in unit.media],
        **later,
    }


def page_record(page: Page) -> list[Any]:
    """A page as values that JSON can carry; `page_of` gives back an equal one."""
    plain = [page.key, page.title, page.markdown, list(page.media)]
    shown: dict[str, Any] = {"pdf": page.pdf} if page.pdf else {}
    if page.video is not None:
        shown["video"] = {
            "file": page.video.file,
            "captions": [[one.language, one.file] for one in page.video.captions],
            "chapters": [[one.at, one.title] for one in page.video.chapters],
            "skip": page.video.skip.value,
            "share": str(page.video.share),
        }
    return [*plain, shown] if shown else plain


def page_of(record: Sequence[Any]) -> Page:
    """The page of such values; raises KeyError, TypeError, ValueError."""
    key, title, text, media, *shown = record
    held = shown[0] if shown else {}
    return Page(key, title, text, tuple(media), _video(held["video"]) if "video" in held else None, held.get("pdf", ""))


def _video(record: Mapping[str, Any]) -> Video:
    return Video(
        record["file"],
        tuple(Captions(*one) for one in record["captions"]),
        tuple(Chapter(*one) for one in record["chapters"]),
        Skip(record["skip"]),
        Fraction(record["share"]),
    )


def _medium_record(media: Media) -> list[Any]:
    plain = [media.name, media.media_type, media.sha256, media.size]
    return [*plain, media.length] if media.length else plain


def from_record(record: Mapping[str, Any]) -> Unit:
    """The unit of a stored record; raises UnknownRecord for another format or a damaged one."""
    if record.get("format") != FORMAT:
        raise UnknownRecord(format=record.get("format"))
    try:
        return _unit(record)
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
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
        pages=tuple(page_of(one) for one in record["pages"]),
        media=tuple(Media(*entry) for entry in record["media"]),
        completion=Completion(int(record["completion"]["minutes"])) if "completion" in record else Completion(),
        prerequisites=tuple(record.get("prerequisites", ())),
        presence=int(record.get("presence", PRESENCE)),
    )


def _source(record: Mapping[str, Any]) -> Source:
    end = record["licence_end"]
    cost = record.get("cost")
    return Source(
        Origin(record["origin"]),
        record["supplier"],
        date.fromisoformat(end) if end else None,
        None if cost is None else Decimal(cost),
    )
