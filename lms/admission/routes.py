"""The candidate's side of the door: what is missing, the code, and the proof of a browser that sends no headers."""

from dataclasses import replace

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.admission import gate, queries, service
from lms.admission.errors import TooManyCodes, WrongCode
from lms.admission.forms import BrowserForm, CodeForm, ConsentForm
from lms.admission.policy import Lack, access_door, browser_fits
from lms.database import reading, writing
from lms.errors import sentence_of

bp = Blueprint("admission", __name__, url_prefix="/admission", template_folder="templates")


@bp.get("/<exam_id>")
@signed_in
def door(exam_id: str) -> ResponseReturnValue:
    """What is missing to enter; on to the exam where nothing is."""
    exam = access_door(reading(), viewer(), exam_id)
    lacks = gate.missing(exam, viewer())
    if not lacks:
        return redirect(url_for("sitting.door", exam_id=exam_id))
    if Lack.BROWSER in lacks and request.args.get("session") != viewer().session_public_id:
        # the address is part of what the browser proves: with the log-in in it the proof helps nobody else
        return redirect(url_for("admission.door", exam_id=exam_id, session=viewer().session_public_id))
    return gate.page(exam, lacks, CodeForm(formdata=None), 200)


@bp.post("/<exam_id>/code")
@signed_in
def code(exam_id: str) -> ResponseReturnValue:
    """Give the code of the room."""
    exam, form = access_door(reading(), viewer(), exam_id), CodeForm()
    status = 422
    if form.validate_on_submit():
        try:
            service.enter(exam, viewer(), str(form.code.data), address=gate.computer())
            return redirect(url_for("admission.door", exam_id=exam_id), 303)
        except (WrongCode, TooManyCodes) as refusal:
            form.code.errors, status = (sentence_of(refusal),), refusal.status
    lacks = gate.missing(exam, viewer())
    return gate.page(exam, [*lacks, *([] if Lack.CODE in lacks else [Lack.CODE])], form, status)


@bp.post("/<exam_id>/camera")
@signed_in
def camera(exam_id: str) -> ResponseReturnValue:
    """Say whether pictures may be taken."""
    exam, form = access_door(reading(), viewer(), exam_id), ConsentForm()
    if not form.validate_on_submit():
        abort(400)
    with writing() as session:
        service.consent(session, exam, viewer(), given=form.answer.data == "yes", address=gate.computer())
    return redirect(url_for("admission.door", exam_id=exam_id), 303)


@bp.post("/<exam_id>/browser")
@signed_in
def browser(exam_id: str) -> ResponseReturnValue:
    """Take the proof that the page's script was given for the address of the page before."""
    exam, form = access_door(reading(), viewer(), exam_id), BrowserForm()
    if not form.validate_on_submit():
        abort(400)
    before = url_for("admission.door", exam_id=exam_id, session=viewer().session_public_id)
    proof = replace(
        gate.shown(viewer(), request.environ),
        page=gate.origin(request.environ) + before,
        config_hash=str(form.config_hash.data),
        exam_hash=str(form.exam_hash.data),
    )
    if not browser_fits(queries.rule_of(reading(), exam.id), proof):
        return gate.stop(exam, viewer()) or redirect(url_for("sitting.door", exam_id=exam_id), 303)
    with writing() as session:
        service.show_browser(session, exam, viewer())
    return redirect(url_for("admission.door", exam_id=exam_id), 303)
