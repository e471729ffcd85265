"""Pictures of candidates: consent, what is taken, who sees it, how long it is kept."""

import io

import pytest
from PIL import Image
from sqlalchemy import text

from lms.accounts.queries import PersonRow
from lms.admission import snapshots
from lms.database import reading, writing
from lms.jobs import enqueue, run_waiting
from tests.admission.test_door import acts, ask, come, refusals, start
from tests.cast import post, sign_in
from tests.supervision.conftest import Candidate, Hall


def jpeg(width: int = 640, height: int = 480, kind: str = "JPEG") -> bytes:
    """A picture with a place written into it."""
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(target, kind, exif=exif)
    return target.getvalue()


def consent(hall: Hall, person: PersonRow, answer: str = "yes") -> Candidate:
    """Somebody answers at the door and begins."""
    client = come(hall, person)
    assert post(client, f"/admission/{hall.exam.public_id}/camera", answer=answer).status_code == 303
    begun = start(hall, client)
    assert begun.status_code == 302, begun.text
    return hall.at_work(client, person, begun.location.rsplit("/", 1)[1])


def send(candidate: Candidate, data: bytes, query: str = "", kind: str = "image/jpeg") -> int:
    """The page sends a picture; the status."""
    at = f"/sitting/{candidate.attempt}/camera{query}"
    return candidate.client.post(at, data=data, content_type=kind, headers=candidate.headers).status_code


def kept(hall: Hall) -> list[tuple[int, str | None]]:
    """Whose pictures there are, and why not."""
    with hall.app.app_context():
        rows = reading().execute(text("SELECT person_id, fault FROM admission_snapshot ORDER BY id"))
        return [(row[0], row[1]) for row in rows]


def files(hall: Hall) -> list[bytes]:
    """What lies in the folder of pictures."""
    with hall.app.app_context():
        return [path.read_bytes() for path in snapshots.folder().glob("*/*")]


def test_everybody_is_asked_before_and_may_refuse(hall: Hall) -> None:
    """
    The door says what, how often, who and how long; who refuses sits the exam, and no picture of them is taken; the
    camera is open on the page of who consented, on no other page, and never the microphone.
    """
    ask(hall, camera="asked", camera_days="14")
    lin = come(hall, hall.cast.lin)
    assert start(hall, lin).status_code == 403
    page = lin.get(f"/admission/{hall.exam.public_id}").text
    for words in ("每小时数次", "仅限本场考试的监考员", "14 天后删除", "您可以不同意"):
        assert words in page
    closed = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

    refused = consent(hall, hall.cast.lin, "no")
    answer = refused.client.get(f"/sitting/{refused.attempt}")
    assert answer.headers.getlist("Permissions-Policy") == [closed]
    assert '"camera":null' in answer.text
    assert send(refused, jpeg()) == 422
    agreed = consent(hall, hall.cast.wang)
    answer = agreed.client.get(f"/sitting/{agreed.attempt}")
    assert answer.headers.getlist("Permissions-Policy") == [closed.replace("camera=()", "camera=(self)")]
    assert agreed.client.get("/sitting/").headers["Permissions-Policy"] == closed
    assert send(agreed, jpeg()) == 204
    assert kept(hall) == [(hall.cast.wang.id, None)]
    assert refusals(hall) == []
    assert acts(hall.app).count("admission.camera") == 2


def test_an_exam_may_demand_it(hall: Hall) -> None:
    """
    Who refuses stays outside, which is written down, and may think again; an invigilator can let them in without.
    """
    ask(hall, camera="demanded", camera_days="30")
    lin = come(hall, hall.cast.lin)
    post(lin, f"/admission/{hall.exam.public_id}/camera", answer="no")
    assert start(hall, lin).status_code == 403
    assert [why for why, _address in refusals(hall)] == ["camera"]
    assert post(lin, f"/admission/{hall.exam.public_id}/camera", answer="maybe").status_code == 400

    post(hall.zheng, hall.at(f"/people/{hall.cast.lin.public_id}/let-in"), reason="已核对")
    begun = start(hall, lin)
    assert begun.status_code == 302
    assert "camera=()" in lin.get(begun.location).headers["Permissions-Policy"]
    assert send(consent(hall, hall.cast.wang), jpeg()) == 204


def test_a_picture_is_made_anew_and_small(hall: Hall) -> None:
    """
    Nothing but its pixels is kept; what is no JPEG, too large, too broad or damaged is refused and leaves nothing; a
    camera that fails is noted.
    """
    ask(hall, camera="asked", camera_days="30")
    lin = consent(hall, hall.cast.lin)
    for wrong in (b"", b"GIF89a", jpeg(kind="PNG"), jpeg(900, 900), jpeg()[:200], b"\xff\xd8\xff" + b"0" * 50_000):
        assert send(lin, wrong) == 422, wrong[:20]
    assert send(lin, bytes(snapshots.MOST_BYTES + 1)) == 413
    assert send(lin, jpeg(), kind="text/plain") == 400
    assert send(lin, b"", "?fault=haunted") == 400
    assert (kept(hall), files(hall)) == ([], [])

    assert send(lin, jpeg() + b"<script>secret place</script>") == 204
    (file,) = files(hall)
    assert b"secret" not in file
    assert Image.open(io.BytesIO(file)).size == (640, 480)
    hall.clock.advance(minutes=10)
    assert send(lin, b"", "?fault=denied") == 204
    assert [fault for _person, fault in kept(hall)] == [None, "denied"]


def test_pictures_do_not_come_without_end(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    At most one in a while, and so many in all; none after the attempt, none by another log-in, none without a ticket.
    """
    monkeypatch.setattr(snapshots, "MOST", 2)
    ask(hall, camera="asked", camera_days="30")
    lin = consent(hall, hall.cast.lin)
    assert send(lin, jpeg()) == 204
    assert send(lin, jpeg()) == 429
    hall.clock.advance(minutes=1)
    assert send(lin, jpeg()) == 204
    hall.clock.advance(minutes=1)
    assert send(lin, jpeg()) == 429
    wang = consent(hall, hall.cast.wang)
    assert (
        wang.client.post(f"/sitting/{wang.attempt}/camera", data=jpeg(), content_type="image/jpeg").status_code == 403
    )
    hall.measure("force", f"?person={hall.cast.wang.public_id}")
    assert send(wang, jpeg()) == 409
    assert len(kept(hall)) == 2


def test_the_invigilators_of_this_exam_see_them(hall: Hall) -> None:
    """
    On the page of the person; nobody else does, the candidate included, and no other exam shows them.
    """
    ask(hall, camera="asked", camera_days="30")
    assert send(consent(hall, hall.cast.lin), jpeg()) == 204
    with hall.app.app_context():
        picture = reading().scalar(text("SELECT public_id FROM admission_snapshot"))
    sign_in(hall.zheng, hall.cast.zheng)
    page = hall.zheng.get(hall.at(f"/people/{hall.cast.lin.public_id}/pictures"))
    assert f"/pictures/{picture}" in page.text
    seen = hall.zheng.get(hall.at(f"/pictures/{picture}"))
    assert (seen.status_code, seen.mimetype, seen.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")

    for person in (hall.cast.lin, hall.cast.zhao, hall.cast.sun):
        assert sign_in(hall.app.test_client(), person).get(hall.at(f"/pictures/{picture}")).status_code == 403
    for wrong in ("A" * 22, "..", f"{picture}x"):
        assert hall.zheng.get(hall.at(f"/pictures/{wrong}")).status_code == 404


def test_they_are_deleted_after_their_time(hall: Hall) -> None:
    """
    The job leaves them until the days are over, then rows and files go and the audit log says how many; a file that an
    interrupted deletion left goes later.
    """
    ask(hall, camera="asked", camera_days="7")
    assert send(consent(hall, hall.cast.lin), jpeg()) == 204

    def sweep() -> None:
        with hall.app.app_context():
            with writing() as session:
                enqueue(session, "admission.forget_pictures", {})
            run_waiting(hall.app)

    hall.clock.advance(days=7)
    sweep()
    assert (len(kept(hall)), len(files(hall))) == (1, 1)
    hall.clock.advance(hours=4)
    sweep()
    assert (kept(hall), files(hall)) == ([], [])
    assert acts(hall.app)[-1] == "admission.camera.forget"
    with hall.app.app_context():
        stray = snapshots.snapshot_path("A" * 22)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(jpeg())
    hall.clock.advance(days=365)  # the clock of these tests stands in the past of the file
    sweep()
    assert files(hall) == []
