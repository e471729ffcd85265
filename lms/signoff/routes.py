"""The pages on signing an exam off, and on the package of its evidence."""

import hashlib

from flask import Blueprint, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms import exports
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.config import Config
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.exams.policy import access_exam
from lms.exams.queries import ExamRow
from lms.signoff import queries, service
from lms.signoff.forms import SigningForm

bp = Blueprint("signoff", __name__, url_prefix="/exams/<exam_id>/archive", template_folder="templates")


@bp.get("")
@requires(Act.MANAGE_EXAMS)
def index(exam_id: str) -> ResponseReturnValue:
    """What keeps the exam from being signed off, who proposed it, who agreed, and the package."""
    return _page(access_exam(reading(), viewer(), exam_id), SigningForm(formdata=None)), 200


@bp.post("/propose")
@requires(Act.MANAGE_EXAMS)
def propose(exam_id: str) -> ResponseReturnValue:
    """Propose to sign it off."""
    exam, form = access_exam(reading(), viewer(), exam_id), SigningForm()
    if not form.validate_on_submit():
        return _page(exam, form), 422
    try:
        with writing() as session:
            service.propose(session, access_exam(session, viewer(), exam_id), str(form.reason.data), viewer())
        flash(gettext("It is proposed. Another examiner must agree."), "good")
    except Refused as refusal:
        form.reason.errors = (sentence_of(refusal),)
        return _page(exam, form), refusal.status
    return redirect(url_for("signoff.index", exam_id=exam_id), 303)


@bp.post("/<signing_id>/<kind>")
@requires(Act.MANAGE_EXAMS)
def decide(exam_id: str, signing_id: str, kind: str) -> ResponseReturnValue:
    """Agree to a proposal or decline it."""
    if kind not in {"agree", "decline"}:
        raise NotFound
    try:
        with writing() as session:
            exam = access_exam(session, viewer(), exam_id)
            service.decide(session, exam, signing_id, viewer(), agree=kind == "agree")
        flash(gettext("The exam is signed off and archived.") if kind == "agree" else gettext("Declined."), "good")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("signoff.index", exam_id=exam_id), 303)


@bp.post("/package")
@requires(Act.MANAGE_EXAMS)
def pack(exam_id: str) -> ResponseReturnValue:
    """Have the package of evidence written."""
    with writing() as session:
        job = service.ask_for_package(session, access_exam(session, viewer(), exam_id), viewer())
    return redirect(url_for("jobs.show", job_id=job), 303)


@bp.get("/package/<name>")
@requires(Act.MANAGE_EXAMS)
def file(exam_id: str, name: str) -> ResponseReturnValue:
    """A package that was written for whoever asks; taking it is recorded."""
    exam = access_exam(reading(), viewer(), exam_id)
    config: Config = current_app.extensions["config"]
    path = exports.waiting_file(exports.folder_of(config.data, exam_id, viewer().public_id), name)
    if path is None:
        raise NotFound
    with writing() as session:
        service.note(session, exam_id, "take", {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()})
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name=f"{exam.title}.zip")


def _page(exam: ExamRow, form: SigningForm) -> str:
    session = reading()
    found = queries.signings(session, exam.id)
    people = {person for one in found for person in (one.proposed_by, one.decided_by) if person is not None}
    return render_template(
        "signoff/index.html",
        exam=exam,
        form=form,
        obstacles=[] if exam.archived_at else [sentence_of(one) for one in queries.obstacles(session, exam)],
        signings=found,
        waiting=queries.waiting(found),
        me=viewer().id,
        people=accounts.people_by_ids(session, sorted(people)),
    )
