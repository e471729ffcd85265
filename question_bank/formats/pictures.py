"""Pictures that items name: "picture:<sha256 of the bytes>" in their texts and bodies."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping

from question_bank.formats.record import from_record, to_record
from question_bank.item import ItemVersion

_NAME = re.compile(r"picture:([0-9a-f]{64})(?![0-9a-f])")


def name_of(data: bytes) -> str:
    """The name by which texts refer to a picture of these bytes."""
    return f"picture:{hashlib.sha256(data).hexdigest()}"


def markdown(data: bytes, description: str) -> str:
    """Markdown that shows a picture; `description` is for those who do not see it."""
    words = re.sub(r"([\\\[\]`*_<>$])", r"\\\1", " ".join(description.split()))
    return f"![{words}]({name_of(data)})"


def named(items: Iterable[ItemVersion]) -> frozenset[str]:
    """The hashes of all pictures that the items name."""
    return frozenset(found for item in items for found in _NAME.findall(_text(item)))


def renamed(item: ItemVersion, names: Mapping[str, str]) -> ItemVersion:
    """The item with pictures under other hashes (old -> new); others keep theirs."""
    text = _text(item)
    changed = _NAME.sub(lambda match: f"picture:{names.get(match[1], match[1])}", text)
    return item if changed == text else from_record(json.loads(changed))


def _text(item: ItemVersion) -> str:
    return json.dumps(to_record(item), ensure_ascii=False)
