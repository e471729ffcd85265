"""The report on the health of a pool and the page of changes of law, by the job and by the pages."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from lms import jobs
from lms.bank import health, queries, service, statistics
from lms.bank.health_words import CATEGORIES, GROUPS
from lms.bank.models import Finding, Health, Item, ItemVersion, LawChange
from lms.bank.queries import PoolRow
from lms.database import reading, writing
from question_bank.analysis.versions import Answer, figures
from question_bank.item import Citation
from tests.bank.conftest import MakePool, single
from tests.bank.test_law_change import AMENDED, ITEMS, LAW, Bring, bring  # noqa: F401  # a fixture
from tests.cast import Cast, post, sign_in
from tests.statements import statements

MOST_STATEMENTS = 12
TWIN = "食品生产企业应当建立食品原料进货查验记录制度"
EN = {"Accept-Language": "en"}


@pytest.fixture
def zhao(app: Flask, cast: Cast) -> FlaskClient:
    """The examiner's browser."""
    return sign_in(app.test_client(), cast.zhao)


def examined(app: Flask, browser: FlaskClient, pool: PoolRow) -> dict[str, int]:
    """Have the pool examined through the page; what was found by category."""
    assert post(browser, f"/bank/pools/{pool.public_id}/health").status_code == 303
    jobs.run_waiting(app)
    with app.app_context():
        report = health.latest(reading(), pool.id)
        assert report is not None
        return dict(report.counts)


def test_every_category_has_words_and_a_place() -> None:
    """
    What the domain may find is named, advised on and stands in one group.
    """
    placed = [code for _group, codes in GROUPS for code in codes]

    assert sorted(placed) == sorted(set(placed)) == sorted(CATEGORIES)


def test_the_report_is_asked_for_and_shown(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Before: nothing yet. Asked for: at work. Ended: counts that lead to lists that lead to questions.
    """
    pool = make_pool(single("a", stem=TWIN + "，保存六个月"), single("b", stem=TWIN + "，保存三个月"), single("c"))
    address = f"/bank/pools/{pool.public_id}/health"
    assert "Not examined yet" in zhao.get(address, headers=EN).text
    post(zhao, address)
    assert "data-job" in zhao.get(address, headers=EN).text
    jobs.run_waiting(app)
    page = zhao.get(address, headers=EN).text
    assert f'href="{address}/turned"' in page
    assert "3 questions" in page

    found = zhao.get(f"{address}/turned", headers=EN).text
    assert "They differ by a number only." in found
    assert len(re.findall(r'href="/bank/items/[^/"]+" lang', found)) == 2


def test_the_job_runs_twice_and_keeps_it_once(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Asked again while at work: the same job. The next report takes the place of the one before.
    """
    pool = make_pool(single("a"), single("b"))
    with app.app_context(), writing() as session:
        first = health.ask(session, pool, owner="x")
        assert health.ask(session, pool, owner="x") == first
    jobs.run_waiting(app)
    once = examined(app, zhao, pool)
    with app.app_context():
        assert len(reading().scalars(select(Health)).all()) == 1
        assert len(reading().scalars(select(Finding)).all()) == sum(once.values())


def test_what_exams_and_laws_say_is_in_it(app: Flask, zhao: FlaskClient, make_pool: MakePool, bring: Bring) -> None:  # noqa: F811
    """
    A doubtful key by its figures, too much exposure, a question never used, and laws changed and not held.
    """
    pool = make_pool(*ITEMS)
    bring(LAW)
    bring(AMENDED)
    with app.app_context(), writing() as session:
        version = session.scalars(select(ItemVersion.id).join(Item).where(Item.ref == "first")).one()
        answers = [Answer(float(n < 60), n / 120, ("A" if n < 60 else "B",)) for n in range(120)]
        seen = figures(answers, {"A": True, "B": False, "C": False})
        statistics.keep(session, source="e" * 22, label="春季考试", found={version: seen}, exposures={version: 0.5})
    counts = examined(app, zhao, pool)

    assert counts["key_doubtful"] == counts["overexposed"] == 1
    assert counts["never_used"] == len(ITEMS) - 1 - 2  # two are out of the draw
    assert counts["law_changed"] == 2
    assert counts["law_unknown"] == 1
    assert counts["no_citation"] == 1
    page = zhao.get(f"/bank/pools/{pool.public_id}/health/law_unknown", headers=EN).text
    assert "《广告法》 is not in the library." in page
    page = zhao.get(f"/bank/pools/{pool.public_id}/health/overexposed", headers=EN).text
    assert "On 50% of all papers." in page


@pytest.mark.parametrize("part", ["health", "health/never_used", "health/nothing", "law"])
def test_pages_cost_the_same_however_much_there_is(
    app: Flask, zhao: FlaskClient, make_pool: MakePool, part: str
) -> None:
    """
    A dozen statements, whatever was found; a category that does not exist is not there.
    """
    pool = make_pool(*(single(f"q{n}") for n in range(60)))
    examined(app, zhao, pool)
    with statements(app) as sent:
        answer = zhao.get(f"/bank/pools/{pool.public_id}/{part}", headers=EN)

    assert answer.status_code == (404 if part == "health/nothing" else 200)
    assert len(sent) <= MOST_STATEMENTS
    if part == "health/never_used":
        assert "60 in all, page 1 of 3" in answer.text


def test_the_findings_as_a_workbook(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    A line a finding with its questions; a stem that looks like a formula is text.
    """
    pool = make_pool(single("a", stem="=1+1"), single("b"))
    counts = examined(app, zhao, pool)
    answer = zhao.get(f"/bank/pools/{pool.public_id}/health.xlsx", headers=EN)
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    overview, found = (book.get_sheet_by_index(n).to_python() for n in range(2))

    assert {row[0]: row[1] for row in overview[2:] if row[1]} == {
        str(CATEGORIES[code].name): count for code, count in counts.items()
    } or len(overview) > 20
    assert len(found) == 1 + sum(counts.values())
    assert any("=1+1" in row for row in found)


def test_the_law_page_shows_old_and_new_and_clears(
    app: Flask,
    cast: Cast,
    zhao: FlaskClient,
    make_pool: MakePool,
    bring: Bring,  # noqa: F811
) -> None:
    """
    Both wordings side by side with the difference marked; the reviewer clears, the examiner may not; then it is drawn.
    """
    pool = make_pool(*ITEMS)
    bring(LAW)
    bring(AMENDED)
    address = f"/bank/pools/{pool.public_id}/law"
    page = zhao.get(address, headers=EN).text
    assert "<mark>30</mark>" in page
    assert "<mark>60</mark>" in page
    with app.app_context():
        item = reading().scalars(select(Item.public_id).where(Item.ref == "second")).one()
    assert f"/bank/items/{item}/clear" not in page
    assert post(zhao, f"/bank/items/{item}/clear").status_code == 403

    feng = sign_in(app.test_client(), cast.feng)
    assert f"/bank/items/{item}/clear" in feng.get(address).text
    assert post(feng, f"/bank/items/{item}/clear", comment="期限与本题无关").status_code == 303
    with app.app_context():
        drawn = {one.ref for one in queries.pool_of_versions(reading(), pool.id).versions.values()}
    assert "second" in drawn
    assert "second-digits" not in drawn
    assert post(feng, f"/bank/items/{item}/clear").status_code == 303  # somebody was faster: said, nothing done


def test_a_reviewer_clears_in_the_pool_that_came_with_the_program(
    app: Flask,
    cast: Cast,
    bring: Bring,  # noqa: F811
) -> None:
    """
    Nobody edits that pool, but a reviewer of the whole organisation puts back what stands as it is.
    """
    with app.app_context(), writing() as session:
        pool = service.create_pool(session, name="书院题库", purpose=None, owner_path="/", by=None)
        service.store_items(session, pool, ITEMS, None)
    bring(LAW)
    bring(AMENDED)
    with app.app_context():
        item = reading().scalars(select(Item.public_id).where(Item.ref == "second")).one()
    feng = sign_in(app.test_client(), cast.feng)

    assert post(feng, f"/bank/items/{item}/clear").status_code == 303
    with app.app_context():
        assert reading().scalars(select(Item.suspended).where(Item.ref == "second")).one() == ""


def test_a_librarian_repeals_a_law_on_its_page(
    app: Flask,
    cast: Cast,
    make_pool: MakePool,
    bring: Bring,  # noqa: F811
) -> None:
    """
    The form asks for day and reason; it takes the questions out; taking it back leaves them to the reviewers.
    """
    make_pool(*ITEMS)
    bring(LAW)
    wu = sign_in(app.test_client(), cast.wu)
    address = re.search(r"/library/documents/[\w-]{22}", wu.get("/library/documents").text)
    assert address is not None
    assert post(wu, f"{address[0]}/repeal", day="", reason="").status_code == 422
    assert post(wu, f"{address[0]}/repeal", day="2026-03-02", reason="废止").status_code == 303
    jobs.run_waiting(app)

    with app.app_context():
        assert len(reading().scalars(select(LawChange)).all()) == 6
    assert "2026-03-02" in wu.get(address[0]).text
    assert post(wu, f"{address[0]}/reinstate").status_code == 303
    with app.app_context():
        assert len(reading().scalars(select(Item).where(Item.suspended != "")).all()) == 6


def test_figures_stand_on_the_page_of_the_question(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Thirty answers show figures and bars, twenty-nine their number only; a hundred are judged in words.
    """
    make_pool(single("a"))
    with app.app_context():
        item = reading().scalars(select(Item.public_id)).one()
        version = reading().scalars(select(ItemVersion.id)).one()
        reading().rollback()
        for number, count in enumerate((29, 30, 120)):
            answers = [Answer(float(n < count / 2), n / count, ("A" if n < count / 2 else "B",)) for n in range(count)]
            seen = replace(figures(answers, {"A": True, "B": False, "C": False}), seconds=41.0)
            with writing() as session:
                statistics.keep(
                    session,
                    source=str(number) * 22,
                    label=f"考试{count}",
                    found={version: seen},
                    exposures={version: 0.25},
                )
    page = zhao.get(f"/bank/items/{item}", headers=EN).text
    few, some, many = (page[page.index(f"考试{count}") :].partition("</article>")[0] for count in (29, 30, 120))

    assert "29 answers: too few" in few
    assert "<table" not in few
    assert "41 s" in some
    assert "25 %" in some
    assert some.count('class="share-part"') == 9
    assert "Doubtful key" not in some
    assert "Doubtful key" in many


def test_a_law_that_is_nowhere_stands_there_once(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Five questions on it are one finding: some of them by name, the others through the list of the pool.
    """
    cited = (Citation("无此法", "第一条"),)
    pool = make_pool(*(replace(single(f"q{n}"), citations=cited) for n in range(5)))
    counts = examined(app, zhao, pool)
    page = zhao.get(f"/bank/pools/{pool.public_id}/health/law_unknown", headers=EN).text

    assert counts["law_unknown"] == 1
    address = re.search(r'<a href="([^"]+\?law=[^"]+)">and 2 more questions</a>', page)
    assert address is not None
    listed = zhao.get(address[1], headers=EN).text
    assert [f"q{n}" for n in range(5) if f"q{n} 的题干" not in listed] == []
