"""Every page of accounts can be read by those it is for, and by nobody else."""

import re

import pytest
from flask import Flask
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


def test_the_kept_sign_in_page_is_everybodys_own(app: Flask) -> None:
    """
    Two strangers get the page with a token of their own that opens their form and not the other's; language, colours and the
    page one came for are as each wants them.
    """
    first, second = app.test_client(), app.test_client()
    pages = [client.get("/sign-in").text for client in (first, second, first)]
    tokens = [re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', page) for page in pages]

    assert all(len(each) == 3 and len(set(each)) == 1 for each in tokens)
    assert tokens[0][0] != tokens[1][0]
    assert (
        pages[0].replace(tokens[0][0], "") == pages[1].replace(tokens[1][0], "") == pages[2].replace(tokens[2][0], "")
    )
    app.config["WTF_CSRF_ENABLED"] = True
    form = {"staff_number": "nobody", "password": "wrong", "csrf_token": tokens[0][0]}
    assert first.post("/sign-in", data=form).status_code == 403
    assert second.post("/sign-in", data=form).status_code == 400

    english = second.get("/sign-in", headers={"Accept-Language": "en"}).text
    assert 'lang="en"' in english
    assert 'lang="zh-CN" data-theme="auto"' in first.get("/sign-in").text
    first.set_cookie("theme", "dark")
    assert 'data-theme="dark"' in first.get("/sign-in").text
    assert 'name="next" type="hidden" value="/library/"' in second.get("/sign-in?next=/library/").text
    assert "/library/" not in second.get("/sign-in").text
