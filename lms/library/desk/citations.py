"""The articles of laws that a text cites: 《商标法》第五十二条、第五十三条. Pure."""

import re
from collections import Counter

from lms.library.citation import article_of, short_name

#: citations of one passage that are read
MOST = 400
_N = "〇零一二三四五六七八九十百千两0-9"
_ARTICLE = rf"第\s*[{_N}]{{1,8}}\s*条(?:\s*之\s*[{_N}]{{1,4}})?"
#: the law, perhaps the year of its text, its first article, and those that follow with parts of it between
_CITED = re.compile(
    rf"《([^《》\n]{{2,80}})》\s*(?:[（(][^（）()\n]{{1,30}}[）)])?\s*"
    rf"({_ARTICLE}(?:[第款项目之至到和及与、，\s（）(){_N}]{{0,24}}?{_ARTICLE}){{0,20}})"
)
_EACH = re.compile(_ARTICLE)
#: law by its short name, article, M of 第N条之M
Key = tuple[str, int, int]


def articles_in(text: str) -> tuple[Counter[Key], dict[str, str]]:
    """How often a text cites each article of each law, and the titles of the laws as they are first written."""
    times, titles = Counter[Key](), dict[str, str]()
    for count, match in enumerate(_CITED.finditer(text)):
        if count >= MOST:
            break
        name = short_name(match[1])
        titles.setdefault(name, match[1].strip())
        for written in _EACH.findall(match[2]):
            if article := article_of(written):
                times[(name, article.number, article.sub)] += 1
    return times, titles
