"""What rests on a law: units, questions, other documents."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.bank import queries as bank
from lms.courses import queries as courses
from lms.i18n import locale_code
from lms.library import queries as library
from lms.library.queries import DocumentRow

#: 34, 133-1, 第34条, 第一百三十三条之一, a133-1
_NUMBER = re.compile(r"a?(\d{1,5})(?:-(\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that refers to the law, and to which places of it."""

    public_id: str
    title: str
    articles: tuple[str, ...]
    #: one of its laws has changed and nobody has looked yet
    changed: bool


@dataclass(frozen=True, slots=True)
class Resting:
    """What rests on a document. `label` names the article asked for, None for the whole law or where `unknown`;
    `questions` is None for those who may see no bank.
    """

    label: str | None
    unknown: bool
    units: tuple[Unit, ...]
    documents: tuple[DocumentRow, ...]
    questions: Select[*tuple[Any, ...]] | None


def resting(session: Session, viewer: Viewer, document: DocumentRow, article: str) -> Resting:
    """What rests on the document, narrowed to an article where one is asked for (34, 133-1, 第三十四条)."""
    law = document.title.strip("《》").removeprefix("中华人民共和国")
    number = _number(article)
    label = library.label_of(session, document.id, _anchor(number)) if number else None
    unknown = bool(article) and label is None
    labels = (label, _arabic(number)) if label and number else ()
    pools = [pool.id for pool in bank.pools_for(session, viewer)]
    return Resting(
        label,
        unknown,
        _units(session, law, number if label else None),
        () if label else tuple(library.resting_on(session, law)),
        bank.citing(pools, law, labels) if pools else None,
    )


def _units(session: Session, law: str, number: tuple[int, int] | None) -> tuple[Unit, ...]:
    held = courses.references(session)
    known = library.cited_by(session, sorted({one for unit in held for one in unit[3]}, key=str))
    (wanted,) = library.cited_by(session, [(law, None)]).values()
    found, english, flagged = [], locale_code().startswith("en"), courses.flagged(session)
    for public_id, title, title_en, references in held:
        mine = [one for one in references if known[one].name == wanted.name]
        if number:
            mine = [one for one in mine if known[one].article == number]
        if mine:
            articles = tuple(one[1] for one in mine if one[1])
            found.append(Unit(public_id, title_en if english else title, articles, public_id in flagged))
    return tuple(found)


def _number(article: str) -> tuple[int, int] | None:
    if match := _NUMBER.fullmatch(article):
        return int(match[1]), int(match[2] or 0)
    named = library.article_of(article)
    return (named.number, named.sub) if named else None


def _anchor(number: tuple[int, int]) -> str:
    return f"a{number[0]}" + (f"-{number[1]}" if number[1] else "")


def _arabic(number: tuple[int, int]) -> str:
    return f"第{number[0]}条" + (f"之{number[1]}" if number[1] else "")
