"""Requests that a foreign page, or a link, makes a browser send: refused, and nothing is changed (S5)."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from lms.accounts import tickets
from tests.cast import csrf
from tests.security.house import House, Row, matrix

ROWS = matrix()
#: what programs ask by POST without a page of ours, and only read
READING = frozenset({"POST library_oai.ask"})
UNSAFE = [row for row in ROWS if row.method != "GET" and row.name not in READING]
SAFE = [row for row in ROWS if row.method == "GET"]
#: whose reading of what is written into the audit log, which is the purpose
READ_ON_RECORD = {name: frozenset({"auditor"}) for name in ("transcripts.person", "transcripts.entry")}
KEY = "X-CSRFToken"
EVIL = "https://evil.example"
ORIGINS = (EVIL, "null", "http://localhost:8080", "http://localhost.evil.example", "http://localhost@evil.example", "")


def signed(client: FlaskClient, raw: str, *, salt: str = "wtf-csrf-token", key: str = "") -> str:
    """A token made of `raw`, signed by us or with another key or for another purpose."""
    return str(URLSafeTimedSerializer(key or client.application.secret_key, salt=salt).dumps(raw))  # type: ignore[arg-type]


def attacks(client: FlaskClient) -> dict[str, tuple[dict[str, Any], int]]:
    """What is sent instead, and the status it gets: without our token 400, from another origin 403."""
    good, raw = csrf(client), "0" * 40
    foreign = {f"origin {origin}": ({"headers": {KEY: good, "Origin": origin}}, 403) for origin in ORIGINS}
    return foreign | {
        "no token": ({"headers": {}}, 400),
        "empty token": ({"headers": {KEY: ""}}, 400),
        "invented token": ({"headers": {KEY: "x" * 40}}, 400),
        "token of another browser": ({"headers": {KEY: signed(client, "1" * 40)}}, 400),
        "token signed by somebody else": ({"headers": {KEY: signed(client, raw, key="another-key" * 4)}}, 400),
        "token of another purpose": ({"headers": {KEY: signed(client, raw, salt="activation")}}, 400),
        "token in the address": ({"headers": {}, "query_string": {"csrf_token": good}}, 400),
        "form as text": ({"headers": {}, "data": f"csrf_token={good}", "content_type": "text/plain", "json": None}, 400),
        "cross-site fetch": ({"headers": {KEY: good, "Sec-Fetch-Site": "cross-site"}}, 403),
    }  # fmt: skip


def attacks_on_tickets(house: House, client: FlaskClient) -> dict[str, tuple[dict[str, Any], int]]:
    """The same for routes that take a ticket: 403, and 404 for one of ours that is for another thing."""
    good = house.ticket(house.values["attempt"])
    payload, _dot, signature = good.rpartition(".")
    thing, person, session = payload.split(".")
    sent = {
        "empty ticket": "",
        "invented ticket": "x" * 40,
        "token of a form": csrf(client),
        "cookie": house.tokens["cadre"],
        "ticket of another browser": house.ticket(thing, who="cadre-b"),
        "ticket signed by somebody else": house.ticket(thing, key="another-key" * 4),
        "no signature": payload,
        "empty signature": f"{payload}.",
        "half a signature": good[:-12],
        "other signature": f"{payload}.{signature[::-1]}",
        "other person": f"{thing}.{int(person) + 1}.{session}.{signature}",
        "other session": f"{thing}.{person}.{int(session) + 1}.{signature}",
        "other thing": f"{house.values['elsewhere']}.{person}.{session}.{signature}",
        "other split": f"{thing}.{person}{session}.{signature}",
        "one part more": f"{thing}.{person}.{session}.1.{signature}",
        "other digits": f"{thing}.{person}.{chr(0x660 + int(session[0]))}{session[1:]}.{signature}".encode().decode("latin-1"),
        "ticket in quotes": f'"{good}"',
        "very long": good + "A" * 5000,
    }  # fmt: skip
    return {
        **{f"origin {origin}": ({"headers": {tickets.HEADER: good, "Origin": origin}}, 403) for origin in ORIGINS},
        **{name: ({"headers": {tickets.HEADER: text}}, 403) for name, text in sent.items()},
        "no ticket": ({"headers": {}}, 403),
        "token without ticket": ({"headers": {KEY: csrf(client)}}, 403),
        "ticket in the address": ({"headers": {}, "query_string": {tickets.HEADER: good}}, 403),
        "cross-site fetch": ({"headers": {tickets.HEADER: good, "Sec-Fetch-Site": "cross-site"}}, 403),
        "ticket for another attempt": ({"headers": {tickets.HEADER: house.ticket(house.values["elsewhere"])}}, 404),
    }


@pytest.mark.parametrize("row", UNSAFE, ids=lambda row: row.name)
def test_a_forged_request_does_nothing(house: House, row: Row) -> None:
    """
    Without the page's token or ticket, or from another origin with it: refused, every table as before, and the audit log
    holds at most the refusal.
    """
    client, before, number = house.client(row.first), house.state(), house.head()
    given = attacks_on_tickets(house, client) if house.by_ticket(row) else attacks(client)
    found = {name: house.ask(row, client, **options).status_code for name, (options, _status) in given.items()}

    assert found == {name: status for name, (_options, status) in given.items()}
    assert house.state() == before
    assert set(house.acts_since(number)) <= {"access.refused"}


@pytest.mark.parametrize("row", UNSAFE, ids=lambda row: row.name)
def test_the_same_request_from_our_page_is_carried_out_and_recorded(house: House, row: Row) -> None:
    """
    With the token or ticket and our own origin it gets its status, and the audit log says what the matrix says.
    """
    client, number = house.client(row.first), house.head()
    headers = {**house.proof(row, client), "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    answer = house.ask(row, client, headers=headers)

    assert answer.status_code == row.statuses[row.first]
    assert house.acts_since(number) == list(row.acts)


@pytest.mark.parametrize("row", SAFE, ids=lambda row: row.name)
def test_a_link_changes_nothing(house: House, row: Row) -> None:
    """
    Whoever follows it, by GET, HEAD or OPTIONS: every table, the audit log among them, is as before.
    """
    before = house.state(without=frozenset())
    for who in set(row.statuses) - READ_ON_RECORD.get(row.endpoint, frozenset()):
        client = house.client(who)
        for method in ("GET", "HEAD", "OPTIONS"):
            client.open(house.address(row), method=method)

    assert house.state(without=frozenset()) == before


@pytest.mark.parametrize("row", UNSAFE, ids=lambda row: row.name)
def test_a_deed_is_not_done_by_another_method(house: House, row: Row) -> None:
    """
    GET with the fields in the address, and headers or fields that rename the method, do nothing.
    """
    client, before = house.client(row.first), house.state()
    fields = {name: str(value) for name, value in (row.form or {}).items()} | {"csrf_token": csrf(client)}
    proof = house.proof(row, client)
    path = house.address(row).partition("?")[0]
    client.get(path, query_string=fields, headers=proof)
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        client.get(path, query_string=fields | {"_method": "POST"}, headers={**proof, name: "POST"})

    assert house.state() == before


@pytest.mark.parametrize("row", [row for row in ROWS if row.name in READING], ids=lambda row: row.name)
def test_what_needs_no_token_changes_nothing(house: House, row: Row) -> None:
    """
    It answers whoever asks alike, refuses foreign pages all the same, and every table stays as it was.
    """
    before = house.state(without=frozenset())
    found = {house.ask(row, house.client(who), headers={}).status_code for who in row.statuses}
    foreign = house.ask(row, house.client("anonymous"), headers={"Origin": EVIL}).status_code

    assert (found, foreign) == ({200}, 403)
    assert house.state(without=frozenset()) == before
