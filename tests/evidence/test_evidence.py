"""Certificates, packages, keys and revocation: who issues, who sees, what a stranger learns, what stands without us."""

import io
import json
import re
import stat
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from courseware.evidence import chain, package, proof, status
from courseware.evidence import keys as names
from courseware.evidence.canonical import read
from courseware.evidence.structure import examine
from lms import doctor
from lms.audit.models import AuditEntry
from lms.config import Config
from lms.database import reading, writing
from lms.evidence import keys, packing, queries, service, verifier, work
from lms.evidence.cli import signing_key
from lms.evidence.pace import MOST_UNKNOWN
from lms.jobs import run_waiting
from lms.transcripts import queries as transcripts
from lms.transcripts import service as entering
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.courseware.evidence.signing import verify
from tests.transcripts.test_transcripts import enter


def entry_of(app: Flask, person: int, source: str = "attempt-1") -> str:
    """The public id of an entry in force."""
    with app.app_context():
        return next(row.public_id for row in transcripts.all_entries(reading(), person) if row.source == source)


def issue(app: Flask, client: FlaskClient, cast: Cast) -> str:
    """Lin has passed an exam and asks for the certificate; its code."""
    enter(app, cast.lin.id, facts={"channel": "exam"})
    sign_in(client, cast.lin)
    address = f"/evidence/people/{cast.lin.public_id}/certificates/{entry_of(app, cast.lin.id)}"
    code = post(client, address).location.rsplit("/", 1)[1]
    run_waiting(app)
    return str(code)


def packed(app: Flask, client: FlaskClient, cast: Cast) -> tuple[str, bytes]:
    """Lin asks for a package; its code and its bytes."""
    sign_in(client, cast.lin)
    job = post(client, f"/evidence/people/{cast.lin.public_id}/package").location
    run_waiting(app)
    code = re.search(r"/evidence/packages/(\w+)", client.get(job).text)
    assert code
    return code[1], client.get(f"/evidence/packages/{code[1]}/evidence.zip").data


def text_of(pdf: bytes) -> str:
    """The words of a PDF, as they are copied and searched."""
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in document)


def test_a_certificate_is_a_credential_that_an_independent_library_verifies(
    app: Flask, cast: Cast, client: FlaskClient, clock: TestClock
) -> None:
    """
    Its form is without fault, its signature holds by OpenSSL's library, it names its holder only in hashes; asked for again it
    is the same one; it stands in the audit log.
    """
    code = issue(app, client, cast)
    again = post(client, f"/evidence/people/{cast.lin.public_id}/certificates/{entry_of(app, cast.lin.id)}").location
    answer = client.get(f"/evidence/certificates/{code}/credential.json")
    document = answer.json
    assert document
    told = json.dumps(document, ensure_ascii=False)

    assert again.endswith(code)
    assert examine(document, now=clock()) == ()
    assert proof.check(document, document["proof"], verify) == ""
    assert cast.lin.name not in told
    assert cast.lin.staff_number not in told
    assert document["credentialSubject"]["result"][0]["value"] == "81.5"
    with app.app_context():
        assert "evidence.certify" in set(reading().scalars(select(AuditEntry.act)))


def test_the_certificate_on_paper(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    The PDF says name, title and marks in words that can be copied, and carries its fonts.
    """
    code = issue(app, client, cast)
    pdf = client.get(f"/evidence/certificates/{code}/certificate.pdf").data
    words = text_of(pdf).replace("\r\n", "")

    assert all(word in words for word in ("林晓", "年度考试", "81.5", "合格证书", f"{code[:4]}-{code[4:8]}"))
    assert b"/FontFile" in pdf


def test_only_what_was_passed_has_a_certificate(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    Neither an exam that was failed, nor a unit, nor the entry of somebody else, nor one that was corrected.
    """
    enter(app, cast.lin.id, source="failed", passed=False)
    enter(app, cast.lin.id, source="unit", kind="unit")
    enter(app, cast.wang.id, source="hers")
    enter(app, cast.lin.id, source="twice")
    old = entry_of(app, cast.lin.id, "twice")
    enter(app, cast.lin.id, source="twice", revision=2)
    sign_in(client, cast.lin)
    asked = [
        entry_of(app, cast.lin.id, "failed"),
        entry_of(app, cast.lin.id, "unit"),
        entry_of(app, cast.wang.id, "hers"),
        old,
    ]
    answers = [post(client, f"/evidence/people/{cast.lin.public_id}/certificates/{one}").status_code for one in asked]

    assert answers == [409, 409, 404, 404]


def test_a_package_holds_by_an_independent_library_and_by_openssl(
    app: Flask, cast: Cast, client: FlaskClient, tmp_path: Path
) -> None:
    """
    Every signature in it; the record with unit, corrections and hours; the certificates, issued with it; the PDF by the command
    that its README gives.
    """
    enter(app, cast.lin.id, source="first", score="50", passed=False)
    enter(app, cast.lin.id, source="first", revision=2, score="70", passed=True)
    enter(app, cast.lin.id, source="unit", kind="unit", hours="1.5", score=None, maximum=None)
    code, data = packed(app, client, cast)
    verdict = package.verify(data, verify)
    record = read(verdict.files["evidence.json"])
    (person,) = record["people"]
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        opened.extractall(tmp_path)
    command = (
        "openssl pkeyutl -verify -pubin -inkey issuer-key.pem -rawin -in transcript.pdf -sigfile transcript.pdf.sig"
    )

    assert verdict.faults == ()
    assert command.split() == re.findall(r"openssl.*", verdict.files["README.txt"].decode())[0].split()
    assert (
        "Verified" in subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    )
    assert (person["name"], person["hours"], len(person["entries"])) == ("林晓", "1.5", 2)
    (exam,) = (one for one in person["entries"] if one["kind"] == "exam")
    assert (exam["score"], exam["unit"], [one["score"] for one in exam["earlier"]]) == ("70", "朝阳门所", ["50"])
    assert len([name for name in verdict.files if name.startswith("credentials/")]) == 1
    assert verdict.files["verify.html"] == verifier.page()
    words = text_of(verdict.files["transcript.pdf"]).replace("\r\n", "").replace(" ", "")
    assert (
        names.fingerprint(names.key_of_method(verdict.manifest["proof"]["verificationMethod"])).replace(" ", "")
        in words
    )
    assert verifier.checksum()[:16] in words
    assert code == verdict.manifest["number"]


@pytest.mark.parametrize(("who", "status"), [("qian", 200), ("wang", 404), ("zhao", 404)])
def test_who_may_have_what_is_about_lin(app: Flask, cast: Cast, client: FlaskClient, who: str, status: int) -> None:
    """
    The manager of Lin's branch, and nobody else: for them there is none.
    """
    code = issue(app, client, cast)
    number, _data = packed(app, client, cast)
    other = sign_in(app.test_client(), cast[who])
    addresses = (
        f"people/{cast.lin.public_id}",
        f"certificates/{code}",
        f"certificates/{code}/credential.json",
        f"packages/{number}",
    )

    assert {other.get(f"/evidence/{address}").status_code for address in addresses} == {status}


def test_a_stranger_learns_what_is_on_the_paper_and_no_more(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    Name, title and marks to compare, of the staff number the end; robots are kept out. Who may see the transcript sees it whole.
    """
    code = issue(app, client, cast)
    answer = app.test_client().get(f"/verify/{code}")

    assert all(word in answer.text for word in ("林晓", "年度考试", "81.5"))
    assert cast.lin.staff_number not in answer.text
    assert cast.lin.staff_number[-3:] in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert cast.lin.staff_number in sign_in(app.test_client(), cast.qian).get(f"/verify/{code}").text
    assert cast.lin.staff_number not in sign_in(app.test_client(), cast.wang).get(f"/verify/{code}").text


def test_what_is_revoked_says_so_with_its_day_and_without_its_reason(
    app: Flask, cast: Cast, client: FlaskClient, clock: TestClock
) -> None:
    """
    By the manager, with a reason; a stranger reads the day and neither name nor reason; the signed list has exactly its place set.
    It cannot be done twice, nor by the holder.
    """
    code = issue(app, client, cast)
    document = client.get(f"/evidence/certificates/{code}/credential.json").json
    assert document
    place = document["credentialStatus"]
    own = post(client, f"/evidence/revoke/{code}", reason="不要了").status_code
    qian = sign_in(app.test_client(), cast.qian)
    empty, done, twice = (
        post(qian, f"/evidence/revoke/{code}", reason=why).status_code for why in ("", "替考查实", "再来")
    )
    seen, listed = app.test_client().get(f"/verify/{code}").text, app.test_client().get(place["statusListCredential"])
    held = read(listed.data)

    assert (own, empty, done, twice) == (403, 422, 303, 409)
    assert "2026" in seen
    assert not {"替考查实", "林晓", "年度考试"} & set(re.findall("替考查实|林晓|年度考试", seen))
    assert "替考查实" in qian.get(f"/verify/{code}").text
    assert proof.check(held, held["proof"], verify) == ""
    assert examine(held, now=clock()) == ()
    assert status.is_set(held["credentialSubject"]["encodedList"], int(place["statusListIndex"]))
    assert held["credentialSubject"]["encodedList"] == status.encoded([int(place["statusListIndex"])])


def test_a_correction_revokes_what_rested_on_it(app: Flask, cast: Cast, client: FlaskClient, clock: TestClock) -> None:
    """
    Certificate, package and print from before it; what is issued after it holds, as does what is about somebody else.
    """
    code = issue(app, client, cast)
    number, _data = packed(app, client, cast)
    prints = [post(client, f"/transcripts/people/{cast.lin.public_id}/print").location.rsplit("/", 1)[1]]
    wang = sign_in(app.test_client(), cast.wang)
    hers = post(wang, f"/transcripts/people/{cast.wang.public_id}/print").location.rsplit("/", 1)[1]
    clock.advance(minutes=10)
    enter(app, cast.lin.id, revision=2, score="90")
    prints.append(post(client, f"/transcripts/people/{cast.lin.public_id}/print").location.rsplit("/", 1)[1])
    run_waiting(app)
    fresh = post(client, f"/evidence/people/{cast.lin.public_id}/certificates/{entry_of(app, cast.lin.id)}").location
    told = [("alert-bad" in app.test_client().get(f"/verify/{one}").text) for one in (code, number, *prints, hers)]

    assert told == [True, True, True, False, False]
    assert not fresh.endswith(code)


def test_a_package_is_of_one_moment(
    app: Flask, cast: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    An entry is corrected, and the word of it heard, while a package is put together: what is handed out has the correction, for
    nobody would revoke it otherwise.
    """
    enter(app, cast.lin.id, facts={"channel": "exam"})
    plain, count = packing.write, 0

    def slow(*given: Any, **more: Any) -> Any:
        nonlocal count
        count += 1
        made = plain(*given, **more)
        reading().rollback()
        if count == 1:
            with writing() as session:
                service.hear(session, corrected(session, cast.lin.id))
        return made

    monkeypatch.setattr(packing, "write", slow)
    code, data = packed(app, client, cast)

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (person,) = json.loads(archive.read("evidence.json"))["people"]
    assert [(one["revision"], one["passed"]) for one in person["entries"]] == [(2, False)]
    assert count == 2
    with app.app_context():
        assert queries.revocation(reading(), code) is None


def corrected(session: Session, person: int) -> list[int]:
    """The number of a correction of Lin's exam that is entered now."""
    (row,) = transcripts.revisions(session, [person])
    word = {name: getattr(row, name) for name in ("person_id", "kind", "source", "title", "title_en", "subject")}
    told = {"revision": 2, "hours": "0", "score": None, "maximum": None, "passed": False}
    entering.enter(session, [word | told | {"happened_at": row.happened_at.isoformat()}])
    return [transcripts.revisions(session, [person])[-1].id]


def test_a_new_key_leaves_what_the_old_one_signed(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    The private file of the old key is gone, its public key stays; a package names both, and holds with certificates of the old.
    """
    issue(app, client, cast)
    config: Config = app.extensions["config"]
    first = [path.stem for path in (config.data / "signing").iterdir()]
    with app.app_context():
        app.test_cli_runner().invoke(signing_key, ["new", "--yes"])
    second = [path.stem for path in (config.data / "signing").iterdir()]
    _code, data = packed(app, client, cast)
    verdict = package.verify(data, verify)

    assert len(first) == len(second) == 1
    assert first != second
    assert verdict.faults == ()
    assert [one["id"] for one in verdict.manifest["keys"]] == [f"did:key:{name}" for name in (*second, *first)]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (config.data / "signing").iterdir()} == {0o600}


def test_the_old_key_vouches_for_the_new_one_unless_it_was_stolen(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    The public list, the page and the next package bring the statement, and the way from the first key leads to the second; to one
    that was made because the other was stolen, or whose file is gone, none does.
    """
    issue(app, client, cast)
    runner, config = app.test_cli_runner(), app.extensions["config"]
    with app.app_context():
        runner.invoke(signing_key, ["new", "--yes"])
        runner.invoke(signing_key, ["new", "--yes", "--stolen"])
        for path in (config.data / "signing").iterdir():
            path.unlink()
        runner.invoke(signing_key, ["new", "--yes"])
    listed = (client.get("/evidence/keys.json").json or {})["keys"]
    said = [one["vouched"] for one in listed]
    fourth, third, second, first = (one["id"] for one in listed)
    ways = [chain.path(old, new, said, verify) for old, new in ((first, second), (second, third), (third, fourth))]
    _code, data = packed(app, client, cast)
    verdict = package.verify(data, verify)

    assert ways == [(first, second), (), ()]
    assert (verdict.faults, verdict.manifest["keys"]) == ((), listed)
    assert client.get("/evidence/keys").text.count("badge-warn") == 2


def test_an_english_title_stands_where_english_is_read(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    On the printed certificate below its heading, on the page that confirms it, in the credential, and as the name in the list of
    whoever reads English.
    """
    enter(app, cast.lin.id, source="class", kind="class", title="法治专题班", title_en="Rule of law seminar")
    sign_in(client, cast.lin)
    entry = entry_of(app, cast.lin.id, "class")
    code = post(client, f"/evidence/people/{cast.lin.public_id}/certificates/{entry}").location.rsplit("/", 1)[1]
    run_waiting(app)
    pdf = text_of(client.get(f"/evidence/certificates/{code}/certificate.pdf").data)
    credential = client.get(f"/evidence/certificates/{code}/credential.json").text
    english = {"Accept-Language": "en"}
    pages = [
        app.test_client().get(f"/verify/{code}").text,
        client.get(f"/evidence/people/{cast.lin.public_id}", headers=english).text,
    ]

    assert "Certificate of Completion: Rule of law seminar" in pdf
    assert all("Rule of law seminar" in text for text in (*pages, credential))
    assert "Rule of law seminar" not in client.get(f"/evidence/people/{cast.lin.public_id}").text


def test_a_lost_key_is_said(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    Nothing is signed with another key in silence; doctor names the remedy.
    """
    issue(app, client, cast)
    config: Config = app.extensions["config"]
    found = {one.name: one.state for one in doctor.examine(config, now=datetime(2096, 1, 1, tzinfo=UTC))}
    for path in (config.data / "signing").iterdir():
        path.unlink()
    enter(app, cast.lin.id, source="next")
    answer = post(client, f"/evidence/people/{cast.lin.public_id}/certificates/{entry_of(app, cast.lin.id, 'next')}")
    lost = doctor._signing_key(config)

    assert answer.status_code == 503
    assert lost.state == "missing"
    assert found.get("signing key", "ok") == "ok"


def test_nobody_tries_codes(app: Flask, cast: Cast, client: FlaskClient, clock: TestClock) -> None:
    """
    After thirty that were not issued an address waits ten minutes, for good ones too; another address does not.
    """
    code = issue(app, client, cast)
    stranger = app.test_client()
    statuses = [stranger.get(f"/verify/{number:016}").status_code for number in range(MOST_UNKNOWN + 1)]
    other = stranger.get(f"/verify/{code}", environ_overrides={"REMOTE_ADDR": "10.9.8.7"}).status_code
    waiting = stranger.get(f"/verify/{code}").status_code
    clock.advance(minutes=11)

    assert statuses == [404] * MOST_UNKNOWN + [429]
    assert (other, waiting, stranger.get(f"/verify/{code}").status_code) == (200, 429, 200)


def test_a_credential_that_somebody_brings(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    Ours holds and is known as ours; changed it does not; what is no JSON is said to be none.
    """
    code = issue(app, client, cast)
    good = client.get(f"/evidence/certificates/{code}/credential.json").text
    qian = sign_in(app.test_client(), cast.qian)
    answers = [post(qian, "/evidence/credential", text=text).text for text in (good, good.replace("81.5", "91.5"), "{")]

    assert ["alert-good" in answers[0], "alert-warn" in answers[1], "alert-bad" in answers[2]] == [True] * 3


def test_packages_of_old_are_removed(app: Flask, cast: Cast, client: FlaskClient, clock: TestClock) -> None:
    """
    After a week the file is gone, and the page says what to do; the code still leads to what it must say.
    """
    code, _data = packed(app, client, cast)
    clock.moment = datetime(2096, 1, 1, tzinfo=UTC)
    with app.app_context():
        work.forget_old()
    sign_in(client, cast.lin)

    assert client.get(f"/evidence/packages/{code}").status_code == 200
    assert "evidence.zip" not in client.get(f"/evidence/packages/{code}").text
    assert client.get(f"/verify/{code}").status_code == 200


def test_everybody_has_keys_and_verifier(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    The page with the fingerprint, the list for programs, the verifier as a file; a list that is not there is not there.
    """
    issue(app, client, cast)
    stranger = app.test_client()
    with app.app_context(), writing() as session:
        fingerprint = keys.public_keys(session)[0].fingerprint
    known: dict[str, Any] = stranger.get("/evidence/keys.json").json or {}

    assert fingerprint in stranger.get("/evidence/keys").text
    assert known["keys"][0]["fingerprint"] == fingerprint
    assert stranger.get("/evidence/verifier.html").data == verifier.page()
    assert stranger.get("/evidence/verifier.html").headers["Content-Disposition"].startswith("attachment")
    assert stranger.get("/evidence/status/9").status_code == 404
