"""What the search knows of single characters: which are read as the same, and how one is spoken.

Two small files made by setup/chinese_tables.py; together about 3 MB of memory in a process that searches.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

#: Chinese characters (named han), letters or digits without a break; long runs of letters are cut
RUN = re.compile(r"(?P<han>[\u3400-\u9fff\U00020000-\U0003ffff\u3007]+)|[a-z]{1,60}|[0-9]{1,60}")
FOLDER = Path(__file__).parent / "data"
#: words in which a character is spoken otherwise than mostly, with the syllables
SPOKEN = {
    "银行": "yin hang", "行业": "hang ye", "同行": "tong hang", "会计": "kuai ji", "重庆": "chong qing", "重复": "chong fu",
    "重新": "chong xin", "长江": "chang jiang", "长沙": "chang sha", "长春": "chang chun", "长城": "chang cheng",
    "长期": "chang qi", "长治": "chang zhi", "音乐": "yin yue", "参差": "cen ci", "朝阳": "chao yang", "厦门": "xia men",
    "六安": "lu an", "调查": "diao cha", "调动": "diao dong", "数据": "shu ju", "差异": "cha yi", "出差": "chu chai",
    "传记": "zhuan ji", "省亲": "xing qin", "给付": "ji fu", "供给": "gong ji", "都市": "du shi", "成都": "cheng du",
    "首都": "shou du", "处分": "chu fen", "便宜": "pian yi", "率领": "shuai ling", "说服": "shui fu", "勾当": "gou dang",
}  # fmt: skip
_OTHERWISE = re.compile("|".join(SPOKEN))


class _Fold(dict[int, str]):
    """For `str.translate`: a character in the form in which texts are compared, worked out when first met. What holds no
    letter, digit or Chinese character stays as it is.
    """

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        found = "".join(_simplified().get(char, char) for char in plain)
        self[code] = found = found if RUN.search(found) else chr(code)
        return found


_FOLD = _Fold()


@lru_cache(maxsize=1)
def _simplified() -> dict[str, str]:
    lines = (FOLDER / "fold.txt").read_text(encoding="utf-8").splitlines()
    return {char: line[0] for line in lines for char in line[1:]}


@lru_cache(maxsize=1)
def _readings() -> dict[str, str]:
    lines = (FOLDER / "pinyin.txt").read_text(encoding="utf-8").splitlines()
    return {char: syllable for syllable, _blank, chars in (line.partition(" ") for line in lines) for char in chars}


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    return frozenset(_readings().values())


@lru_cache(maxsize=1)
def _changed() -> re.Pattern[str]:
    """A character that is folded to another; nearly all texts have none, and to look is quicker than to translate."""
    chars = "".join(re.escape(chr(code)) for code in range(65536) if _FOLD[code] != chr(code))
    _FOLD.clear()
    return re.compile(f"[{chars}\U00010000-\U0010ffff]")


def fold(text: str) -> str:
    """The form in which texts are compared: letters and digits of full and half width alike, small, and simplified
    characters. Marks stay as they are.
    """
    return text.translate(_FOLD) if _changed().search(text) else text


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, for each of its characters, the place in the raw text it came from."""

    text: str
    places: tuple[int, ...] | range


def fold_with_places(text: str) -> Folded:
    """As `fold`, so that a match can be marked in the raw text; no character folds to nothing."""
    folded = fold(text)
    if len(folded) == len(text):
        return Folded(folded, range(len(text)))
    return Folded(folded, tuple(place for place, char in enumerate(text) for _ in fold(char)))


def spoken(folded: str) -> tuple[str, ...]:
    """A syllable without tone for each character of a folded text; what has none (a digit, a mark) stays itself."""
    readings = _readings()
    found = [readings.get(char, char) for char in folded]
    for match in _OTHERWISE.finditer(folded):
        found[match.start() : match.end()] = SPOKEN[match[0]].split()
    return tuple(found)


def syllables_in(letters: str) -> tuple[str, ...]:
    """The syllables of pinyin written together (xingzheng: xing, zheng), the last of them perhaps only begun.

    Of several readings the one with the fewest syllables; empty when letters are left that begin none.
    """
    best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for begin in range(max(0, end - 6), end):
            before, piece = best[begin], letters[begin:end]
            known = piece in _syllables() or (end == len(letters) and begin > 0 and _begins(piece))
            if before is None or not known:
                continue
            if best[end] is None or len(before) + 1 < len(best[end] or ()):
                best[end] = (*before, piece)
    return best[-1] or ()


@lru_cache(maxsize=512)
def _begins(piece: str) -> bool:
    return any(syllable.startswith(piece) for syllable in _syllables())
