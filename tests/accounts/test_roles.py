"""Giving and withdrawing roles: three administrators apart, nobody for themselves, every step on record (S14)."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import queries, service
from lms.accounts.errors import AlreadyGranted, BadValue, OwnRights, RolesConflict
from lms.accounts.policy import Act, Grant, Role, Viewer, may
from lms.accounts.queries import PersonRow, UnitRow
from lms.audit.models import AuditEntry
from lms.audit.queries import verify
from lms.clock import now
from lms.database import reading, writing
from lms.errors import Forbidden, NotFound
from lms.ids import new_public_id
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock


def roles_of(app: Flask, person: PersonRow) -> set[Role]:
    """The roles in force of somebody."""
    with app.app_context():
        return {row.role for row in queries.grant_rows(reading(), person_id=person.id, now=now())}


def acts_since(app: Flask, number: int) -> list[tuple[str, str]]:
    """Act and result of the audit entries after `number`."""
    with app.app_context():
        query = select(AuditEntry.act, AuditEntry.result).where(AuditEntry.number > number).order_by(AuditEntry.number)
        return [(row.act, row.result) for row in reading().execute(query)]


def last_entry(app: Flask) -> int:
    """The number of the newest audit entry; the chain must hold."""
    with app.app_context():
        count = verify(reading())
    assert isinstance(count, int)
    return count


def administrator(unit_path: str = "/", *, person_id: int = 1) -> Viewer:
    """A security administrator for a part of the organisation."""
    return Viewer(
        id=person_id, public_id="s" * 22, name="安", unit_id=None, unit_name=None, unit_path=None, locale=None,
        session_id=1, grants=(Grant(Role.SECURITY_ADMIN, unit_path=unit_path),),
    )  # fmt: skip


def give(client: FlaskClient, person: PersonRow, role: Role, *, unit: str = "whole") -> int:
    """Fill in the form of the page; the status."""
    return post(
        client, f"/roles/give/{person.public_id}", role=role, scope="organisation", unit=unit, reason="局党组会议纪要"
    ).status_code


@pytest.mark.parametrize("held", ["sun", "li", "zhou"])
@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_no_two_administrators_in_one_hand(app: Flask, cast: Cast, held: str, role: Role) -> None:
    """
    Whoever administers one of the three gets no second one, not even from the command line.
    """
    before = roles_of(app, cast[held])
    with app.app_context(), pytest.raises((RolesConflict, AlreadyGranted)), writing() as session:
        service.grant_role(session, cast[held].id, role, reason="试", by=None)

    assert roles_of(app, cast[held]) == before


def test_the_page_names_the_conflict(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    The refusal says which two roles may not meet, and is on record once.
    """
    sign_in(client, cast.li)
    client.set_cookie("language", "en")
    start = last_entry(app)
    answer = post(
        client, f"/roles/give/{cast.sun.public_id}", role="auditor", scope="organisation", unit="whole", reason="x"
    )

    assert answer.status_code == 409
    assert "System administrator, Auditor" in answer.text
    assert acts_since(app, start) == [("role.refused", "accounts.roles_conflict")]


def test_giving_and_withdrawing(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    A role given on the page is in force at once, and gone at once when withdrawn; both are on record.
    """
    sign_in(client, cast.li)
    start = last_entry(app)
    status = give(client, cast.lin, Role.TRAINING_MANAGER, unit=cast.branch_a.public_id)
    with app.app_context():
        [held] = queries.grant_rows(reading(), person_id=cast.lin.id, now=now())
    post(client, f"/roles/{held.public_id}/withdraw")

    assert status == 303
    assert (held.role, held.unit_path, held.granted_by) == (Role.TRAINING_MANAGER, cast.branch_a.path, "李静")
    assert roles_of(app, cast.lin) == set()
    assert acts_since(app, start) == [("role.grant", "ok"), ("role.withdraw", "ok")]


def test_nobody_gives_to_themselves(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    The security administrator is no exception.
    """
    sign_in(client, cast.li)

    assert give(client, cast.li, Role.EXAMINER) == 403
    assert roles_of(app, cast.li) == {Role.SECURITY_ADMIN}


def test_nobody_withdraws_from_themselves(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    The last security administrator cannot lock the door from outside.
    """
    with app.app_context():
        [own] = queries.grant_rows(reading(), person_id=cast.li.id, now=now())
    answer = post(sign_in(client, cast.li), f"/roles/{own.public_id}/withdraw")

    assert answer.status_code == 403
    assert roles_of(app, cast.li) == {Role.SECURITY_ADMIN}


@pytest.mark.parametrize("name", ["lin", "zhao", "qian", "sun", "zhou"])
def test_only_the_security_administrator_gives(app: Flask, client: FlaskClient, cast: Cast, name: str) -> None:
    """
    Everybody else is refused, and the attempt is on record once.
    """
    sign_in(client, cast[name])
    start = last_entry(app)

    assert give(client, cast.wang, Role.AUDITOR) == 403
    assert roles_of(app, cast.wang) == set()
    assert acts_since(app, start) == [("access.refused", "http_403")]


@pytest.mark.parametrize(
    ("part", "reaches"),
    [("branch_a", True), ("office_a1", True), ("branch_b", False), ("bureau", False), (None, False)],
)
def test_a_giver_reaches_no_further_than_their_own_right(
    app: Flask, cast: Cast, part: str | None, reaches: bool
) -> None:
    """
    A security administrator of branch A gives roles for branch A and below, nowhere else.
    """
    unit = getattr(cast, part) if part else None
    giver = administrator(cast.branch_a.path, person_id=cast.li.id)
    with app.app_context(), writing() as session:
        if not reaches:
            with pytest.raises(Forbidden):
                _grant(session, cast.wang, unit, giver)
        else:
            assert _grant(session, cast.wang, unit, giver)


def _grant(session: object, person: PersonRow, unit: UnitRow | None, giver: Viewer) -> str:
    unit_id = unit.id if unit else None
    return service.grant_role(session, person.id, Role.MARKER, reason="试", by=giver, unit_id=unit_id)  # type: ignore[arg-type]


def test_a_grant_for_one_exam_reaches_that_exam(app: Flask, cast: Cast) -> None:
    """
    An invigilator of one exam supervises that one, not its neighbour.
    """
    exam, other = new_public_id(), new_public_id()
    with app.app_context(), writing() as session:
        service.grant_role(session, cast.wang.id, Role.INVIGILATOR, reason="监考", by=None, scope="exam", thing_id=exam)
        [row] = queries.grant_rows(session, person_id=cast.wang.id, now=now())
    person = Viewer(
        id=1, public_id="w" * 22, name="王", unit_id=None, unit_name=None, unit_path=None, locale=None, session_id=1,
        grants=(Grant(row.role, row.scope, row.unit_path, row.thing_id),),
    )  # fmt: skip

    assert may(person, Act.SUPERVISE, thing_id=exam)
    assert not may(person, Act.SUPERVISE, thing_id=other)


@pytest.mark.parametrize(
    ("scope", "unit", "thing"),
    [("exam", False, None), ("exam", True, "e" * 22), ("exam", False, "short"), ("organisation", False, "e" * 22), ("world", False, None)],
)  # fmt: skip
def test_a_grant_has_one_shape(app: Flask, cast: Cast, scope: str, unit: bool, thing: str | None) -> None:
    """
    Organisation grants name a unit or nothing, the others one thing and no unit.
    """
    unit_id = cast.bureau.id if unit else None
    with app.app_context(), pytest.raises(BadValue), writing() as session:
        service.grant_role(
            session, cast.wang.id, Role.MARKER, reason="试", by=None, scope=scope, unit_id=unit_id, thing_id=thing
        )


def test_the_cadre_is_not_given(app: Flask, cast: Cast) -> None:
    """
    Everybody is a cadre already.
    """
    with app.app_context(), pytest.raises(BadValue), writing() as session:
        service.grant_role(session, cast.wang.id, Role.CADRE, reason="试", by=None)


def test_a_grant_ends_by_itself(app: Flask, client: FlaskClient, cast: Cast, clock: TestClock) -> None:
    """
    A role given until noon is gone at noon, without anybody's doing.
    """
    with app.app_context(), writing() as session:
        ends_at = now() + timedelta(minutes=10)
        service.grant_role(session, cast.wang.id, Role.TRAINING_MANAGER, reason="代理", by=None, ends_at=ends_at)
    sign_in(client, cast.wang)
    before = client.get("/people").status_code
    clock.advance(minutes=10)

    assert (before, client.get("/people").status_code) == (200, 403)


def test_an_ended_administrator_may_take_another_office(app: Flask, cast: Cast) -> None:
    """
    The three are apart at one time, not for a whole career.
    """
    with app.app_context(), writing() as session:
        [held] = queries.grant_rows(session, person_id=cast.sun.id, now=now())
        service.withdraw_role(session, held.public_id, by=None, reason="调岗")
        service.grant_role(session, cast.sun.id, Role.AUDITOR, reason="调岗", by=None)

    assert roles_of(app, cast.sun) == {Role.AUDITOR}


def test_what_is_withdrawn_is_not_withdrawn_again(app: Flask, cast: Cast) -> None:
    """
    The second withdrawal finds nothing.
    """
    with app.app_context(), writing() as session:
        [held] = queries.grant_rows(session, person_id=cast.wu.id, now=now())
        service.withdraw_role(session, held.public_id, by=None, reason="一")
        with pytest.raises(NotFound):
            service.withdraw_role(session, held.public_id, by=None, reason="二")


def test_a_giver_is_not_the_receiver_in_the_service_either(app: Flask, cast: Cast) -> None:
    """
    The rule stands in the service, whatever page calls it.
    """
    own = Viewer(
        id=cast.li.id, public_id=cast.li.public_id, name="李静", unit_id=None, unit_name=None, unit_path=None,
        locale=None, session_id=1, grants=(Grant(Role.SECURITY_ADMIN),),
    )  # fmt: skip
    with app.app_context(), pytest.raises(OwnRights), writing() as session:
        service.grant_role(session, cast.li.id, Role.MARKER, reason="试", by=own)
