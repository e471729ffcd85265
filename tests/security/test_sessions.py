"""What tests of accounts leave open about sessions: every entrance gives a new token, no page shows one, every way out
closes, no step leads elsewhere, and the three administrators meet in no hand, not even in two requests at once (S9, S14).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import queries, service
from lms.accounts.errors import RolesConflict
from lms.accounts.models import LoginSession
from lms.accounts.policy import APART, Role
from lms.audit.models import AuditEntry
from lms.clock import now
from lms.database import reading, writing
from lms.ids import new_public_id
from question_bank.attempt import Kind
from tests.accounts.test_gate import assert_stays
from tests.accounts.test_sessions import change_password, disable, end_elsewhere, log_out, replays, token_of
from tests.cast import PASSWORD, Cast, csrf, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.security.house import House, Row, matrix
from tests.sitting.test_sitting import Candidate, kinds

ROWS = matrix()
NEW = "nine copper kettles"
PLANTED = "planted-by-somebody-else"
ELSEWHERE = (
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "/%09/evil.example",
    "\t//evil.example",
    "///evil.example",
)
PAIRS = tuple(permutations(sorted(APART), 2))
Happening = Callable[[Flask, Cast], None]


def code_for(app: Flask, cast: Cast) -> str:
    """An activation code of Lin's."""
    with app.app_context(), writing() as session:
        return service.issue_activation(session, cast.lin.id)


def test_activation_is_a_new_session(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    A token and a form token planted before are worth nothing after a code became a password.
    """
    client.set_cookie("sid", PLANTED)
    planted = csrf(client)
    answer = post(client, "/activate", staff_number="T1001", code=code_for(app, cast), new=NEW, again=NEW)

    assert answer.status_code == 303
    assert token_of(client) != PLANTED
    assert client.post("/log-out", data={"csrf_token": planted}).status_code == 400
    assert not replays(app, PLANTED)


def activate(app: Flask, cast: Cast) -> None:
    """Lin's password is set anew with a code, as after a theft."""
    post(app.test_client(), "/activate", staff_number="T1001", code=code_for(app, cast), new=NEW, again=NEW)


def close_and_open(app: Flask, cast: Cast) -> None:
    """Li closes Lin's account and opens it again."""
    li = sign_in(app.test_client(), cast.li)
    for deed in ("disable", "enable"):
        post(li, f"/people/{cast.lin.public_id}/{deed}")


def end_by_hand(app: Flask, cast: Cast) -> None:
    """Li ends Lin's session."""
    with app.app_context():
        (found,) = service.live_sessions(reading(), cast.lin.id)
    post(sign_in(app.test_client(), cast.li), f"/people/{cast.lin.public_id}/sessions/{found.public_id}/end")


def command_line(app: Flask, cast: Cast) -> None:
    """The password is set on the command line."""
    with app.app_context(), writing() as session:
        service.set_password(session, cast.lin.id, password=NEW)


@pytest.mark.parametrize("happening", [activate, close_and_open, end_by_hand, command_line])
def test_what_else_ends_a_session(app: Flask, client: FlaskClient, cast: Cast, happening: Happening) -> None:
    """
    After each of these a token from before opens nothing; opening an account again revives none.
    """
    token = token_of(sign_in(client, cast.lin))
    before = replays(app, token)
    happening(app, cast)

    assert before
    assert not replays(app, token)


@pytest.mark.parametrize("happening", [log_out, change_password, disable, end_elsewhere])
def test_a_ticket_is_worthless_afterwards(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock, happening: Callable[..., None]
) -> None:
    """
    After each of these a copy of cookie and ticket writes no answer and hands nothing in; before it, it did.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    token, before = token_of(lin.client), lin.send(lin.event(1, None)).status_code
    happening(lin.client, app, cast, clock)
    lin.client.set_cookie("sid", token)
    replayed = [lin.send(lin.event(1, None)), lin.send(lin.event(2, None)), lin.hand_in()]

    assert before == 200
    assert [(answer.status_code, answer.json["error"]) for answer in replayed] == [(409, "attempt.elsewhere")] * 3
    assert kinds(app, lin.attempt_id) == [Kind.START, Kind.ANSWER]


def test_a_ticket_opens_its_attempt_and_nothing_else(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Without the cookie it opens nothing, and shown to pages that ask for a session it is none.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    thief, headers = app.test_client(), {"X-Ticket": lin.last_ticket}
    event = {"events": [lin.event(1, None)]}
    written = thief.post(f"/sitting/{lin.attempt_id}/events", json=event, headers=headers).status_code
    seen = [thief.get(path, headers=headers).status_code for path in (f"/sitting/{lin.attempt_id}", "/account")]

    assert (written, seen) == (403, [303, 303])
    assert kinds(app, lin.attempt_id) == [Kind.START]


def test_who_answers_is_not_at_rest(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    A browser that sends nothing but answers for longer than a session may rest loses none of them; the pages ask for a
    new log-in.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    answered = []
    for _each in range(4):
        clock.advance(minutes=14)
        answered.append(lin.send(lin.event(1, None)).status_code)

    assert answered == [200] * 4
    assert lin.client.get("/account").status_code == 303


def test_logging_out_leaves_other_browsers_in(app: Flask, cast: Cast) -> None:
    """
    One log-out ends one session.
    """
    office, home = (sign_in(app.test_client(), cast.lin) for _each in range(2))
    post(home, "/log-out")

    assert (office.get("/account").status_code, home.get("/account").status_code) == (200, 303)


@pytest.mark.parametrize(("seconds", "inside"), [(29 * 60 + 59, True), (30 * 60, False)])
def test_rest_ends_on_the_second(client: FlaskClient, cast: Cast, clock: TestClock, seconds: int, inside: bool) -> None:
    """
    Thirty minutes without use end a session, not one second less.
    """
    sign_in(client, cast.lin)
    clock.advance(seconds=seconds)

    assert (client.get("/account").status_code == 200) is inside


def test_a_withdrawn_right_ends_within_the_session(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    The next request after a role was withdrawn is refused; the session goes on as a cadre's.
    """
    sign_in(client, cast.zhao)
    before = client.get("/exams/").status_code
    with app.app_context(), writing() as session:
        (held,) = queries.grant_rows(session, person_id=cast.zhao.id, now=now())
        service.withdraw_role(session, held.public_id, by=None, reason="调离")

    assert (before, client.get("/exams/").status_code, client.get("/sitting/").status_code) == (200, 403, 200)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_further_step_leads_elsewhere(app: Flask, cast: Cast, wanted: str) -> None:
    """
    Wherever else a page to go on to is named, one stays on this host.
    """
    lin = sign_in(app.test_client(), cast.lin)
    for step in ("/sign-in", "/sign-in/code"):
        assert_stays(lin.get(step, query_string={"next": wanted}).location)
    with app.app_context(), writing() as session:
        session.scalars(select(LoginSession)).one().password_change_due = True
    led = lin.get("/courses/", query_string={"next": wanted}).location
    changed = post(lin, "/account/password", old=PASSWORD, new=NEW, again=NEW, next=wanted)

    assert led.startswith("/account/password?")
    assert changed.status_code == 303
    assert_stays(changed.location)


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=lambda row: row.name)
def test_no_answer_shows_a_secret(house: House, row: Row) -> None:
    """
    Neither token, password, hash nor key stands in a page, a file, or a header but the cookie itself.
    """
    secrets = {
        *house.tokens.values(),
        house.values["password"],
        house.values["activation"],
        house.app.config["SECRET_KEY"],
        "$argon2",
    }
    for who in row.let_in:
        answer = house.ask(row, house.client(who))
        said = answer.data.decode("utf-8", "replace") + "".join(f"{name}: {value}\n" for name, value in answer.headers)
        assert {secret for secret in secrets if secret in said} == set(), who


def test_the_audit_log_holds_no_secret(house: House) -> None:
    """
    What was recorded while the house was built names no token, no password and no code.
    """
    with house.app.app_context():
        said = repr(reading().execute(select(AuditEntry)).all())
    secrets = {*house.tokens.values(), house.values["password"], house.values["activation"]}

    assert {secret for secret in secrets if secret in said} == set()


def scope(cast: Cast, number: int) -> dict[str, object]:
    """One of the parts for which a role can be given."""
    parts: tuple[dict[str, object], ...] = (
        {},
        {"unit_id": cast.branch_a.id},
        {"unit_id": cast.branch_b.id},
        {"scope": "exam", "thing_id": new_public_id()},
    )
    return parts[number]


@pytest.mark.parametrize(("held", "wanted"), PAIRS)
@pytest.mark.parametrize("parts", [(0, 1), (1, 2), (2, 1), (1, 3), (3, 0)])
def test_apart_means_apart_everywhere(app: Flask, cast: Cast, held: Role, wanted: Role, parts: tuple[int, int]) -> None:
    """
    Two of the three may not meet in one hand for different parts of the organisation, or for single things, either.
    """
    with app.app_context(), writing() as session:
        service.grant_role(session, cast.lin.id, held, reason="试", by=None, **scope(cast, parts[0]))  # type: ignore[arg-type]
    with app.app_context(), pytest.raises(RolesConflict), writing() as session:
        service.grant_role(session, cast.lin.id, wanted, reason="试", by=None, **scope(cast, parts[1]))  # type: ignore[arg-type]


@pytest.mark.parametrize(("one", "other"), PAIRS[:3])
def test_two_requests_at_once_give_one(app: Flask, cast: Cast, one: Role, other: Role) -> None:
    """
    Two administrators give one person two of the three at the same moment: one of them is refused.
    """
    start = Barrier(2)

    def give(role: Role) -> bool:
        with app.app_context():
            start.wait(10)
            try:
                with writing() as session:
                    service.grant_role(session, cast.lin.id, role, reason="试", by=None)
            except RolesConflict:
                return False
            return True

    with ThreadPoolExecutor(2) as both:
        given = list(both.map(give, (one, other)))

    assert sorted(given) == [False, True]
