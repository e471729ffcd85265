"""The librarian's desk: what wants doing is counted, listed and mended; what was decided is remembered."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.jobs import run_waiting
from lms.jobs.models import Job
from lms.library import importing, service
from lms.library.desk import working
from lms.library.desk.models import Lack, Settled
from lms.library.models import Document, DocumentVersion, LibraryImport, Relation
from lms.library.search.models import Searched
from lms.library.source import Source, read
from lms.reading.models import Mark, Place
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.library.files import zipped
from tests.library.test_imports import send

LAW = "# {title}\n\n第一条 为了管理{thing}的保管与登记工作，制定本法。\n\n第二条 {thing}应当自领取之日起{days}日内登记造册。\n\n第三条 {thing}遗失的，当日报告并登报声明作废。\n\n第四条 违反本法规定的，由所在单位责令改正。\n"
GUIDE = "# 印章指南\n\n保管依据《印章法》第二条、第九条和《印章法》第九条，另见《档案法》第一条、《保密法》。再看《档案法》。"
GUIDE += "按《关于修改部分法规的决定》办理。\n"


@pytest.fixture
def wu(app: Flask, cast: Cast) -> FlaskClient:
    """The librarian at work."""
    return sign_in(app.test_client(), cast.wu)


def source(markdown: str, **facts: object) -> Source:
    """A text as it is given, with facts."""
    found = read(markdown.encode(), file_name="文.md")
    assert isinstance(found, Source)
    return replace(found, **facts)  # type: ignore[arg-type]


def law(title: str, thing: str = "印章", days: str = "三", **facts: object) -> Source:
    """A law of four articles."""
    return source(LAW.format(title=title, thing=thing, days=days), **{"kind": "statute", **facts})


def store(app: Flask, *texts: Source) -> list[str]:
    """Bring texts in, each a document; their public ids."""
    ids = []
    with app.app_context():
        for text in texts:
            with writing() as session:
                origin = f"import:{text.title}{text.issued_on}{text.markdown[-30:]}"
                service.store_document(session, text, origin=origin)
            ids.append(reading().scalars(select(Document.public_id).where(Document.origin == origin)).one())
    return ids


def look(app: Flask) -> dict[str, int]:
    """Have the library looked through."""
    with app.app_context():
        return working.work_out(lambda _done, _total: None)


def tasks(page: str) -> dict[str, str]:
    """The numbers of the desk by their titles; "" for what is well."""
    found = re.findall(r'desk-count">(?:<svg.*?</svg>|(\d+))</b>.*?desk-title">(.*?)</span>', page, re.S)
    return {title: count for count, title in found}


def test_an_empty_desk_says_that_all_is_well(app: Flask, wu: FlaskClient) -> None:
    """
    Before anybody looked the desk says so; afterwards that all is well, as does each list.
    """
    first = wu.get("/library/desk/").text
    answer = post(wu, "/library/desk/look")
    run_waiting(app)
    page = wu.get("/library/desk/").text
    assert (first.count("尚未检查。"), page.count("尚未检查。")) == (5, 0)
    lists = set(re.findall(r'href="(/library/desk/\w[^"]*|/library/searches[^"]*)"', page)) - {"/library/desk/names"}

    assert "尚未检查" in first
    assert answer.location.startswith("/jobs/")
    assert "一切正常" in page
    assert set(tasks(page).values()) == {""}
    assert len(lists) == 11
    for address in lists:
        answer = wu.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert "<tbody>" not in answer.text, address


def test_missing_facts_are_listed_until_they_are_mended(app: Flask, wu: FlaskClient) -> None:
    """
    A statute lacks its number and days, a guide its author; the filter narrows; once the form of its facts is saved the
    document is gone from the list, without another look.
    """
    statute, _guide = store(app, law("印章法", subject="office"), source(GUIDE, kind="guide"))
    page = wu.get("/library/desk/missing").text
    narrowed = wu.get("/library/desk/missing?fact=number").text
    sorted_page = wu.get("/library/desk/missing?sort=stored&order=desc&kind=guide").text
    facts = {
        "title": "印章法", "kind": "statute", "subject": "office", "access": "readers", "issuer": "国务院", "reason": "补录",
        "number": "令第1号", "issued_on": "2020-01-01", "effective_on": "2020-02-01", "source_note": "公报",
    }  # fmt: skip
    before = tasks(wu.get("/library/desk/").text)["信息缺失"]
    post(wu, f"/library/documents/{statute}/facts", **facts)

    assert before == "2"
    assert page.count('class="desk-lack"') == 10
    assert "印章法" in narrowed
    assert "印章指南" not in narrowed
    assert "印章指南" in sorted_page
    assert f"/library/documents/{statute}/facts" in page
    assert tasks(wu.get("/library/desk/").text)["信息缺失"] == "1"
    assert "印章法" not in wu.get("/library/desk/missing").text
    with app.app_context():
        assert set(reading().scalars(select(Lack.fact))) == {"subject", "author", "issued_on", "source_note", "rights"}


def test_facts_of_earlier_releases_are_looked_at_too(app: Flask, wu: FlaskClient) -> None:
    """
    Documents that were there before the table was are entered by the look, and what is noted wrongly is put right.
    """
    store(app, law("印章法"))
    with app.app_context(), writing() as session:
        session.query(Lack).delete()
    assert tasks(wu.get("/library/desk/").text)["信息缺失"] == ""

    look(app)

    assert tasks(wu.get("/library/desk/").text)["信息缺失"] == "1"


def test_two_documents_are_told_apart_and_asked_about_again(app: Flask, wu: FlaskClient, cast: Cast) -> None:
    """
    A pair of one title is shown with both texts; told apart it is gone, by whom is kept, also after another look; taken
    back it is there again.
    """
    first, second = store(app, law("印章法"), law("中华人民共和国印章法", "图章", "五"))
    look(app)
    page = wu.get("/library/desk/duplicates").text
    address = re.findall(r"/library/desk/pairs/[\w-]{22}", page)[0]
    shown = wu.get(f"{address}?all=1").text
    post(wu, f"{address}/apart")
    look(app)
    apart = wu.get("/library/desk/duplicates?why=apart").text
    gone = wu.get(address).status_code
    nothing = wu.get("/library/desk/duplicates").text
    again = re.findall(r'action="(/library/desk/told-apart/[^"]+)"', apart)[0]
    post(wu, again)

    assert "<del>" in shown
    assert first in shown
    assert second in shown
    assert gone == 404
    assert "/library/desk/pairs/" not in nothing
    assert cast.wu.name in apart
    assert address in wu.get("/library/desk/duplicates?why=title").text
    assert post(wu, again).status_code == 404
    with app.app_context():
        acts = set(reading().scalars(select(AuditEntry.act)))
    assert {"library.tell_apart", "library.ask_again"} <= acts


def test_two_documents_become_texts_of_one(app: Flask, wu: FlaskClient, cast: Cast) -> None:
    """
    The newer text becomes the present one of the older document, with facts, relations and readers' marks; the other
    document leaves the library, its texts stay versions, and no question hears of a change.
    """
    old = law("印章法", issued_on=date(2010, 1, 1), effective_on=date(2010, 2, 1))
    new = law(
        "印章法（2020年修订）", days="五", issued_on=date(2020, 1, 1), effective_on=date(2020, 2, 1), number="令第2号"
    )
    newer, older = store(app, new, old)
    post(wu, f"/library/documents/{newer}/relations", kind="repeals", title="图章条例")
    post(wu, f"/library/reading/documents/{newer}/marks", anchor="a2", label="第二条", quote="", note="看")
    post(wu, f"/library/reading/documents/{newer}/place", anchor="a2", label="第二条", share="10")
    look(app)
    address = re.findall(r"/library/desk/pairs/[\w-]{22}", wu.get("/library/desk/duplicates").text)[0]
    unchosen = post(wu, f"{address}/join", newer="x")
    answer = post(wu, f"{address}/join", newer=newer)
    run_waiting(app)
    compared = wu.get(f"/library/documents/{older}/comparison").text

    assert unchosen.status_code == 422
    assert answer.location.endswith(f"/library/documents/{older}/versions")
    assert wu.get(f"/library/documents/{newer}").status_code == 404
    assert "<ins>五</ins>" in compared
    assert "/library/desk/pairs/" not in wu.get("/library/desk/duplicates").text
    with app.app_context():
        held = reading().scalars(select(Document)).one()
        assert (held.public_id, held.version, held.number, str(held.effective_on)) == (
            older,
            2,
            "令第2号",
            "2020-02-01",
        )
        texts = select(DocumentVersion.number).where(DocumentVersion.document == older).order_by(DocumentVersion.number)
        assert list(reading().scalars(texts)) == [1, 2]
        said = reading().execute(select(Relation.kind, Relation.name)).all()
        assert [tuple(row) for row in said] == [("repeals", "图章条例")]
        assert set(reading().scalars(select(Mark.document_id))) == {held.id}
        assert set(reading().scalars(select(Place.document_id))) == {held.id}
        assert reading().scalar(select(Settled.how)) == "versions"
        assert reading().scalar(select(Job.id).where(Job.kind == service.CHANGED)) is None


def test_what_comes_with_the_program_is_not_joined(app: Flask, wu: FlaskClient) -> None:
    """
    The next release would bring it again, so the librarian is told no, and both documents stay.
    """
    (first,) = store(app, law("印章法"))
    with app.app_context(), writing() as session:
        service.store_document(session, law("印章法", days="五"), origin="bundled:a/b.md")
    look(app)
    address = re.findall(r"/library/desk/pairs/[\w-]{22}", wu.get("/library/desk/duplicates").text)[0]
    answer = wu.get(post(wu, f"{address}/join", newer=first).location)

    assert "随程序提供" in answer.text
    assert address in wu.get("/library/desk/duplicates").text


def test_citations_that_lead_nowhere_until_the_law_comes(app: Flask, wu: FlaskClient) -> None:
    """
    Missing laws stand with how often they are named, the most first; a missing article with the place where it is cited.
    A law that comes, or a short name for one that is here, is gone from the list at once.
    """
    _law, guide = store(app, law("印章法"), source(GUIDE, kind="guide"))
    look(app)
    page = wu.get("/library/desk/citations").text
    laws = re.findall(r'citations/([\w-]{22})">《(.*?)》', page)
    detail = wu.get(f"/library/desk/citations/{laws[0][0]}").text
    articles = wu.get("/library/desk/citations?what=articles").text
    place = wu.get("/library/desk/citations/" + re.findall(r"citations/([\w-]{22})", articles)[0]).text
    numbers = tasks(wu.get("/library/desk/").text)

    assert [title for _id, title in laws] == ["档案法", "保密法"]
    assert guide in detail
    assert re.findall(r"《(.*?)》(第.条)", articles) == [("印章法", "第9条")]
    assert f"/library/documents/{guide}" in place
    assert (numbers["缺少的法规"], numbers["缺少的条文"]) == ("2", "1")

    store(app, law("档案法", "档案"))
    wrong = post(wu, "/library/desk/names", alias="保密法", law="不在馆的法")
    post(wu, "/library/desk/names", alias="保密法", law="中华人民共和国档案法")
    twice = post(wu, "/library/desk/names", alias="保密法", law="档案法")

    assert (wrong.status_code, twice.status_code) == (422, 422)
    assert "citations/" not in wu.get("/library/desk/citations").text.split("<main", 1)[1].replace("citations?", "")
    assert wu.get(f"/library/desk/citations/{laws[0][0]}").status_code == 404
    assert "保密法" in wu.get("/library/desk/names").text
    post(wu, "/library/desk/names/remove", alias="保密法")
    assert "保密法" in wu.get("/library/desk/citations").text


def test_the_text_that_stood_then_is_asked_for_the_article(app: Flask, wu: FlaskClient) -> None:
    """
    A guide of 2015 cites an article that only the text of 2020 lacks: it is right. One of 2021 is wrong.
    """
    longer = (
        LAW.format(title="印章法", thing="印章", days="三")
        + "\n第五条 本法自2010年1月1日起施行，由主管部门负责解释。\n"
    )
    origin = "import:印章法"
    with app.app_context():
        for text, day in ((longer, 2010), (LAW.format(title="印章法", thing="印章", days="五"), 2020)):
            with writing() as session:
                service.store_document(
                    session,
                    source(text, kind="statute", effective_on=date(day, 1, 1), issued_on=date(day, 1, 1)),
                    origin=origin,
                )
    cites = "# 指南{}\n\n依据《印章法》第五条办理。\n"
    _early, late = store(
        app, *(source(cites.format(year), kind="guide", issued_on=date(year, 1, 1)) for year in (2015, 2021))
    )
    look(app)
    page = wu.get("/library/desk/citations?what=articles").text
    found = re.findall(r"citations/([\w-]{22})", page)

    assert len(found) == 1
    assert (
        re.findall(r"/library/documents/([\w-]{22})\"?#?", wu.get(f"/library/desk/citations/{found[0]}").text)[-1]
        == late
    )


def test_parts_of_a_law_are_one_law(app: Flask, wu: FlaskClient) -> None:
    """
    A code whose books are documents of one name and day has the articles of all of them, an undated one's too.
    """
    day = {"kind": "statute", "effective_on": date(2021, 1, 1)}
    books = [f"# 总法\n\n第{a}条 甲。\n\n第{b}条 乙。\n\n第{c}条 丙。\n" for a, b, c in ("一二三", "四五六", "七八九")]
    store(app, source(books[0], **day), source(books[1], **day), source(books[2], kind="statute"))
    store(app, source("# 指南\n\n见《总法》第二条、第五条、第八条和第十条。\n", kind="guide"))
    look(app)

    assert re.findall(r"《总法》(第\d+条)", wu.get("/library/desk/citations?what=articles").text) == ["第10条"]


def test_days_that_come_and_days_that_passed(app: Flask, wu: FlaskClient, clock: TestClock) -> None:
    """
    The list holds what begins, changes or ends within the chosen days, the next first, each with the page of what rests
    on it; a wrong period is the usual one.
    """
    here = clock().date()
    days = {"甲法": 5, "乙法": 60, "丙法": -3, "丁法": 0}
    for title, away in days.items():
        store(app, law(title, title, effective_on=here + timedelta(days=away)))
    (ending,) = store(app, law("戊法", "戊", valid_until=here + timedelta(days=20)))
    store(app, source("# 指南\n\n见《戊法》。\n", kind="guide"))

    def titles(query: str) -> list[str]:
        page = wu.get(f"/library/desk/coming?{query}").text.split("<main", 1)[1]
        return re.findall(r'<th scope="row" lang="zh-CN"><a href="[^"]*">(.*?)</a>', page)

    numbers = tasks(wu.get("/library/desk/").text)
    page = wu.get("/library/desk/coming?what=expiry").text

    assert titles("") == titles("days=junk") == titles("days=8") == ["甲法", "戊法"]
    assert titles("days=7") == ["甲法"]
    assert titles("days=90") == ["甲法", "戊法", "乙法"]
    assert titles("when=passed") == ["丁法", "丙法"]
    assert titles("what=expiry") == ["戊法"]
    assert f"/library/reading/documents/{ending}/cited" in page
    assert "<td>1</td>" in page
    assert (numbers["即将发生的变动"], numbers["近期变动"]) == ("2", "2")


def test_searches_without_a_result_lead_to_a_short_name(app: Flask, wu: FlaskClient, clock: TestClock) -> None:
    """
    Words that found nothing are counted by the look, and each leads to the form that makes it a short name.
    """
    with app.app_context(), writing() as session:
        session.add_all(
            Searched(day=clock().date(), words=words, times=2, found=found)
            for words, found in (("章法", 0), ("印章", 3))
        )
    look(app)
    page = wu.get("/library/searches").text

    assert tasks(wu.get("/library/desk/").text)["搜索无结果"] == "1"
    assert page.count("/library/desk/names?alias=") == 1
    assert 'value="章法"' in wu.get("/library/desk/names?alias=章法").text


def failing(*_arguments: object) -> None:
    """Work that breaks."""
    raise RuntimeError("the disk is gone")


@pytest.mark.parametrize("at", ["reading", "taking"])
def test_an_import_whose_job_failed_goes_on(
    app: Flask, wu: FlaskClient, clock: TestClock, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """
    After the fifth failure the import says that it broke off, on its page and on the desk; the button lets it go on to
    the end.
    """
    address = str(
        send(
            wu, "二.zip", zipped({"坏.pdf": b"%PDF-1.7 junk", "一.md": LAW.format(title="甲法", thing="甲", days="三")})
        ).location
    )
    if at == "taking":
        run_waiting(app)
        post(wu, f"{address}/take")
    with monkeypatch.context() as broken:
        broken.setattr(importing, "keep" if at == "reading" else "store", failing)
        for _try in range(5):
            run_waiting(app)
            early = wu.get(address).text
            clock.advance(minutes=5)
    page, listed = wu.get(address).text, wu.get("/library/desk/imports?show=failed").text
    number = tasks(wu.get("/library/desk/").text)["已中断"]
    post(wu, f"{address}/go-on")
    run_waiting(app)

    assert "已中断" in early
    assert f"{address}/go-on" in page
    assert (number, address in listed) == ("1", True)
    assert "已中断" not in wu.get(address).text
    assert address in wu.get("/library/desk/imports?show=refused").text
    with app.app_context():
        assert reading().scalar(select(LibraryImport.state)) == ("ready" if at == "reading" else "taken")
    assert post(wu, f"{address}/go-on").status_code == 303
    assert "已经处理过" in wu.get(address).text


def test_an_import_whose_worker_is_gone_is_told_by_the_sweep(app: Flask, wu: FlaskClient) -> None:
    """
    What an earlier release left "being taken" for ever is failed by the next sweep, and can be dropped; one whose job
    still waits is left alone.
    """
    address = str(send(wu, "一.md", LAW.format(title="甲法", thing="甲", days="三").encode()).location)
    with app.app_context():
        with writing() as session:
            assert importing.fail_abandoned(session) == 0
            session.scalars(select(Job)).one().state = "failed"
        with writing() as session:
            assert importing.fail_abandoned(session) == 1
    post(wu, f"{address}/drop")

    with app.app_context():
        found = reading().scalars(select(LibraryImport)).one()
        assert (found.state, found.content) == ("dropped", None)


def test_the_desk_is_for_librarians(app: Flask, cast: Cast, wu: FlaskClient) -> None:
    """
    It stands in the librarian's menu and in nobody else's.
    """
    lin = sign_in(app.test_client(), cast.lin)

    assert 'href="/library/desk/"' in wu.get("/").text
    assert 'href="/library/desk/"' not in lin.get("/").text
    assert lin.get("/library/desk/").status_code == 403
