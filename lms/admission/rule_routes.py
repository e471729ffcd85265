"""What an exam asks of those who enter, set by those who manage it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.admission import queries, service
from lms.admission.forms import RuleForm
from lms.database import reading, writing
from lms.exams.policy import access_exam

bp = Blueprint("admission_rule", __name__, url_prefix="/exams/<exam_id>/admission", template_folder="templates")


@bp.route("", methods=["GET", "POST"])
@requires(Act.MANAGE_EXAMS)
def edit(exam_id: str) -> ResponseReturnValue:
    """The rules; what is changed counts from the next step through the door."""
    exam = access_exam(reading(), viewer(), exam_id)
    kept = queries.rule_of(reading(), exam.id)
    filled = {
        "code": kept.code, "address": kept.address, "browser": kept.browser,
        "config_keys": "\n".join(kept.config_keys), "exam_keys": "\n".join(kept.exam_keys),
        "camera": kept.camera, "camera_days": kept.camera_days,
    }  # fmt: skip
    form = RuleForm(data=None if request.method == "POST" else filled)
    if form.validate_on_submit():
        with writing() as session:
            service.set_rule(session, access_exam(session, viewer(), exam_id), form.rule())
        flash(gettext("Kept. It counts from the next step through the door."), "good")
        return redirect(url_for("admission_rule.edit", exam_id=exam_id), 303)
    rooms = queries.room_rules(reading(), exam.id)
    ranges = any(room.ranges for room in rooms)
    body = render_template("admission/rule.html", exam=exam, form=form, rooms=rooms, ranges=ranges)
    return body, 422 if form.errors else 200
