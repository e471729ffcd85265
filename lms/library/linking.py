"""Citations in running text: 《食品安全法》第三十四条、第三十五条. Pure.

What is read is HTML that the sanitizer has let through, so every tag is well formed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape

from lms.library.citation import article_of

#: a law as citations name it, and the number of an article if any
Reference = tuple[str, str | None]

#: citations of one text that become links
MOST = 400
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)(?:[^>\"]|\"[^\"]*\")*>", re.I)
#: what stands inside of these stays as it is
_CLOSED = frozenset({"a", "code", "pre", "math"})
_N = "〇零一二三四五六七八九十百千两"
_ARTICLE = rf"第\s?(?:[0-9]{{1,4}}|[{_N}]{{1,9}})\s?条(?:之(?:[0-9]{{1,3}}|[{_N}]{{1,3}}))?"
_BELOW = rf"(?:第\s?[0-9{_N}]{{1,4}}\s?款)?(?:第\s?[（(]?[0-9{_N}]{{1,4}}[）)]?\s?项)?"
_LAW = re.compile(
    r"《((?:[^《》<>\n]|《[^《》<>\n]{1,60}》){2,80})》(?:\s?[（(][^（）()<>\n]{0,16}(?:修订|修正|年)[^（）()<>\n]{0,6}[）)])?"
)
_AFTER_LAW = re.compile(rf"\s?({_ARTICLE})({_BELOW})")
_AFTER_ARTICLE = re.compile(rf"\s?(?:、|，|,|和|及|与|或者|或|以及|至)\s?({_ARTICLE})({_BELOW})")
#: an article without a law; not where a law's name may stand before it
_BARE = re.compile(rf"(?<![法例定则释章程准约典》])({_ARTICLE})({_BELOW})")
_EITHER = re.compile(rf"(?P<law>《)|{_BARE.pattern}")


@dataclass(frozen=True, slots=True)
class Found:
    """A citation in a text: from where to where it stands, and what it cites."""

    begin: int
    end: int
    reference: Reference


@lru_cache(maxsize=4096)
def citations_in(html: str, own: tuple[Reference, ...] = ()) -> tuple[Found, ...]:
    """The citations in the words of sanitized HTML, in their order, at most 400; not those in links, code and formulas.

    `own`: what the text rests on. An article without a law's name is that of the one law of these that it can be.
    """
    if "《" not in html and "条" not in html:
        return ()
    laws = _laws_by_article(own)
    found: list[Found] = []
    for begin, end in _words(html):
        found += _within(html, begin, end, laws)
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


def cited_in_text(markdown: str, own: tuple[Reference, ...]) -> set[Reference]:
    """What a Markdown text cites; `own` as above."""
    return {found.reference for found in citations_in(escape(markdown), own)}


def _laws_by_article(own: Sequence[Reference]) -> dict[object, str]:
    """The law of each article that only one of these laws is cited with."""
    laws: dict[object, set[str]] = {}
    for source, article in own:
        laws.setdefault(article_of(article), set()).add(source)
    return {article: next(iter(names)) for article, names in laws.items() if article is not None and len(names) == 1}


def _words(html: str) -> Iterator[tuple[int, int]]:
    """Where the words between tags stand that may be read."""
    last, closed = 0, 0
    for tag in _TAG.finditer(html):
        if not closed and tag.start() > last:
            yield last, tag.start()
        last = tag.end()
        if tag[2].lower() in _CLOSED:
            closed = max(0, closed + (-1 if tag[1] else 1))
    if not closed and last < len(html):
        yield last, len(html)


def _within(html: str, begin: int, end: int, laws: dict[object, str]) -> Iterator[Found]:
    place = begin
    while match := _EITHER.search(html, place, end):
        if not match["law"]:
            law = laws.get(article_of(match[2]))
            if law is not None:
                yield Found(match.start(), match.end(), (law, match[2]))
            place = match.end()
            continue
        law_found = _LAW.match(html, match.start(), end)
        if law_found is None:
            place = match.end()
            continue
        source, place = unescape(law_found[1]), law_found.end()
        article = _AFTER_LAW.match(html, place, end)
        if article is None:
            yield Found(law_found.start(), place, (source, None))
            continue
        yield Found(law_found.start(), article.end(), (source, article[1]))
        place = article.end()
        while article := _AFTER_ARTICLE.match(html, place, end):
            yield Found(article.start(1), article.end(), (source, article[1]))
            place = article.end()
