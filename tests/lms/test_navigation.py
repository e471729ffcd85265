"""The main menu: who sees which entry, and which one is lit."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import login_user

from lms.accounts.policy import Grant, Role, Viewer
from lms.app import MENU
from lms.navigation import shown
from tests.cast import Cast, sign_in


def lit(page: str) -> list[str]:
    """Addresses of the entries marked as the present page."""
    menu = page.split("<main", maxsplit=1)[0]
    return re.findall(r'<a href="([^"]+)" aria-current="(?:page|true)"', menu)


@pytest.mark.parametrize(
    ("who", "path", "entry"),
    [
        ("lin", "/", "/"),
        ("lin", "/library/documents", "/library/"),
        ("qian", "/transcripts/", "/transcripts/"),
        ("qian", "/transcripts/people", "/transcripts/people"),
        ("zhao", "/exams/new", "/exams/"),
    ],
)
def test_one_entry_is_lit(cast: Cast, client: FlaskClient, who: str, path: str, entry: str) -> None:
    """
    The entry that holds the page is marked, and only that one.
    """
    assert lit(sign_in(client, cast[who]).get(path).text) == [entry]


def test_entries_follow_the_rights(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    A cadre has no exam desk in the menu, an examiner has.
    """
    assert 'href="/exams/"' not in sign_in(client, cast.lin).get("/").text
    assert 'href="/exams/"' in sign_in(app.test_client(), cast.zhao).get("/").text


@pytest.mark.parametrize("role", list(Role))
def test_no_role_sees_more_than_seven_things(app: Flask, cast: Cast, role: Role) -> None:
    """
    Entries and groups together; a group that would hold one entry is that entry; a group that holds the page is marked.
    """
    with app.test_request_context("/exams/"):
        login_user(Viewer(1, "p", "甲", 1, None, "/1/", None, 1, (Grant(role),)))
        drawn = shown(MENU)()

    assert 4 <= len(drawn) <= 7
    assert all(len(one.entries) != 1 for one in drawn)
    assert [any(line.active for line in one.entries) for one in drawn if one.entries] == [
        one.active for one in drawn if one.entries
    ]


def test_everything_at_once_is_still_seven(app: Flask, cast: Cast) -> None:
    """
    Whoever held every role would see the same seven, and every entry once.
    """
    with app.test_request_context("/exams/"):
        login_user(Viewer(1, "p", "甲", 1, None, "/1/", None, 1, tuple(Grant(role) for role in Role)))
        drawn = shown(MENU)()
        urls = [line.url for one in drawn for line in one.entries or (one,)]

    assert len(drawn) == 7
    assert len(urls) == len(set(urls)) == 26
