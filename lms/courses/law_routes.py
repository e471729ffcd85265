"""Units whose law has changed, for those who keep the courses."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.courses import alarm
from lms.courses.alarm import Waiting
from lms.database import reading, writing
from lms.paging import paginate, requested_page

bp = Blueprint("courses_law", __name__, url_prefix="/course-changes", template_folder="templates")

ON_A_PAGE = 10
#: characters of a note
NOTE = 500


@bp.get("/")
@requires(Act.MANAGE_COURSES)
def index() -> ResponseReturnValue:
    """The units that wait, each with the old and the new words side by side."""
    page = paginate(reading(), alarm.waiting(), number=requested_page(), size=ON_A_PAGE)
    rows = [Waiting(*row) for row in page.items]
    changes = alarm.changes_of(reading(), [row.id for row in rows])
    return render_template("courses/law.html", page=page, rows=rows, changes=changes)


@bp.post("/<unit_id>/clear")
@requires(Act.MANAGE_COURSES)
def clear(unit_id: str) -> ResponseReturnValue:
    """Say that a unit stands as it is under the law as it is now."""
    note = request.form.get("comment", "").strip()[:NOTE]
    with writing() as session:
        done = alarm.clear(session, unit_id, by=viewer().id, note=note)
    if done:
        flash(gettext("Checked: the unit stands as it is."), "good")
    else:
        flash(gettext("Nothing was waiting: somebody has looked already."), "info")
    return redirect(url_for("courses_law.index"), 303)
