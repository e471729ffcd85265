"""Citations: the name of a law in its short form, the number of an article, and both out of what people type."""

import re
import unicodedata
from dataclasses import dataclass

from lms.library.search.characters import fold
from question_bank.normaliser import number_of

_ARTICLE = re.compile(
    r"第\s*([0-9]+|[〇零一二三四五六七八九十百千两]+)\s*条(?:\s*之\s*([0-9]+|[一二三四五六七八九十]+))?"
)
#: as people type it, after the fold
_TYPED = re.compile(r"第?\s*" + _ARTICLE.pattern.removeprefix(r"第\s*"))
#: 劳动合同法 82
_BARE = re.compile(r"(?<=\S)\s+([0-9]{1,4})$")
_COUNTRY = "中华人民共和国"


@dataclass(frozen=True, slots=True)
class Article:
    """The number of an article, and M in 第N条之M (0 without)."""

    number: int
    sub: int = 0

    @property
    def anchor(self) -> str:
        """Its name in an address."""
        return f"a{self.number}" + (f"-{self.sub}" if self.sub else "")

    @property
    def written(self) -> str:
        """As it is written with digits."""
        return f"第{self.number}条" + (f"之{self.sub}" if self.sub else "")


@dataclass(frozen=True, slots=True)
class Citation:
    """A law's name in its short form and an article of it."""

    name: str
    article: Article
    #: without the word 条: it is only one where the law of exactly this name has such an article
    bare: bool = False


def short_name(title: str) -> str:
    """The name by which a law is found: without 《》, the country's name, brackets at the end, and blanks."""
    text = unicodedata.normalize("NFKC", title).strip().strip("《》〈〉<>")
    text = re.sub(r"\s+", "", text).removeprefix(_COUNTRY)
    return re.sub(r"\((?:[^()]*(?:修订|修正|年)[^()]*)\)$", "", text).casefold()


def article_of(text: str | None) -> Article | None:
    """The article that 第五十二条, 第52条 or 第十三条之一 names; None when it names none."""
    match = _ARTICLE.search(unicodedata.normalize("NFKC", text or ""))
    if match is None:
        return None
    number, sub = _whole(match[1]), _whole(match[2]) if match[2] else 0
    return None if number is None or sub is None else Article(number, sub)


def citation_in(query: str) -> Citation | None:
    """The citation a query consists of (《商标法》第五十二条, 民法典第577条, 刑法266条, 刑法 266); None when it is something else.

    Traditional characters and half or full width make no difference.
    """
    text = fold(query).strip()
    match = _TYPED.search(text)
    if match is None or match.end() != len(text):
        bare = _BARE.search(text)
        name = short_name(text[: bare.start()]) if bare else ""
        return Citation(name, Article(int(bare[1])), bare=True) if bare and len(name) >= 2 else None
    number, sub = _whole(match[1]), _whole(match[2]) if match[2] else 0
    name = short_name(text[: match.start()])
    if number is None or sub is None or len(name) < 2:
        return None
    return Citation(name, Article(number, sub))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else number_of(text)
