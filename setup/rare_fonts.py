"""Make the fonts of rare characters that prints use: `python setup/rare_fonts.py NOTO HANAZONO FOLDER`.

NOTO is NotoSerifCJK-Regular.ttc (Debian: fonts-noto-cjk), HANAZONO is HanaMinB.ttf (Debian: fonts-hanazono), both under the SIL
Open Font License 1.1; FOLDER is lms/typefaces. Needs `fonttools` (MIT) and the font package of the product. The product needs
neither of the two sources: it carries what is made here. The fonts have names of their own, as the licence demands of changed ones.

- ShuyuanRare.otf: every Chinese character of Noto Serif CJK SC that Noto Serif SC, which the product has from its font package,
  lacks: some 2,300, most of Extension B, 𠮷 among them.
- ShuyuanRarest.ttf: of what Noto lacks, the characters of Extension B with the radical of jade, which given names are made of
  again and again, and single others that are known from names.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import pylopdf_fonts_zh_cn
from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

#: which of the fonts in the collection has the shapes of the mainland
SC = 2
#: radicals, Extension A, unified, compatible, and Extensions B to H
HAN = ((0x2E80, 0x2FDF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
#: Extension B is ordered by radicals: those with jade
JADE = range(0x248E9, 0x24AEA)
KNOWN_FROM_NAMES = "𡋯"
#: tables that a PDF has no use for
NEEDLESS = ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG", "gasp", "FFTM", "prep", "fpgm", "cvt "]
COPYRIGHT, FAMILY, STYLE, UNIQUE, FULL, VERSION, POSTSCRIPT, LICENCE, LICENCE_URL = 0, 1, 2, 3, 4, 5, 6, 13, 14
OFL = "This Font Software is licensed under the SIL Open Font License, Version 1.1."


def points(font: TTFont) -> set[int]:
    """The code points a font has glyphs for."""
    return set(font.getBestCmap())


def is_han(point: int) -> bool:
    """Whether a code point is that of a Chinese character or radical."""
    return any(first <= point <= last for first, last in HAN)


def cut(font: TTFont, wanted: Iterable[int], name: str, path: Path) -> int:
    """Write a font of these characters under another name; how many it holds."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=[COPYRIGHT])
    options.drop_tables += NEEDLESS
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(wanted))
    cutter.subset(font)
    rename(font, name)
    font.recalcTimestamp = False
    font.save(path)
    return len(points(TTFont(path)))


def rename(font: TTFont, name: str) -> None:
    """Give a font a name of its own; whose outlines these are stays."""
    words = {FAMILY: name, STYLE: "Regular", UNIQUE: f"1.0;{name}", FULL: name, VERSION: "Version 1.0"}
    words |= {POSTSCRIPT: name.replace(" ", ""), LICENCE: OFL, LICENCE_URL: "https://openfontlicense.org"}
    for number, text in words.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    if "CFF " in font:
        table = font["CFF "].cff
        table.fontNames = [name.replace(" ", "")]
        top = table.topDictIndex[0]
        top.FamilyName = top.FullName = name


def main(noto: Path, hanazono: Path, folder: Path) -> None:
    """Write both fonts."""
    held = points(TTFont(pylopdf_fonts_zh_cn.serif_path()))
    rare, rarest = TTCollection(noto).fonts[SC], TTFont(hanazono)
    ours = {point for point in points(rare) - held if is_han(point)}
    others = {*JADE, *map(ord, KNOWN_FROM_NAMES)} & points(rarest) - held - ours
    for font, wanted, name, file in (
        (rare, ours, "Shuyuan Rare", "ShuyuanRare.otf"),
        (rarest, others, "Shuyuan Rarest", "ShuyuanRarest.ttf"),
    ):
        print(name, cut(font, wanted, name, folder / file), "characters,", (folder / file).stat().st_size, "bytes")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
