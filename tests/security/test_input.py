"""What forms and addresses carry: hostile values break nothing, further fields set nothing (S7, S11)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from lms.database import db, reading
from tests.cast import Cast, csrf, sign_in
from tests.security.house import House, Row, matrix

ROWS = matrix()
FORMS = [row for row in ROWS if row.method != "GET" and row.form]
BRACED = [row for row in ROWS if "{" in row.address]
HOSTILE = (
    "", " ", "\x00", "a\x00b", "\x7f\x1b[31m", "\r\nSet-Cookie: x=1", "' OR 1=1--", '"; DROP TABLE person;--', "%00", "%", "_",
    "{{7*7}}", "${7*7}", "{0.__class__}", "%(x)s", "%s%n", "../../etc/passwd", "..\\..\\x", "-1", "0", "1e999", "NaN", "sNaN", "-Infinity", "0.015", "1e-30", "1_0", "9" * 400,
    "٣", "１２", "true", "[]", "{}", "null", "<script>alert(1)</script>", "\u202e\u2028\ufeff", "👮" * 300, "x" * 70_000,
)  # fmt: skip
#: names a route may read though its row does not send them
#: what is wrong there is an answer of its protocol, repeated parameters too
TOLD_BY_THE_PROTOCOL = frozenset({"library_oai.ask"})
READ = frozenset({"next", "reason", "csrf_token"})
_EDITOR = frozenset({"point", "cognitive", "difficulty", "valid_from", "valid_until", "based_on"})
#: and those that one route reads, by the feature or the route
READ_BY = {
    "appeals.attempt": frozenset({"questions"}),
    "admission_rule.edit": frozenset({"address", "browser"}),
    "admission_desk.room": frozenset({"every_time"}),
    "bank.new": frozenset({"reviewed"}),
    "bank.edit": frozenset({"reviewed"}),
    "bank_editor": _EDITOR,
    "bank_many": _EDITOR,
    "bank_review": frozenset({"comment"}),
    "bank_import.index": frozenset({"text", "format"}),
    "authoring_drafts.settings": frozenset({
        "title_en", "summary", "summary_en", "hours", "minutes", "presence", "objectives", "supplier", "licence_end",
        "cost",
    }),
    "classes.plan": frozenset({"name_en", "host", "place", "maximum", "pass_mark", "exam"}),
    "class_plans": frozenset({"name_en", "host", "place", "maximum", "pass_mark", "exam"}),
    "class_timetable": frozenset({"lecturer", "place", "hours"}),
    "particulars.person": frozenset({"born", "ethnicity", "education", "degree", "category", "appointed_on", "id_number"}),
    "claims": frozenset({"place", "minutes", "level", "remark", "days"}),
    "plans": frozenset({
        "units", "posts", "ranks", "categories", "party", "posted_since", "appointed_since", "without", "by", "day", "days",
        "grace", "earlier", "before", "after", "escalate",
    }),
    "training_courses": frozenset({"title_en", "electives", "in_order"}),
    "library_facts.save": frozenset({
        "author", "issuer", "number", "issued_on", "effective_on", "amended_on", "valid_until", "tags", "source_note", "rights",
    }),
}  # fmt: skip
CLAIMS = {
    "is_admin": "1", "admin": "true", "roles": "system-admin", "score": "100", "total": "100", "passed": "1", "user_id": "1",
    "person": "1", "deadline": "2030-01-01T00:00", "_method": "DELETE", "__class__": "x", "viewer": "1", "by": "1",
}  # fmt: skip
Cells = dict[tuple[str, int, str], object]


@pytest.mark.parametrize("row", FORMS, ids=lambda row: row.name)
def test_no_field_breaks_the_server(built: tuple[House, Path], house: House, row: Row) -> None:
    """
    Each field of each form with each hostile value, and each field twice: answered, never with a fault.
    """
    client, faults = house.client(row.first), list[str]()
    for name in row.form or {}:
        for value in (*HOSTILE, ["a", "b"]):
            form = {**filled(house, row), name: value, "csrf_token": csrf(client)}
            status = client.post(house.address(row), data=form).status_code
            faults += [f"{name}={value!r:.40}: {status}"] if status >= 500 else []
            if status < 400:
                house.back(built[1])
                client = house.client(row.first)

    assert faults == []


@pytest.mark.parametrize("row", BRACED, ids=lambda row: row.name)
def test_no_id_breaks_the_server(house: House, row: Row) -> None:
    """
    In the place of an id any text is one that is not there: 404 (or 400, or the wrong method), never a fault.
    """
    client = house.client(row.first)
    parts = {name for name in house.values if f"{{{name}}}" in row.address}
    for value in (*HOSTILE[1:], "x" * 22, "%2e%2e", "..", "%F0", "é", "1", "-"):
        address = row.address.format(**house.values | dict.fromkeys(parts, quote(value, safe="")))
        answer = client.open(address, method=row.method, json=row.json, headers=house.proof(row, client))
        paced = row.endpoint == "verification.code" and answer.status_code == 429  # nobody tries out codes
        assert paced or answer.status_code in (302, 303, 308, 400, 401, 404, 405, 414), (value[:40], answer.status_code)
        assert row.endpoint == "verification.code" or answer.status_code >= 400 or answer.location


def filled(house: House, row: Row) -> dict[str, Any]:
    """The fields of a row as they are sent."""
    return {name: str(value).format(**house.values) for name, value in (row.form or {}).items() if name != "file"}


def cells(house: House) -> Cells:
    """Every cell of every table, as the database holds it."""
    found: Cells = {}
    with house.app.app_context():
        held = reading().connection()
        for table in db.metadata.sorted_tables:
            names = [column.name for column in table.columns]
            order = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
            said = ", ".join(f'"{name}"' for name in names)
            rows = held.exec_driver_sql(f'SELECT {said} FROM "{table.name}" ORDER BY {order}')
            found |= {
                (table.name, n, name): cell for n, row in enumerate(rows) for name, cell in zip(names, row, strict=True)
            }
    return found


def claims() -> Iterator[tuple[str, str]]:
    """The name of every column there is, and what a page might be thought to understand."""
    yield from CLAIMS.items()
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            yield column.name, "1"
            yield f"{table.name}.{column.name}", "1"


@pytest.mark.parametrize("row", FORMS, ids=lambda row: row.name)
def test_further_fields_set_nothing(built: tuple[House, Path], house: House, row: Row) -> None:
    """
    With every column's name sent as a field besides its own, a deed leaves what it leaves without them. Cells that
    differ between two plain deeds (ids, salts, seeds) are left out.
    """
    own = READ_BY.get(row.endpoint) or READ_BY.get(row.endpoint.partition(".")[0], frozenset())
    extra = {name: value for name, value in claims() if name not in READ | own | set(row.form or {})}
    after = []
    for sent in ({}, {}, extra):
        house.back(built[1])
        answer = house.ask(Row(row.endpoint, row.method, row.address, {**extra, **(row.form or {})} if sent else row.form,
                               None, row.statuses, row.acts), house.client(row.first))  # fmt: skip
        assert answer.status_code == row.statuses[row.first]
        after.append(cells(house))
    first, second, third = after
    chance = {cell for cell in first if first[cell] != second.get(cell)}

    assert len(chance) < 40
    assert {
        cell: third.get(cell) for cell in first.keys() | third.keys() if third.get(cell) != first.get(cell)
    }.keys() <= chance


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.endpoint not in TOLD_BY_THE_PROTOCOL], ids=lambda row: row.name
)
def test_a_doubled_parameter_is_refused(house: House, row: Row) -> None:
    """
    A name that stands twice in an address means two things to two readers: 400 (before any right is looked at), but
    for strangers and the refused, who learn no more than before.
    """
    client, (path, _mark, query) = house.client(row.first), house.address(row).partition("?")
    answer = client.open(f"{path}?{query}&a=1&a=2", method=row.method, headers=house.proof(row, client))

    assert answer.status_code == 400


NUL = "%00"


@pytest.mark.parametrize(
    "address",
    [
        "/people?search=x%00", "/people/%00", "/people?unit=%00", "/roles?role=%00", "/library/?q=x%00", "/library/documents?subject=%00",
        "/library/documents/%00", "/courses/?q=%00", "/courses/%00", "/courses/media/%00", "/bank/pools/%00", "/bank/items/%00",
        "/bank/imports/%00", "/exams/%00", "/sitting/%00", "/sitting/exam/%00", "/transcripts/people?q=%00", "/verify/%00", "/verify?code=%00",
    ],
)  # fmt: skip
def test_nul_is_refused_on_every_database(app: Flask, cast: Cast, address: str) -> None:
    """
    PostgreSQL takes no NUL in a text: an address with one is refused before anything asks the database.
    """
    for name in ("lin", "zhao", "qian", "li"):
        assert sign_in(app.test_client(), cast[name]).get(address).status_code in (400, 404), name


@pytest.mark.parametrize(
    ("name", "address", "form"),
    [
        (None, "/sign-in", {"staff_number": "T\x00", "password": "x"}),
        (None, "/sign-in", {"staff_number": "T1001", "password": "x\x00"}),
        (None, "/activate", {"staff_number": "T\x00", "code": "\x00", "new": "eleven copper\x00", "again": "eleven copper\x00"}),
        ("zhao", "/bank/new", {"name": "x\x00", "purpose": "\x00"}),
        ("zhao", "/exams/new", {"title": "x\x00"}),
    ],
)  # fmt: skip
def test_nul_in_a_form_is_refused_on_every_database(
    app: Flask, cast: Cast, name: str | None, address: str, form: dict[str, str]
) -> None:
    """
    So is a form with one in any field.
    """
    client = sign_in(app.test_client(), cast[name]) if name else app.test_client()

    assert client.post(address, data={"csrf_token": csrf(client), **form}).status_code == 400
