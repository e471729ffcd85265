"""Pages of units as safe HTML, kept in memory: a version never changes."""

from flask import current_app, url_for
from markupsafe import Markup

from courseware.packages.markdown import render
from lms.courses.queries import OpenUnit
from lms.html import clean


def html(found: OpenUnit, page_key: str) -> Markup:
    """A page of a version of a unit."""
    kept: dict[tuple[int, int, str], Markup] = current_app.extensions.setdefault("course_pages", {})
    key = (found.id, found.number, page_key)
    if key not in kept:
        files = {item.name: url_for("courses.media", sha256=item.sha256) for item in found.unit.media}
        shown = found.unit.page(page_key)
        kept[key] = clean(render(shown.markdown if shown else "", media_url=files.get))
    return kept[key]
