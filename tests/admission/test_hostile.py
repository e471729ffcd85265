"""Ways around the door that somebody may try, and what the house keeps of whom."""

import io

import pytest
from PIL import Image, ImageFile
from sqlalchemy import text
from werkzeug.test import EnvironBuilder, TestResponse

from lms.admission import networks, snapshots
from lms.bank import service as bank
from lms.bank.errors import PictureUnfit
from lms.database import reading, writing
from lms.jobs import enqueue, run_waiting
from tests.admission.test_door import (
    INSIDE,
    KEY,
    OTHER_KEY,
    OUTSIDE,
    UNTOUCHED,
    ask,
    asked_at,
    code_of,
    come,
    give,
    proof,
    room,
    start,
)
from tests.admission.test_snapshots import consent, files, jpeg, kept, send
from tests.cast import csrf, post, sign_in
from tests.exam_day import ExamDay
from tests.supervision.conftest import Hall


def sweep(hall: Hall) -> None:
    """The job that deletes pictures runs."""
    with hall.app.app_context():
        with writing() as session:
            enqueue(session, "admission.forget_pictures", {})
        run_waiting(hall.app)


def told(hall: Hall, act: str) -> list[str]:
    """What the audit log holds of a deed, oldest first."""
    with hall.app.app_context():
        query = text("SELECT CAST(after AS TEXT) FROM audit_entry WHERE act = :act ORDER BY number")
        return [str(row[0]) for row in reading().execute(query, {"act": act})]


def test_a_room_that_takes_the_number_of_another_asks_anew(hall: Hall) -> None:
    """
    A room is removed and added again: who gave the old one's code gives the new one's.
    """
    old = room(hall)
    ask(hall, code="y")
    lin = come(hall, hall.cast.lin)
    assert give(hall, lin, code_of(hall, old)).status_code == 303
    assert post(hall.zheng, hall.at(f"/rooms/{old}/remove")).status_code == 303
    assert start(hall, lin).status_code == 403

    new = room(hall)
    assert start(hall, lin).status_code == 403
    assert give(hall, lin, code_of(hall, new)).status_code == 303
    assert start(hall, lin).status_code == 302


def test_a_proof_by_the_page_where_the_academy_lies_below_a_path(hall: Hall) -> None:
    """
    The prefix of the installation stands in the address once.
    """
    ask(hall, browser="y", config_keys=KEY)
    lin = come(hall, hall.cast.lin)
    at = f"/admission/{hall.exam.public_id}"
    own = lin.get(at).location.split("session=")[1]
    page = f"http://localhost/academy{at}?session={own}"
    data = {
        "csrf_token": csrf(lin),
        "config_hash": proof(page, KEY)["X-SafeExamBrowser-ConfigKeyHash"],
        "exam_hash": "",
    }
    assert lin.post(f"{at}/browser", data=data).status_code == 403
    below = EnvironBuilder(path=f"{at}/browser", base_url="http://localhost/academy", method="POST", data=data)
    assert lin.open(below).status_code == 303
    assert start(hall, lin).status_code == 302


def test_a_mapped_address_is_the_one_it_stands_for() -> None:
    """
    However a range or an address is written, by version 4 or as version 6 shows it.
    """
    assert networks.within("::ffff:10.1.2.9", ["10.1.2.0/24"])
    assert networks.within("::ffff:10.1.2.9", ["::ffff:10.1.2.0/120"])
    for outside in ("::ffff:10.1.3.9", "10.1.3.9", "2001:db8::1", "", "10.1.2.9 ", "fe80::1%eth0"):
        assert not networks.within(outside, ["10.1.2.0/24", "2001:db8:1::/64"]), outside


def test_keys_can_not_be_taken_from_the_audit_log(hall: Hall) -> None:
    """
    It says which keys there were, not the whole of any.
    """
    ask(hall, browser="y", config_keys=KEY, exam_keys=OTHER_KEY)
    (entry,) = told(hall, "admission.rule")
    assert KEY[:8] in entry
    assert OTHER_KEY[:8] in entry
    assert KEY[:9] not in entry
    assert OTHER_KEY[:9] not in entry


def test_saying_the_same_again_is_saying_it_once(hall: Hall) -> None:
    """
    Nobody fills the audit log by the right code, the same answer or the same proof over and over.
    """
    found = room(hall)
    ask(hall, code="y", camera="asked")
    lin = come(hall, hall.cast.lin)
    for _ in range(3):
        assert give(hall, lin, code_of(hall, found)).status_code == 303
        assert post(lin, f"/admission/{hall.exam.public_id}/camera", answer="yes").status_code == 303
    assert len(told(hall, "admission.enter")) == len(told(hall, "admission.camera")) == 1
    post(lin, f"/admission/{hall.exam.public_id}/camera", answer="no")
    assert ["true" in entry.lower() for entry in told(hall, "admission.camera")] == [True, False]


def test_who_supervises_does_not_let_themselves_in(hall: Hall) -> None:
    """
    An invigilator of whose unit the exam asks as well needs another one.
    """
    room(hall)
    ask(hall, code="y")
    own = come(hall, hall.cast.zheng)
    assert start(hall, own).status_code == 403
    answer = post(own, hall.at(f"/people/{hall.cast.zheng.public_id}/let-in"), reason="自己")
    assert (answer.status_code, "其他监考员" in answer.text) == (403, True)
    assert start(hall, own).status_code == 403
    assert told(hall, "admission.let_in") == []


def test_pictures_are_kept_no_longer_than_their_candidate_was_told(hall: Hall) -> None:
    """
    A longer time that the exam says afterwards is none for who consented before; a shorter one is, at once.
    """
    ask(hall, camera="asked", camera_days="7")
    assert send(consent(hall, hall.cast.lin), jpeg()) == 204
    ask(hall, camera="asked", camera_days="90")
    assert send(consent(hall, hall.cast.wang), jpeg()) == 204
    assert '"days":7' in told(hall, "admission.camera")[0].replace(" ", "")
    hall.clock.advance(days=8)
    sweep(hall)
    assert [person for person, _fault in kept(hall)] == [hall.cast.wang.id]
    assert len(files(hall)) == 1

    ask(hall, camera="asked", camera_days="5")
    sweep(hall)
    assert (kept(hall), files(hall)) == ([], [])
    assert [entry.replace(" ", "") for entry in told(hall, "admission.camera.forget")] == ['{"pictures":1}'] * 2


def test_taking_consent_back_ends_the_pictures(hall: Hall) -> None:
    """
    In the middle of the exam too: no further one is kept, and a picture on its way leaves no file.
    """
    ask(hall, camera="asked")
    lin = consent(hall, hall.cast.lin)
    assert send(lin, jpeg()) == 204
    post(lin.client, f"/admission/{hall.exam.public_id}/camera", answer="no")
    hall.clock.advance(minutes=5)
    assert send(lin, jpeg()) == 422
    assert len(files(hall)) == 1
    assert lin.flag().status_code == 200


def test_a_picture_that_can_not_be_noted_leaves_no_file(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A file without its row would be seen by nobody and kept past its time.
    """
    ask(hall, camera="asked")
    lin = consent(hall, hall.cast.lin)
    seen: list[int] = []

    def fail(*_args: object) -> int:
        seen.append(len(files(hall)))
        if len(seen) == 2:
            raise snapshots.NoSnapshot
        return 30

    monkeypatch.setattr(snapshots, "_days", fail)
    assert send(lin, jpeg()) == 422
    assert seen == [0, 1]  # it was written and is gone
    assert files(hall) == []


def test_a_broad_picture_is_refused_before_its_pixels_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Few bytes can hold many pixels: they cost the server nothing. Neither does another kind of file.
    """
    target = io.BytesIO()
    Image.new("L", (5000, 2000)).save(target, "JPEG", quality=10)
    assert len(target.getvalue()) < snapshots.MOST_BYTES

    def load(_self: Image.Image) -> None:
        raise AssertionError("pixels were read")

    monkeypatch.setattr(ImageFile.ImageFile, "load", load)
    for data, reason in ((target.getvalue(), "large"), (jpeg(kind="PNG"), "kind")):
        with pytest.raises(PictureUnfit) as refused:
            bank.encoded_photo(data, most_side=snapshots.MOST_SIDE)
        assert refused.value.facts == {"reason": reason}


def test_a_draft_with_rules_can_be_deleted(hall: Hall, exam_day: ExamDay) -> None:
    """
    Its rules go with it.
    """
    zhao = sign_in(hall.app.test_client(), hall.cast.zhao)
    draft = exam_day.draft().public_id
    assert post(zhao, f"/exams/{draft}/admission", **{**UNTOUCHED, "code": "y"}).status_code == 303
    with hall.app.app_context():
        assert reading().scalar(text("SELECT count(*) FROM admission_rule")) == 1
        reading().rollback()
    assert post(zhao, f"/exams/{draft}/delete").status_code == 302
    with hall.app.app_context():
        assert reading().scalar(text("SELECT count(*) FROM admission_rule")) == 0


def test_the_short_way_has_the_same_door(hall: Hall) -> None:
    """
    The script of the waiting room starts, and the paper is opened, past Flask (`lms.sitting.express`): code, computer and
    browser are asked there too, for one statement; the application says what is missing.
    """
    found = room(hall, ranges="10.1.2.0/24")
    ask(hall, code="y", address="y", browser="y", config_keys=KEY)
    at = f"/sitting/exam/{hall.exam.public_id}"
    begin = proof(f"http://localhost{at}/start", KEY)
    lin = come(hall, hall.cast.lin)
    ticket = hall.at_work(lin, hall.cast.lin, hall.exam.public_id).headers

    def press(**given: str) -> TestResponse:
        headers = {"Accept": "application/json", **ticket, **given}
        return lin.post(f"{at}/start", headers=headers, data={"csrf_token": csrf(lin)})

    assert press(**begin).get_json()["facts"] == {"lacks": "code"}
    assert give(hall, lin, code_of(hall, found)).status_code == 303
    assert press().get_json()["facts"] == {"lacks": "browser"}
    lin.environ_base["REMOTE_ADDR"] = OUTSIDE
    assert press(**begin).get_json()["facts"] == {"lacks": "address"}
    assert press(**begin, **{"X-Forwarded-For": INSIDE}).status_code == 403
    with hall.app.app_context():
        assert reading().scalar(text("SELECT count(*) FROM attempt")) == 0
    lin.environ_base["REMOTE_ADDR"] = INSIDE
    assert len(asked_at(hall, lambda: press(**begin), 200)) == 1
    paper = press(**begin).get_json()["next"]

    right = proof(f"http://localhost{paper}", KEY)
    assert lin.get(paper).status_code == 403
    assert lin.get(paper, headers=begin).status_code == 403
    assert lin.get(paper, headers=right).status_code == 200
    lin.environ_base["REMOTE_ADDR"] = OUTSIDE
    assert lin.get(paper, headers=right).status_code == 403
