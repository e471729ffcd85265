"""Rules of hours: reading them, further versions, adopting, trying; nothing is changed in place."""

from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from courseware.facts import Channel, Facts
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.hours import queries
from lms.hours.models import Adoption, RulesVersion, Trial
from lms.jobs import run_waiting
from tests.cast import Cast, post, sign_in
from tests.hours.test_hours import enter, page, work_out

SHIPPED = {"national", "yunnan", "shanxi", "nanjing", "anhui", "jiaozuo"}


def rules_id(app: Flask, code: str) -> str:
    """The public id of the newest version of a set."""
    with app.app_context():
        return queries.versions(reading(), code=code)[0].public_id


def test_the_shipped_sets_are_there(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    All six in plain words; the national minima adopted by everybody; what a source leaves open is said.
    """
    sign_in(client, cast.qian)
    with app.app_context():
        codes = {row.code for row in queries.versions(reading())}
        (adopted,) = queries.adoptions(reading())
    words = {code: page(client, f"/hours/rules/{rules_id(app, code)}") for code in sorted(SHIPPED)}

    assert codes == SHIPPED
    assert (adopted.unit_id, adopted.from_date) == (None, date(2023, 1, 1))
    assert "90 study hours or 12 days" in words["national"]
    assert "from 16 minutes: 0.5; from 30 minutes: 1" in words["yunnan"]
    assert "What is studied counts from 90 of 100 of its length on." in words["shanxi"]
    assert "at most 48 for one" in words["nanjing"]
    assert "to be filled in by the organisation" in words["anhui"]
    assert "visits on 40 days" in words["jiaozuo"]
    assert "Adopt</button>" not in words["anhui"]


def test_a_further_version_is_shown_before_it_is_kept(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    Typed or as a file: first in plain words, kept only then, the earlier one as it was; complaints name field and line.
    """
    sign_in(client, cast.qian)
    old = rules_id(app, "nanjing")
    address = f"/hours/rules/{old}/next"
    with app.app_context():
        text = queries.version(reading(), old).text
    changed = text.replace('least = "84"', 'least = "90"')
    bad = post(client, address, **{"text": text.replace('most = "48"', "most = 48.5"), "reason": "试"})
    unreadable = post(client, address, **{"text": "", "reason": "试", "file": (BytesIO(b"\xff\xfe"), "rules.toml")})
    same = post(client, address, **{"text": text, "reason": "试", "keep": "1"})
    shown = post(client, address, **{"reason": "试", "file": (BytesIO(changed.encode()), "rules.toml")})
    before = rules_id(app, "nanjing")
    kept = post(client, address, **{"text": changed, "reason": "总学分提高", "keep": "1"})

    assert (bad.status_code, unreadable.status_code, same.status_code) == (422, 422, 422)
    assert "cap[0].most" in bad.text
    assert (shown.status_code, before) == (200, old)
    assert "90" in shown.text
    assert kept.status_code == 303
    with app.app_context():
        rows = queries.versions(reading(), code="nanjing")
        audited = reading().scalars(select(AuditEntry.after).where(AuditEntry.act == "hours.version")).all()
        assert (rows[0].number, rows[0].reason) == (2, "总学分提高")
        assert rows[1].text == text
        assert [entry["number"] for entry in audited if entry] == [2]


def test_adopting(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    A unit goes by other rules from a day on, those before and beside it as they were; not outside the grant, not a set
    with gaps, not in closed years; rows are never changed.
    """
    for person in (cast.lin, cast.wang):
        for number, month in enumerate((1, 2)):
            enter(
                app, person.id, Facts(Channel.CLASS, minutes=900, half_days=8), source=f"class-{number}",
                happened_at=f"2026-0{month}-15T02:00:00+00:00",
            )  # fmt: skip
    sign_in(client, cast.qian)
    nanjing, anhui = f"/hours/rules/{rules_id(app, 'nanjing')}/adopt", f"/hours/rules/{rules_id(app, 'anhui')}/adopt"
    good = {"unit": cast.branch_a.public_id, "since": "2026-02-01", "reason": "市里规定"}
    refused = [
        post(client, nanjing, **{**good, "unit": cast.branch_b.public_id}).status_code,
        post(client, nanjing, **{**good, "since": "2024-12-31"}).status_code,
        post(client, nanjing, **{**good, "reason": ""}).status_code,
        post(client, anhui, **good).status_code,
    ]
    adopted = post(client, nanjing, **good)
    run_waiting(app)
    with app.app_context():
        kept = queries.book(reading())
        found = queries.accounts_of(reading(), [cast.lin.id, cast.wang.id], 2026, kept, today=date(2026, 3, 2))
        lin, wang = found[cast.lin.id], found[cast.wang.id]

    assert refused == [422] * 4
    assert adopted.status_code == 303
    assert lin.rules
    assert wang.rules
    assert (lin.rules.code, wang.rules.code) == ("nanjing", "national")
    assert [posting.amount for posting in lin.book.postings] == [20, 24]
    assert [posting.amount for posting in wang.book.postings] == [20, 20]
    assert "24 credits" in page(client, f"/hours/people/{cast.lin.public_id}")
    sign_in(client, cast.lin)
    assert "3 for each half day" in page(client, f"/hours/rules/{rules_id(app, 'nanjing')}")


@pytest.mark.parametrize("table", [RulesVersion, Adoption])
def test_rows_stay(app: Flask, cast: Cast, table: type[RulesVersion | Adoption]) -> None:
    """
    Neither a version nor an adoption can be changed, not even by a statement.
    """
    with app.app_context(), pytest.raises(DatabaseError), writing() as session:
        session.execute(update(table).values(reason="anders"))


def test_a_draft_is_read_by_managers_alone(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    What nobody goes by is nobody's rule: to a cadre there is nothing.
    """
    sign_in(client, cast.lin)

    assert client.get(f"/hours/rules/{rules_id(app, 'nanjing')}").status_code == 404
    assert client.get(f"/hours/rules/{rules_id(app, 'national')}").status_code == 200


def test_what_if(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    A set tried on last year: who would stand elsewhere, of one's units alone, paged and as a workbook; what is in force
    and what was worked out stay as they are; a second run of the job says the same.
    """
    enter(
        app, cast.lin.id, Facts(Channel.CLASS, minutes=45 * 70, half_days=20), happened_at="2025-06-01T02:00:00+00:00"
    )
    enter(app, cast.wang.id, Facts(Channel.CLASS, half_days=20), happened_at="2025-06-01T02:00:00+00:00")
    work_out(app)
    sign_in(client, cast.qian)
    with app.app_context():
        before = queries.tally(reading(), 2025, paths=("/",))
    begun = post(client, "/hours/trials", **{"rules": rules_id(app, "shanxi"), "year": "2025"})
    again = post(client, "/hours/trials", **{"rules": rules_id(app, "shanxi"), "year": "2025"})
    waiting = page(client, begun.location)
    run_waiting(app)
    done = page(client, begun.location)
    with app.app_context():
        trial = reading().scalar(select(Trial))
        assert trial is not None
        rows = reading().execute(queries.trial_lines(trial.id, paths=("/",), changed=False)).all()
        assert queries.tally(reading(), 2025, paths=("/",)) == before
        assert len(queries.adoptions(reading())) == 1
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"{begun.location}/trial.xlsx").data))
    lines = {row[1]: row[3:6] for row in book.get_sheet_by_index(0).to_python()}

    assert (begun.status_code, again.status_code) == (303, 409) or again.status_code == 422
    assert "being worked out" in waiting
    assert "not met in time" in done
    assert "nothing owed" in done
    assert {row.name for row in rows} == {"林晓", "钱进"}
    assert lines["林晓"] == [70, 80, 10]
    assert "王磊" not in done
    sign_in(client, cast.lin)
    assert client.get(begun.location).status_code == 403
