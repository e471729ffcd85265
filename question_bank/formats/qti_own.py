"""What QTI has no place for: the whole record of a question in the metadata of a package, beside the hash of the item
file to which it belongs. Where that file was changed elsewhere, only what the file cannot say is taken from the record.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import DecimalException

from lxml import etree

from question_bank.errors import BankError
from question_bank.formats import strict_json
from question_bank.formats.record import from_record, to_record
from question_bank.item import ItemVersion

NAMESPACE = "https://shuyuan.invalid/ns/item"
_TAG = f"{{{NAMESPACE}}}item"
_TEXTS = (
    "ref", "type", "subject", "stem", "explanation", "point", "cognitive", "difficulty", "derived", "objective",
    "enemies", "classification",
)  # fmt: skip
_KEPT = (
    "ref", "subject", "point", "cognitive", "difficulty", "citations", "valid_from", "valid_until", "derived",
    "objective", "enemies", "classification", "stimulus",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Own:
    """A question as we wrote it, and whether the item file is still the one that we wrote."""

    item: ItemVersion
    unchanged: bool

    def over(self, read: ItemVersion) -> ItemVersion:
        """A question read from a changed file, with what its file cannot say."""
        return replace(read, **{name: getattr(self.item, name) for name in _KEPT})


def element(item: ItemVersion, content: bytes) -> etree._Element:
    """The record of a question for the metadata of its file."""
    made = etree.Element(_TAG, nsmap={"own": NAMESPACE}, sha256=hashlib.sha256(content).hexdigest())
    made.text = json.dumps(to_record(item), ensure_ascii=True)  # signs that XML cannot hold are written as escapes
    return made


def found(resource: etree._Element, content: bytes) -> Own | None:
    """The record beside a file; None where there is none or it is none of ours."""
    mark = next(resource.iter(_TAG), None)
    if mark is None or not mark.text:
        return None
    try:
        item = from_record(strict_json.parsed(mark.text.encode()))
        json.dumps(to_record(item))
    except (BankError, KeyError, TypeError, ValueError, AttributeError, DecimalException):
        return None
    citations = [one for citation in item.citations for one in (citation.source, citation.article or "")]
    stimulus: Sequence[object] = (
        () if item.stimulus is None else (item.stimulus.ref, item.stimulus.title, item.stimulus.text)
    )
    texts = [*(getattr(item, name) for name in _TEXTS), *citations, *stimulus]
    if not all(isinstance(text, str) for text in texts):
        return None
    return Own(item, mark.get("sha256") == hashlib.sha256(content).hexdigest())
