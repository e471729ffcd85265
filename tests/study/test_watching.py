"""Videos on pages of units through HTTP: what is watched honestly counts, what is claimed does not."""

from copy import deepcopy

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courseware.packages.native import read as read_unit
from lms.courses import service as courses
from lms.courses import telling
from lms.courses.routes import DOCUMENT_POLICY
from lms.database import writing
from lms.jobs import run_waiting
from lms.security import CONTENT_SECURITY_POLICY
from tests.academy import PAGES, Academy, academy_files
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock
from tests.courses.test_courses import read_pages, right_answers
from tests.courseware.media import CAPTIONS, PDF, WEBM
from tests.study.reader import Reader

TABLES = """presence = 3

[[videos]]
page = "02-steps.md"
file = "steps.webm"
captions = [{ language = "zh-CN", file = "steps.vtt" }]
chapters = [{ at = "00:00", title = "出示证件" }, { at = "00:02", title = "说明理由" }]
skip = "watched"
share = "0.9"

[[documents]]
page = "03-papers.md"
file = "form.pdf"
"""


def with_video(app: Flask, *, code: str = "penalty-01") -> str:
    """The next version of the academy's unit (or another unit like it), with a video and a document; its public id."""
    files = academy_files()
    files |= {"steps.webm": WEBM, "steps.vtt": CAPTIONS, "form.pdf": PDF}
    files["unit.toml"] = files["unit.toml"].replace(b"penalty-01", code.encode()) + TABLES.encode()
    reading = read_unit(files)
    assert reading.unit is not None, reading.problems
    with app.app_context(), writing() as session:
        courses.store_unit(session, reading.unit, files, media=app.extensions["config"].media)
        found = telling.by_code(session, code)
        assert found is not None
        return found.public_id


@pytest.fixture
def filmed(app: Flask, academy: Academy) -> Academy:
    """The academy whose unit has a video."""
    with_video(app)
    return academy


@pytest.fixture
def lin(cast: Cast, client: FlaskClient) -> FlaskClient:
    """Lin's browser."""
    return sign_in(client, cast.lin)


def steps(academy: Academy) -> str:
    """Where the page with the video is."""
    return f"/courses/{academy.unit}/pages/02-steps"


def test_what_is_watched_completes_the_page_and_the_unit(
    app: Flask, lin: FlaskClient, filmed: Academy, clock: TestClock
) -> None:
    """
    The page that was opened is not done; with nine tenths of the video watched it is, on another machine it goes on where it was,
    and the unit is completed by its check. The time before the page counts as for any other.
    """
    read_pages(lin, filmed, list(PAGES))
    assert "pages/02-steps" in lin.get(f"/courses/{filmed.unit}/check").text
    assert post(lin, f"/courses/{filmed.unit}/check").status_code == 409

    reader = Reader.open(lin, clock, steps(filmed))
    reader.watch(2, 0, 2000)
    told = reader.send()
    assert told["today"] == 2000
    again = Reader.open(lin, clock, steps(filmed))
    assert again.settings["video"] == {
        "place": 2000, "reach": 2000, "covered": 2000, "wanted": 5400, "length": 6000, "bound": True,
    }  # fmt: skip
    again.watch(2, 2000, 6000)
    again.send()
    page = lin.get(f"/courses/{filmed.unit}/check").text
    done = lin.post(f"/courses/{filmed.unit}/check", data={"csrf_token": csrf(lin), **right_answers(page)})
    run_waiting(app)

    assert again.settings["video"]["covered"] == 6000
    assert done.status_code == 200
    assert "简易程序怎么用" in lin.get("/transcripts/").text


def covered(reader: Reader) -> int:
    """What the ledger has of the video, after everything was sent."""
    reader.send()
    return int(reader.settings["video"]["covered"])


def test_what_is_forged_is_not_watched(lin: FlaskClient, filmed: Academy, clock: TestClock) -> None:
    """
    The whole video in a second, from its end where going ahead is forbidden, behind another window, with nonces made up, by
    an opening that asks less, in crumbs of a millisecond: nothing of it is watched, and what was so is never more than twice
    the time.
    """
    read_pages(lin, filmed, list(PAGES))
    reader = Reader.open(lin, clock, steps(filmed))
    reader.watch(1, 0, 6000)
    assert covered(reader) == 0
    reader.watch(2, 3000, 6000)
    assert covered(reader) == 0
    reader.read(2, hidden=True)
    reader.waiting[-1] += [0, 4000]
    assert covered(reader) == 0
    for _crumb in range(50):
        reader.watch(0.001, 0, 900)
    assert covered(reader) <= 100
    reader.watch(2, 0, 4000)
    forged = deepcopy(reader.body(reader.waiting))
    forged["streams"][0]["beats"][0][1] = "A" * 12
    reader.post(forged)
    softer = deepcopy(reader.body(reader.waiting))
    softer["streams"][0]["opening"]["video"] = softer["streams"][0]["opening"]["video"].replace("9/10", "0")
    assert reader.post(softer).get_json()["streams"] == {}
    assert Reader.open(lin, clock, steps(filmed)).settings["video"]["covered"] <= 100
    assert covered(reader) == 4000

    assert "pages/02-steps" in lin.get(f"/courses/{filmed.unit}/check").text


def test_two_windows_do_not_watch_twice_as_fast(lin: FlaskClient, filmed: Academy, clock: TestClock) -> None:
    """
    The time that one window was given the other is not, and nothing of what played in it.
    """
    one, other = (Reader.open(lin, clock, steps(filmed)) for _window in range(2))
    one.watch(2, 0, 2000)
    other.number, other.told = 1, other.now
    other.waiting.append([1, other.nonce(1), 0, other.now, other.now, False, 2000, 4000])
    one.send()

    assert covered(other) == 2000


@pytest.mark.parametrize("played", [[0], [0, -1], [0, "1"], [0, 2**60], [0, 1, 2]])
def test_a_beat_that_is_none_is_refused(
    lin: FlaskClient, filmed: Academy, clock: TestClock, played: list[object]
) -> None:
    """
    What a page never sends is not looked at.
    """
    reader = Reader.open(lin, clock, steps(filmed))
    reader.read(2)
    reader.waiting[-1] += played

    assert reader.post(reader.body(reader.waiting)).status_code == 400


def test_a_page_without_video_plays_none(lin: FlaskClient, filmed: Academy, clock: TestClock) -> None:
    """
    Positions that such a page claims are of nothing; its time counts. A sign is asked for as the unit says.
    """
    reader = Reader.open(lin, clock, f"/courses/{filmed.unit}/pages/01-scope")
    reader.watch(2, 0, 2000)
    told = reader.send()
    for _minute in range(12):
        reader.read(30, seen=0)
    absent = reader.send()["today"]

    assert (reader.settings["presence"], reader.settings["video"]) == (3, None)
    assert told["today"] == 2000
    assert 4 * 60_000 < absent <= 5 * 60_000


def test_parts_of_a_recording_are_served(app: Flask, cast: Cast, lin: FlaskClient, filmed: Academy) -> None:
    """
    A browser that seeks gets the part it asks for, the whole where its copy is an old one, none beyond the end, and nothing
    without a log-in.
    """
    address = lin.get(steps(filmed)).text.split('<source src="')[1].split('"')[0]
    whole = lin.get(address)
    tag = whole.headers["ETag"]
    part = lin.get(address, headers={"Range": "bytes=100-199", "If-Range": tag})
    stale = lin.get(address, headers={"Range": "bytes=100-199", "If-Range": '"other"'})
    beyond = lin.get(address, headers={"Range": f"bytes={len(WEBM)}-"})
    stranger = app.test_client().get(address, headers={"Range": "bytes=0-9"})

    assert (whole.status_code, whole.data, whole.headers["Accept-Ranges"]) == (200, WEBM, "bytes")
    assert (part.status_code, part.data) == (206, WEBM[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(WEBM)}"
    assert (stale.status_code, stale.data) == (200, WEBM)
    assert beyond.status_code == 416
    assert stranger.status_code == 303


def test_pages_show_transcript_chapters_and_document(lin: FlaskClient, filmed: Academy) -> None:
    """
    What is said can be read on the page, found by search, and stands on paper in the place of the video. Only the page with
    the document may frame, only what this server gives, and only the document may be framed.
    """
    page, whole = lin.get(steps(filmed)), lin.get(f"/courses/{filmed.unit}/print").text
    papers = lin.get(f"/courses/{filmed.unit}/pages/03-papers")
    document = lin.get(papers.text.split('<iframe class="document-frame no-print" src="')[1].split('"')[0])
    captions = lin.get(page.text.split("<track")[1].split('src="')[1].split('"')[0])

    assert all(words in page.text for words in ("说明理由 &amp; 告知权利", "出示证件", "data-video-transcript"))
    assert "说明理由 &amp; 告知权利" in whole
    assert "<video" not in whole
    assert "pages/02-steps" in lin.get(f"/courses/{filmed.unit}/search?q=告知权利").text
    assert page.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert papers.headers["Content-Security-Policy"] == f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    assert papers.headers["X-Frame-Options"] == "DENY"
    assert (document.data, document.headers.getlist("X-Frame-Options")) == (PDF, ["SAMEORIGIN"])
    assert document.headers["Content-Security-Policy"] == DOCUMENT_POLICY
    assert (captions.content_type, captions.data) == ("text/vtt; charset=utf-8", CAPTIONS)
