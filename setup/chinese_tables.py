"""Make the tables of characters that the library's search reads: `python setup/chinese_tables.py FOLDER`.

Needs `opencc` (Apache-2.0, traditional to simplified) and `pypinyin` (MIT, readings); neither is needed to run the
product. The files are read by lms/library/search/characters.py:

- fold.txt: lines of one simplified character and all those that are read as it;
- pinyin.txt: lines of a syllable without tone and the characters that are mostly read so.
"""

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

#: radicals that stand for whole characters in PDF files and that NFKC leaves as they are, and those characters
RADICALS = (
    "⺁厂⺄乙⺈刀⺉刂⺌小⺍小⺎兀⺒巳⺖忄⺗㣺⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺧牛⺨犭⺩王⺫目⺬示⺭礻⺮竹⺯糹"
    "⺰纟⺱罓⺲罒⺶羊⺷羊⺸羊⺹耂⺺肀⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏邑⻐钅"
    "⻑长⻒长⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭齿⻮齿⻯龙⻰龙⻱龟⻲龟"
)
HAN = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00))
SPOKEN = range(0x4E00, 0x9FA6)


def folds(simplified: Callable[[str], str]) -> dict[str, str]:
    """For each character: what is written on the line of the character it is read as."""
    found: dict[str, str] = defaultdict(str)
    for radical, character in zip(RADICALS[::2], RADICALS[1::2], strict=True):
        found[character] += radical
    for code in HAN:
        plain = unicodedata.normalize("NFKC", chr(code))
        other = simplified(plain)
        if len(plain) == 1 and len(other) == 1 and other != plain and plain not in found[other]:
            found[other] += plain
    return found


def readings(spoken: Callable[[str], str]) -> dict[str, str]:
    """For each syllable: its characters."""
    found: dict[str, str] = defaultdict(str)
    for code in SPOKEN:
        syllable = spoken(chr(code))
        if syllable.isascii() and syllable.isalpha():
            found[syllable] += chr(code)
    return found


def lines(table: dict[str, str], between: str) -> Iterator[str]:
    """One line an entry, in order."""
    return (f"{key}{between}{value}" for key, value in sorted(table.items()))


def main(folder: Path) -> None:
    """Write both files."""
    import opencc  # noqa: PLC0415
    import pypinyin  # noqa: PLC0415

    convert = opencc.OpenCC("t2s").convert
    tables = {
        "fold.txt": lines(folds(convert), ""),
        "pinyin.txt": lines(readings(lambda c: pypinyin.lazy_pinyin(convert(c), v_to_u=False)[0]), " "),
    }
    for name, found in tables.items():
        (folder / name).write_text("\n".join(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
