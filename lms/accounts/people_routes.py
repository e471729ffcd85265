"""The people of the organisation, and what a security administrator does to their accounts."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts import gate, queries, service, sessions, signin
from lms.accounts.errors import OwnRights
from lms.accounts.policy import Act, may, unit_paths
from lms.accounts.queries import PersonRow, access_person
from lms.clock import now, today
from lms.database import reading, writing
from lms.errors import NotFound
from lms.paging import paginate, requested_page

bp = Blueprint("people", __name__, url_prefix="/people", template_folder="templates")

STATES = {"": None, "enabled": True, "disabled": False}
SEARCH_LENGTH = 60


@bp.get("")
@requires(Act.SEE_PEOPLE)
def index() -> ResponseReturnValue:
    """People in the viewer's part of the organisation, by name, staff number, unit and state."""
    session, paths = reading(), unit_paths(gate.viewer(), Act.SEE_PEOPLE)
    units = queries.units(session, paths=paths)
    chosen = next((unit for unit in units if unit.public_id == request.args.get("unit")), None)
    query = queries.people(
        search=request.args.get("search", "")[:SEARCH_LENGTH],
        paths=paths,
        unit_path=chosen.path if chosen else "",
        enabled=STATES.get(request.args.get("state", "")),
    )
    page = paginate(session, query, number=requested_page())
    return render_template("accounts/people.html", page=page, units=units)


@bp.get("/<person_id>")
@requires(Act.SEE_PEOPLE)
def person(person_id: str) -> ResponseReturnValue:
    """One person: postings, roles and, for who controls accounts, sessions."""
    session, viewer = reading(), gate.viewer()
    row = access_person(session, viewer, Act.SEE_PEOPLE, person_id)
    controls = may(viewer, Act.CONTROL_ACCOUNTS, unit_path=row.unit_path or "/")
    return render_template(
        "accounts/person.html",
        person=row,
        postings=queries.postings(session, row.id),
        unit_today=queries.unit_on(session, row.id, today()),
        grants=queries.grant_rows(session, person_id=row.id, now=now()),
        sessions=service.live_sessions(session, row.id) if controls else [],
        has_device=controls and queries.has_device(session, row.id),
        controls=controls and row.id != viewer.id,
        grants_roles=may(viewer, Act.GRANT_ROLES, unit_path=row.unit_path or "/") and row.id != viewer.id,
    )


@bp.post("/<person_id>/enable")
@requires(Act.CONTROL_ACCOUNTS)
def enable(person_id: str) -> ResponseReturnValue:
    """Open an account."""
    row = _controlled(person_id)
    with writing() as session:
        service.set_enabled(session, row.id, enabled=True)
    flash(gettext("The account is open."), "good")
    return _back(row)


@bp.post("/<person_id>/disable")
@requires(Act.CONTROL_ACCOUNTS)
def disable(person_id: str) -> ResponseReturnValue:
    """Close an account; its sessions end at their next request."""
    row = _controlled(person_id)
    with writing() as session:
        service.set_enabled(session, row.id, enabled=False)
    flash(gettext("The account is closed and its sessions have ended."), "good")
    return _back(row)


@bp.post("/<person_id>/unlock")
@requires(Act.CONTROL_ACCOUNTS)
def unlock(person_id: str) -> ResponseReturnValue:
    """Forget failed attempts on an account."""
    row = _controlled(person_id)
    signin.unlock(row.id)
    flash(gettext("Failed attempts are forgotten; signing in works again at once."), "good")
    return _back(row)


@bp.post("/<person_id>/activation")
@requires(Act.CONTROL_ACCOUNTS)
def issue_activation(person_id: str) -> ResponseReturnValue:
    """Make a one-time activation code and show it this once."""
    row = _controlled(person_id)
    with writing() as session:
        code = service.issue_activation(session, row.id)
    return render_template("accounts/activation_code.html", person=row, code=code)


@bp.post("/<person_id>/forget-device")
@requires(Act.CONTROL_ACCOUNTS)
def forget_device(person_id: str) -> ResponseReturnValue:
    """Forget a lost device for one-time codes, recovery codes with it."""
    row = _controlled(person_id)
    with writing() as session:
        service.remove_second_factor(session, row.id)
    flash(gettext("The device is forgotten; a new one is set up at the next sign-in."), "good")
    return _back(row)


@bp.post("/<person_id>/sessions/<session_id>/end")
@requires(Act.CONTROL_ACCOUNTS)
def end_session(person_id: str, session_id: str) -> ResponseReturnValue:
    """End one session of somebody."""
    row = _controlled(person_id)
    with writing() as session:
        found = sessions.session_id_of(session, row.id, session_id)
        if found is None or not service.end_session(session, found, why="ended"):
            raise NotFound
    flash(gettext("The session has ended."), "good")
    return _back(row)


def _controlled(person_id: str) -> PersonRow:
    """The person whose account the viewer controls; never their own. Raises NotFound, OwnRights."""
    viewer = gate.viewer()
    row = access_person(reading(), viewer, Act.CONTROL_ACCOUNTS, person_id)
    if row.id == viewer.id:
        raise OwnRights
    return row


def _back(row: PersonRow) -> ResponseReturnValue:
    return redirect(url_for("people.person", person_id=row.public_id), 303)
