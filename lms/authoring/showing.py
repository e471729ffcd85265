"""How drafts and versions are shown: pages as learners read them, differences word by word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from courseware.difference import Difference, PageChange, difference
from courseware.packages.markdown import render
from courseware.packages.recordings import tables
from courseware.unit import Page, Unit
from lms.clock import today
from lms.courses import telling
from lms.html import clean
from lms.library import queries as library
from lms.library.queries import Reference
from question_bank.difference import Line, texts

#: days before the end of a licence from which on it is listed
SOON = timedelta(days=60)
#: characters of both wordings of a page up to which they are compared word by word
COMPARED = 40_000


def html_of(unit: Unit, markdown: str) -> Markup:
    """Markdown of a unit as safe HTML, with the unit's pictures."""
    files = {one.name: url_for("courses.media", sha256=one.sha256) for one in unit.media}
    return clean(render(markdown, media_url=files.get))


def page_html(session: Session, unit: Unit, page: Page) -> Markup:
    """A page as learners read it, the laws it cites as links."""
    own: tuple[Reference, ...] = tuple((one.source, one.article or None) for one in unit.references)
    html = html_of(unit, page.markdown)
    return library.links_for(session, [(html, own)], on=today()).text(html, own)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions of a unit side by side: what differs, the settings line by line, and one page. `held` is the older
    one, None for a unit that has no version yet.
    """

    held: Unit | None
    difference: Difference | None
    fields: tuple[tuple[str, tuple[Line, ...]], ...]
    page: PageChange | None
    lines: tuple[Line, ...]
    #: whether the page is too long to compare its words
    long: bool
    #: people under way in the unit and people who completed it
    standing: tuple[int, int]


def compared(session: Session, held: Unit | None, unit: Unit, *, unit_id: int | None, page: str) -> Compared:
    """The versions side by side, with the page of that key, else the first that changed."""
    if held is None or unit_id is None:
        return Compared(None, None, (), None, (), False, (0, 0))
    found = difference(held, unit)
    changes = {one.key: one for one in found.pages}
    chosen = changes.get(page) or next(iter(changes.values()), None)
    before, after = _wordings(chosen)
    too_long = len(before) + len(after) > COMPARED
    return Compared(
        held,
        found,
        tuple((one.name, texts("\n".join(one.before), "\n".join(one.after))) for one in found.fields),
        chosen,
        () if too_long else texts(before, after),
        too_long,
        telling.standing(session, unit_id),
    )


def _wordings(change: PageChange | None) -> tuple[str, str]:
    if change is None:
        return "", ""
    before, after = ("" if one is None else _wording(one) for one in (change.before, change.after))
    return before, after


def _wording(page: Page) -> str:
    """A page as lines that are compared, with its video and document as the file of settings has them."""
    return "\n".join([page.title, page.markdown, *tables((page,))])


def titles(units: Iterable[str], named: Mapping[str, telling.Named], language: str) -> list[tuple[str, str, str]]:
    """Units as code, title and public id; those that are not there by their code alone."""
    return [
        (code, named[code].name(language) if code in named else code, named[code].public_id if code in named else "")
        for code in units
    ]
