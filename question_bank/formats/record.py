"""An item version as a JSON-able record, for the database; `format` is versioned, there is one shape at a time."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from question_bank.errors import UnknownRecord
from question_bank.interactions import KINDS
from question_bank.item import Citation, ItemVersion, Stimulus

FORMAT = 1
_TEXTS = ("explanation", "point", "cognitive", "difficulty", "derived", "objective", "enemies", "classification")


def to_record(version: ItemVersion) -> dict[str, Any]:
    """The whole version, key included; empty parts are left out."""
    record: dict[str, Any] = {
        "format": FORMAT,
        "ref": version.ref,
        "type": version.type,
        "subject": version.subject,
        "stem": version.stem,
        "body": version.interaction.to_record(version.body),
    }
    record |= {name: getattr(version, name) for name in _TEXTS if getattr(version, name)}
    if version.citations:
        record["citations"] = [[citation.source, citation.article] for citation in version.citations]
    for name, day in (("valid_from", version.valid_from), ("valid_until", version.valid_until)):
        if day:
            record[name] = day.isoformat()
    if version.stimulus:
        record["stimulus"] = [version.stimulus.ref, version.stimulus.title, version.stimulus.text]
    return record


def from_record(record: Mapping[str, Any]) -> ItemVersion:
    """The inverse of `to_record`; raises UnknownRecord for a format of another release."""
    if record.get("format") != FORMAT:
        raise UnknownRecord(format=record.get("format"))
    days = {name: date.fromisoformat(record[name]) for name in ("valid_from", "valid_until") if name in record}
    return ItemVersion(
        ref=record["ref"],
        type=record["type"],
        subject=record["subject"],
        stem=record["stem"],
        body=KINDS[record["type"]].from_record(record["body"]),
        citations=tuple(Citation(source, article) for source, article in record.get("citations", ())),
        stimulus=Stimulus(*record["stimulus"]) if "stimulus" in record else None,
        valid_from=days.get("valid_from"),
        valid_until=days.get("valid_until"),
        **{name: record[name] for name in _TEXTS if name in record},
    )
