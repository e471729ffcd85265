"""More time before the start, and the log of incidents."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.clock import BUREAU_ZONE, now
from lms.database import reading, writing
from lms.errors import Refused, sentence_of
from lms.sitting import queries as sitting
from lms.sitting import service as sitting_service
from lms.supervision import queries, service
from lms.supervision.errors import NoCandidate
from lms.supervision.forms import AllowanceForm, IncidentForm
from lms.supervision.policy import access_supervised
from question_bank.timing import Allowance

bp = Blueprint("supervision_record", __name__, url_prefix="/supervision/<exam_id>", template_folder="templates")


@bp.route("/accommodations", methods=["GET", "POST"])
@requires(Act.SUPERVISE)
def accommodations(exam_id: str) -> ResponseReturnValue:
    """Who has more time, and a form for another one."""
    exam, form = access_supervised(reading(), viewer(), exam_id), AllowanceForm()
    if form.validate_on_submit():
        number = str(form.staff_number.data).upper()
        try:
            with writing() as session:
                person = queries.by_staff_number(queries.candidates(session, exam.id)).get(number)
                if person is None:
                    raise NoCandidate(number=number)
                allowance = Allowance(form.minutes.data or 0, int(form.percent.data))
                sitting_service.grant_time(
                    session, exam.id, person.id, allowance, approver=str(form.approver.data),
                    reason=str(form.reason.data), by=viewer().id,
                )  # fmt: skip
            return redirect(url_for("supervision_record.accommodations", exam_id=exam_id), 303)
        except Refused as refusal:
            form.staff_number.errors = (sentence_of(refusal),)
    rows = sitting.accommodations(reading(), exam.id)
    people = accounts.people_by_ids(reading(), sorted({row.person_id for row in rows}))
    body = render_template("supervision/accommodations.html", exam=exam, form=form, rows=rows, people=people)
    return body, 422 if form.errors else 200


@bp.post("/accommodations/<accommodation_id>/withdraw")
@requires(Act.SUPERVISE)
def withdraw(exam_id: str, accommodation_id: str) -> ResponseReturnValue:
    """Withdraw more time; who has begun keeps it."""
    with writing() as session:
        exam = access_supervised(session, viewer(), exam_id)
        sitting_service.withdraw_time(session, exam.id, accommodation_id)
    flash(gettext("Withdrawn. Who has begun keeps the time."), "good")
    return redirect(url_for("supervision_record.accommodations", exam_id=exam_id), 303)


@bp.route("/incidents", methods=["GET", "POST"])
@requires(Act.SUPERVISE)
def incidents(exam_id: str) -> ResponseReturnValue:
    """What happened, in order, and a form for more; the page prints as the record of the exam."""
    exam = access_supervised(reading(), viewer(), exam_id)
    form = IncidentForm(happened_at=now().astimezone(BUREAU_ZONE).replace(tzinfo=None, second=0, microsecond=0))
    if form.validate_on_submit():
        try:
            with writing() as session:
                reference = service.log_incident(
                    session, exam, happened_at=form.moment(), place=str(form.place.data or ""),
                    numbers=form.numbers(), text=str(form.text.data).replace("\0", ""), by=viewer(),
                )  # fmt: skip
            flash(gettext("Written down as %(reference)s.", reference=reference), "good")
            return redirect(url_for("supervision_record.incidents", exam_id=exam_id), 303)
        except Refused as refusal:
            form.people.errors = (sentence_of(refusal),)
    rows = queries.incidents(reading(), exam)
    body = render_template("supervision/incidents.html", exam=exam, form=form, rows=rows)
    return body, 422 if form.errors else 200
