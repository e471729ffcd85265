"""Notes on pages of units: written, changed, taken away, had back; for nobody else."""

import re

from flask import Flask
from flask.testing import FlaskClient

from tests.academy import Academy
from tests.cast import Cast, post, sign_in

NOTE = re.compile(r'action="/course-notes/notes/([\w-]{22})"')


def test_a_note_is_kept_changed_removed_and_had_back(cast: Cast, academy: Academy, client: FlaskClient) -> None:
    """
    The last change and the removal are undone by one button; the list finds it by its words, and leads to its page.
    """
    sign_in(client, cast.lin)
    page = f"/courses/{academy.unit}/pages/02-steps"
    post(client, f"/course-notes/units/{academy.unit}/02-steps", text="第一版<b>")
    note = NOTE.findall(client.get(page).text)[0]
    seen = []
    for deed, form in (("", {"text": "第二版"}), ("/undo", {}), ("/remove", {}), ("/undo", {})):
        answer = post(client, f"/course-notes/notes/{note}{deed}", **form)
        seen.append(client.get(answer.location).text)

    assert ["第二版</p>" in text for text in seen] == [True, False, False, False]
    assert ["第一版&lt;b&gt;</p>" in text for text in seen] == [False, True, False, True]
    assert f"/notes/{note}/undo" in seen[2]
    assert "第一版" in client.get("/course-notes/?q=第一").text
    assert "第一版" not in client.get("/course-notes/?q=第二").text
    assert f"{page}#notes" in client.get("/course-notes/").text
    assert "第一版" not in client.get(f"/courses/{academy.unit}/pages/01-scope").text


def test_notes_are_ones_own_and_have_words(cast: Cast, app: Flask, academy: Academy, client: FlaskClient) -> None:
    """
    Wang neither sees nor touches Lin's note; an empty one, and one on a page that is not there, is none.
    """
    sign_in(client, cast.lin)
    post(client, f"/course-notes/units/{academy.unit}/02-steps", text="我的")
    note = NOTE.findall(client.get(f"/courses/{academy.unit}/pages/02-steps").text)[0]
    wang = sign_in(app.test_client(), cast.wang)
    refused = [
        post(wang, f"/course-notes/notes/{note}{deed}", text="她的").status_code for deed in ("", "/remove", "/undo")
    ]
    post(wang, f"/course-notes/units/{academy.unit}/02-steps", text="  ")
    missing = post(wang, f"/course-notes/units/{academy.unit}/99-none", text="x").status_code

    assert refused == [404, 404, 404]
    assert missing == 404
    assert "我的</" not in wang.get("/course-notes/").text
    assert NOTE.findall(wang.get(f"/courses/{academy.unit}/pages/02-steps").text) == []
    assert "我的" in client.get("/course-notes/").text
