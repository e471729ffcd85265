"""`./run user ...`: accounts from the command line, e.g. the first administrator of an installation.

The commands expect an application context, which the main command opens.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask_babel import force_locale
from sqlalchemy.orm import Session

from lms.accounts import queries, service, signin
from lms.accounts.policy import ROLE_NAMES, Role
from lms.accounts.queries import PersonRow
from lms.clock import now
from lms.database import reading, writing
from lms.errors import Refused, sentence_of

_ROLES = click.Choice([role.value for role in Role if role is not Role.CADRE])


@click.group()
def user() -> None:
    """Accounts: add, give roles, reset, list, open and close."""


def _speaking(command: Callable[..., None]) -> Callable[..., None]:
    """Say a refusal as one English sentence with exit code 1."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        with force_locale("en"):
            try:
                command(*args, **options)
            except Refused as error:
                raise click.ClickException(f"{sentence_of(error)} ({error.code})") from error

    return run


@user.command()
@click.argument("staff_number")
@click.argument("name")
@click.option("--unit", "unit_code", help="Code of the unit the person serves in.")
@click.option("--role", type=_ROLES, help="A role for the whole organisation, e.g. security-admin.")
@_speaking
def add(staff_number: str, name: str, unit_code: str | None, role: str | None) -> None:
    """Add a person and print the activation code with which they set their password."""
    with writing() as session:
        unit_id = _unit_id(session, unit_code)
        person = service.add_person(session, staff_number=staff_number, name=name, unit_id=unit_id)
        if role:
            service.grant_role(session, person.id, Role(role), reason="command line", by=None)
        code = service.issue_activation(session, person.id)
    click.echo(f"{person.staff_number} {person.name}: activation code {code} (7 days, once)")


@user.command()
@click.argument("staff_number")
@click.argument("role", type=_ROLES)
@click.option("--unit", "unit_code", help="Only for this unit and all below it; by default the whole organisation.")
@click.option("--withdraw", is_flag=True, help="Take the role away instead, wherever it was given.")
@click.option("--reason", default="command line", help="Goes into the audit log.")
@_speaking
def role(staff_number: str, role: str, unit_code: str | None, withdraw: bool, reason: str) -> None:  # noqa: FBT001
    """Give a person a role, or withdraw it."""
    with writing() as session:
        person = _person(session, staff_number)
        if withdraw:
            _withdraw(session, person, Role(role), reason)
        else:
            unit_id = _unit_id(session, unit_code)
            service.grant_role(session, person.id, Role(role), reason=reason, by=None, unit_id=unit_id)
    click.echo(f"{person.staff_number} {person.name}: {role} {'withdrawn' if withdraw else 'given'}")


@user.command()
@click.argument("staff_number")
@click.option("--device", is_flag=True, help="Forget a lost device for one-time codes too.")
@_speaking
def reset(staff_number: str, device: bool) -> None:  # noqa: FBT001
    """Print a new activation code, and forget failed attempts."""
    person = _person(reading(), staff_number)
    signin.unlock(person.id)
    with writing() as session:
        if device:
            service.remove_second_factor(session, person.id)
        code = service.issue_activation(session, person.id)
    click.echo(f"{person.staff_number} {person.name}: activation code {code} (7 days, once)")


@user.command(name="list")
@click.option("--role", type=_ROLES, help="Only holders of this role.")
@_speaking
def list_(role: str | None) -> None:
    """List accounts: staff number, name, unit, state and roles."""
    session = reading()
    held: dict[str, list[str]] = {}
    for grant in session.execute(queries.grants(now=now())):
        held.setdefault(grant.staff_number, []).append(str(ROLE_NAMES[Role(grant.role)]))
    holders = set(queries.holders(session, Role(role), now=now())) if role else None
    for row in session.execute(queries.people()):
        if holders is None or row.public_id in holders:
            state = "open" if row.enabled else "closed"
            roles = ", ".join(held.get(row.staff_number, []))
            click.echo("\t".join([row.staff_number, row.name, row.unit_name or "-", state, roles]))


@user.command()
@click.argument("staff_number")
@_speaking
def disable(staff_number: str) -> None:
    """Close an account and end its sessions."""
    with writing() as session:
        service.set_enabled(session, _person(session, staff_number).id, enabled=False)
    click.echo("closed")


@user.command()
@click.argument("staff_number")
@_speaking
def enable(staff_number: str) -> None:
    """Open an account again."""
    with writing() as session:
        service.set_enabled(session, _person(session, staff_number).id, enabled=True)
    click.echo("open")


def _person(session: Session, staff_number: str) -> PersonRow:
    person = queries.person_by_staff_number(session, service.normal_staff_number(staff_number))
    if person is None:
        raise click.ClickException(f"there is nobody with the staff number {staff_number}")
    return person


def _unit_id(session: Session, code: str | None) -> int | None:
    if code is None:
        return None
    unit = queries.unit_by_code(session, code)
    if unit is None:
        raise click.ClickException(f"there is no unit with the code {code}")
    return unit.id


def _withdraw(session: Session, person: PersonRow, role: Role, reason: str) -> None:
    held = [row for row in queries.grant_rows(session, person_id=person.id, now=now()) if row.role is role]
    if not held:
        raise click.ClickException(f"{person.staff_number} does not hold {role}")
    for row in held:
        service.withdraw_role(session, row.public_id, by=None, reason=reason)
