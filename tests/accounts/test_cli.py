"""Accounts from the command line: the first administrator of an installation."""

import re

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lms.accounts import queries
from lms.accounts.cli import user
from lms.accounts.policy import Role
from lms.clock import now
from lms.database import reading
from tests.cast import Cast, post

pytestmark = pytest.mark.usefixtures("cast")


def run(app: Flask, *words: str) -> Result:
    """`./run user WORDS`, as the main command calls it."""
    with app.app_context():
        return CliRunner().invoke(user, words)


def roles_of(app: Flask, number: str) -> set[Role]:
    """The roles somebody holds."""
    with app.app_context():
        person = queries.person_by_staff_number(reading(), number)
        assert person is not None
        return {row.role for row in queries.grant_rows(reading(), person_id=person.id, now=now())}


def test_the_first_administrator(app: Flask) -> None:
    """
    Added with a role, the person sets a password with the printed code and is in.
    """
    added = run(app, "add", "s1", "首任", "--role", "security-admin")
    code = re.search(r"code (\S+)", added.output)
    assert code is not None
    answer = post(
        app.test_client(), "/activate", staff_number="S1", code=code[1],
        new="nine copper kettles", again="nine copper kettles",
    )  # fmt: skip

    assert answer.status_code == 303
    assert roles_of(app, "S1") == {Role.SECURITY_ADMIN}


def test_roles_are_given_and_withdrawn(app: Flask) -> None:
    """
    For a unit by its code; withdrawn wherever it was given.
    """
    run(app, "role", "T1001", "marker", "--unit", "101")
    given = roles_of(app, "T1001")
    run(app, "role", "T1001", "marker", "--withdraw")

    assert given == {Role.MARKER}
    assert roles_of(app, "T1001") == set()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("role", "T1005", "auditor"), "System administrator, Auditor"),
        (("role", "T9999", "auditor"), "nobody"),
        (("role", "T1001", "emperor"), "Invalid value"),
        (("role", "T1001", "marker", "--withdraw"), "does not hold"),
        (("add", "T1001", "重"), "T1001"),
        (("add", "T2001", "新", "--unit", "999"), "no unit"),
        (("reset", "T9999"), "nobody"),
        (("disable", "T9999"), "nobody"),
    ],
)
def test_refusals_are_sentences(app: Flask, words: tuple[str, ...], said: str) -> None:
    """
    What cannot be done ends with exit code 1 or 2 and says why, without a trace of Python.
    """
    result = run(app, *words)

    assert result.exit_code in (1, 2)
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_reset_prints_a_code(app: Flask) -> None:
    """
    The printed code sets a new password.
    """
    code = re.search(r"code (\S+)", run(app, "reset", "T1001", "--device").output)
    assert code is not None
    answer = post(
        app.test_client(), "/activate", staff_number="T1001", code=code[1],
        new="nine copper kettles", again="nine copper kettles",
    )  # fmt: skip

    assert answer.status_code == 303


def test_the_list(app: Flask) -> None:
    """
    Everybody in a line with unit, state and roles; narrowed by role.
    """
    run(app, "disable", "T1001")
    everybody = run(app, "list").output.splitlines()
    auditors = run(app, "list", "--role", "auditor").output.splitlines()
    run(app, "enable", "T1001")

    assert "T1001\t林晓\t朝阳门所\tclosed\t" in everybody
    assert auditors == ["T1007\t周正\t局机关\topen\tAuditor"]
    assert "T1001\t林晓\t朝阳门所\topen\t" in run(app, "list").output.splitlines()


def test_the_list_has_all(app: Flask, cast: Cast) -> None:
    """
    Nobody is left out.
    """
    assert len(run(app, "list").output.splitlines()) == len(cast.people)
