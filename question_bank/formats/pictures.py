"""Pictures that items name: "picture:<sha256 of the bytes>" in their texts and bodies."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import floor

from question_bank.formats.record import from_record, to_record
from question_bank.interactions.hotspot import Spot, Spots
from question_bank.item import ItemVersion

_NAME = re.compile(r"picture:([0-9a-f]{64})(?![0-9a-f])")

_KINDS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")


def is_picture(data: bytes) -> bool:
    """Whether the bytes begin as a PNG, JPEG, GIF or WebP does; other kinds are not kept."""
    return data.startswith(_KINDS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, as a PNG, GIF or JPEG says in its head; None for others."""
    if data.startswith(_KINDS[0]) and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data.startswith(_KINDS[2:]) and len(data) >= 10:
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    return _size_of_jpeg(data) if data.startswith(_KINDS[1]) else None


def _size_of_jpeg(data: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = (int.from_bytes(data[place + n : place + n + 2], "big") for n in (5, 7))
            return width, height
        place += 2 + length
    return None


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


def fitted(item: ItemVersion, sizes: Mapping[str, tuple[int, int]]) -> ItemVersion:
    """The item with the areas of its picture scaled to the size in which that picture is kept (hash -> width, height)."""
    body = item.body
    size = sizes.get(body.picture.removeprefix("picture:")) if isinstance(body, Spots) else None
    if size is None or size == (body.width, body.height) or not (body.width and body.height):
        return item
    across, down = Fraction(size[0], body.width), Fraction(size[1], body.height)
    spots = tuple(replace(spot, coords=_scaled(spot, across, down, size)) for spot in body.spots)
    return replace(item, body=replace(body, width=size[0], height=size[1], spots=spots))


def _scaled(spot: Spot, across: Fraction, down: Fraction, size: tuple[int, int]) -> tuple[int, ...]:
    """Rounded so that an area that lay within the picture still does."""
    if spot.shape == "circle" and len(spot.coords) == 3:
        x, y, radius = floor(spot.coords[0] * across), floor(spot.coords[1] * down), spot.coords[2]
        return x, y, max(1, min(floor(radius * min(across, down)), x, y, size[0] - x, size[1] - y))
    factors = (across, down) * len(spot.coords)
    scaled = tuple(floor(number * factor) for number, factor in zip(spot.coords, factors, strict=False))
    return (*scaled[:2], *(max(1, number) for number in scaled[2:])) if spot.shape == "rect" else scaled


def _text(item: ItemVersion) -> str:
    return json.dumps(to_record(item), ensure_ascii=False)
