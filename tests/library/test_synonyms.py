"""Other words for the same, what the librarian adds to them, and searches narrowed by issuing body and number."""

import pytest
from flask import Flask
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.library.models import Document
from lms.library.search import rebuild, synonyms
from lms.library.search.models import Synonym
from tests.cast import Cast, post, sign_in
from tests.library.test_search import find, store

LAW = """+++
title = "某市居住规定"
subject = "quality"
kind = "statute"
status = "current"
issued = 2020-03-01
+++
第一条 禁止从建筑物中抛掷物品。

第二条 六周岁的儿童应当入学。

第三条 违者处以罚款。
"""
NUMBERED = {
    "first": ("市场监管总局", "国家市场监督管理总局令第77号"),
    "second": ("国家市场监督管理总局", "国市监规〔2024〕12号"),
    "third": ("某省人民政府", None),
}
ADD = "/library/synonyms/"


def numbered(app: Flask) -> None:
    """Three documents with the same text, but for issuing bodies and numbers."""
    store(app, **{name: LAW.replace("某市居住规定", f"居住规定{name}") for name in NUMBERED})
    with app.app_context():
        with writing() as session:
            for name, (issuer, number) in NUMBERED.items():
                row = session.scalars(select(Document).where(Document.origin == f"import:{name}")).one()
                row.issuer, row.number = issuer, number
        assert rebuild.make_right(lambda _done, _total: None)["indexed"] == len(NUMBERED)


@pytest.mark.parametrize(
    ("query", "marked"),
    [("高空抛物", "抛掷物品"), ("高空抛物 禁止", "抛掷物品"), ("孩子几岁上学", "入学"), ("高空拋物", "抛掷物品")],
)
def test_what_people_say_finds_what_texts_call_otherwise(app: Flask, query: str, marked: str) -> None:
    """
    The word as a whole, beside others, and within a longer one; the other word is named and marked.
    """
    store(app, law=LAW)
    found = find(app, query)

    assert [hit.title for hit in found.hits] == ["某市居住规定"]
    assert marked in found.names
    assert marked in {piece for piece, hit in found.hits[0].passages[0].snippet if hit}


def test_quotes_mean_the_word_itself(app: Flask) -> None:
    """
    In quotes, in titles alone, and excluded, a word stands for nothing else.
    """
    store(app, law=LAW)

    assert find(app, '"高空抛物"').total == find(app, "title:高空抛物").total == 0
    assert find(app, "罚款 -高空抛物").total == 1


def test_every_synonym_that_comes_along_can_be_looked_up(app: Flask) -> None:
    """
    Single words of Chinese characters, not too long, none twice, none for itself.
    """
    with app.app_context():
        rows = [(row.word, row.meaning) for row in reading().scalars(select(Synonym))]

    assert len(rows) > 150
    assert all(synonyms.is_word(word, 12) and synonyms.is_word(meaning, 20) for word, meaning in rows)
    assert all(word != meaning for word, meaning in rows)


def test_a_librarian_adds_a_word_and_takes_it_away(app: Flask, cast: Cast) -> None:
    """
    It works at once, for the traditional form too; twice is said; both acts are in the audit log; it is gone when taken away.
    """
    store(app, law=LAW)
    he = sign_in(app.test_client(), cast.wu)
    assert find(app, "乱扔").total == 0

    assert post(he, ADD, word="亂扔", meaning="抛掷物品").status_code == 303
    assert find(app, "乱扔").total == 1
    assert post(he, ADD, word="乱扔", meaning="抛掷物品").status_code == 303
    assert he.get(ADD, query_string={"q": "扔"}).text.count("乱扔</th>") == 1
    with app.app_context():
        made = reading().scalars(select(Synonym).where(Synonym.word == "乱扔")).one()
    assert post(he, f"{ADD}{made.public_id}/remove").status_code == 303
    assert find(app, "乱扔").total == 0
    assert post(he, f"{ADD}{made.public_id}/remove").status_code == 404
    with app.app_context():
        acts = [one.act for one in reading().scalars(select(AuditEntry).where(AuditEntry.act.like("library.synonym%")))]
    assert acts == ["library.synonym", "library.synonym_remove"]


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("", "抛掷物品"),
        ("扔", "抛掷物品"),
        ("乱 扔", "抛掷物品"),
        ("throw", "抛掷物品"),
        ("乱扔", "乱扔"),
        ("扔" * 13, "抛掷"),
    ],
)
def test_what_cannot_be_looked_up_is_refused(app: Flask, cast: Cast, word: str, meaning: str) -> None:
    """
    Nothing, one character, two words, letters, the same word, one that is too long: said at the field, nothing is stored.
    """
    he = sign_in(app.test_client(), cast.wu)
    with app.app_context():
        before = len(reading().scalars(select(Synonym)).all())
    answer = post(he, ADD, word=word, meaning=meaning)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    with app.app_context():
        assert len(reading().scalars(select(Synonym)).all()) == before


def test_searches_are_narrowed_by_issuing_body_and_number(app: Flask) -> None:
    """
    A part of the body's name or of the number, whatever its brackets; what nobody has finds nothing; facets count bodies.
    """
    numbered(app)

    def titles(**only: str) -> set[str]:
        return {hit.title.removeprefix("居住规定") for hit in find(app, "罚款", **only).hits}

    assert titles() == set(NUMBERED)
    assert titles(issuer="监督") == {"second"}
    assert titles(issuer="市场") == {"first", "second"}
    assert titles(issuer="百分%") == titles(number="99号") == set()
    assert titles(number="77") == titles(number="令第７７号") == {"first"}
    assert titles(number="[2024]12") == titles(number="国市监规（2024）12号") == {"second"}
    assert titles(number="国市监规", issuer="某省") == set()
    assert dict(find(app, "罚款").facets["issuer"]) == {issuer: 1 for issuer, _number in NUMBERED.values()}


@pytest.mark.parametrize(
    ("query", "title"),
    [("国家市场监督管理总局令第77号", "first"), ("国市监规[2024]12号", "second"), ("〔2024〕12号", "second")],
)
def test_a_number_leads_to_its_document(app: Flask, query: str, title: str) -> None:
    """
    Typed as a question it comes first.
    """
    numbered(app)

    assert find(app, query).hits[0].title == f"居住规定{title}"
