"""What a newer text of a law changes, article by article, and the word of it to whoever rests on it.

The library stands below the question bank and the courses, so it leaves word by jobs in the same transaction. Editions are compared
by name, not by file: a citation leads to one text, and what counts is whether the next one leads to other words.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms import jobs
from lms.library.links import rank
from lms.library.models import Document, DocumentPassage
from question_bank.normaliser import norm_v1

#: kinds of the jobs that carry the word, to the questions and to the units; `Word` as a record is their payload
CHANGED, CHANGED_UNITS = "library.changed", "library.changed_units"
AMENDED, REPEALED = "amended", "repealed"
#: marks say nothing, but for those between the digits of a number
_MARKS = re.compile(r"(?<!\d)[\W_]|[\W_](?!\d)")

Key = tuple[int, int]

_NAMED = (
    select(Document.id, Document.public_id, Document.title, Document.name, Document.kind, Document.status)
    .add_columns(Document.issued_on, Document.stored_at)
    .where(Document.name.in_(bindparam("names", expanding=True)), Document.kind != "commentary")
)
_ARTICLES = (
    select(DocumentPassage.article, DocumentPassage.article_sub, DocumentPassage.label, DocumentPassage.text)
    .where(DocumentPassage.document_id == bindparam("id"), DocumentPassage.article.is_not(None))
    .order_by(DocumentPassage.seq)
)


@dataclass(frozen=True, slots=True)
class Held:
    """An article as a text has it: what it calls it, and its words."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Edition:
    """The text to which citations of a name lead."""

    public_id: str
    title: str
    status: str
    articles: Mapping[Key, Held]


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """An article whose words are others now; `after` is None when the article is gone, `moved_to` names the article
    that has its words now.
    """

    number: int
    sub: int
    label: str
    before: str
    after: str | None
    moved_to: str | None


@dataclass(frozen=True, slots=True)
class Word:
    """What became of the law of that name: AMENDED in these articles, or REPEALED from `day` (ISO) on."""

    how: str
    name: str
    title: str
    document: str
    day: str | None
    reason: str | None
    articles: tuple[ArticleChange, ...]


def comparable(text: str) -> str:
    """The words of an article without white space and marks, numerals as digits: equal when nothing was changed."""
    return _MARKS.sub("", norm_v1(text, numerals=True))


def differences(before: Mapping[Key, Held], after: Mapping[Key, Held]) -> tuple[ArticleChange, ...]:
    """The articles of `before` whose words are not those of the same article in `after`, in their order."""
    suspects = [
        (key, old, comparable(old.text), after.get(key))
        for key, old in sorted(before.items())
        if key not in after or after[key].text != old.text
    ]
    changed = [one for one in suspects if one[3] is None or comparable(one[3].text) != one[2]]
    if not changed:
        return ()
    others = [held for key, held in after.items() if key not in before or before[key].text != held.text]
    places = {comparable(held.text): held.label for held in reversed(others)}
    return tuple(
        ArticleChange(*key, old.label, old.text, new.text if new else None, places.get(words))
        for key, old, words, new in changed
    )


def editions(session: Session, names: Iterable[str]) -> dict[str, Edition]:
    """The texts to which citations of these names lead; a commentary is not the law."""
    rows = session.execute(_NAMED, {"names": list(set(names))}).all()
    best = {row.name: row for row in sorted(rows, key=rank, reverse=True)}
    return {
        name: Edition(row.public_id, row.title, row.status, _articles(session, row.id)) for name, row in best.items()
    }


def announce(session: Session, before: Mapping[str, Edition], *, day: date | None, reason: str | None = None) -> None:
    """Leave word of what these names lead to now, where it is not what they led to before."""
    if not before:
        return
    session.flush()
    now = editions(session, before)
    for name, old in before.items():
        new = now.get(name)
        if new is None or old.status == REPEALED:
            continue
        if new.status == REPEALED:
            _enqueue(session, Word(REPEALED, name, new.title, new.public_id, _iso(day), reason, ()))
            continue
        changed = differences(old.articles, new.articles)
        if changed:
            _enqueue(session, Word(AMENDED, name, new.title, new.public_id, None, None, changed))


def _enqueue(session: Session, word: Word) -> None:
    payload = asdict(word)
    for kind in (CHANGED, CHANGED_UNITS):
        jobs.enqueue(session, kind, payload)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _articles(session: Session, document_id: int) -> dict[Key, Held]:
    """Articles by number; one that stands in several pieces is one."""
    found: dict[Key, Held] = {}
    for row in session.execute(_ARTICLES, {"id": document_id}):
        key = (row.article, row.article_sub or 0)
        earlier = found.get(key)
        found[key] = Held(earlier.label, f"{earlier.text}\n{row.text}") if earlier else Held(row.label or "", row.text)
    return found
