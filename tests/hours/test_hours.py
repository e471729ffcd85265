"""Hours: one's own with the reason for every line, corrections, the manager's list, who sees whose."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from courseware.facts import Channel, Facts
from lms import jobs
from lms.database import db, reading, writing
from lms.hours import queries
from lms.jobs import run_waiting
from lms.particulars.models import Particulars
from lms.transcripts import service as transcripts
from tests.cast import Cast, sign_in
from tests.conftest import TestClock

WORD: dict[str, Any] = {
    "kind": "unit", "source": "class-1", "revision": 1, "title": "网络交易监管专题培训班", "title_en": None, "subject": None,
    "hours": "0", "score": None, "maximum": None, "passed": True, "happened_at": datetime(2026, 2, 2, 2, tzinfo=UTC).isoformat(),
}  # fmt: skip


def enter(app: Flask, person_id: int, facts: Facts | None = None, **changes: Any) -> None:
    """Append an entry to somebody's transcript."""
    word = {**WORD, "person_id": person_id, **changes, **({"facts": facts.to_record()} if facts else {})}
    with app.app_context(), writing() as session:
        transcripts.enter(session, [word])


def work_out(app: Flask) -> None:
    """Work out where people stand, as the job does now and then."""
    with app.app_context(), writing() as session:
        jobs.enqueue(session, "hours.work_out", {})
    run_waiting(app)


def page(client: FlaskClient, address: str) -> str:
    """A page that answers."""
    answer = client.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.status
    return " ".join(answer.get_data(as_text=True).split())


def test_one_sees_what_is_owed_done_and_missing_and_why(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    A class of four days and a course under the national minima: sums, days, and a reason for each line.
    """
    enter(app, cast.lin.id, Facts(Channel.CLASS, minutes=30 * 45, half_days=8))
    enter(app, cast.lin.id, kind="unit", source="unit-1", title="行政处罚法", hours="1.25")
    enter(app, cast.lin.id, kind="exam", source="exam-1", title="年度考试")
    sign_in(client, cast.lin)
    found = page(client, "/hours/")

    assert "31.25 study hours" in found
    assert "90 study hours or 12 days" in found
    assert "60 study hours" in found
    assert "1350 minutes, 1 for each 45 minutes: 30." in found
    assert "It counts as 4 training days" in found
    assert "The entry carries 1.25 study hours, times 1: 1.25." in found
    assert "These rules give nothing for this: Exam." in found
    assert found.count("<details>") == 3
    assert page(client, "/hours/?why=all").count("<details open>") == 3


def test_a_correction_is_shown_with_its_reversal(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    The entry is not edited: the earlier wording stands there, is taken away, and the sum is that of the newer one.
    """
    enter(app, cast.lin.id, Facts(Channel.CLASS, minutes=450))
    enter(app, cast.lin.id, Facts(Channel.CLASS, minutes=360), revision=2)
    enter(app, cast.lin.id, Facts(Channel.CLASS, minutes=900), source="wrong")
    enter(app, cast.lin.id, Facts(Channel.CLASS, minutes=900), source="wrong", revision=2, passed=False)
    sign_in(client, cast.lin)
    found = page(client, "/hours/")

    assert "<dd>8<small>" not in found
    assert "8 study hours" in found
    assert found.count("· corrected later") == found.count("The reversal of a corrected wording") == 2
    assert "Not passed, taken back or exempt: it earns nothing." in found


def test_years_and_unknown_ranks(app: Flask, client: FlaskClient, cast: Cast, clock: TestClock) -> None:
    """
    Another year is chosen among those with learning; nonsense in the address is the present one; a category of the file
    decides before the rank.
    """
    enter(
        app,
        cast.lin.id,
        Facts(Channel.CLASS, minutes=45 * 95),
        happened_at=datetime(2025, 5, 5, tzinfo=UTC).isoformat(),
    )
    with app.app_context(), writing() as session:
        session.add(
            Particulars(
                person_id=cast.wang.id,
                from_date=date(2020, 1, 1),
                category="县处级",
                recorded_at=clock(),
                reason="测试",
            )
        )
    sign_in(client, cast.lin)

    assert "95 study hours" in page(client, "/hours/?year=2025")
    assert "requirement met" in page(client, "/hours/?year=2025")
    for nonsense in ("0001", "9999", "x", "２０２５"):
        assert "In 2026" in page(client, f"/hours/?year={nonsense}")
    sign_in(client, cast.wang)
    assert "550 study hours or 65 days" in page(client, "/hours/")


@pytest.mark.parametrize(("appointed", "told"), [(date(2025, 6, 1), True), (date(2023, 6, 1), False)])
def test_a_promotion_is_told_of_as_long_as_it_matters(
    app: Flask, client: FlaskClient, cast: Cast, clock: TestClock, *, appointed: date, told: bool
) -> None:
    """
    Whoever was appointed without what is owed reads until when it is to be made up for; years later no more.
    """
    with app.app_context(), writing() as session:
        row = Particulars(person_id=cast.lin.id, from_date=appointed, recorded_at=clock(), reason="任职")
        row.appointed_on = appointed
        session.add(row)
    sign_in(client, cast.lin)

    assert ("made up for until 2026-06-01" in page(client, "/hours/")) is told


def test_the_manager_finds_who_is_behind(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    Of the units of the grant alone, by state, unit and name; worked out again only for whom something changed.
    """
    sign_in(client, cast.qian)
    assert "not worked out yet" in page(client, "/hours/people")
    work_out(app)
    enter(app, cast.lin.id, Facts(Channel.CLASS, minutes=45 * 90))
    enter(app, cast.lin.id, kind="unit", source="unit-1", title="行政处罚法", hours="50")
    with app.app_context():
        stale = queries.stale(reading(), 2026, queries.book(reading()), today=date(2026, 3, 2))
    work_out(app)
    behind, met = page(client, "/hours/people?state=behind"), page(client, "/hours/people?state=met")

    assert stale == [cast.lin.id]
    assert "林晓" not in behind
    assert "钱进" in behind
    assert "林晓" in met
    assert "140" in met
    assert "王磊" not in page(client, "/hours/people")
    assert "王磊" not in page(client, f"/hours/people?unit={cast.branch_b.public_id}")
    assert "林晓" in page(client, "/hours/people?q=林&year=2025")


def test_a_year_that_is_over_is_worked_out_once_more(
    app: Flask, client: FlaskClient, cast: Cast, clock: TestClock
) -> None:
    """
    Who was behind on the last evening of a year (in Shanghai it is the last one, in London too) has missed it on the next morning,
    though nothing was entered.
    """
    clock.moment = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    work_out(app)
    evening = page(sign_in(client, cast.qian), "/hours/people?state=behind")
    clock.moment = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)
    work_out(app)
    sign_in(client, cast.qian)

    assert "林晓" in evening
    assert "林晓" in page(client, "/hours/people?year=2026&state=missed")
    assert "林晓" not in page(client, "/hours/people?year=2026&state=behind")


@pytest.mark.parametrize(("name", "statuses"), [("qian", [200, 200, 404]), ("lin", [403, 403, 403])])
def test_who_sees_whose(client: FlaskClient, cast: Cast, name: str, statuses: list[int]) -> None:
    """
    A manager those of the own units, nobody else by name; outside there is nothing.
    """
    sign_in(client, cast[name])
    asked = ["/hours/people", f"/hours/people/{cast.lin.public_id}", f"/hours/people/{cast.wang.public_id}"]

    assert [client.get(address).status_code for address in asked] == statuses


def test_pages_ask_little(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    No more than twelve queries, however many lines.
    """
    for number in range(30):
        enter(app, cast.lin.id, kind="unit", source=f"unit-{number}", title=f"课程{number}", hours="1")
    work_out(app)
    sign_in(client, cast.qian)
    addresses = ["/hours/", "/hours/people", f"/hours/people/{cast.lin.public_id}", "/hours/rules", "/hours/trials"]
    counts = {address: queries_of(app, client, address) for address in addresses}

    assert {address: count for address, count in counts.items() if count > 12} == {}


def queries_of(app: Flask, client: FlaskClient, address: str) -> int:
    """How many statements a page takes."""
    asked: list[str] = []

    def note(*said: Any) -> None:
        asked.append(said[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    page(client, address)
    event.remove(engine, "before_cursor_execute", note)
    return len(asked)
