"""What is wrong with a draft, and what would make it better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from courseware.catalogue import problems_of
from courseware.hours import Hours, estimated_hours
from courseware.packages.markdown import count_characters
from courseware.packages.native import page_problems
from courseware.problem import Problem
from courseware.unit import Unit
from lms.bank import queries as bank
from lms.clock import today
from lms.courses import telling
from lms.subjects import CODES

#: what keeps no draft from being a version: a short unit may be right for its matter
ADVICE = frozenset({"too_few", "too_short", "unused"})
#: questions that one look in the bank shows
FOUND = 20


@dataclass(frozen=True, slots=True)
class Findings:
    """What must be mended before a draft is reviewed, and what is only advised."""

    obstacles: tuple[Problem, ...]
    advice: tuple[Problem, ...]


def look_over(session: Session, unit: Unit) -> Findings:
    """Everything that can be said of a unit that is to be a version, in the order of its files."""
    others = {code: before for code, before in telling.needs(session).items() if code != unit.code}
    whole = problems_of([unit], subjects=CODES, items=types_of(session, unit.check.items), today=today(), others=others)
    names = {one.name for one in unit.media}
    found = [replace(one, file=one.file.removeprefix(f"{unit.code}/")) for one in whole]
    said = {(one.file, one.field) for one in found}
    found += [one for page in unit.pages for one in page_problems(page, names) if (page.file, one.field) not in said]
    return Findings(
        tuple(one for one in found if one.code not in ADVICE), tuple(one for one in found if one.code in ADVICE)
    )


def types_of(session: Session, refs: Sequence[str]) -> dict[str, str]:
    """The types of those of these questions that a check may ask: what anybody may practise, so that no question that is
    kept for exams becomes known.
    """
    held = bank.for_practice(today())
    rows = session.execute(select(held.c.ref, held.c.type).where(held.c.ref.in_(refs))) if refs else ()
    return {row.ref: row.type for row in rows}


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the bank that a check may ask."""

    ref: str
    type: str
    subject: str
    stem: str


def questions(session: Session, *, words: str, subject: str, without: Sequence[str]) -> list[Question]:
    """The first questions whose stems hold all these words, of a subject (of any, if ""), but for those in `without`."""
    held = bank.for_practice(today())
    query: Select[*tuple[Any, ...]] = select(held.c.ref, held.c.type, held.c.subject, held.c.stem_text)
    for word in words.split():
        query = query.where(held.c.stem_text.icontains(word, autoescape=True) | (held.c.ref == word))
    if subject:
        query = query.where(held.c.subject == subject)
    rows = session.execute(query.where(held.c.ref.not_in(without)).order_by(held.c.ref).limit(FOUND))
    return [Question(*row) for row in rows]


def chosen(session: Session, refs: Sequence[str]) -> Mapping[str, Question]:
    """The questions of a check by their names, those that may be asked."""
    held = bank.for_practice(today())
    query = select(held.c.ref, held.c.type, held.c.subject, held.c.stem_text).where(held.c.ref.in_(refs))
    return {row.ref: Question(*row) for row in session.execute(query)} if refs else {}


def estimate(unit: Unit) -> Hours:
    """What the unit is worth by its length, to hold the hours against that it names."""
    characters = sum(count_characters(page.markdown) for page in unit.pages)
    pictures = sum(len(page.media) for page in unit.pages)
    videos = [medium for page in unit.pages if page.video and (medium := unit.medium(page.video.file))]
    played = sum(one.length for one in videos) // 1000
    return estimated_hours(characters, check_items=len(unit.check.items), pictures=pictures, played=played)
