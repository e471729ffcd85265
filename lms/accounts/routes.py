"""Signing in and out, the second factor, the choice of language and colours."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask import session as page_session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.access import public, signed_in
from lms.accounts import gate, pages, queries, queueing, service, signin
from lms.accounts.errors import TooManyAttempts, WeakPassword, WrongCode, WrongCredentials
from lms.accounts.forms import ActivateForm, CodeForm, SignInForm
from lms.database import reading, writing
from lms.errors import BadRequest
from lms.i18n import LOCALE_COOKIE, LOCALES, THEME_COOKIE, THEMES
from lms.security import safe_next

bp = Blueprint("accounts", __name__, template_folder="templates")

YEAR = 365 * 86400


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Staff number and password; who is in already goes on."""
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(pages.onward())
        if not request.args and "_flashes" not in page_session:
            return pages.kept("sign_in", lambda: render_template("accounts/sign_in.html", form=SignInForm()))
    form, status = SignInForm(), 200
    if form.validate_on_submit():
        try:
            begun = signin.sign_in(
                form.staff_number.data or "",
                form.password.data or "",
                address=pages.address(),
                user_agent=request.user_agent.string,
            )
            return pages.enter(begun, pages.onward(form))
        except (WrongCredentials, TooManyAttempts) as error:
            status = pages.complain(form.password, error)
    elif form.is_submitted():
        status = 422
    form.next.data = form.next.data or request.args.get("next", "")
    return render_template("accounts/sign_in.html", form=form), status


@bp.get("/sign-in/queue")
@public
def wait() -> ResponseReturnValue:
    """Whether it is the turn of somebody who wants to sign in; `Express` answers before it comes here."""
    return queueing.told(current_app)


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
                address=pages.address(),
                user_agent=request.user_agent.string,
            )
            return pages.enter(begun, request.script_root + "/")
        except (WrongCode, TooManyAttempts, WeakPassword) as error:
            status = pages.complain(form.new if isinstance(error, WeakPassword) else form.code, error)
    elif form.is_submitted():
        status = 422
    return render_template("accounts/activate.html", form=form, rules=pages.password_rules()), status


@bp.route("/sign-in/code", methods=["GET", "POST"])
@signed_in
def second_factor_code() -> ResponseReturnValue:
    """Ask for the one-time code; who has no device yet goes and sets one up."""
    form, status = CodeForm(), 200
    if current_user.second_factor_passed:
        return redirect(pages.onward(), 303)
    if not queries.has_device(reading(), current_user.id):
        return redirect(url_for("account.enrol", next=request.args.get("next")), 303)
    if form.validate_on_submit():
        try:
            token = signin.give_second_factor(gate.viewer(), form.code.data or "", address=pages.address())
            return pages.enter(service.Begun(current_user.session_id, token), pages.onward(form))
        except (WrongCode, TooManyAttempts) as error:
            status = pages.complain(form.code, error)
    elif form.is_submitted():
        status = 422
    form.next.data = form.next.data or request.args.get("next", "")
    return render_template("accounts/second_factor.html", form=form), status


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
        cookie, value, max_age=YEAR, secure=pages.config().secure, httponly=True, samesite="Lax", path="/"
    )
    return response
