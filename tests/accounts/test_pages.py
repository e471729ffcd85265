"""Every page of accounts can be read by those it is for, and by nobody else."""

import pytest
from flask.testing import FlaskClient

from tests.cast import Cast, sign_in

PAGES = {
    "/account": ("lin", "li"),
    "/account/password": ("lin", "li"),
    "/account/device": ("lin", "li"),
    "/people": ("qian", "sun", "li"),
    "/people/{lin}": ("qian", "sun", "li"),
    "/roles": ("li",),
    "/roles/give/{lin}": ("li",),
}


@pytest.mark.parametrize("name", ["lin", "wang", "zhao", "qian", "sun", "li", "zhou"])
@pytest.mark.parametrize("address", PAGES)
def test_a_page_opens_for_its_readers_only(client: FlaskClient, cast: Cast, address: str, name: str) -> None:
    """
    Who is named reads the page; everybody else is refused.
    """
    readers = ("lin", "wang", "zhao", "qian", "sun", "li", "zhou") if address.startswith("/account") else PAGES[address]
    answer = sign_in(client, cast[name]).get(address.format(lin=cast.lin.public_id))

    assert (200 if name in readers else 403) == answer.status_code
