"""What the pages about signing in and one's account share."""

from collections.abc import Callable

from flask import current_app, redirect, request
from flask import session as page_session
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response
from wtforms import Field

from lms.accounts import gate, service
from lms.accounts.errors import Weakness, WeakPassword
from lms.accounts.passwords import ADVISED, DENGBAO, SHORTEST
from lms.config import Config
from lms.errors import Refused, sentence_of
from lms.i18n import chosen_theme, locale_code
from lms.security import safe_next

#: pages in memory
MOST_KEPT = 24
_DENGBAO_RULES = lazy_gettext("At least 8 characters with three of: small letters, capitals, digits, other signs.")
_ASVS_RULES = lazy_gettext(
    "At least %(shortest)d characters; %(advised)d or more are better. A few words make a good one."
)
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
    if config().password_policy == DENGBAO:
        return str(_DENGBAO_RULES)
    return str(_ASVS_RULES) % {"shortest": SHORTEST, "advised": ADVISED}


def kept(name: str, render: Callable[[], str]) -> str:
    """A page that is the same for everybody who has not signed in but for the token of its forms: rendered once in a
    language and colours, because a rush of sign-ins asks for it while others sit an exam.
    """
    pages: dict[tuple[str, ...], list[str]] = current_app.extensions.setdefault("accounts.pages", {})
    token: str = generate_csrf()
    key = (name, locale_code(), chosen_theme(), request.script_root)
    pieces = pages.get(key)
    if pieces is None:
        if len(pages) >= MOST_KEPT:
            pages.clear()
        pieces = pages[key] = render().split(token)
    return token.join(pieces)


def enter(begun: service.Begun, target: str) -> Response:
    """Answer a successful sign-in: a new token and a new page session (its CSRF token with it)."""
    page_session.clear()
    response = redirect(target, 303)
    gate.set_cookie(response, begun.token)
    return response
