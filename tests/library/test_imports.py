"""Bringing documents in: looked at first, then taken; again changes nothing; cut off goes on; what cannot be read is told."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.jobs import Cancelled, JobRun, run_waiting
from lms.library import importing, originals
from lms.library.cli import library as words
from lms.library.models import Document, DocumentVersion, LibraryImport, LibraryImportFile
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock
from tests.library.files import LINES, TITLE, statute_docx, statute_pdf, zipped
from tests.library.test_search import find

OTHER = "# 公章办法\n\n第一条 公章由专人保管。\n\n第二条 依照《印章管理办法》登记。\n\n第三条 自2030年1月1日起施行。\n"


@pytest.fixture
def wu(app: Flask, cast: Cast) -> FlaskClient:
    """The librarian at work."""
    return sign_in(app.test_client(), cast.wu)


def send(
    browser: FlaskClient, name: str, data: bytes, address: str = "/library/imports/", **fields: str
) -> TestResponse:
    """Send a file."""
    form = {"csrf_token": csrf(browser), "subject": "", "kind": "", "access": "readers", **fields}
    return browser.post(address, data=form | {"file": (io.BytesIO(data), name)})


def bring(app: Flask, browser: FlaskClient, name: str, data: bytes, **fields: str) -> str:
    """Send a file, have it read and taken; the address of its record."""
    address = str(send(browser, name, data, **fields).location)
    run_waiting(app)
    post(browser, f"{address}/take")
    run_waiting(app)
    return address


def shelf(app: Flask) -> dict[str, Document]:
    """The documents by their titles."""
    with app.app_context():
        return {one.title: one for one in reading().scalars(select(Document))}


def test_an_archive_is_looked_at_then_taken(app: Flask, wu: FlaskClient, cast: Cast) -> None:
    """
    The dry run changes nothing and tells what cannot be read; taken, documents are found, their facts read, their files
    kept; the same archive again changes nothing.
    """
    word = statute_docx()
    data = zipped({"一.docx": word, "二.md": OTHER, "坏.pdf": b"%PDF-1.7 junk"})
    address = str(send(wu, "法规.zip", data, subject="office").location)
    run_waiting(app)
    page = wu.get(address).text
    assert shelf(app) == {}
    assert "PDF 文件已损坏" in page
    assert "导入 2 份资料" in page

    post(wu, f"{address}/take")
    run_waiting(app)
    held = shelf(app)

    assert set(held) == {TITLE, "公章办法"}
    assert (held[TITLE].subject, str(held[TITLE].effective_on)) == ("office", "2026-03-01")
    assert find(app, "印章管理办法第二条").hits[0].passages[0].anchor == "a2"
    assert originals.path_of(app.extensions["config"].media, _original(app, TITLE)).read_bytes() == word
    again = bring(app, wu, "又一次.zip", data)
    assert "没有可导入的资料" in wu.get(again).text or "无法读取" in wu.get(again).text
    assert {title: one.version for title, one in shelf(app).items()} == {TITLE: 1, "公章办法": 1}
    assert "尚未施行" in wu.get(f"/library/documents/{held['公章办法'].public_id}").text


def _original(app: Flask, title: str) -> str:
    with app.app_context():
        query = select(DocumentVersion.original).where(DocumentVersion.title == title)
        return str(reading().scalars(query).one())


def test_a_file_that_cannot_be_opened_is_told(app: Flask, wu: FlaskClient) -> None:
    """
    A damaged archive is unfit with its reason; it can be put aside, and nothing can be taken from it.
    """
    address = str(send(wu, "坏.zip", b"PK\x03\x04 junk").location)
    run_waiting(app)

    assert "压缩包已损坏" in wu.get(address).text
    post(wu, f"{address}/take")
    assert "已经处理过" in wu.get(address).text
    post(wu, f"{address}/drop")
    assert "均未导入" in wu.get(address).text
    assert send(wu, "", b"").status_code == 422


class _Cut(Exception):
    """The worker died."""


def test_an_import_that_was_cut_off_goes_on(
    app: Flask, clock: TestClock, wu: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    After the second of three documents the worker dies; the next takes the third only, and each is there once.
    """
    texts = {f"{n}.md": OTHER.replace("公章", f"公章{'甲乙丙'[n]}") for n in range(3)}
    address = str(send(wu, "三.zip", zipped(texts)).location)
    run_waiting(app)
    post(wu, f"{address}/take")
    stored, store = list[int](), importing.store

    def dying(session, one, number, *rest) -> None:  # type: ignore[no-untyped-def]
        if number == 3 and 3 not in stored:
            stored.append(3)
            raise _Cut
        store(session, one, number, *rest)
        stored.append(number)

    monkeypatch.setattr(importing, "store", dying)
    run_waiting(app)
    assert len(shelf(app)) == 2

    clock.advance(minutes=5)
    run_waiting(app)

    assert stored == [1, 2, 3, 3]
    assert {one.version for one in shelf(app).values()} == {1}
    with app.app_context():
        assert reading().scalars(select(LibraryImport.state)).one() == "taken"
        assert reading().scalar(select(func.count()).where(LibraryImportFile.is_taken)) == 3


def test_a_cancelled_import_can_be_taken_again(app: Flask, wu: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Who cancels the taking has what was taken until then, and may take the rest; nothing stays half-way.
    """
    texts = {f"{n}.md": OTHER.replace("公章", f"公章{'甲乙丙'[n]}") for n in range(3)}
    address = str(send(wu, "三.zip", zipped(texts)).location)
    run_waiting(app)
    report = JobRun.report

    def cancelled(run: JobRun, done: int, total: int, note: str | None = None) -> None:
        if done == 2:
            raise Cancelled
        report(run, done, total, note)

    with monkeypatch.context() as patched:
        patched.setattr(JobRun, "report", cancelled)
        post(wu, f"{address}/take")
        run_waiting(app)
    assert len(shelf(app)) == 2
    assert "导入 1 份资料" in wu.get(address).text

    post(wu, f"{address}/take")
    run_waiting(app)

    assert len(shelf(app)) == 3
    assert {one.version for one in shelf(app).values()} == {1}


def test_documents_for_librarians_stay_hidden(app: Flask, wu: FlaskClient, cast: Cast) -> None:
    """
    Nobody else reads, lists, finds or cites one; when it is opened to everybody, it is found.
    """
    bring(app, wu, "密.md", OTHER.encode(), access="librarians")
    held, lin = shelf(app)["公章办法"], sign_in(app.test_client(), cast.lin)
    address = f"/library/documents/{held.public_id}"
    pages = [address + page for page in ("", "/versions", "/versions/1", "/comparison?before=1&after=1")]
    pages.append(f"/library/reading/documents/{held.public_id}/cited")
    assert {lin.get(page).status_code for page in pages} == {404}
    assert "公章办法" not in lin.get("/library/documents").text
    assert "专人保管" not in lin.get("/library/?q=公章办法第一条").text
    assert "专人保管" not in lin.get("/library/?q=专人").text
    assert wu.get(address).status_code == 200

    record = str(send(wu, "新.md", OTHER.replace("专人", "专门人员").encode(), f"{address}/versions").location)
    run_waiting(app)
    post(wu, f"{record}/take")
    run_waiting(app)
    assert shelf(app)["公章办法"].version == 2
    assert lin.get(address).status_code == 404

    facts = {"title": "公章办法", "kind": "statute", "subject": "", "access": "readers", "reason": "公开"}
    assert post(wu, f"{address}/facts", **facts).status_code == 303
    assert "专门" in lin.get("/library/?q=专门人员").text
    assert lin.get(address).status_code == 200


def test_a_newer_text_is_a_version(app: Flask, wu: FlaskClient, cast: Cast) -> None:
    """
    The old text stays readable; both are compared with the changed words marked; what the librarian set by hand stays;
    whoever fetches the file is in the log.
    """
    bring(app, wu, "公章.md", OTHER.encode())
    address = f"/library/documents/{shelf(app)['公章办法'].public_id}"
    facts = {"title": "公章管理办法", "kind": "statute", "subject": "office", "access": "readers", "issuer": "市局"}
    assert post(wu, f"{address}/facts", **facts, reason="").status_code == 422
    post(wu, f"{address}/facts", **facts, effective_on="2026-01-01", tags="公章，用印", reason="核对原件")
    newer = OTHER.replace("由专人保管", "由两人保管").replace("2030", "2031")

    record = str(send(wu, "新.md", newer.encode(), f"{address}/versions").location)
    run_waiting(app)
    post(wu, f"{record}/take")
    run_waiting(app)

    held = shelf(app)["公章管理办法"]
    assert held.subject == "office"
    assert (held.version, held.issuer, str(held.effective_on), held.tags) == (2, "市局", "2026-01-01", ["公章", "用印"])
    lin = sign_in(app.test_client(), cast.lin)
    assert "由专人保管" in lin.get(f"{address}/versions/1").text
    assert "由两人保管" in lin.get(address).text
    assert "<del>专</del><ins>两</ins>" in lin.get(f"{address}/comparison").text
    assert "有效" in lin.get(f"{address}/versions?on=2026-01-01").text
    assert "尚未施行" in lin.get(f"{address}/versions?on=2025-12-31").text
    assert lin.get(f"{address}/versions/3").status_code == 404
    assert lin.get(f"{address}/comparison?before=1&after=9").status_code == 404
    fetched = post(lin, f"{address}/versions/1/file")
    assert (fetched.data, fetched.mimetype) == (OTHER.encode(), "text/markdown")
    with app.app_context():
        acts = reading().scalars(select(AuditEntry.act).order_by(AuditEntry.number)).all()
    assert acts.count("library.download") == 1
    assert acts.count("library.facts") == 1


def test_relations_are_read_and_said(app: Flask, wu: FlaskClient, cast: Cast) -> None:
    """
    What a text cites is read from it and leads there, both ways; a librarian adds what it implements and takes it back.
    """
    bring(app, wu, "两份.zip", zipped({"一.pdf": statute_pdf(), "二.md": OTHER}))
    held = shelf(app)
    one, other = (f"/library/documents/{held[title].public_id}" for title in (TITLE, "公章办法"))
    lin = sign_in(app.test_client(), cast.lin)
    read = [path.replace("/documents/", "/reading/documents/") + "/cited" for path in (one, other)]
    assert one in lin.get(read[1]).text
    assert other in lin.get(read[0]).text

    for _twice in range(2):
        post(wu, f"{other}/relations", kind="implements", title="《治安管理处罚法》")
    page = wu.get(f"{other}/relations").text
    assert page.count("治安管理处罚法") == 1
    remove = page[: page.index('/remove"')].rsplit('action="', 1)[1] + "/remove"
    post(wu, remove)

    assert "治安管理处罚法" not in wu.get(f"{other}/relations").text
    assert post(lin, remove).status_code == 403


def test_the_command_tries_takes_and_repeats(app: Flask, tmp_path: Path) -> None:
    """
    A dry run changes nothing; the keys of its JSON are those of earlier releases and some more; twice changes nothing.
    """
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.docx").write_bytes(statute_docx())
    (folder / "b.md").write_text("+++\ntitle = 1\n+++\nx", encoding="utf-8")
    with app.app_context():
        found = [
            CliRunner().invoke(words, ["import", str(folder), "--json", *more]) for more in (["--dry-run"], [], [])
        ]

    said = [json.loads(one.output) for one in found]
    assert [(one["new"], one["unchanged"], one["articles"], one["dry_run"]) for one in said] == [
        (1, 0, 4, True),
        (1, 0, 4, False),
        (0, 1, 4, False),
    ]
    assert {line["file"] for line in said[0]["refused"]} == {"b.md"}
    assert {one.exit_code for one in found} == {1}


def test_two_files_of_one_name_are_two_documents(app: Flask, wu: FlaskClient) -> None:
    """
    Another law in a file of the same name is no newer text of the first; the same law is.
    """
    bring(app, wu, "新建文档.md", OTHER.encode())
    bring(app, wu, "新建文档.md", ("# 档案办法\n" + "\n".join(LINES)).encode())
    bring(app, wu, "新建文档.md", OTHER.replace("专人", "两人").encode())

    assert {title: one.version for title, one in shelf(app).items()} == {"公章办法": 2, "档案办法": 1}


def test_versions_cannot_be_changed(app: Flask, wu: FlaskClient) -> None:
    """
    A text that was stored stays as it is, whoever asks the database.
    """
    bring(app, wu, "公章.md", OTHER.encode())

    with app.app_context(), pytest.raises(DBAPIError), writing() as session:
        session.scalars(select(DocumentVersion)).one().markdown = "另一文本"
