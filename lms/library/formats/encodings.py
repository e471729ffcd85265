"""Which encoding a text is in: UTF-8, UTF-16, GB18030 or Big5. A guess that another is nearly as good for is said to be one."""

import codecs
import re

from lms.library.formats.record import Note, Unreadable

MAX_BYTES = 12_000_000
#: bytes that suffice to tell encodings apart
SAMPLE = 60_000
#: two guesses whose shares of usual signs lie nearer than this cannot be told apart
MARGIN = 0.1
#: share of usual signs below which a guess is none
LEAST_USUAL = 0.5
#: of so many signs one may be lost
MOST_LOST = 100
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("gb18030", "big5", "utf-16-le", "utf-16-be")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕…—·　")


def decoded(data: bytes, *, declared: str = "") -> tuple[str, tuple[Note, ...]]:
    """The text, and a note where its encoding is a guess. `declared` is what the file itself says.

    Raises Unreadable: "empty", "too_large" or "not_text".
    """
    if not data.strip():
        raise Unreadable("empty")
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large", megabytes=MAX_BYTES // 1_000_000)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _clean(_tried(data, encoding)), ()
    for encoding in ("utf-8", _known(declared)):
        text = _tried(data, encoding) if encoding else None
        if text is not None and not _CONTROLS.search(text):
            return _clean(text), ()
    return _guessed(data)


def _known(declared: str) -> str:
    """The codec of a declared name; every GB encoding is read as the largest of them."""
    name = declared.strip().lower()
    return "gb18030" if name in ("gb2312", "gbk", "gb18030", "hz") else name if name in ("big5", "utf-16") else ""


def _guessed(data: bytes) -> tuple[str, tuple[Note, ...]]:
    texts = {encoding: text for encoding in _GUESSES if (text := _tried(data, encoding)) is not None}
    scores = {encoding: _usual(text[:SAMPLE], encoding) for encoding, text in texts.items()}
    best = max(scores, key=lambda encoding: scores[encoding], default="")
    if not best or scores[best] < LEAST_USUAL:
        return _mended(data), ()
    second = max((score for encoding, score in scores.items() if encoding != best), default=0.0)
    doubtful = scores[best] - second < MARGIN
    return _clean(texts[best]), (Note("encoding_doubtful", {"encoding": best}),) if doubtful else ()


def _mended(data: bytes) -> str:
    """The text of a file in which single bytes are wrong; what was lost is counted when its quality is examined."""
    for encoding in ("utf-8", "gb18030"):
        text = data.decode(encoding, "replace")
        lost = text.count("\ufffd")
        if lost * MOST_LOST <= len(text) and _usual(text[:SAMPLE].replace("\ufffd", ""), encoding) >= LEAST_USUAL:
            return _clean(text)
    raise Unreadable("not_text")


def _tried(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _clean(text: str | None) -> str:
    """The text with its lines parted by one sign each; none that machines alone would see."""
    if text is None or _CONTROLS.search(text):
        raise Unreadable("not_text")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\ufeff", "")


def _usual(text: str, encoding: str) -> float:
    """The share of signs that are usual in Chinese text of that encoding, white space apart."""
    signs = [sign for sign in text if not sign.isspace()]
    return sum(_is_usual(sign, encoding) for sign in signs) / len(signs) if signs else 0.0


def _is_usual(sign: str, encoding: str) -> bool:
    if sign in _PUNCTUATION or " " <= sign <= "~":
        return True
    if not "\u4e00" <= sign <= "\u9fff":
        return False
    # the first planes of both sets hold the characters that are in daily use
    first, last, codec = (0xA4, 0xC6, "big5") if encoding == "big5" else (0xB0, 0xD7, "gb2312")
    try:
        return first <= sign.encode(codec)[0] <= last
    except UnicodeEncodeError:
        return False
