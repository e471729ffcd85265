"""A training manager's pages: how people of their units did in exams whose results are out."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act, unit_paths
from lms.analysis import unit_people
from lms.analysis.policy import access_told
from lms.clock import now
from lms.database import reading
from lms.exams import queries as exams
from lms.paging import paginate, requested_page
from lms.sitting import queries as sitting

bp = Blueprint("unit_results", __name__, url_prefix="/unit-results", template_folder="templates")


@bp.get("/")
@requires(Act.SEE_TRANSCRIPTS)
def index() -> ResponseReturnValue:
    """Exams that people of one's units have sat and whose results are out."""
    people = accounts.serving(unit_paths(viewer(), Act.SEE_TRANSCRIPTS))
    page = paginate(reading(), exams.told(now(), sitting.exams_sat_by(people)), number=requested_page())
    return render_template("analysis/told.html", page=page, exams=[exams.row_of(row) for row in page.items])


@bp.get("/<exam_id>")
@requires(Act.SEE_TRANSCRIPTS)
def show(exam_id: str) -> ResponseReturnValue:
    """How people of one's units did, by name: those who served there when the exam closed and serve there now."""
    session, wanted = reading(), unit_people.Wanted.asked(request.args)
    exam = access_told(session, viewer(), exam_id)
    mine = unit_paths(viewer(), Act.SEE_TRANSCRIPTS)
    units = accounts.units(session, paths=mine, closed=True)
    chosen = next((unit for unit in units if unit.public_id == request.args.get("unit")), None)
    paths = (chosen.path,) if chosen else mine
    query = unit_people.results(exam, paths, wanted, only=accounts.serving(mine))
    page = paginate(session, query, number=requested_page())
    return render_template(
        "analysis/unit_results.html",
        exam=exam,
        page=page,
        rows=unit_people.rows(session, viewer(), exam, page.items),
        wanted=wanted,
        sections=unit_people.section_titles(exam),
        chosen=chosen,
        unit_choices=[("", gettext("All my units")), *((unit.public_id, unit.name) for unit in units)],
    )
