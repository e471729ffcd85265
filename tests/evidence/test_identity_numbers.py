"""Numbers of identity cards stay where they are: nothing of evidence, and no export of those who may not see them, has them."""

import io
import re
import zipfile
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.audit.models import AuditEntry
from lms.config import Config
from lms.database import reading, writing
from lms.jobs import run_waiting
from lms.particulars import service as particulars
from lms.particulars.service import EMPTY, Change
from tests.cast import Cast, post, sign_in
from tests.evidence.test_evidence import issue, packed, text_of
from tests.evidence.test_several import together
from tests.transcripts.test_transcripts import enter

NUMBER = "11010519491231002X"
#: the whole, its middle that would give away the rest, and its end beside the order
PARTS = (NUMBER, NUMBER[6:14], NUMBER[-5:])


def known(app: Flask, cast: Cast) -> None:
    """Lin's personnel file holds the number of her identity card."""
    with app.app_context(), writing() as session:
        change = Change(EMPTY, date(2020, 1, 1), "测试", id_number=NUMBER)
        particulars.record_change(session, cast.lin, change, by=None)


def told(data: bytes) -> str:
    """All words that a file or page says: of a zip those of its files, of a PDF those that can be copied."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            return "\n".join(told(opened.read(name)) for name in opened.namelist())
    if data.startswith(b"%PDF"):
        return re.sub(r"\s", "", text_of(data))
    return data.decode("utf-8", "replace")


def given_away(words: str) -> list[str]:
    """Which parts of the number stand there."""
    return [part for part in PARTS if part in words]


def test_nothing_of_evidence_has_a_number(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    Neither certificate, credential, package, record, transcript nor verifier; neither the pages of confirmation, for strangers or
    for her manager, nor the lists, keys and pages of evidence; nor anything that lies on the disk for them.
    """
    known(app, cast)
    code = issue(app, client, cast)
    package, data = packed(app, client, cast)
    addresses = [
        f"/evidence/people/{cast.lin.public_id}", f"/evidence/certificates/{code}",
        f"/evidence/certificates/{code}/certificate.pdf", f"/evidence/certificates/{code}/credential.json",
        f"/evidence/packages/{package}", f"/verify/{code}", f"/verify/{package}", "/evidence/keys", "/evidence/keys.json",
        "/evidence/status/1",
    ]  # fmt: skip
    manager = sign_in(app.test_client(), cast.qian)
    seen = [told(manager.get(address).data) for address in addresses]
    strange = [told(app.test_client().get(address).data) for address in addresses[5:]]
    both = together(app, manager, cast)
    several = manager.get(f"/evidence/packages/{both}/evidence.zip").data
    config: Config = app.extensions["config"]
    kept = [path.read_bytes() for name in ("certificates", "evidence") for path in (config.data / name).iterdir()]

    assert cast.lin.name in told(data)
    assert cast.lin.name in told(several)
    assert cast.lin.staff_number in seen[0]
    assert [given_away(words) for words in (*seen, *strange, told(data), told(several))] == [[]] * (
        len(seen) + len(strange) + 2
    )
    assert len(kept) >= 3
    assert [given_away(told(one)) for one in kept] == [[]] * len(kept)


def test_exports_have_numbers_only_where_they_were_asked_for(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    Neither the archive nor the transcripts of a unit in PDF. The archive that a manager asks for with numbers has hers, which the
    log tells; a manager of another branch gets no archive of this one, and none of her own with it.
    """
    known(app, cast)
    enter(app, cast.lin.id)
    with app.app_context(), writing() as session:
        accounts.grant_role(
            session, cast.wang.id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=cast.branch_b.id
        )
    wang = sign_in(app.test_client(), cast.wang)
    refused = post(wang, ARCHIVE, **{"archive-unit": cast.branch_a.public_id, "archive-numbers": "y"}).status_code
    post(wang, ARCHIVE, **{"archive-unit": cast.branch_b.public_id, "archive-numbers": "y"})
    qian = sign_in(client, cast.qian)
    post(qian, ARCHIVE, **{"archive-unit": cast.branch_a.public_id})
    post(qian, "/transcript-reports/prints", **{"prints-unit": cast.branch_a.public_id})
    plain, hers = reports(app, qian), reports(app, wang)
    post(qian, ARCHIVE, **{"archive-unit": cast.branch_a.public_id, "archive-numbers": "y"})
    (whole,) = set(reports(app, qian)) - set(plain)
    with app.app_context():
        noted = len(list(reading().scalars(select(AuditEntry.act).where(AuditEntry.act == "particulars.numbers"))))

    assert refused == 422
    assert len(plain) == 2
    assert all(cast.lin.name in words for words in (*plain, whole))
    assert [given_away(words) for words in (*plain, *hers)] == [[], [], []]
    assert NUMBER in given_away(whole)
    assert noted == 2


ARCHIVE = "/transcript-reports/archive"


def reports(app: Flask, client: FlaskClient) -> list[str]:
    """The words of the reports that wait for somebody, once they are written."""
    run_waiting(app)
    files = re.findall(r"/transcript-reports/files/[\w.-]+", client.get("/transcript-reports/").text)
    return [told(client.get(address).data) for address in sorted(set(files))]
