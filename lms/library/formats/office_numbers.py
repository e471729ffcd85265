"""The numbers that Word puts before paragraphs by itself: 第一条, （一）, 1. … They stand in no text of the file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from question_bank.formats.xml import local, parsed

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_CHINESE = {"chineseCounting", "chineseCountingThousand", "ideographDigital", "japaneseCounting", "taiwaneseCounting"}
_PLACE = re.compile(r"%([1-9])")
MOST = 9999


@dataclass(frozen=True, slots=True)
class Level:
    """How one depth of a list is numbered: the first number, its signs, the text around it (%1 is the number)."""

    start: int
    signs: str
    text: str


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has been counted."""

    levels: Mapping[str, Mapping[int, Level]]
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: bytes | None) -> "Numbering":
        """The lists that `word/numbering.xml` defines. Raises UnreadableFile."""
        if not data:
            return cls({})
        root = parsed(data)
        kinds = {e.get(f"{_W}abstractNumId", ""): _levels(e) for e in root if local(e) == "abstractNum"}
        lists = {}
        for one in root:
            if local(one) == "num":
                of_kind = next((e.get(f"{_W}val", "") for e in one if local(e) == "abstractNumId"), "")
                lists[one.get(f"{_W}numId", "")] = kinds.get(of_kind, {})
        return cls(lists)

    def label(self, settings: etree._Element) -> str:
        """What stands before the next paragraph with these settings."""
        said = {local(e): e.get(f"{_W}val", "") for e in settings}
        number, depth = said.get("numId", ""), said.get("ilvl", "0")
        levels = self.levels.get(number, {})
        place = int(depth) if depth.isdecimal() and len(depth) == 1 else 0
        if place not in levels:
            return ""
        counts = self.counts.setdefault(number, {})
        counts[place] = counts.get(place, levels[place].start - 1) + 1
        for deeper in [key for key in counts if key > place]:
            del counts[deeper]
        return self._written(levels, counts, place)

    @staticmethod
    def _written(levels: Mapping[int, Level], counts: Mapping[int, int], place: int) -> str:
        def number(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            level = levels.get(at)
            return _signs(counts.get(at, level.start), level.signs) if level else ""

        if levels[place].signs in ("bullet", "none"):
            return "- " if levels[place].signs == "bullet" else ""
        text = _PLACE.sub(number, levels[place].text)
        return text if text.endswith(("、", "）", ".", "．")) else f"{text} "


def _levels(kind: etree._Element) -> dict[int, Level]:
    found = {}
    for one in kind:
        depth = one.get(f"{_W}ilvl", "")
        if local(one) == "lvl" and depth.isdecimal() and len(depth) == 1:
            said = {local(e): e.get(f"{_W}val", "") for e in one}
            start = said.get("start", "1")
            first = int(start) if start.isdecimal() and len(start) < 5 else 1
            found[int(depth)] = Level(first, said.get("numFmt", "decimal"), said.get("lvlText", "")[:40])
    return found


def _signs(number: int, signs: str) -> str:
    if signs in _CHINESE:
        return chinese(number)
    if signs in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26)
        return letter.upper() if signs == "upperLetter" else letter
    return str(number)


def chinese(number: int) -> str:
    """A whole number up to 9,999 as a numeral (一百零五); larger ones in digits."""
    if not 0 < number <= MOST:
        return str(number)
    text, gap = "", False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + sign
        gap = digit == 0
    return text.removeprefix("一") if 10 <= number < 20 else text
