"""Other words for the same: people say 老赖, texts 失信被执行人. A librarian adds more.

A word that is one as a whole is looked for under both names. In a longer word, 孩子上学年龄, what is meant by its parts
is looked for where too little has the word itself.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.library.search.models import Synonym
from lms.library.search.query import Word, words

SHORTEST, LONGEST = 2, 12
#: other words of one search at most
MOST = 8


def of(session: Session, asked: Sequence[Word]) -> Mapping[str, tuple[Word, ...]]:
    """By word, or part of one, what texts call it; nothing for what was asked in quotes. One query, or none."""
    parts = {part for word in asked if _is_free(word) for part in _parts(word.text)}
    if not parts:
        return {}
    query = select(Synonym.word, Synonym.meaning).where(Synonym.word.in_(parts)).order_by(Synonym.word, Synonym.id)
    rows = session.execute(query.limit(MOST)).all()
    # 上学 within 上学年龄 says less than the longer word, where both are known
    longest = {row.word for row in rows if not any(row.word != one.word and row.word in one.word for one in rows)}
    found: dict[str, tuple[Word, ...]] = {}
    for row in rows:
        if row.word in longest and (meaning := words(row.meaning)[:1]):
            found[row.word] = (*found.get(row.word, ()), *meaning)
    return found


def _is_free(word: Word) -> bool:
    return not (word.must or word.in_title or word.text.isascii())


def _parts(text: str) -> Iterable[str]:
    lengths = range(SHORTEST, min(LONGEST, len(text)) + 1)
    return (text[start : start + size] for size in lengths for start in range(len(text) - size + 1))
