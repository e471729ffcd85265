"""What rests on a law or an article: courses for everybody, questions for those who may see them."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from lms.bank import service
from lms.database import reading, writing
from lms.library import service as library
from lms.library.models import Document
from lms.library.source import Source, read
from question_bank.item import Citation
from tests.academy import Academy
from tests.bank.conftest import single
from tests.cast import Cast, sign_in
from tests.statements import statements

LAW = "# 中华人民共和国行政处罚法\n\n" + "\n\n".join(
    ["第一条 制定本法。", "第五十条 处罚应当公开。", "第五十一条 可以当场作出决定。", "第五十一条之一 应当备案。"]
)
CITED = {
    "whole": Citation("行政处罚法", None),
    "title": Citation("《中华人民共和国行政处罚法》", "第五十条"),
    "digits": Citation("行政处罚法", "第51条"),
    "paragraph": Citation("中华人民共和国行政处罚法（2021年修订）", "第五十一条第二款"),
    "next": Citation("行政处罚法", "第五十一条之一"),
    "rules": Citation("行政处罚法实施办法", "第五十一条"),
    "other": Citation("广告法", "第五十一条"),
}


@pytest.fixture
def law(app: Flask, academy: Academy, cast: Cast) -> str:
    """The address of what rests on the law; a unit cites its article 51, questions as CITED says."""
    found = read(LAW.encode(), file_name="law.md")
    assert isinstance(found, Source)
    items = [replace(single(ref), citations=(citation,)) for ref, citation in CITED.items()]
    with app.app_context():
        with writing() as session:
            library.store_document(session, replace(found, issued_on=date(2021, 1, 22)), origin="import:law.md")
            pool = service.create_pool(session, name="题库", purpose=None, owner_path="/", by=cast.zhao.id)
            service.store_items(session, pool, items, cast.zhao.id)
        found_id = reading().scalar(select(Document.public_id).where(Document.title == "中华人民共和国行政处罚法"))
    return f"/library/reading/documents/{found_id}/cited"


@pytest.mark.parametrize(
    ("article", "refs"),
    [
        ("", {"whole", "title", "digits", "paragraph", "next"}),
        ("51", {"digits", "paragraph"}),
        ("第五十一条", {"digits", "paragraph"}),
        ("a51-1", {"next"}),
        ("1", set()),
        ("99", {"whole", "title", "digits", "paragraph", "next"}),
        ("随便", {"whole", "title", "digits", "paragraph", "next"}),
    ],
)
def test_questions_on_a_law_or_an_article(app: Flask, cast: Cast, law: str, article: str, refs: set[str]) -> None:
    """
    However the law is named and the article written; other laws whose names begin alike are none; where there is no such
    article the page says so and shows all.
    """
    page = sign_in(app.test_client(), cast.zhao).get(f"{law}?article={article}").text

    assert {ref for ref in CITED if f">{ref} 的题干<" in page} == refs
    assert ("没有这一条" in page) == (article in ("99", "随便"))


@pytest.mark.parametrize("article", ["", "51"])
def test_both_ways_cost_twelve_statements_at_most(app: Flask, cast: Cast, law: str, article: str) -> None:
    """
    For somebody who sees questions, of a law with units and documents.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    zhao.get(f"{law}?article={article}")
    with statements(app) as sent:
        assert zhao.get(f"{law}?article={article}").status_code == 200

    assert len(sent) <= 12, "\n".join(sent)


def test_courses_and_documents_are_for_everybody(app: Flask, cast: Cast, law: str) -> None:
    """
    Lin sees the unit, with the article it refers to, and the guide; no question; asked for another article, no unit.
    """
    lin = sign_in(app.test_client(), cast.lin)
    whole, other = lin.get(law).text, lin.get(f"{law}?article=50").text

    assert "简易程序怎么用" in whole
    assert "第五十一条" in whole
    assert "当场处罚办理指引" in whole
    assert "的题干" not in whole
    assert "简易程序怎么用" not in other
