"""The whole of a unit at once: searched, and on paper."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from courseware.finding import LONGEST_WORDS, places
from courseware.packages.markdown import plain_text
from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.courses import pages, queries, recordings
from lms.courses.policy import access_unit
from lms.courses.queries import KEPT_UNITS, OpenUnit
from lms.database import reading
from lms.i18n import locale_code

bp = Blueprint("courses_player", __name__, url_prefix="/courses", template_folder="templates")


@bp.get("/<unit_id>/search")
@signed_in
def search(unit_id: str) -> ResponseReturnValue:
    """Where words stand in the pages of this version of a unit."""
    found = access_unit(reading(), viewer(), unit_id)
    words = request.args.get("q", "").strip()[:LONGEST_WORDS]
    return render_template(
        "courses/search.html",
        found=found,
        unit=found.unit,
        title=found.title(locale_code()),
        state=queries.state(reading(), viewer().id, found),
        words=words,
        places=places(_texts(found), words),
        titles={page.key: page.title for page in found.unit.pages},
    )


@bp.get("/<unit_id>/print")
@signed_in
def whole(unit_id: str) -> ResponseReturnValue:
    """All pages one after the other, for paper."""
    found = access_unit(reading(), viewer(), unit_id)
    return render_template(
        "courses/print.html",
        found=found,
        unit=found.unit,
        title=found.title(locale_code()),
        pages=[
            (page.title, pages.html(found, page.key), recordings.shown_in(found.unit, page))
            for page in found.unit.pages
        ],
    )


def _texts(found: OpenUnit) -> dict[str, str]:
    """The words of each page and of its video, kept in memory per version."""
    kept: dict[tuple[int, int], dict[str, str]] = current_app.extensions.setdefault("course_texts", {})
    key = (found.id, found.number)
    if key not in kept:
        while len(kept) >= KEPT_UNITS:
            kept.pop(next(iter(kept)))
        kept[key] = {
            page.key: f"{plain_text(page.markdown)}\n{recordings.words_of(found.unit, page)}"
            for page in found.unit.pages
        }
    return kept[key]
