"""Packages about several people: who may have them made, what is in them, how they are kept."""

import io
import re
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courseware.evidence import package
from courseware.evidence.canonical import read
from lms.audit.models import AuditEntry
from lms.config import Config
from lms.database import reading
from lms.evidence import policy, work
from lms.jobs import run_waiting
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.courseware.evidence.signing import verify
from tests.evidence.test_evidence import text_of
from tests.transcripts.test_transcripts import enter

ADDRESS = "/evidence-packages/"


def together(app: Flask, client: FlaskClient, cast: Cast) -> str:
    """Qian has a package made about Lin and herself, who both passed the exam; its code."""
    for person in (cast.lin, cast.qian):
        enter(app, person.id, source=f"attempt-{person.id}")
    sign_in(client, cast.qian)
    job = post(client, ADDRESS, person=[cast.lin.public_id, cast.qian.public_id]).location
    run_waiting(app)
    code = re.search(r"/evidence/packages/(\w+)", client.get(job).text)
    assert code
    return code[1]


def test_one_package_proves_what_several_have_learned(
    app: Flask, cast: Cast, client: FlaskClient, tmp_path: Path
) -> None:
    """
    Every signature holds by an independent library; each person has a transcript, whose signature OpenSSL confirms, entries and a
    certificate; the working folder is gone.
    """
    code = together(app, client, cast)
    data = client.get(f"/evidence/packages/{code}/evidence.zip").data
    verdict = package.verify(data, verify)
    people = read(verdict.files["evidence.json"])["people"]
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        opened.extractall(tmp_path)
    command = re.findall(r"openssl.*", verdict.files["README.txt"].decode())[0].split()
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    config: Config = app.extensions["config"]

    assert verdict.faults == ()
    assert [(one["name"], one["transcript"], len(one["entries"])) for one in people] == [
        (person.name, f"transcripts/000{number}.pdf", 1)
        for number, person in enumerate(sorted((cast.lin, cast.qian), key=lambda one: one.staff_number), 1)
    ]
    assert "Verified" in said
    for one in people:
        words = re.sub(r"\s", "", text_of(verdict.files[one["transcript"]]))
        assert one["name"] in words
        assert f"{one['transcript']}.sig" in words
    assert len([name for name in verdict.files if name.startswith(package.CREDENTIALS)]) == 2
    assert [path.name for path in (config.data / "evidence").iterdir()] == [f"{code}.zip"]


def test_it_is_kept_for_whoever_had_it_made(app: Flask, cast: Cast, client: FlaskClient, clock: TestClock) -> None:
    """
    Qian finds it in her list, with its file for a week; Lin, whom it is about with others, neither sees nor fetches it; a stranger
    with its code learns of how many people it is, and no name. The log says of each person that it was asked for.
    """
    code = together(app, client, cast)
    waiting = client.get(ADDRESS).text
    lin = sign_in(app.test_client(), cast.lin)
    theirs = [lin.get(f"/evidence/packages/{code}{end}").status_code for end in ("", "/evidence.zip")]
    stranger = app.test_client().get(f"/verify/{code}").text
    clock.moment = datetime(2096, 1, 1, tzinfo=UTC)
    with app.app_context():
        work.forget_old()
        asked = list(reading().scalars(select(AuditEntry.thing_id).where(AuditEntry.act == "evidence.ask")))
        (packed,) = reading().scalars(select(AuditEntry.after).where(AuditEntry.act == "evidence.pack"))
    later = sign_in(client, cast.qian).get(ADDRESS).text

    assert f"/evidence/packages/{code}" in waiting
    assert f"/evidence/packages/{code}" not in lin.get(f"/evidence/people/{cast.lin.public_id}").text
    assert theirs == [404, 404]
    assert not {cast.lin.name, cast.qian.name} & set(re.findall(f"{cast.lin.name}|{cast.qian.name}", stranger))
    assert sorted(asked) == sorted([cast.lin.public_id, cast.qian.public_id])
    assert packed["people"] == 2
    assert ("badge-good" in waiting, "badge-good" in later) == (True, False)


@pytest.mark.parametrize(
    ("who", "people", "whole", "status"),
    [
        ("qian", ("lin", "qian"), None, 303),
        ("qian", ("lin", "lin"), None, 303),
        ("qian", (), "office_a1", 303),
        ("qian", (), None, 422),
        ("qian", (), "office_a2", 422),
        ("qian", ("wang",), None, 404),
        ("qian", ("lin", "wang"), None, 404),
        ("qian", ("nobody",), None, 404),
        ("qian", (), "branch_b", 404),
        ("qian", (), "bureau", 404),
        ("qian", ("lin", "qian", "wang"), None, 422),
        ("lin", ("lin",), None, 403),
        ("zhao", ("lin",), None, 403),
    ],
)
def test_who_may_have_it_made_of_whom(
    app: Flask, cast: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch,
    who: str, people: tuple[str, ...], whole: str | None, status: int,
) -> None:  # fmt: skip
    """
    A manager, of people in her units and of whole units of hers, not more at once than a package holds; one stranger among them
    and there is none; a unit where nobody serves is nobody. Nothing is asked for where it is refused.
    """
    monkeypatch.setattr(policy, "MOST_PEOPLE", 2)
    sign_in(client, cast[who])
    ids = [cast[name].public_id if name != "nobody" else name for name in people]
    unit = getattr(cast, whole).public_id if whole else ""
    answer = post(client, ADDRESS, person=ids, whole=unit)
    with app.app_context():
        asked = len(list(reading().scalars(select(AuditEntry.act).where(AuditEntry.act == "evidence.ask"))))

    assert answer.status_code == status
    assert (asked > 0) is (status == 303)
    assert status != 422 or 'role="alert"' in answer.text


def test_a_correction_of_one_ends_what_is_about_all(
    app: Flask, cast: Cast, client: FlaskClient, clock: TestClock
) -> None:
    """
    The package says that it is revoked, whichever of the two was corrected; made anew it holds.
    """
    code = together(app, client, cast)
    clock.advance(minutes=10)
    enter(app, cast.lin.id, source=f"attempt-{cast.lin.id}", revision=2, score="60")
    run_waiting(app)
    again = together(app, client, cast)
    told = ["alert-bad" in app.test_client().get(f"/verify/{one}").text for one in (code, again)]

    assert told == [True, False]
