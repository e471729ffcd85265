"""Other words for the same: people say 老赖, texts 失信被执行人. A librarian adds more.

A word that is one as a whole is looked for under both names. In a longer word, 孩子上学年龄, what is meant by its parts
is looked for where too little has the word itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.clock import now
from lms.errors import NotFound
from lms.library.search.characters import fold
from lms.library.search.models import Synonym
from lms.library.search.query import Word, words

SHORTEST, LONGEST = 2, 12
LONGEST_MEANING = 20
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


def listed(part: str) -> Select[Any]:
    """All, or those with `part` in either word."""
    query = select(Synonym).order_by(Synonym.word, Synonym.id)
    held = fold(part)
    return query.where(
        or_(Synonym.word.contains(held, autoescape=True), Synonym.meaning.contains(held, autoescape=True))
    )


def is_word(text: str, longest: int) -> bool:
    """Whether it is one run of Chinese characters, which is what can be looked up."""
    found = words(text)
    return (
        len(found) == 1
        and SHORTEST <= len(found[0].text) <= longest
        and found[0].text == fold(text)
        and not text.isascii()
    )


def add(session: Session, word: str, meaning: str, *, by: int) -> bool:
    """Say that texts call a word so; False when it was said already."""
    held = {"word": fold(word), "meaning": fold(meaning)}
    if session.scalar(select(Synonym.id).filter_by(**held)) is not None:
        return False
    made = Synonym(**held, made_by=by, made_at=now())
    session.add(made)
    session.flush()
    record(session, "library.synonym", thing="synonym", thing_id=made.public_id, after=held)
    return True


def remove(session: Session, public_id: str) -> None:
    """Take a synonym away. Raises NotFound."""
    found = session.scalar(select(Synonym).where(Synonym.public_id == public_id).with_for_update())
    if found is None:
        raise NotFound
    before = {"word": found.word, "meaning": found.meaning}
    session.delete(found)
    record(session, "library.synonym_remove", thing="synonym", thing_id=public_id, before=before)
