"""The main menu: who sees which entry, and which one is lit."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

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
