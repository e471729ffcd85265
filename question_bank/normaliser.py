"""Comparing typed answers: by form, never by likeness. 不应当 is not 应当, and 60日 is not 30日.

norm_v1: NFKC, no invisible characters, Chinese punctuation as ASCII's, no white space, case folded; where a blank
asks for it, Chinese numerals as digits. A change of any step is a new version under a new name, because a stored
score names the version that made it.
"""

import re
import unicodedata
from collections.abc import Callable

_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0x00AD])
_PUNCTUATION = str.maketrans("，。、；：？！“”‘’（）【】《》〈〉—–－～·・", ",.,;:?!\"\"''()[]<><>---~..")
_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {
    "零": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG = {"万": 10**4, "亿": 10**8}
_NUMERAL = re.compile(f"[{''.join(_DIGITS)}{''.join(_UNITS)}{''.join(_BIG)}]+")


def number_of(numeral: str) -> int | None:
    """The number a Chinese numeral stands for (二万三千, 二〇一九, 贰仟零壹拾玖); None when it is none."""
    if all(char in _DIGITS for char in numeral):
        return int("".join(str(_DIGITS[char]) for char in numeral)) if numeral else None
    total = section = digit = 0
    for char in numeral:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            section += (digit or 1) * _UNITS[char]
            digit = 0
        elif char in _BIG:
            higher = total + section + digit if char == "亿" else section + digit
            if not higher:
                return None
            total = higher * _BIG[char] if char == "亿" else total + higher * _BIG[char]
            section = digit = 0
        else:
            return None
    return total + section + digit


def _digits_for_numerals(text: str) -> str:
    def replaced(match: re.Match[str]) -> str:
        number = number_of(match[0])
        return match[0] if number is None else str(number)

    return _NUMERAL.sub(replaced, text)


def norm_v1(text: str, *, numerals: bool = False, case: bool = False) -> str:
    """The form in which two answers are compared; `numerals` makes 三十 and 30 the same, `case` keeps A and a apart.
    Idempotent.
    """
    text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).translate(_PUNCTUATION)
    text = "".join(text.split())
    text = text if case else text.casefold()
    text = unicodedata.normalize("NFKC", text)
    return _digits_for_numerals(text) if numerals else text


NORMALISERS: dict[str, Callable[..., str]] = {"norm_v1": norm_v1}
