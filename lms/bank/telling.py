"""Why a question is answered as it is, for every page that tells it: citations lead into the library.

No page of a paper that is still being written asks for this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup
from sqlalchemy.orm import Session

from lms.library import queries as library
from lms.library.queries import Link, Links, Reference
from lms.richtext import rendered, rendered_inline
from question_bank.interactions.options import Options
from question_bank.item import Citation, ItemVersion


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation, the options that say why they are right or wrong (words, right, reason), and what all of it rests
    on, each with its place in the library, None where it does not hold it.
    """

    explanation: Markup | None
    reasons: tuple[tuple[str, bool, Markup], ...]
    sources: tuple[tuple[Citation, Link | None], ...]


def explained(session: Session, versions: Sequence[ItemVersion], *, on: date) -> list[Why]:
    """Why these questions are answered so, with links to the laws as they stood on a day; at most four queries."""
    texts = [(text, _own(version)) for version in versions for text in _texts(version)]
    links = library.links_for(session, texts, on=on)
    return [_why(version, links) for version in versions]


def cites(version: ItemVersion) -> bool:
    """Whether telling why may need the library."""
    return bool(version.citations or version.explanation or _reasons(version))


def _why(version: ItemVersion, links: Links) -> Why:
    own = _own(version)
    return Why(
        explanation=links.text(rendered(version.explanation), own) if version.explanation else None,
        reasons=tuple((text, right, links.text(why, own)) for text, right, why in _reasons(version)),
        sources=tuple((one, links.of(one.source, one.article)) for one in version.citations),
    )


def _own(version: ItemVersion) -> tuple[Reference, ...]:
    return tuple((one.source, one.article or None) for one in version.citations)


def _texts(version: ItemVersion) -> list[Markup]:
    """What may cite; the first is there for the sake of the sources, even if it is empty."""
    return [rendered(version.explanation or ""), *(why for _text, _right, why in _reasons(version))]


def _reasons(version: ItemVersion) -> tuple[tuple[str, bool, Markup], ...]:
    if not isinstance(version.body, Options):
        return ()
    return tuple((one.text, one.right, rendered_inline(one.why)) for one in version.body.options if one.why)
