"""The pages of those who look after the system, and of everybody's own long work."""

import inspect
import re

import pytest
from flask import Flask

from lms import doctor, jobs
from lms.admin.job_routes import KIND_NAMES
from lms.admin.words import MEANINGS, PARTS, REMEDIES
from lms.audit.service import record
from lms.config import settings
from lms.database import db, writing
from lms.jobs import run_waiting
from tests.cast import Cast, post, sign_in
from tests.statements import statements

ENGLISH = {"Accept-Language": "en"}


def put(app: Flask, owner: str | None, kind: str = "test") -> str:
    """A job of somebody's; its public id."""
    with app.app_context(), writing() as session:
        return jobs.enqueue(session, kind, {}, owner=owner)


def test_a_job_is_seen_by_its_owner_and_the_administrator(app: Flask, cast: Cast) -> None:
    """
    For everybody else it is not there, as page, as state and as something to cancel.
    """
    job = put(app, cast.zhao.public_id)
    for person, status in ((cast.zhao, 200), (cast.sun, 200), (cast.lin, 404), (cast.li, 404)):
        browser = sign_in(app.test_client(), person)
        assert browser.get(f"/jobs/{job}").status_code == status
        assert browser.get(f"/jobs/{job}/state").status_code == status
    assert post(sign_in(app.test_client(), cast.lin), f"/jobs/{job}/cancel").status_code == 404


def test_the_list_holds_ones_own_work(app: Flask, cast: Cast) -> None:
    """
    A system administrator sees everybody's when asked for; others cannot ask.
    """
    job = put(app, cast.zhao.public_id)
    seen = {
        (person.name, address): f"/jobs/{job}" in sign_in(app.test_client(), person).get(address).text
        for person in (cast.zhao, cast.sun, cast.lin)
        for address in ("/jobs/", "/jobs/?of=everybody", "/jobs/?state=done")
    }

    assert {key for key, value in seen.items() if value} == {
        (cast.zhao.name, "/jobs/"),
        (cast.zhao.name, "/jobs/?of=everybody"),
        (cast.sun.name, "/jobs/?of=everybody"),
    }


def test_a_waiting_job_is_cancelled_at_once(app: Flask, cast: Cast) -> None:
    """
    It never runs; the page says so; cancelling again changes nothing.
    """
    ran: list[str] = []
    jobs.register(app, "test", lambda run: ran.append(run.public_id) or {})
    job = put(app, cast.zhao.public_id)
    browser = sign_in(app.test_client(), cast.zhao)
    for _ in range(2):
        assert post(browser, f"/jobs/{job}/cancel").status_code == 303
    run_waiting(app)

    assert ran == []
    assert "The work was stopped" in browser.get(f"/jobs/{job}", headers=ENGLISH).text


def test_a_job_at_work_stops_at_its_next_step(app: Flask, cast: Cast) -> None:
    """
    Asked to stop while it runs, it ends as cancelled and its state says so.
    """
    browser = sign_in(app.test_client(), cast.zhao)

    def handler(run: jobs.JobRun) -> dict[str, object]:
        run.report(1, 3)
        assert browser.get(f"/jobs/{run.public_id}/state").json == {
            "state": "running", "words": "进行中", "done": 1, "total": 3, "at_work": True,
        }  # fmt: skip
        post(browser, f"/jobs/{run.public_id}/cancel")
        run.report(2, 3)
        return {}

    jobs.register(app, "test", handler)
    job = put(app, cast.zhao.public_id)
    run_waiting(app)

    assert browser.get(f"/jobs/{job}/state").json["state"] == "cancelled"


def test_a_result_leads_to_its_page(app: Flask, cast: Cast) -> None:
    """
    What came of it stands on the page of the job, with a link for its owner where there is more.
    """
    jobs.register(app, "test", lambda run: {"rows": 41, "page": ["bank_import.show", {"import_id": "abc"}]})
    job = put(app, cast.zhao.public_id)
    run_waiting(app)
    page = sign_in(app.test_client(), cast.zhao).get(f"/jobs/{job}", headers=ENGLISH).text

    assert "41" in page
    assert 'href="/bank/imports/abc"' in page
    assert "/bank/imports/abc" not in sign_in(app.test_client(), cast.sun).get(f"/jobs/{job}").text


FILTERS = [
    ("", {"exam.publish", "unit.add", "person.add"}),
    ("?act=exam.", {"exam.publish"}),
    ("?person=T1003", {"exam.publish"}),
    ("?person=NOBODY", set()),
    ("?thing=abc", {"exam.publish"}),
    ("?from=2026-03-02&to=2026-03-02", {"exam.publish", "unit.add", "person.add"}),
    ("?from=2026-03-03", set()),
    ("?to=2026-03-01", set()),
    ("?from=nonsense&page=nonsense", {"exam.publish", "unit.add", "person.add"}),
]


@pytest.mark.parametrize(("address", "acts"), FILTERS)
def test_entries_are_found_by_person_act_thing_and_day(app: Flask, cast: Cast, address: str, acts: set[str]) -> None:
    """
    The database narrows the list; days are those of the bureau; nonsense narrows nothing.
    """
    with app.app_context(), writing() as session:
        record(
            session, "exam.publish", thing="exam", thing_id="abc", actor=cast.zhao.public_id, after={"title": "年考"}
        )
    page = sign_in(app.test_client(), cast.zhou).get(f"/audit/{address}").text

    assert {act for act in ("exam.publish", "unit.add", "person.add") if f">{act}<" in page} == acts


def test_the_chain_is_checked_and_a_break_is_found(app: Flask, cast: Cast) -> None:
    """
    A job walks it: first all holds; after a change behind the program's back the entry is named.
    """
    auditor = sign_in(app.test_client(), cast.zhou)
    whole = post(auditor, "/audit/verify").location
    run_waiting(app)
    assert "Entries that hold" in auditor.get(whole, headers=ENGLISH).text
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            return  # there the role of the application cannot even try
        raw = db.engine.raw_connection()
        raw.driver_connection.set_authorizer(None)
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_entry'"
        ).fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE audit_entry SET act = 'nothing' WHERE number = 3")
        raw.commit()
        raw.close()
        db.engine.dispose()
    broken = post(auditor, "/audit/verify").location
    run_waiting(app)
    page = auditor.get(broken, headers=ENGLISH).text

    assert "First entry that does not hold" in page
    assert "was altered" in page


def test_only_the_auditor_reads_the_log_and_only_the_administrator_the_system(app: Flask, cast: Cast) -> None:
    """
    Neither security administrator nor anybody else opens either.
    """
    for person in cast.people.values():
        browser = sign_in(app.test_client(), person)
        assert (browser.get("/audit/").status_code == 200) == (person == cast.zhou)
        assert (browser.get("/system/").status_code == 200) == (person == cast.sun)


def test_the_system_page_shows_no_secret(app: Flask, cast: Cast) -> None:
    """
    Settings with where they come from; the secret and the address of the database are stars.
    """
    administrator = sign_in(app.test_client(), cast.sun)
    page = administrator.get("/system/", headers=ENGLISH).text

    assert "secret_key" in page
    assert "用于签名 Cookie 和链接" in administrator.get("/system/").text
    assert app.config["SECRET_KEY"] not in page
    assert "Asia/Shanghai" in page


def test_the_log_is_read_with_few_statements(app: Flask, cast: Cast) -> None:
    """
    However many people stand in it.
    """
    auditor = sign_in(app.test_client(), cast.zhou)
    with statements(app) as asked:
        assert auditor.get("/audit/").status_code == 200
    assert len(asked) <= 12


def test_everything_on_the_system_page_has_words(app: Flask) -> None:
    """
    Each part and remedy of doctor and each setting is named in both languages, with the very words of the command line.
    """
    source = inspect.getsource(doctor)
    with app.test_request_context(headers=ENGLISH):
        assert {name: str(word) for name, word in MEANINGS.items()} == settings()
        assert {str(word) for word in REMEDIES.values()} == set(REMEDIES)
    assert set(re.findall(r'Finding\(\s*"([^"]+)"', source)) == set(PARTS)
    assert [words for words in REMEDIES if f'"{words}"' not in source] == []


def test_every_kind_of_job_has_a_name(app: Flask) -> None:
    """
    Whoever looks at long work reads what it is, not what the program calls it.
    """
    assert sorted(set(app.extensions["job_handlers"]) - set(KIND_NAMES)) == []
