"""Tokens of Chinese text: overlapping pairs of characters, so that any part of a word of two or more is found.

Nothing is cut by a dictionary: 行政处罚 gives 行政 政处 处罚 罚, and a query of two characters is one of these pairs
wherever it stands. The last character of a run stands alone as well, so that a single character finds every word
it begins or is. Letters and digits are whole tokens, split from each other (ISO9001 is iso and 9001). Index and query
use the same fold.
"""

from lms.library.search.characters import RUN, fold

#: raised when the same text would give other tokens; documents indexed by an older one are then indexed again
VERSION = 2
QUERY_LENGTH = 64
#: tokens of one passage at most; their places must fit into a tsvector
LONGEST = 12_000


def runs(folded: str) -> list[tuple[str, bool]]:
    """Runs of Chinese characters (True), letters or digits in a folded text."""
    return [(match[0], match["han"] is not None) for match in RUN.finditer(folded)]


def tokens(text: str) -> list[str]:
    """What the index holds of a text, in order."""
    found: list[str] = []
    for run, han in runs(fold(text)):
        if han:
            found += [run[n : n + 2] for n in range(len(run))]
        else:
            found.append(run)
    return found


def pairs(run: str) -> tuple[str, ...]:
    """The tokens that stand side by side where a run of two or more Chinese characters stands in a text."""
    return tuple(run[n : n + 2] for n in range(len(run) - 1))
