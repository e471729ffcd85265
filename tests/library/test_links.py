"""Citations in running text: what is found, where it leads, in which text."""

import re
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from lms.database import reading, writing
from lms.html import Anchor, anchored
from lms.library import queries, service
from lms.library.linking import citations_in
from lms.library.queries import Reference
from lms.library.source import Source, read
from lms.richtext import rendered
from tests.statements import statements

FOOD, TRADE = ("食品安全法", "第三十四条"), ("商标法", "第五十七条")
LAW = "# 招牌法\n\n第一条 制定本法。\n\n第二条 招牌应当自挂出之日起{}日内备案。\n\n第三条 违者责令改正。\n"


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("依据《食品安全法》第三十四条处理。", (), [("《食品安全法》第三十四条", FOOD)]),
        ("《食品安全法》第三十四条第一款第（三）项", (), [("《食品安全法》第三十四条第一款第（三）项", FOOD)]),
        (
            "《食品安全法》第三十四条、第三十五条和第36条之一",
            (),
            [("《食品安全法》第三十四条", FOOD), ("第三十五条", ("食品安全法", "第三十五条")),
             ("第36条之一", ("食品安全法", "第36条之一"))],
        ),
        ("见《食品安全法》（2021年修正）第三十四条", (), [("《食品安全法》（2021年修正）第三十四条", FOOD)]),
        (
            "《最高人民法院关于适用《中华人民共和国行政诉讼法》的解释》第九十六条",
            (),
            [("《最高人民法院关于适用《中华人民共和国行政诉讼法》的解释》第九十六条",
              ("最高人民法院关于适用《中华人民共和国行政诉讼法》的解释", "第九十六条"))],
        ),
        ("**《食品安全法》** 讲的是什么", (), [("《食品安全法》", ("食品安全法", None))]),
        ("适用第三十四条；商标另有第五十七条。", (FOOD, TRADE), [("第三十四条", FOOD), ("第五十七条", TRADE)]),
        ("适用第三十四条。", (FOOD, ("广告法", "第三十四条")), []),
        ("依照刑法第三十四条。", (FOOD,), []),
        ("适用第三十四条。", (), []),
        ("共有三十四条意见，第一条最要紧。", (FOOD,), []),
        ("[《食品安全法》第三十四条](https://example.org/) 与 `《食品安全法》第三十四条`", (), []),
        ("《没有合上的书名第三十四条", (), []),
    ],
)  # fmt: skip
def test_what_is_a_citation(text: str, own: tuple[Reference, ...], expected: list[tuple[str, Reference]]) -> None:
    """
    With paragraph and item, in a row, with the year, one title within another; a bare article only where one source can
    be meant; nothing in links and code.
    """
    html = rendered(text)
    found = citations_in(html, own)

    assert [(str(html[one.begin : one.end]), one.reference) for one in found] == expected


@given(
    st.lists(
        st.sampled_from(["《", "》", "法", "第三条", "、", "<b>", "<", "&", '"', "](", "[", "`", "\n", "甲"]),
        max_size=40,
    )
)
def test_words_stay_as_they_are(parts: list[str]) -> None:
    """
    Whatever people write: taking the links out again gives the HTML that was there, and links never stand in links.
    """
    html = rendered("".join(parts))
    found = citations_in(html, (("甲法", "第三条"),))
    made = anchored(html, [Anchor(one.begin, one.end, "/law") for one in found], language="zh-CN")
    pieces = re.split('<a href="/law">(.*?)</a>', made)

    assert "".join(pieces) == html
    assert len(pieces) == 2 * len(found) + 1
    assert not any("<" in words for words in pieces[1::2])


def store(text: str, **facts: date | None) -> None:
    """Bring a text of the law into the library."""
    found = read(text.encode(), file_name="law.md")
    assert isinstance(found, Source)
    with writing() as session:
        service.store_document(session, replace(found, **facts), origin="import:law.md")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "version"),
    [(None, None), ("2026-11-30", None), ("2026-03-01", None), ("2026-02-28", 1), ("2020-01-01", 1), ("2019-12-31", 1)],
)
def test_the_text_of_the_day(app: Flask, day: str | None, version: int | None) -> None:
    """
    A citation leads to the text that stood on the day, and says which one where it is not the present one; the article
    stays the same place; without a day it leads to the present text.
    """
    with app.test_request_context():
        store(LAW.format("三十"), issued_on=date(2020, 1, 1))
        store(LAW.format("六十"), issued_on=date(2020, 1, 1), amended_on=date(2026, 3, 1))
        own = (("中华人民共和国招牌法", "第二条"),)
        html, on = rendered("见《招牌法》第二条。"), date.fromisoformat(day) if day else None
        links = queries.links_for(reading(), [(html, own)], on=on)
        link = links.get(own[0])
        text = links.text(html, own)

        assert link is not None
        assert (link.version, link.anchor) == (version, "a2")
        assert link.url.endswith(f"/versions/1?on={day}#a2" if version else f"{link.public_id}#a2")
        assert f'<a href="{link.url}">《招牌法》第二条</a>' in text
        assert ("cited-version" in text) == (version is not None)


def test_an_earlier_law_of_the_same_name(app: Flask) -> None:
    """
    Two documents of one name: a citation leads to the one in force on the day, though the other is in force now.
    """
    with app.test_request_context():
        for origin, text, day, until in (
            ("a", "三十", date(2010, 1, 1), date(2020, 12, 31)),
            ("b", "六十", date(2021, 1, 1), None),
        ):
            found = read(LAW.format(text).encode(), file_name="law.md")
            assert isinstance(found, Source)
            with writing() as session:
                service.store_document(
                    session, replace(found, issued_on=day, valid_until=until), origin=f"import:{origin}"
                )
        then, now = (
            queries.resolve_many(reading(), [("招牌法", None)], on=day)["招牌法", None]
            for day in (date(2015, 5, 5), date(2026, 5, 5))
        )

        assert then.public_id != now.public_id
        assert (then.status, now.status) == ("repealed", "current")


def test_a_page_of_fifty_questions(app: Flask) -> None:
    """
    However many citations a page has, the library is asked four times.
    """
    with app.test_request_context():
        store(LAW.format("三十"))
        store(LAW.format("六十"))
        texts = [(rendered(f"题{n}：《招牌法》第{n % 3 + 1}条，《第{n}号办法》第二条。"), ()) for n in range(50)]
        with statements(app) as asked:
            links = queries.links_for(reading(), texts, on=date(2026, 1, 1))
            pages = [links.text(html) for html, _own in texts]

        assert sum(sent.startswith("SELECT") for sent in asked) == 4
        assert all(page.count("<a ") == 1 for page in pages)
