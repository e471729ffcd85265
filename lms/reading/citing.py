"""Both ways of a document: what it rests on, and what rests on it: units, questions, other documents."""

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
from lms.library.policy import may_manage
from lms.library.queries import DocumentFacts, DocumentRow, Link, Place, Reference, Relative

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
class Related:
    """What a document rests on, and what rests on it. `label` names the article asked for, None for the whole document or
    where `unknown`. Of the whole document there are `laws` and `documents`, of an article `cited` by its words and
    `places` that cite it; `questions` is None for those who may see no bank.
    """

    label: str | None
    unknown: bool
    laws: tuple[Relative, ...]
    cited: tuple[tuple[Reference, Link | None], ...]
    units: tuple[Unit, ...]
    documents: tuple[Relative, ...]
    places: tuple[Place, ...]
    questions: Select[*tuple[Any, ...]] | None


def related(session: Session, viewer: Viewer, document: DocumentRow, facts: DocumentFacts, article: str) -> Related:
    """Both ways of a document, narrowed to an article where one is asked for (34, 133-1, 第三十四条)."""
    law, restricted = document.title.strip("《》").removeprefix("中华人民共和国"), may_manage(viewer)
    number = _number(article)
    label = library.label_of(session, document.id, _anchor(number)) if number else None
    pools = [pool.id for pool in bank.pools_for(session, viewer)]
    if number is None or label is None:
        return Related(
            None,
            bool(article),
            laws=library.rests_on(session, document.public_id, facts.sources),
            cited=(),
            units=_units(session, law, None),
            documents=library.gathered(library.related_to(session, facts.name, restricted=restricted)),
            places=(),
            questions=bank.citing(pools, law, ()) if pools else None,
        )
    return Related(
        label,
        False,
        laws=(),
        cited=library.cited_in_article(session, document.id, _anchor(number)),
        units=_units(session, law, number),
        documents=(),
        places=library.citing_article(session, facts.name, number, label, restricted=restricted),
        questions=bank.citing(pools, law, (label, _arabic(number))) if pools else None,
    )


def _units(session: Session, law: str, number: tuple[int, int] | None) -> tuple[Unit, ...]:
    held = courses.referring(session)
    itself: Reference = (law, None)
    known = library.cited_by(session, [itself, *sorted({one for unit in held for one in unit.references}, key=str)])
    found, english = [], locale_code().startswith("en")
    for unit in held:
        mine = [one for one in unit.references if known[one].name == known[itself].name]
        if number:
            mine = [one for one in mine if known[one].article == number]
        if mine:
            articles = tuple(one[1] for one in mine if one[1])
            found.append(Unit(unit.public_id, unit.title_en if english else unit.title, articles, unit.flagged))
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
