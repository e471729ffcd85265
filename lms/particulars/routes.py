"""The personnel file in the browser: one's own to read; those of one's units to read and to carry on."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires, signed_in
from lms.accounts import queries as accounts
from lms.accounts import service as people
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.accounts.queries import PersonRow
from lms.clock import today
from lms.database import reading, writing
from lms.errors import Refused, sentence_of
from lms.particulars import queries, service
from lms.particulars.errors import LaterKnown, NothingChanged
from lms.particulars.forms import FileForm, RetireForm
from lms.particulars.policy import access_file
from lms.particulars.words import GENDER_NAMES, POLITICAL_NAMES

bp = Blueprint("particulars", __name__, url_prefix="/particulars", template_folder="templates")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """What the file says of oneself."""
    return _page(accounts.person_by_id(reading(), viewer().id), None), 200


@bp.route("/people/<person_id>", methods=["GET", "POST"])
@requires(Act.IMPORT_PEOPLE)
def person(person_id: str) -> ResponseReturnValue:
    """The file of somebody of one's units: its history, and a change."""
    found = access_file(reading(), viewer(), person_id)
    said = queries.of_people(reading(), [found.id], today()).get(found.id, service.EMPTY)
    form = FileForm(obj=said, from_date=today())
    if not form.validate_on_submit():
        return _page(found, form), 422 if form.errors else 200
    try:
        with writing() as session:
            service.record_change(session, access_file(session, viewer(), person_id), form.change(), by=viewer().id)
    except (LaterKnown, NothingChanged) as refusal:
        form.from_date.errors = (*form.from_date.errors, sentence_of(refusal))
        return _page(found, form), 422
    flash(gettext("Kept."), "good")
    return redirect(url_for("particulars.person", person_id=person_id), 303)


@bp.post("/people/<person_id>/retire")
@requires(Act.IMPORT_PEOPLE)
def retire(person_id: str) -> ResponseReturnValue:
    """End somebody's service; the record stays with the last unit."""
    found, form = access_file(reading(), viewer(), person_id), RetireForm()
    if not form.validate_on_submit():
        return _page(found, FileForm(formdata=None, obj=service.EMPTY), form), 422
    try:
        with writing() as session:
            row = access_file(session, viewer(), person_id)
            people.retire_person(session, row.id, on=form.on.data or today())
        flash(gettext("The posting has ended."), "good")
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("particulars.person", person_id=person_id), 303)


def _page(found: PersonRow, form: FileForm | None, retiring: RetireForm | None = None) -> str:
    session = reading()
    history = queries.history(session, found.id)
    return render_template(
        "particulars/file.html",
        person=found, form=form, history=history, postings=accounts.postings(session, found.id),
        retiring=(retiring or RetireForm(formdata=None)) if form is not None and found.unit_id else None,
        said=next((row for row in history if row.from_date <= today()), None),
        people=accounts.people_by_ids(session, sorted({row.recorded_by for row in history if row.recorded_by})),
        genders=GENDER_NAMES, politics=POLITICAL_NAMES,
    )  # fmt: skip
