"""What a person asked for: words, "phrases", -exclusions and title:words, out of one line of text.

Nothing of it is ever read as the query language of a database: words are runs of Chinese characters, letters and
digits, everything else only separates them.
"""

import re
from dataclasses import dataclass

from lms.library.search.characters import fold
from lms.library.search.tokens import QUERY_LENGTH, pairs, runs

MOST_WORDS = 12
#: a minus sign of full width counts as well, and so does a colon after the name of a field
_PART = re.compile(
    r'(?P<minus>(?<!\S)[-－])?(?:(?P<field>title|标题)[:：])?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))'
)
_QUOTES = str.maketrans(
    {"“": '"', "”": '"', "「": '"', "」": '"', "『": '"', "』": '"', "〝": '"', "〞": '"', "＂": '"'}
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word: tokens that stand side by side; `prefix` when the last is only a beginning."""

    #: folded, as it is marked in a text; of a phrase its runs joined
    text: str
    tokens: tuple[str, ...]
    prefix: bool
    #: its runs in order: more than one in a phrase
    parts: tuple[str, ...]
    #: asked for in quotes: every hit has it
    must: bool = False
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A query: words that are looked for, and words that no hit may have."""

    words: tuple[Word, ...]
    without: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words looked for, in order, without blanks."""
        return "".join(word.text for word in self.words)


def asked(query: str) -> Asked:
    """The query in a line of text, of which the first 64 characters count."""
    wanted, unwanted = list[Word](), list[Word]()
    for part in _PART.finditer(fold(query[:QUERY_LENGTH].translate(_QUOTES))):
        named = part["field"] is not None
        text = part["quoted"] if part["quoted"] is not None else part["plain"]
        found = _phrase(text, in_title=named) if part["quoted"] is not None else _words(text, in_title=named)
        (unwanted if part["minus"] else wanted).extend(found)
    return Asked(tuple(dict.fromkeys(wanted))[:MOST_WORDS], tuple(dict.fromkeys(unwanted))[:MOST_WORDS])


def words(query: str) -> tuple[Word, ...]:
    """The words that are looked for."""
    return asked(query).words


def _words(text: str, *, in_title: bool) -> list[Word]:
    return [_word(run, han=han, in_title=in_title) for run, han in runs(text)]


def _word(run: str, *, han: bool, in_title: bool = False, must: bool = False) -> Word:
    single = han and len(run) == 1
    return Word(run, (run,) if single or not han else pairs(run), single, (run,), must or in_title, in_title)


def _phrase(text: str, *, in_title: bool) -> list[Word]:
    """Its runs side by side: before the next run, the last character of a run stands alone in the index as well."""
    found = runs(text)
    if len(found) < 2:
        return [_word(run, han=han, in_title=in_title, must=True) for run, han in found]
    held = [token for run, han in found[:-1] for token in ([*pairs(run), run[-1]] if han else [run])]
    last, han = found[-1]
    single = han and len(last) == 1
    held += [last] if single or not han else pairs(last)
    parts = tuple(run for run, _han in found)
    return [Word("".join(parts), tuple(held), single, parts, must=True, in_title=in_title)]
