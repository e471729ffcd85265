"""Every page of accounts can be read by those it is for, and by nobody else."""

import pytest
from flask.testing import FlaskClient

from tests.cast import Cast, sign_in

EVERYBODY = ("lin", "wang", "zhao", "qian", "sun", "li", "zhou")
PAGES = {
    "/account": EVERYBODY,
    "/account/password": EVERYBODY,
    "/account/device": EVERYBODY,
    "/people": ("qian", "sun", "li"),
    "/people/{lin}": ("qian", "sun", "li"),
    "/roles": ("li",),
    "/roles/give/{lin}": ("li",),
}


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_page_opens_for_its_readers_only(client: FlaskClient, cast: Cast, name: str) -> None:
    """
    Who is named reads the page; everybody else is refused.
    """
    sign_in(client, cast[name])
    opened = [page for page in PAGES if client.get(page.format(lin=cast.lin.public_id)).status_code == 200]

    assert opened == [page for page, readers in PAGES.items() if name in readers]


def test_a_stranger_reads_the_front_only(client: FlaskClient, cast: Cast) -> None:
    """
    Sign-in and activation are open; everything else leads to the sign-in.
    """
    front = [client.get(page).status_code for page in ("/sign-in", "/activate")]
    inside = [client.get(page.format(lin=cast.lin.public_id)).status_code for page in PAGES]

    assert front == [200, 200]
    assert inside == [303] * len(PAGES)
