"""From a wrong answer to the article: the review of a released exam leads into the library, the paper never."""

from dataclasses import replace
from datetime import date

from flask import Flask

from lms.bank import service as bank
from lms.database import writing
from lms.library import service as library
from lms.library.source import Source, read
from question_bank.item import Citation
from tests.bank.conftest import single
from tests.cast import Cast, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay, section
from tests.sitting.test_sitting import Candidate

LAW = "# 招牌法\n\n第一条 制定本法。\n\n第二条 招牌应当自挂出之日起{}日内备案。\n\n第三条 违者责令改正。\n"


def store(app: Flask, days: str, amended: date | None = None) -> None:
    """Bring a text of the law into the library."""
    found = read(LAW.format(days).encode(), file_name="law.md")
    assert isinstance(found, Source)
    with app.app_context(), writing() as session:
        text = replace(found, issued_on=date(2020, 1, 1), amended_on=amended)
        library.store_document(session, text, origin="import:law.md")


def test_from_a_wrong_answer_to_the_article(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    No page of the paper leads to the library. Released, explanation and source lead to the article; a month later the law
    is another one, and they lead to the text of the day of the attempt and say so.
    """
    store(app, "三十")
    cited = replace(
        single("a"), citations=(Citation("招牌法", "第二条"),), explanation="期限见《招牌法》第二条；违者适用第三条。"
    )
    with app.app_context(), writing() as session:
        pool = bank.create_pool(session, name="招牌", purpose=None, owner_path="/", by=cast.zhao.id)
        bank.store_items(session, pool, [replace(cited, ref=ref, stem=f"{ref} 如何？") for ref in "ab"], cast.zhao.id)
    plan = replace(exam_day.plan(sections=(section("single_choice", 2),)), pool_id=pool.id)
    one = Candidate(app, cast.lin, exam_day.published(plan).public_id)
    one.start()
    paper = one.client.get(f"/sitting/{one.attempt_id}").text
    one.hand_in()
    before = one.client.get(f"/sitting/{one.attempt_id}/review").text
    clock.advance(days=31)
    store(app, "六十", date(2026, 3, 20))
    sign_in(one.client, cast.lin)
    after, again = (one.client.get(f"/sitting/{one.attempt_id}/review").text for _each in range(2))

    assert "/library/documents/" not in paper
    assert "招牌法" not in paper
    assert before.count('#a2">《招牌法》第二条</a>') == 4
    assert "违者适用第三条" in before
    assert "/versions/" not in before
    assert after.count('/versions/1?on=2026-03-02#a2">《招牌法》第二条</a>') == 4
    assert "第 1 版" in after
    assert again == after
