"""Transcripts: entries, who sees them, prints and their codes."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from lms import jobs
from lms.accounts import service as accounts
from lms.accounts.queries import unit_on
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.fonts import writable
from lms.jobs import run_waiting
from lms.jobs.models import Job
from lms.transcripts import queries, service
from lms.transcripts.code import ALPHABET, grouped, new_code, read_code
from lms.transcripts.models import TranscriptEntry
from tests.cast import Cast, post, sign_in
from tests.conftest import NINE, TestClock

WORD: dict[str, Any] = {
    "kind": "exam",
    "source": "attempt-1",
    "revision": 1,
    "title": "年度考试",
    "title_en": "Annual exam",
    "subject": None,
    "hours": "0",
    "score": "81.50",
    "maximum": "100",
    "passed": True,
    "happened_at": NINE.isoformat(),
}


def enter(app: Flask, person_id: int, **changes: Any) -> bool:
    """Append an entry."""
    with app.app_context(), writing() as session:
        return service.enter(session, [{**WORD, "person_id": person_id, **changes}]) == 1


def test_many_are_entered_at_once(app: Flask, cast: Cast) -> None:
    """
    What stands there already, or comes twice in one notice, is left out; each has the unit its person served in that day,
    and an entry of the audit log of its own.
    """
    enter(app, cast.lin.id)
    people = [cast.lin, cast.wang, cast.sun, cast.wang]
    with app.app_context(), writing() as session:
        entered = service.enter(session, [{**WORD, "person_id": person.id} for person in people])

    with app.app_context():
        (wang,), (sun,) = (queries.all_entries(reading(), person.id) for person in (cast.wang, cast.sun))
        audited = reading().scalars(
            select(AuditEntry.thing_id).where(AuditEntry.act == "transcript.enter").order_by(AuditEntry.number)
        )
        units = [unit_on(reading(), person.id, NINE.date()) for person in (cast.wang, cast.sun)]
        assert list(audited)[1:] == [wang.public_id, sun.public_id]
    assert entered == 2
    assert [wang.unit_name, sun.unit_name] == [unit.name for unit in units if unit]


def test_word_that_cannot_be_entered_takes_no_other_with_it(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    Of a notice with an entry of nobody and one without a day, the others are entered, once however often it is tried; the job
    fails and names what is missing.
    """
    broken = [{**WORD, "person_id": 10**6, "source": "nobody"}, {**WORD, "person_id": cast.lin.id, "source": "noday"}]
    broken[1]["happened_at"] = "some day"
    good = [{**WORD, "person_id": cast.lin.id, "source": f"exam-{n}"} for n in range(30)]
    with app.app_context(), writing() as session:
        job = jobs.enqueue(session, "transcripts.record", {"words": [*good[:10], *broken, *good[10:]]})

    for _ in range(6):
        run_waiting(app)
        clock.advance(hours=1)

    with app.app_context():
        assert len(reading().scalars(select(TranscriptEntry.id)).all()) == 30
        kept = reading().scalars(select(Job).where(Job.public_id == job)).one()
        assert (kept.state, kept.tries) == ("failed", 5)
        assert kept.error is not None
        assert "2 of 32: nobody, noday" in kept.error


def test_a_notice_of_an_earlier_release_is_entered(app: Flask, cast: Cast) -> None:
    """
    A job that waited while the release changed is one word by itself.
    """
    with app.app_context(), writing() as session:
        jobs.enqueue(session, "transcripts.record", {**WORD, "person_id": cast.lin.id})
    run_waiting(app)

    with app.app_context():
        assert len(queries.all_entries(reading(), cast.lin.id)) == 1


def test_word_that_comes_twice_is_entered_once(app: Flask, cast: Cast) -> None:
    """
    Jobs may run twice; the transcript does not say a thing twice.
    """
    assert enter(app, cast.lin.id)
    assert not enter(app, cast.lin.id)
    with app.app_context():
        assert len(queries.all_entries(reading(), cast.lin.id)) == 1


def test_a_correction_is_a_further_revision(app: Flask, cast: Cast) -> None:
    """
    The newest revision is shown and counted; the old one stays in the table and cannot be changed.
    """
    enter(app, cast.lin.id)
    enter(app, cast.lin.id, revision=2, score="55", passed=False)

    with app.app_context():
        (entry,) = queries.all_entries(reading(), cast.lin.id)
        assert (entry.score, entry.passed) == (Decimal(55), False)
        assert queries.totals(reading(), [cast.lin.id])[cast.lin.id].passed == 0
        with pytest.raises(DatabaseError), writing() as session:
            session.query(TranscriptEntry).update({"passed": True})


def test_hours_belong_to_the_year_of_the_bureau(app: Flask, cast: Cast) -> None:
    """
    Half past midnight on New Year's Day in Shanghai is the new year, though it is the old one in UTC.
    """
    enter(app, cast.lin.id, kind="unit", source="u1", hours="1.5", happened_at="2025-12-31T16:30:00+00:00")
    enter(app, cast.lin.id, kind="unit", source="u2", hours="2.25", happened_at="2025-12-31T15:30:00+00:00")

    with app.app_context():
        assert queries.hours_of_year(reading(), cast.lin.id, 2026) == Decimal("1.5")
        assert queries.hours_of_year(reading(), cast.lin.id, 2025) == Decimal("2.25")
        assert queries.years(reading(), cast.lin.id) == [2026, 2025]


def test_an_entry_names_the_unit_of_its_day(app: Flask, cast: Cast) -> None:
    """
    Somebody who is posted elsewhere later keeps the old unit on the old entry.
    """
    enter(app, cast.lin.id)
    with app.app_context(), writing() as session:
        accounts.post_person(session, cast.lin.id, unit_id=cast.branch_b.id, on=NINE.date())

    with app.app_context():
        assert queries.all_entries(reading(), cast.lin.id)[0].unit_name == "朝阳门所"


@pytest.mark.parametrize(
    ("who", "whose", "allowed"),
    [
        ("lin", "lin", True),
        ("lin", "wang", False),
        ("qian", "lin", True),
        ("qian", "wang", False),
        ("sun", "lin", False),
    ],
)
def test_who_sees_whose_transcript(
    app: Flask, cast: Cast, client: FlaskClient, who: str, whose: str, allowed: bool
) -> None:
    """
    Everybody sees their own, a training manager those of their unit and below, and for others there is none.
    """
    enter(app, cast[whose].id)
    sign_in(client, cast[who])

    for address in ("", "/print"):
        path = f"/transcripts/people/{cast[whose].public_id}{address}"
        answer = post(client, path) if address else client.get(path)
        assert answer.status_code == ((302 if address else 200) if allowed else 404)


def test_a_manager_lists_the_people_below(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    The list holds the manager's own branch and its offices and nobody else; a cadre has no such list.
    """
    page = sign_in(client, cast.qian).get("/transcripts/people").text

    assert "林晓" in page
    assert "王磊" not in page
    assert sign_in(app.test_client(), cast.lin).get("/transcripts/people").status_code == 403


def printed(app: Flask, client: FlaskClient, cast: Cast) -> str:
    """Print Lin's transcript; its code."""
    sign_in(client, cast.lin)
    code = post(client, f"/transcripts/people/{cast.lin.public_id}/print").location.rsplit("/", 1)[1]
    assert "data-look-again" in client.get(f"/transcripts/prints/{code}").text
    run_waiting(app)
    return code


def test_a_print_is_a_pdf_that_its_code_confirms(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    The file is a PDF with its fonts in it; the code's page says the same to anybody, and later entries change
    nothing of it.
    """
    enter(app, cast.lin.id, title="王䶮讲授的课程")
    code = printed(app, client, cast)

    pdf = client.get(f"/transcripts/prints/{code}/transcript.pdf")
    enter(app, cast.lin.id, source="later", title="后来的考试")
    anybody = app.test_client().get(f"/verify/{code}")

    assert pdf.data.startswith(b"%PDF")
    assert b"/FontFile3" in pdf.data or b"/ObjStm" in pdf.data
    assert "王䶮讲授的课程" in anybody.text
    assert "后来的考试" not in anybody.text
    assert "81.5 / 100" in anybody.text


def test_a_print_belongs_to_its_person(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    Others may confirm a code, but they do not get the file; the manager of the unit does.
    """
    enter(app, cast.lin.id)
    code = printed(app, client, cast)

    for who, status in (("wang", 404), ("sun", 404), ("qian", 200)):
        other = sign_in(app.test_client(), cast[who])
        assert other.get(f"/transcripts/prints/{code}").status_code == status
        assert other.get(f"/transcripts/prints/{code}/transcript.pdf").status_code == status


@pytest.mark.parametrize("typed", ["0000-0000-0000-0000", "abc", "<script>", "x" * 300, "不是码"])
def test_unknown_codes_are_not_confirmed(cast: Cast, client: FlaskClient, typed: str) -> None:
    """
    A code that nobody issued, or that cannot be one, is refused on a page that says what to do.
    """
    answer = client.get(f"/verify/{typed}")

    assert answer.status_code == 404
    assert 'name="code"' in answer.text


def test_codes_are_read_as_people_write_them() -> None:
    """
    Small letters, dashes, blanks, O for 0 and I for 1 are forgiven.
    """
    code = new_code()

    assert read_code(grouped(code).lower()) == code
    assert read_code("OIL0-0000-0000-0000") == "0110000000000000"
    assert set(code) <= set(ALPHABET)
    assert read_code("short") is None


def test_characters_without_a_glyph_are_printed_as_their_number() -> None:
    """
    A rare character of the standard table is drawn; one that no font holds is named, never left out.
    """
    assert writable("王䶮") == "王䶮"
    assert writable("\U000f0000") == "<U+F0000>"
    assert writable("𠮷") == "𠮷"
