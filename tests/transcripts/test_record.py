"""The record of a life of service: units of the day, who sees what of it, corrections, sums."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.transcripts import queries
from tests.cast import Cast, sign_in
from tests.conftest import TestClock
from tests.transcripts.test_transcripts import enter

#: Lin's stations: until when, in which unit of the cast, as what
FIRST, SECOND, RETIRED = date(2022, 6, 1), date(2024, 3, 1), date(2025, 12, 31)


def serve_and_retire(app: Flask, cast: Cast) -> None:
    """Lin moves from the office of branch A to the office of branch B, then to the bureau, and retires there; she learned in
    every place.
    """
    with app.app_context(), writing() as session:
        accounts.post_person(session, cast.lin.id, unit_id=cast.office_b1.id, post="副所长", on=FIRST)
    with app.app_context(), writing() as session:
        accounts.post_person(session, cast.lin.id, unit_id=cast.bureau.id, post="处长", on=SECOND)
    with app.app_context(), writing() as session:
        accounts.retire_person(session, cast.lin.id, on=RETIRED)
    days = {"在所里": "2021-05-06", "在西城": "2023-05-06", "在局里": "2025-05-06", "离休后": "2026-01-06"}
    for number, (title, day) in enumerate(days.items()):
        changes = {"kind": "unit", "source": f"u{number}", "title": title, "hours": f"{number + 1}.25"}
        assert enter(app, cast.lin.id, **changes, happened_at=f"{day}T02:00:00+00:00")


def manager(app: Flask, cast: Cast, who: str, unit: int | None) -> FlaskClient:
    """A browser in which somebody of the cast is the training manager of a unit, None for the whole organisation."""
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast[who].id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=unit)
    return sign_in(app.test_client(), cast[who])


def test_who_moved_twice_and_retired_has_one_transcript(app: Flask, cast: Cast) -> None:
    """
    Beside each entry stand the unit and the post of its day, beside the one after the end of service none; the person sees
    all four on one page with their sum.
    """
    serve_and_retire(app, cast)

    with app.app_context():
        rows = queries.all_entries(reading(), cast.lin.id)
    page = sign_in(app.test_client(), cast.lin).get("/transcripts/").text
    assert [(row.title, row.unit_name, row.post) for row in rows] == [
        ("在所里", "朝阳门所", "科员"),
        ("在西城", "西单所", "副所长"),
        ("在局里", "局机关", "处长"),
        ("离休后", None, None),
    ]
    assert [title in page for title in ("在所里", "在西城", "在局里", "离休后")] == [True] * 4
    assert re.search(r"<dd>11(?:\.0+)?</dd>", page)


@pytest.mark.parametrize(
    ("unit", "seen", "lists"),
    [
        ("office_a1", ["在所里"], "moved"),
        ("branch_a", ["在所里"], "moved"),
        ("branch_b", ["在西城"], "moved"),
        ("bureau", ["在所里", "在西城", "在局里", "离休后"], "retired"),
        (None, ["在所里", "在西城", "在局里", "离休后"], "retired"),
        ("office_a2", None, ""),
    ],
)
def test_the_last_unit_sees_all_and_earlier_ones_their_time(
    app: Flask, cast: Cast, unit: str | None, seen: list[str] | None, lists: str
) -> None:
    """
    The manager of the unit that somebody retired from finds and sees everything and may print; managers of earlier units see
    what was earned there, with its own sum, and may not print; others see nobody.
    """
    serve_and_retire(app, cast)
    browser = manager(app, cast, "zheng", None if unit is None else getattr(cast, unit).id)

    found = {who: "林晓" in browser.get(f"/transcripts/people?who={who}").text for who in ("", "retired", "moved")}
    answer = browser.get(f"/transcripts/people/{cast.lin.public_id}")
    if unit is None:  # whoever manages everybody lists those too who serve nowhere
        found[""] = False
    assert found == {who: who == lists for who in ("", "retired", "moved")} | {"": False}
    assert answer.status_code == (404 if seen is None else 200)
    if seen is not None:
        every = ["在所里", "在西城", "在局里", "离休后"]
        assert [title for title in every if title in answer.text] == seen
        assert ('/print"' in answer.text) == (len(seen) == 4)
        hours = sum(Decimal(every.index(title)) + Decimal("1.25") for title in seen)
        assert f"<dd>{hours.normalize():f}</dd>" in answer.text


def test_an_auditor_reads_and_each_reading_is_written_down(app: Flask, cast: Cast) -> None:
    """
    The list shows names without figures; the page of a person and of an entry each leave a line; there is nothing to print.
    """
    serve_and_retire(app, cast)
    browser = sign_in(app.test_client(), cast.zhou)
    address = f"/transcripts/people/{cast.lin.public_id}"

    listed, page = browser.get("/transcripts/people?q=林"), browser.get(address)
    entry = re.search(rf"{address}/entries/[\w-]+", page.text)
    assert entry is not None
    assert browser.get(entry[0]).status_code == 200
    assert browser.post(f"{address}/print").status_code in (400, 403, 404)
    with app.app_context():
        query = select(AuditEntry.actor).where(AuditEntry.act == "transcript.read")
        assert list(reading().scalars(query)) == [cast.zhou.public_id] * 2
    assert "林晓" in listed.text
    assert '/print"' not in page.text


def test_every_revision_can_be_opened(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    A corrected entry says so in the list; its page has both revisions with their days and the reason; the list counts the last.
    """
    enter(app, cast.lin.id, kind="outside", source="c1", title="外出学习", hours="6")
    clock.moment = datetime(2026, 4, 1, 2, tzinfo=UTC)
    enter(app, cast.lin.id, kind="outside", source="c1", title="外出学习", hours="3", revision=2, why="天数核减")
    browser = sign_in(app.test_client(), cast.lin)

    page = browser.get("/transcripts/").text
    address = re.search(r"/transcripts/people/[\w-]+/entries/[\w-]+", page)
    assert address is not None
    entry = browser.get(address[0]).text
    assert "已更正" in page
    assert "<dd>3</dd>" in page
    assert ["天数核减" in entry, "2026-03-02" in entry, "2026-04-01" in entry] == [True] * 3
    assert sign_in(app.test_client(), cast.wang).get(address[0]).status_code == 404
    other = address[0].replace(cast.lin.public_id, cast.wang.public_id)
    assert sign_in(app.test_client(), cast.wang).get(other).status_code == 404


def test_what_was_taken_back_counts_nowhere(app: Flask, cast: Cast) -> None:
    """
    A last revision that takes an entry back is shown as such and is in no sum.
    """
    enter(app, cast.lin.id, kind="outside", source="c1", title="外出学习", hours="6")
    enter(app, cast.lin.id, kind="outside", source="c1", title="外出学习", hours="0", passed=False, revision=2)
    enter(app, cast.lin.id, kind="outside", source="c2", title="授课", hours="2")

    page = sign_in(app.test_client(), cast.lin).get("/transcripts/").text
    assert "已撤销" in page
    assert re.search(r"<tfoot>.*?<td[^>]*>1 <span[^>]*>[^<]*2[^<]*</span></td>.*?</tfoot>", page, re.DOTALL)


@pytest.mark.parametrize("day", [date(2026, 3, 3), date(2020, 1, 1)])
def test_nobody_retires_before_they_came_or_in_the_future(app: Flask, cast: Cast, day: date) -> None:
    """
    The first day out of service lies after the first day of the posting, and has come.
    """
    with app.app_context(), pytest.raises(Exception, match="day_refused"), writing() as session:
        accounts.retire_person(session, cast.lin.id, on=day)
