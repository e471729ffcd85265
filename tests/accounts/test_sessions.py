"""Sessions end when they should, and stay ended (S9)."""

from flask.testing import FlaskClient

from tests.cast import PASSWORD, Cast, post


def test_the_form_begins_a_session(client: FlaskClient, cast: Cast) -> None:
    """
    The right staff number and password open the door and set an HttpOnly cookie.
    """
    answer = post(client, "/sign-in", staff_number="t1001", password=PASSWORD)

    assert answer.status_code == 303
    assert any("sid=" in c and "HttpOnly" in c and "SameSite=Lax" in c for c in answer.headers.getlist("Set-Cookie"))
