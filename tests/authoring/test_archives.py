"""Units as archives: they come back as they went out, and hostile or faulty ones are refused by file, line and field."""

import io
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.authoring.models import CourseImport
from lms.database import reading
from question_bank.formats.package import opened, packed
from tests.academy import UNIT, Academy
from tests.authoring.test_authoring import (
    author,
    reviewer,
    send,
    send_bytes,
    unit_files,
)
from tests.cast import post

__all__ = ["author", "reviewer"]


def test_an_archive_comes_back_as_the_same_version(
    app: Flask, academy: Academy, author: FlaskClient, reviewer: FlaskClient
) -> None:
    """
    A version that is downloaded and sent again is said to be unchanged, by its hash; with other words it becomes a draft
    that says what it changes.
    """
    data = author.get(f"/authoring/units/{academy.unit}/versions/1/export").data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert set(archive.namelist()) == {f"penalty-01/{name}" for name in unit_files()}
    same = author.get(str(send_bytes(author, data).location))
    assert "it says the same" in same.text.lower()
    parts = dict(opened(data).parts)
    parts["penalty-01/01-scope.md"] = "# 适用范围\n\n全新的话。\n".encode()

    looked = send_bytes(author, packed(parts)).location
    page = author.get(str(looked)).text
    taken = post(author, f"{looked}/take")
    twice = post(author, f"{looked}/take")

    assert "全新的话。" in page
    assert "Make a draft of it" in page
    assert author.get(str(taken.location)).status_code == 200
    assert twice.location == looked
    assert reviewer.get(str(looked)).status_code == 404
    exported = dict(opened(author.get(f"{taken.location}/export").data).parts)
    assert exported["penalty-01/01-scope.md"] == parts["penalty-01/01-scope.md"]
    with app.app_context():
        assert set(reading().scalars(select(CourseImport.state))) == {"ready", "taken"}


LINK = zipfile.ZipInfo("penalty-01/a.md")
LINK.external_attr = 0o120777 << 16


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """An archive of exactly these entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return target.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"plain text",
        zipped(("../unit.toml", b"x")),
        zipped(("/etc/unit.toml", b"x")),
        zipped(("a\\unit.toml", b"x")),
        zipped((LINK, b"/etc/passwd")),
        zipped(("unit.toml", b"0" * (21 * 1024 * 1024))),
        zipped(*((f"{n}.md", b"x") for n in range(201))),
        b"0" * (20 * 1024 * 1024 + 1),
    ],
    ids=["empty", "cut", "text", "slip", "absolute", "backslash", "link", "bomb", "many", "large"],
)
@pytest.mark.one_database
def test_hostile_archives_are_refused(app: Flask, author: FlaskClient, data: bytes) -> None:
    """
    Whatever leads elsewhere, unpacks to too much or is no archive leaves nothing behind.
    """
    answer = send_bytes(author, data)

    assert answer.status_code == 422
    with app.app_context():
        assert list(reading().scalars(select(CourseImport.id))) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"unit": UNIT.replace('hours = "1.5"', 'hours = "1.3"')}, ("unit.toml", ">9<", "Hours")),
        ({"unit": UNIT.replace('title = "简易程序怎么用"', "title = 5")}, ("unit.toml", ">3<", "Title")),
        ({"scope": "# 范围\n\n文\n\n<script>alert(1)</script>\n"}, ("01-scope.md", ">5<", "HTML")),
        ({"scope": "# 范围\n\n![](flow.svg) ![图](gone.png)\n"}, ("01-scope.md", ">3<", "description", "gone.png")),
        ({"scope": "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(80_000))}, ("too long",)),
    ],
    ids=["hours", "title", "html", "pictures", "length"],
)  # fmt: skip
@pytest.mark.one_database
def test_what_is_wrong_is_told_by_file_line_and_field(
    app: Flask, author: FlaskClient, changed: dict[str, str], said: tuple[str, ...]
) -> None:
    """
    Every complaint of an archive names where it stands, and nothing is kept.
    """
    answer = send(author, unit_files(**changed))

    assert answer.status_code == 422
    for words in said:
        assert words in answer.text, words
    with app.app_context():
        assert list(reading().scalars(select(CourseImport.id))) == []


@pytest.mark.one_database
def test_other_files_in_an_archive_are_complained_of(author: FlaskClient) -> None:
    """
    A folder within the folder and unknown kinds are complaints; what systems leave in archives is passed over.
    """
    extra = {"__MACOSX/penalty-01/._x": b"x", "penalty-01/.DS_Store": b"x"}
    files = {f"penalty-01/{name}": content for name, content in unit_files().items()}

    assert send_bytes(author, packed(files | extra)).status_code == 303
    assert send(author, unit_files() | {"more/a.md": b"x"}).status_code == 422
    assert send(author, unit_files() | {"a.exe": b"x"}).status_code == 422
    assert send(author, unit_files(), folder="").status_code == 303
