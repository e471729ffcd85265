"""The gate: who stands before it, and whether they may call this endpoint. It fails closed.

A view without a mark is refused; so is everything but the second factor, the change of a due password and the
way out while one of those is pending.
"""

import time
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from flask import Flask, Request, current_app, g, redirect, request, url_for
from flask import Response as FlaskResponse
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response

from lms.access import Rule, rule_of
from lms.accounts import queueing, second_factor, sessions, tickets
from lms.accounts.passwords import Hasher
from lms.accounts.policy import Viewer
from lms.accounts.queueing import told as told
from lms.accounts.tickets import HEADER as TICKET_HEADER
from lms.accounts.tickets import Ticket as Ticket
from lms.accounts.viewers import viewer_of
from lms.audit.service import record
from lms.clock import now
from lms.config import Config
from lms.database import writing
from lms.errors import Forbidden, NotFound, SignInNeeded, StorageAway, StorageFull, wants_json
from lms.security import SAFE_METHODS
from lms.storage import trouble

log = structlog.get_logger()

TOUCH_AFTER = timedelta(minutes=1)
#: seconds without trying where the last try failed
TOUCH_RESTS = 30.0
MAX_TOKEN_LENGTH = 64
#: where a session may go that still owes its second factor or a new password
_ALWAYS = frozenset({"accounts.log_out", "accounts.set_language", "accounts.set_theme", "asset_file"})
OWES_CODE = _ALWAYS | {"accounts.second_factor_code", "account.enrol"}
OWES_PASSWORD = _ALWAYS | {"account.change_password"}
#: answers that say somebody tried what is not theirs
_REFUSALS = frozenset({401, 403, 404})


def init_app(app: Flask, config: Config) -> None:
    """Load the person of each request from the session cookie and hold every endpoint against its mark."""
    app.extensions["accounts.hasher"] = Hasher(waiting=max(1, config.threads // 2), apart=not config.testing)
    queueing.init_app(app)
    login = LoginManager()
    login.session_protection = None
    login.request_loader(_load)
    login.init_app(app)
    app.extensions["accounts.touch_rests"] = 0.0
    app.extensions["accounts.cookie"] = "__Host-sid" if config.secure else "sid"
    app.before_request(_check)
    app.after_request(_record_refusal)


def viewer() -> Viewer:
    """The person of the request as a plain value; only where somebody is signed in."""
    person: Viewer = current_user._get_current_object()
    return person


def signed_in_viewer() -> Viewer:
    """The same behind `by_ticket`, which does not ask who is there; raises SignInNeeded."""
    if not current_user.is_authenticated:
        raise SignInNeeded
    return viewer()


def cookie_name() -> str:
    """The name of the session cookie; a browser keeps `__Host-` to this very host and TLS."""
    name: str = current_app.extensions["accounts.cookie"]
    return name


def set_cookie(response: Response, token: str) -> None:
    """Hand the browser its token; it forgets it when it closes."""
    config: Config = current_app.extensions["config"]
    response.set_cookie(cookie_name(), token, secure=config.secure, httponly=True, samesite="Lax", path="/")


def clear_cookie(response: Response) -> None:
    """Make the browser forget its token and what it stored of our pages."""
    config: Config = current_app.extensions["config"]
    response.delete_cookie(cookie_name(), secure=config.secure, httponly=True, samesite="Lax", path="/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def record_refusal(act: str, *, thing: str, thing_id: str | None, code: str) -> None:
    """Write the audit entry of a use case that was refused and whose page goes on; the only one of this request."""
    with writing() as session:
        record(session, act, thing=thing, thing_id=thing_id, result=code)
    g.refusal_recorded = True


def _load(asked: Request) -> Viewer | None:
    found = of_token(asked.cookies.get(cookie_name(), ""))
    if found is None:
        return None
    person, g.session_seen = found
    return person


def of_token(token: str) -> tuple[Viewer, datetime] | None:
    """Whose session a cookie's token opens, and when it was last noted to be used; None for no session that lives."""
    if not token or len(token) > MAX_TOKEN_LENGTH:
        return None
    moment = now()
    loaded = viewer_of(sessions.hash_of(token), now=moment, idle_since=sessions.idle_since(moment))
    if loaded is None:
        return None
    needed = second_factor.is_needed(loaded.viewer, asked=loaded.second_factor_asked)
    person = replace(loaded.viewer, second_factor_passed=loaded.viewer.second_factor_passed or not needed)
    return person, loaded.last_seen_at


def owes_nothing(person: Viewer) -> bool:
    """Whether a person may go on: the second factor was passed, no change of the password is due."""
    return person.second_factor_passed and not person.password_change_due


def _check() -> ResponseReturnValue | None:
    """Before every request: None lets it through."""
    if request.endpoint is None:
        return None
    rule = rule_of(current_app.view_functions[request.endpoint])
    if rule is None:
        raise Forbidden(reason="unmarked")
    if rule.kind == "public":
        return None
    if rule.kind == "ticket":
        _check_ticket()
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    person = viewer()
    _touch(person)
    _check_right(person, rule)
    return _owed(person, request.endpoint)


def _check_ticket() -> None:
    """A ticket of ours, for this browser and for the thing in the address; raises Forbidden or NotFound."""
    given = request.headers.get(TICKET_HEADER, "")
    key: str = current_app.config["SECRET_KEY"]
    found = tickets.read(given, token=request.cookies.get(cookie_name(), ""), key=key)
    if found is None:
        raise Forbidden(reason="ticket")
    if found.thing not in (request.view_args or {}).values():
        raise NotFound
    g.ticket = found


def ticket() -> Ticket:
    """The ticket of this request; only behind `by_ticket`."""
    found: Ticket = g.ticket
    return found


def issue_ticket(thing: str) -> dict[str, str]:
    """The header that lets the browser of this request write to a thing."""
    return ticket_of(viewer(), thing, token=request.cookies.get(cookie_name(), ""))


def ticket_of(person: Viewer, thing: str, *, token: str) -> dict[str, str]:
    """The same for the browser whose session cookie holds `token`."""
    key: str = current_app.config["SECRET_KEY"]
    made = Ticket(thing, person.id, person.session_id)
    return {TICKET_HEADER: tickets.issue(made, token=token, key=key)}


def _check_right(person: Viewer, rule: Rule) -> None:
    if rule.kind == "signed_in" or (rule.kind == "act" and rule.acts & person.acts):
        return
    log.warning("right_refused", person=person.public_id, endpoint=request.endpoint)
    raise Forbidden


def _owed(person: Viewer, endpoint: str) -> ResponseReturnValue | None:
    """The way to what the session owes, when it is not on its way there."""
    if not person.second_factor_passed:
        open_to, target = OWES_CODE, "accounts.second_factor_code"
    elif person.password_change_due:
        open_to, target = OWES_PASSWORD, "account.change_password"
    else:
        return None
    if endpoint in open_to:
        return None
    if wants_json() or request.method not in SAFE_METHODS:
        raise Forbidden(reason="pending")
    return redirect(url_for(target, next=_here()))


def _to_sign_in() -> ResponseReturnValue:
    if wants_json():
        raise SignInNeeded
    target = _here() if request.method in SAFE_METHODS else None
    return redirect(url_for("accounts.sign_in", next=target), 303)


def _here() -> str | None:
    """The path to come back to; none for the home page, which is where one lands anyway."""
    path = request.full_path.removesuffix("?")
    return None if path == "/" else request.script_root + path


def _touch(person: Viewer) -> None:
    """Note the use of the session, once a minute; a database that cannot write still lets people read: then nobody
    tries again for some seconds, because each who tries waits as long as the database lets writers wait.
    """
    moment = now()
    if moment - g.session_seen < TOUCH_AFTER or time.monotonic() < current_app.extensions["accounts.touch_rests"]:
        return
    try:
        sessions.touch(person.session_id, moment=moment)
    except Exception as error:
        if not isinstance(error, StorageAway | StorageFull) and trouble(error) is None:
            raise
        current_app.extensions["accounts.touch_rests"] = time.monotonic() + TOUCH_RESTS
        log.warning("session_not_touched", session=person.session_public_id)


def _record_refusal(response: FlaskResponse) -> FlaskResponse:
    """An unsafe request of a known person that was refused as not theirs leaves its entry in the audit log."""
    if request.method in SAFE_METHODS or response.status_code not in _REFUSALS or request.endpoint is None:
        return response
    if g.get("refusal_recorded") or not current_user.is_authenticated:
        return response
    with writing() as session:
        record(
            session,
            "access.refused",
            thing="endpoint",
            thing_id=request.endpoint,
            after={"path": request.path[:200]},
            result=f"http_{response.status_code}",
        )
    return response
