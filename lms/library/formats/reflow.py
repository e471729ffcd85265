"""Lines as a page of paper has them, joined to the paragraphs that they were; page numbers and running heads left out."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from lms.library.formats.record import Block

#: a line that is this much shorter than the widest of its document ends its paragraph
SHORT = 0.85
_BEGINS = re.compile(
    r"^\s*(?:第\s*[〇零一二三四五六七八九十百千0-9]+\s*(?:分?编|章|节|条)(?![第的规中所和、，至或]|款)|[（(][〇零一二三四五六七八九十0-9]{1,4}[）)]"
    r"|[一二三四五六七八九十]{1,3}、|\d{1,3}[.．、](?!\d)|附\s*[件录则表](?:\s|\d|[一二三四五六七八九十：:]|$)|[■●◆•－-]\s)"
)
_NUMBER = re.compile(r"^[\s\-—–－·第]*\d{1,4}(?:\s*[/／]\s*\d{1,4})?[\s\-—–－·页]*$")
_ENDS = ("。", "；", "：", "！", "？", ";", "”", "》")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\u3000-\u303f]")
#: radicals that some printers write for the characters of the same look and NFKC leaves alone
_RADICALS = str.maketrans(
    "⺁⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳⺌⺗",
    "厂母民虎西见角贝车长门青页风飞食马骨鬼鱼鸟麦黄齐齿龙龟小心",
)
_KANGXI = re.compile(r"[\u2f00-\u2fd5]")


def paragraphs(pages: Sequence[Sequence[str]]) -> Iterator[Block]:
    """The paragraphs of pages of lines, each with the page on which it begins, counted from 1."""
    running = _running(pages)
    width = _width(pages)
    text, last, begun = "", "", 1
    for page, lines in enumerate(pages, 1):
        for raw in lines:
            line = _repaired(raw)
            if not line or _NUMBER.match(line) or _bare(line) in running:
                continue
            if text and _apart(text, last, line, width):
                yield Block(text, 0, begun)
                text = ""
            begun = begun if text else page
            text, last = _joined(text, line), line
    if text:
        yield Block(text, 0, begun)


def _apart(text: str, last: str, line: str, width: int) -> bool:
    """Whether `line` begins a paragraph of its own."""
    if _BEGINS.match(line):
        return True
    short = len(last) < width * SHORT
    return short and (last.endswith(_ENDS) or len(last) < width * 0.6 or len(text) == len(last))


def _joined(text: str, line: str) -> str:
    """Two lines of one paragraph: a blank between them only where both sides are words of letters."""
    if not text:
        return line
    blank = not (_WIDE.match(text[-1]) or _WIDE.match(line[0]))
    return f"{text} {line}" if blank else text + line


def _repaired(line: str) -> str:
    """A line without what machines alone see, radicals as the characters that they stand for."""
    text = "".join(sign for sign in line if unicodedata.category(sign) not in ("Cc", "Cf", "Cn", "Cs"))
    return _KANGXI.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text.translate(_RADICALS)).strip()


def _bare(line: str) -> str:
    return re.sub(r"[\d\s]+", "", line)


def _running(pages: Sequence[Sequence[str]]) -> frozenset[str]:
    """What stands at the head or foot of most pages."""
    ends = Counter(
        bare
        for lines in pages
        for bare in {_bare(_repaired(line)) for line in (*lines[:1], *lines[-1:])}
        if bare and len(bare) < 60
    )
    return frozenset(bare for bare, count in ends.items() if count >= 3 and count * 2 > len(pages))


def _width(pages: Sequence[Sequence[str]]) -> int:
    """How many signs a full line has: as many as one in ten lines reaches."""
    lengths = sorted((len(line.strip()) for lines in pages for line in lines if line.strip()), reverse=True)
    return lengths[len(lengths) // 10] if lengths else 0
