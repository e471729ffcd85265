"""The candidate's page with what markers wrote for them."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.database import reading
from lms.marking import told
from lms.sitting.policy import access_own_attempt

bp = Blueprint("marking_told", __name__, url_prefix="/marking-words", template_folder="templates")


@bp.get("/<attempt_id>")
@signed_in
def show(attempt_id: str) -> ResponseReturnValue:
    """Of one's own attempt."""
    sat = access_own_attempt(viewer(), attempt_id)
    return render_template("marking/told.html", sat=sat, rows=told.of_attempt(reading(), sat))
