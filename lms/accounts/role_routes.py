"""Who holds which role, giving and withdrawing them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms import SelectChoice  # type: ignore[attr-defined]  # the stubs are older than WTForms

from lms.access import requires
from lms.accounts import gate, queries, service
from lms.accounts.errors import AlreadyGranted, BadValue, OwnRights, RolesConflict
from lms.accounts.forms import GrantForm, WithdrawForm
from lms.accounts.policy import ROLE_NAMES, Act, Role, unit_paths
from lms.accounts.queries import PersonRow, access_person
from lms.clock import now
from lms.database import reading, writing
from lms.errors import sentence_of
from lms.paging import paginate, requested_page

bp = Blueprint("roles", __name__, url_prefix="/roles", template_folder="templates")

WHOLE = "whole"


@bp.get("")
@requires(Act.GRANT_ROLES)
def index() -> ResponseReturnValue:
    """Every role in force in the viewer's part of the organisation."""
    wanted = request.args.get("role", "")
    role = Role(wanted) if wanted in set(Role) else None
    query = queries.grants(now=now(), role=role, paths=unit_paths(gate.viewer(), Act.GRANT_ROLES))
    page = paginate(reading(), query, number=requested_page())
    return render_template("accounts/roles.html", page=page, given=_given_roles())


@bp.route("/give/<person_id>", methods=["GET", "POST"])
@requires(Act.GRANT_ROLES)
def give(person_id: str) -> ResponseReturnValue:
    """Give a person a role; a role that may not meet one they hold is refused, and the two are named."""
    person = access_person(reading(), gate.viewer(), Act.GRANT_ROLES, person_id)
    form, status = _grant_form(), 200
    if form.validate_on_submit():
        try:
            _give(person, form)
            flash(gettext("The role is given."), "good")
            return redirect(url_for("people.person", person_id=person.public_id), 303)
        except (RolesConflict, AlreadyGranted, OwnRights, BadValue) as error:
            status = error.status
            gate.record_refusal("role.refused", thing="person", thing_id=person.public_id, code=error.code)
            form.form_errors.append(sentence_of(error))
    elif form.is_submitted():
        status = 422
    return render_template("accounts/give_role.html", form=form, person=person), status


@bp.post("/<grant_id>/withdraw")
@requires(Act.GRANT_ROLES)
def withdraw(grant_id: str) -> ResponseReturnValue:
    """End a role now."""
    form = WithdrawForm()
    reason = form.reason.data if form.validate() and form.reason.data else gettext("withdrawn on the page of roles")
    with writing() as session:
        service.withdraw_role(session, grant_id, by=gate.viewer(), reason=reason)
    flash(gettext("The role is withdrawn."), "good")
    return redirect(url_for("roles.index"), 303)


def _given_roles() -> list[Role]:
    return [role for role in Role if role is not Role.CADRE]


def _grant_form() -> GrantForm:
    form, paths = GrantForm(), unit_paths(gate.viewer(), Act.GRANT_ROLES)
    form.role.choices = [SelectChoice(role.value, str(ROLE_NAMES[role])) for role in _given_roles()]
    whole = [SelectChoice(WHOLE, gettext("the whole organisation"))] if "/" in paths else []
    units = queries.units(reading(), paths=paths)
    form.unit.choices = whole + [SelectChoice(unit.public_id, "\u3000" * unit.depth + unit.name) for unit in units]
    return form


def _give(person: PersonRow, form: GrantForm) -> None:
    scope = form.scope.data
    within = scope == "organisation"
    with writing() as session:
        unit_id = queries.unit_by_public_id(session, form.unit.data).id if within and form.unit.data != WHOLE else None
        service.grant_role(
            session,
            person.id,
            Role(form.role.data),
            reason=form.reason.data or "",
            by=gate.viewer(),
            scope=scope,
            unit_id=unit_id,
            thing_id=None if within else (form.thing.data or "").strip(),
        )
