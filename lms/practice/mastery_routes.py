"""The map of mastery: subjects, and the knowledge points of one."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.database import reading
from lms.errors import NotFound
from lms.i18n import locale_code
from lms.practice import mastery_queries
from lms.subjects import BY_CODE, SUBJECTS

bp = Blueprint("practice_mastery", __name__, url_prefix="/practice/mastery", template_folder="templates")

STATES = ("mastered", "begun", "new")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """How much of each subject is mastered."""
    fields = mastery_queries.fields(reading(), viewer().id)
    return render_template(
        "practice/mastery.html",
        fields=[(one.name(locale_code()), fields[one.code]) for one in SUBJECTS if one.code in fields],
        totals={state: sum(field.count(state) for field in fields.values()) for state in STATES},
    )


@bp.get("/subject")
@signed_in
def subject() -> ResponseReturnValue:
    """The knowledge points of a subject, each with the way to a round on it."""
    chosen = BY_CODE.get(request.args.get("subject", ""))
    field = mastery_queries.fields(reading(), viewer().id, subject=chosen.code).get(chosen.code) if chosen else None
    if chosen is None or field is None:
        raise NotFound
    return render_template("practice/mastery_subject.html", name=chosen.name(locale_code()), field=field)
