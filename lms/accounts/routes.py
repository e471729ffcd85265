"""Signing in and out, the second factor, the choice of language and colours."""

import base64
import binascii

import segno
from flask import current_app, redirect, render_template, request, url_for
from flask import session as page_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import Field

from lms.access import public, signed_in
from lms.accounts import gate, queries, second_factor, service, signin
from lms.accounts.blueprint import bp
from lms.accounts.errors import TooManyAttempts, WeakPassword, WrongCode, WrongCredentials
from lms.accounts.forms import ActivateForm, CodeForm, SignInForm
from lms.accounts.passwords import ADVISED, SHORTEST, Weakness
from lms.config import Config
from lms.database import reading, writing
from lms.errors import BadRequest, Refused, sentence_of
from lms.i18n import LOCALE_COOKIE, LOCALES, THEME_COOKIE, THEMES
from lms.security import safe_next

YEAR = 365 * 86400
_NEW_DEVICE = "new_device"

WEAKNESSES: dict[Weakness, LazyString] = {
    Weakness.SHORT: lazy_gettext("It needs at least 8 characters."),
    Weakness.LONG: lazy_gettext("It can have at most 256 characters."),
    Weakness.COMMON: lazy_gettext("It is among the passwords that are guessed first."),
    Weakness.CONTEXT: lazy_gettext("Too little is left of it without your name, your number and words of the office."),
    Weakness.CLASSES: lazy_gettext("It needs three of: small letters, capitals, digits, other signs."),
    Weakness.REUSED: lazy_gettext("It is one of your last five."),
}


def config() -> Config:
    """The settings of this installation."""
    found: Config = current_app.extensions["config"]
    return found


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or "unknown"


def onward(form: FlaskForm | None = None) -> str:
    """Where to go after a step of signing in: the wanted page on this host, else the home page."""
    wanted = (form["next"].data if form is not None else None) or request.args.get("next")
    return safe_next(wanted, request.script_root + "/")


def complain(field: Field, error: Refused) -> int:
    """Put a refusal beside its field; the status of the page."""
    if isinstance(error, WeakPassword):
        field.errors = [str(WEAKNESSES[each]) for each in error.weaknesses]
    else:
        field.errors = [sentence_of(error)]
    return error.status


def password_rules() -> str:
    """What the policy in force asks of a new password, in a sentence."""
    if config().password_policy == "dengbao3":
        return gettext("At least 8 characters with three of: small letters, capitals, digits, other signs.")
    return gettext(
        "At least %(shortest)d characters; %(advised)d or more are better. A few words make a good one.",
        shortest=SHORTEST,
        advised=ADVISED,
    )


def _enter(begun: service.Begun, target: str) -> Response:
    """Answer a successful sign-in: a new token and a new page session (its CSRF token with it)."""
    page_session.clear()
    response = redirect(target, 303)
    gate.set_cookie(response, begun.token)
    return response


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Staff number and password; who is in already goes on."""
    form, status = SignInForm(), 200
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(onward())
    if form.validate_on_submit():
        try:
            begun = signin.sign_in(
                form.staff_number.data or "",
                form.password.data or "",
                address=address(),
                user_agent=request.user_agent.string,
            )
            return _enter(begun, onward(form))
        except (WrongCredentials, TooManyAttempts) as error:
            status = complain(form.password, error)
    elif form.is_submitted():
        status = 422
    form.next.data = form.next.data or request.args.get("next", "")
    return render_template("accounts/sign_in.html", form=form), status


@bp.post("/log-out")
@signed_in
def log_out() -> ResponseReturnValue:
    """End the session."""
    with writing() as session:
        service.end_session(session, current_user.session_id, why="log_out")
    page_session.clear()
    response = redirect(url_for("accounts.sign_in"), 303)
    gate.clear_cookie(response)
    return response


@bp.route("/activate", methods=["GET", "POST"])
@public
def activate() -> ResponseReturnValue:
    """An activation code becomes a password and a session."""
    form, status = ActivateForm(), 200
    if form.validate_on_submit():
        try:
            begun = signin.activate(
                form.staff_number.data or "",
                form.code.data or "",
                form.new.data or "",
                address=address(),
                user_agent=request.user_agent.string,
            )
            return _enter(begun, request.script_root + "/")
        except (WrongCode, TooManyAttempts, WeakPassword) as error:
            status = complain(form.new if isinstance(error, WeakPassword) else form.code, error)
    elif form.is_submitted():
        status = 422
    return render_template("accounts/activate.html", form=form, rules=password_rules()), status


@bp.route("/sign-in/code", methods=["GET", "POST"])
@signed_in
def second_factor_code() -> ResponseReturnValue:
    """Ask for the one-time code; who has no device yet goes and sets one up."""
    form, status = CodeForm(), 200
    if current_user.second_factor_passed:
        return redirect(onward(), 303)
    if not queries.has_device(reading(), current_user.id):
        return redirect(url_for("accounts.enrol", next=request.args.get("next")), 303)
    if form.validate_on_submit():
        try:
            token = signin.give_second_factor(gate.viewer(), form.code.data or "", address=address())
            return _enter(service.Begun(current_user.session_id, token), onward(form))
        except (WrongCode, TooManyAttempts) as error:
            status = complain(form.code, error)
    elif form.is_submitted():
        status = 422
    form.next.data = form.next.data or request.args.get("next", "")
    return render_template("accounts/second_factor.html", form=form), status


@bp.route("/account/device", methods=["GET", "POST"])
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
            return _show_recovery_codes(codes, token, onward(form))
        except WrongCode as error:
            status = complain(form.code, error)
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


@bp.post("/language")
@public
def set_language() -> ResponseReturnValue:
    """Remember the language: in a cookie, and with the person who is signed in."""
    language = request.form.get("language", "")
    if language not in LOCALES:
        raise BadRequest
    if current_user.is_authenticated:
        with writing() as session:
            service.set_locale(session, current_user.id, locale=language)
    return _remember(LOCALE_COOKIE, language)


@bp.post("/theme")
@public
def set_theme() -> ResponseReturnValue:
    """Remember the colours in a cookie."""
    theme = request.form.get("theme", "")
    if theme not in THEMES:
        raise BadRequest
    return _remember(THEME_COOKIE, theme)


def _remember(cookie: str, value: str) -> Response:
    response = redirect(safe_next(request.form.get("next"), request.script_root + "/"), 303)
    response.set_cookie(
        cookie, value, max_age=YEAR, secure=config().secure, httponly=True, samesite="Lax", path="/"
    )  # fmt: skip
    return response
