"""Beginning a plan, and the empty sheet for a roster."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.classes import service, workbooks
from lms.classes.routes import plan_form
from lms.database import writing

bp = Blueprint("class_plans", __name__, url_prefix="/class-plans", template_folder="templates")


@bp.route("/", methods=["GET", "POST"])
@requires(Act.MANAGE_CLASSES)
def new() -> ResponseReturnValue:
    """A new plan."""
    form, units, offered = plan_form()
    if form.validate_on_submit():
        with writing() as session:
            made = service.create(session, form.plan(units, offered), viewer())
        flash(gettext("The plan is begun. Call people and make the timetable, then hand it in."), "good")
        return redirect(url_for("classes.show", class_id=made), 303)
    return render_template("classes/plan.html", form=form, found=None), 422 if form.errors else 200


@bp.get("/roster.xlsx")
@requires(Act.MANAGE_CLASSES)
def template_file() -> ResponseReturnValue:
    """The empty sheet to fill in."""
    data = BytesIO(workbooks.template())
    return send_file(data, mimetype=workbooks.XLSX, as_attachment=True, download_name="学员名单模板.xlsx")
