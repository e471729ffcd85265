"""Videos and documents of pages in the workshop: put on, refused, taken off, shown, compared, in and out as ZIP."""

import io
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from courseware.packages.native import read as read_unit
from courseware.unit import Page, Unit
from courseware.video import Chapter, Skip
from lms.authoring import drafts
from lms.authoring.models import CourseDraft
from lms.authoring.recordings import MOST_FILE, Upload, complaints
from lms.database import reading
from question_bank.formats.package import opened
from tests.academy import Academy
from tests.authoring.test_authoring import author, draft_of, save
from tests.cast import Cast, csrf, post
from tests.courseware.media import CAPTIONS, MP4, PDF, WEBM

__all__ = ["author"]
CHAPTERS = "00:00 出示证件\n\n0:02   说明理由 与依据"


def fields_of(client: FlaskClient, address: str) -> dict[str, str]:
    """What the form of a page's recordings shows, without files and boxes."""
    page = client.get(address).text
    chapters = re.search(r'<textarea[^>]*name="chapters"[^>]*>(.*?)</textarea>', page, re.S)
    shown = {name: re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page) for name in ("seen", "share")}
    chosen = re.search(r'<option selected value="(free|watched)"', page)
    found = {name: one[1] for name, one in {**shown, "chapters": chapters, "skip": chosen}.items() if one}
    return {**found, "csrf_token": csrf(client)}


def put(client: FlaskClient, draft: str, page: str = "02-steps", **fields: Any) -> TestResponse:
    """The form of a page's recordings with these fields; bytes are files of the name behind them."""
    address = f"{draft}/pages/{page}/recording"
    files = {name: (io.BytesIO(one[0]), one[1]) for name, one in fields.items() if isinstance(one, tuple)}
    words = {name: one for name, one in fields.items() if isinstance(one, str)}
    return client.post(
        address, data={**fields_of(client, address), **words, **files}, content_type="multipart/form-data"
    )


def unit_of(app: Flask, draft: str) -> Unit:
    """The unit of a draft as it stands."""
    with app.app_context():
        query = select(CourseDraft).where(CourseDraft.public_id == draft.rsplit("/", 1)[1])
        return drafts.unit_of(reading().scalars(query).one())


def page_of(app: Flask, draft: str) -> Page:
    """Its second page."""
    page = unit_of(app, draft).page("02-steps")
    assert page is not None
    return page


def test_a_video_is_put_on_a_page_and_survives_everything(
    app: Flask, cast: Cast, author: FlaskClient, academy: Academy
) -> None:
    """
    Video, captions, chapters and document stay when the text is written, when the page is taken out and brought back, and
    come back from the archive; the preview plays it, the comparison names it, the settings keep the minutes of presence.
    """
    draft = draft_of(author, academy)
    done = put(
        author, draft, video=(WEBM, "Schritte 步骤.WebM"), captions_zh=(CAPTIONS, "zh.vtt"), chapters=CHAPTERS,
        skip="watched", share="90", pdf=(PDF, "表一.pdf"),
    )  # fmt: skip
    assert done.status_code == 303, done.text
    page = f"{draft}/pages/02-steps"
    assert save(author, page, markdown="改过的文字。").status_code == 303
    assert post(author, f"{page}/remove").status_code == 303
    assert post(author, f"{page}/restore").status_code == 303
    assert save(author, f"{draft}/settings", presence="0").status_code == 303
    shown = page_of(app, draft)
    preview = author.get(f"{draft}/preview?page=02-steps")
    review = author.get(f"{draft}/review?page=02-steps").text
    packed = opened(author.get(f"{draft}/export").data, most_parts=50, most_unpacked=10**7).parts
    again = read_unit({name.partition("/")[2]: data for name, data in packed.items()})

    assert shown.video is not None
    assert (shown.video.file, shown.pdf) == ("schritte.webm", "document.pdf")
    assert shown.video.chapters == (Chapter(0, "出示证件"), Chapter(2, "说明理由 与依据"))
    assert (shown.video.skip, shown.video.share.numerator) == (Skip.WATCHED, 9)
    assert shown.markdown == "改过的文字。\n"
    assert unit_of(app, draft).presence == 0
    assert "data-video-transcript" in preview.text
    assert preview.headers["Content-Security-Policy"].endswith("frame-src 'self'")
    assert "schritte.webm" in review
    assert again.unit == unit_of(app, draft)
    assert again.problems == ()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"video": (b"GIF89a", "a.mp4")}, "is not what its name says"),
        ({"video": (MP4[:40], "a.mp4")}, "does not say how long it is"),
        ({"video": (WEBM, "a.avi")}, "is not what its name says"),
        ({"pdf": (b"<html>", "a.pdf")}, "is not what its name says"),
        ({"captions_zh": (b"WEBVTT\n\n00:00.000 -> 00:01.000\nx", "a.vtt")}, "Line 3: Captions is no time"),
        ({"video": (WEBM, "a.webm"), "chapters": "00:00 A\nBeginn"}, "Line 2 is no time with a title."),
        ({"video": (WEBM, "a.webm"), "chapters": "00:02 A\n00:01 B"}, "comes earlier than what stands above it"),
        ({"video": (WEBM, "a.webm"), "chapters": "00:07 A"}, "is out of range: 00:07"),
        ({"video": (WEBM, "a.webm"), "share": "101"}, "between 0 and 100"),
        ({"skip": "never"}, "valid choice"),
    ],
)
def test_what_is_no_recording_is_told_at_its_field(
    app: Flask, author: FlaskClient, academy: Academy, fields: dict[str, Any], said: str
) -> None:
    """
    Each is refused with words, and nothing of the draft changes.
    """
    draft = draft_of(author, academy)
    before = unit_of(app, draft)
    answer = put(author, draft, **fields)

    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert unit_of(app, draft) == before


def test_what_is_put_on_is_taken_off(app: Flask, author: FlaskClient, academy: Academy) -> None:
    """
    Captions, then the video, then the document; the files stay until they are removed from the unit. A page that somebody
    else changed meanwhile is shown again.
    """
    draft = draft_of(author, academy)
    files = {"video": (MP4, "a.mp4"), "captions_zh": (CAPTIONS, "a.vtt"), "captions_en": (CAPTIONS, "b.vtt")}
    put(author, draft, **files, pdf=(PDF, "a.pdf"))
    old = fields_of(author, f"{draft}/pages/02-steps/recording")
    put(author, draft, without_captions_en="y")
    some = page_of(app, draft)
    late = author.post(f"{draft}/pages/02-steps/recording", data=old)
    put(author, draft, without_video="y", without_pdf="y")
    none = page_of(app, draft)
    for name in ("a.mp4", "a.vtt", "a.pdf"):
        post(author, f"{draft}/pictures/remove", name=name)

    assert some.video is not None
    assert [one.file for one in some.video.captions] == ["a.vtt"]
    assert late.status_code == 409
    assert (none.video, none.pdf) == (None, "")
    assert [one.name for one in unit_of(app, draft).media] == ["flow.svg"]


def test_a_file_that_is_too_large_is_refused() -> None:
    """
    Before anything of it is kept.
    """
    assert complaints("pdf", Upload("a.pdf", PDF + b" " * MOST_FILE))
    assert complaints("pdf", Upload("a.pdf", PDF)) == ()


def test_presence_is_not_asked_for_every_minute(author: FlaskClient, academy: Academy) -> None:
    """
    Three to thirty minutes, or never.
    """
    draft = draft_of(author, academy)
    found = {
        minutes: save(author, f"{draft}/settings", presence=minutes).status_code for minutes in ["1", "3", "30", "31"]
    }

    assert found == {"1": 422, "3": 303, "30": 303, "31": 422}
