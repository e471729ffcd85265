"""Everybody's own account: password, device for one-time codes, sessions."""

import base64
import binascii

import segno
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask import session as page_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.access import signed_in
from lms.accounts import gate, pages, queries, second_factor, service, sessions, signin
from lms.accounts.errors import TooManyAttempts, WeakPassword, WrongCode, WrongCredentials
from lms.accounts.forms import ChangePasswordForm, CodeForm
from lms.accounts.policy import ROLE_NAMES, Role
from lms.clock import now
from lms.database import reading, writing
from lms.errors import NotFound

bp = Blueprint("account", __name__, url_prefix="/account", template_folder="templates")

_NEW_DEVICE = "new_device"


@bp.app_context_processor
def links() -> dict[str, object]:
    """The links in the person's own menu at the top of every page."""
    own = [
        {"url": url_for("account.index"), "icon": "user", "label": lazy_gettext("My account")},
        {"url": url_for("account.change_password"), "icon": "lock", "label": lazy_gettext("Change password")},
    ]
    return {"person_links": own if current_user.is_authenticated else []}


@bp.app_template_filter("role_name")
def role_name(role: str) -> str:
    """The name of a role in the language of the request."""
    return str(ROLE_NAMES[Role(role)])


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """My account: who I am here, my sessions, my device."""
    viewer, session = gate.viewer(), reading()
    return render_template(
        "accounts/account.html",
        person=queries.person_by_id(session, viewer.id),
        sessions=service.live_sessions(session, viewer.id),
        grants=queries.grant_rows(session, person_id=viewer.id, now=now()),
        has_device=queries.has_device(session, viewer.id),
        own_session=viewer.session_public_id,
    )


@bp.route("/password", methods=["GET", "POST"])
@signed_in
def change_password() -> ResponseReturnValue:
    """Change one's password; forced when it is due."""
    form, status, viewer = ChangePasswordForm(), 200, gate.viewer()
    if form.validate_on_submit():
        try:
            signin.change_own_password(
                viewer, old=form.old.data or "", new=form.new.data or "", address=pages.address()
            )
            flash(gettext("Your password is changed. Your other sessions have ended."), "good")
            return redirect(pages.onward(form) if viewer.password_change_due else url_for("account.index"), 303)
        except (WrongCredentials, TooManyAttempts, WeakPassword) as error:
            status = pages.complain(form.new if isinstance(error, WeakPassword) else form.old, error)
    elif form.is_submitted():
        status = 422
    form.next.data = form.next.data or request.args.get("next", "")
    due, rules = viewer.password_change_due, pages.password_rules()
    return render_template("accounts/change_password.html", form=form, rules=rules, due=due), status


@bp.post("/sessions/<session_id>/end")
@signed_in
def end_session(session_id: str) -> ResponseReturnValue:
    """End one of my sessions."""
    with writing() as session:
        found = sessions.session_id_of(session, current_user.id, session_id)
        if found is None or not service.end_session(session, found, why="ended"):
            raise NotFound
    flash(gettext("The session has ended."), "good")
    return redirect(url_for("account.index"), 303)


@bp.post("/recovery-codes")
@signed_in
def renew_recovery_codes() -> ResponseReturnValue:
    """New recovery codes; the old ones are void."""
    viewer = gate.viewer()
    with writing() as session:
        codes = second_factor.renew_recovery_codes(session, viewer)
    return render_template("accounts/recovery_codes.html", codes=codes, target=url_for("account.index"))


@bp.route("/device", methods=["GET", "POST"])
@signed_in
def enrol() -> ResponseReturnValue:
    """Set up a device for one-time codes; a confirmed one is replaced only from a session that passed it."""
    form, status, viewer = CodeForm(), 200, gate.viewer()
    if not viewer.second_factor_passed and queries.has_device(reading(), viewer.id):
        return redirect(url_for("accounts.second_factor_code"), 303)
    nonce = _new_device()
    if form.validate_on_submit():
        try:
            with writing() as session:
                codes, token = second_factor.enrol(session, viewer, nonce=nonce, code=form.code.data or "")
            return _show_recovery_codes(codes, token, pages.onward(form))
        except WrongCode as error:
            status = pages.complain(form.code, error)
    elif form.is_submitted():
        status = 422
    form.next.data = form.next.data or request.args.get("next", "")
    return _enrol_page(form, nonce), status


def _new_device() -> bytes:
    """The nonce of the device being set up, kept in the signed page session: alone it opens nothing."""
    try:
        kept = base64.b64decode(page_session.get(_NEW_DEVICE, ""), validate=True)
    except (binascii.Error, TypeError):
        kept = b""
    if len(kept) != second_factor.NONCE_BYTES:
        kept = second_factor.new_nonce()
        page_session[_NEW_DEVICE] = base64.b64encode(kept).decode()
    return kept


def _enrol_page(form: CodeForm, nonce: bytes) -> str:
    number = second_factor.staff_number_of(reading(), current_user.id)
    code = segno.make(second_factor.address_of(nonce, staff_number=number), error="m")
    picture = code.svg_data_uri(scale=5, border=3, dark="#000", light="#fff", omitsize=False)
    secret = second_factor.secret_of(nonce)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render_template("accounts/enrol.html", form=form, picture=picture, secret=spaced)


def _show_recovery_codes(codes: list[str], token: str, target: str) -> Response:
    page_session.pop(_NEW_DEVICE, None)
    response = current_app.make_response(render_template("accounts/recovery_codes.html", codes=codes, target=target))
    gate.set_cookie(response, token)
    return response
