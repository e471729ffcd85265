"""Markdown becomes HTML that is safe, right for Chinese, and passes the sanitizer unchanged in meaning."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.packages.markdown import (
    Profile,
    count_characters,
    headings,
    pictures,
    plain_text,
    raw_html,
    render,
    split_title,
    titles,
)
from lms.html import clean
from tests.pace import spent_cpu

markups = st.text(st.sampled_from("字。a *_`#>|-![](:/\\<\"'&\n1.s"), max_size=120)


def media_url(name: str) -> str | None:
    """Two media are there."""
    return f"/media/{name}" if name in ("flow.svg", "talk.mp4") else None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("**依法。**当事人", "<p><strong>依法。</strong>当事人</p>"),
        ("应当**“立即”**停止", "<p>应当<strong>“立即”</strong>停止</p>"),
        ("罚款**50万元**以下", "<p>罚款<strong>50万元</strong>以下</p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("第一行\n第二行", "<p>第一行第二行</p>"),
        ("第一**行**\n第二行", "<p>第一<strong>行</strong>第二行</p>"),
        ("行a\n第二行", "<p>行a\n第二行</p>"),
        ("one\ntwo", "<p>one\ntwo</p>"),
        ("> 案例", '<blockquote class="note">\n<p>案例</p>\n</blockquote>'),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("## 简易 程序", '<h2 id="s-简易-程序">简易 程序</h2>'),
        ("# 一\n\n### 一", '<h2 id="s-一">一</h2>\n<h3 id="s-一-2">一</h3>'),
        ("## ！", '<h2 id="s">！</h2>'),
    ],
)
def test_what_a_page_becomes(source: str, expected: str) -> None:
    """
    CommonMark, with line breaks and emphasis as Chinese needs them, raw HTML as text, ids made of words.
    """
    assert render(source).strip() == expected


def test_tables_scroll_by_themselves_and_have_heads() -> None:
    """
    A table stands in a region with a name of its own, reached by keyboard, without inline style.
    """
    table = "| 情形 | 时限 |\n|:-:|--|\n| 甲 | 七日 |\n\n文\n\n"
    found = render(table * 2)

    assert re.findall('aria-label="([^"]+)"', found) == ["情形 · 时限", "情形 · 时限 2"]
    assert found.count('<div class="table-scroll" tabindex="0" role="region"') == 2
    assert found.count('<th scope="col">') == 4
    assert "style" not in found


def test_the_short_profile_has_no_headings() -> None:
    """
    A question's stem does not enter the outline of the page it stands on.
    """
    assert render("# 案情\n\n文", profile=Profile.SHORT) == "<p><strong>案情</strong></p>\n<p>文</p>\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("![流程*图*](flow.svg)", '<a href="/media/flow.svg"><img src="/media/flow.svg" alt="流程图"></a>'),
        (
            "[![图](flow.svg)](https://example.org)",
            '<a href="https://example.org"><img src="/media/flow.svg" alt="图"></a>',
        ),
        ("![讲座](talk.mp4)", '<a href="/media/talk.mp4">讲座</a>'),
        ("![不在](none.svg)", "不在"),
        ("![外](http://evil.example/flow.svg)", "外"),
        ("![外](//evil.example/flow.svg)", "![外](//evil.example/flow.svg)"),
        ("![上](../flow.svg)", "上"),
        ("![数](data:image/png;base64,AAAA)", "![数](data:image/png;base64,AAAA)"),
        ('![<b>&"](flow.svg)', '<a href="/media/flow.svg"><img src="/media/flow.svg" alt="&lt;b&gt;&amp;&quot;"></a>'),
    ],
)
def test_only_the_units_own_pictures_are_shown(source: str, expected: str) -> None:
    """
    A picture comes from where media_url says; of any other there is the description.
    """
    assert (
        render(source, media_url=media_url)
        == f"<p>{html.unescape(expected) if '<' not in expected else expected}</p>\n"
    )


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://www.gov.cn/a?b=c:d", True),
        ("http://a.example", True),
        ("02-steps.md", True),
        ("#s-一", True),
        ("/library/1", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("&#106;avascript:alert(1)", False),
        ("java&#10;script:alert(1)", False),
        ("data:text/html,x", False),
        ("vbscript:x", False),
        ("mailto:a@b.example", False),
        ("file:///etc/passwd", False),
        ("//evil.example", False),
        ("https:evil.example", False),
        ("http://", False),
    ],
)
def test_links_lead_to_the_web_or_to_ourselves(address: str, allowed: bool) -> None:
    """
    http, https and relative addresses are links; all else stays text.
    """
    assert ("<a href" in render(f"[字]({address})")) is allowed


@pytest.mark.parametrize(
    "address", ["../flow.svg", "a/flow.svg", "http://a.example/flow.svg", ".flow.svg", "%2e.svg", "x" * 101]
)
def test_only_plain_names_are_looked_up(address: str) -> None:
    """
    media_url is asked for names, never for paths or addresses.
    """
    asked: list[str] = []
    render(f"![图]({address})", media_url=asked.append)

    assert asked == []


@given(st.text(st.sampled_from("htps:/\\evil.%2fF5cC&#9;@?\tjavscr"), max_size=24))
def test_no_address_leads_to_a_host_without_http(address: str) -> None:
    """
    However an address is disguised, what is left names http or https, or no scheme and no host at all.
    """
    for found in re.findall(r'href="([^"]*)"', render(f"[字]({address}) [字](<{address}>) <{address}>")):
        assert re.match(r"https?://|/(?!/)|[^/:\\]*(?:[/?#]|\Z)", html.unescape(found), re.IGNORECASE), found
        assert "\\" not in found


def test_without_media_nothing_is_fetched() -> None:
    """
    A text rendered without media_url shows descriptions only.
    """
    assert "<img" not in render("![图](flow.svg)")


@given(markups)
def test_the_sanitizer_takes_no_word_away(source: str) -> None:
    """
    What is rendered passes the sanitizer with all its words: nothing in it is foreign.
    """
    rendered = render(source, media_url=media_url)
    words = html.unescape(re.sub("<[^>]*>", "", rendered))

    assert html.unescape(re.sub("<[^>]*>", "", clean(rendered))) == words


@given(markups)
def test_only_known_tags_and_attributes_come_out(source: str) -> None:
    """
    No event attribute, style or unknown tag is ever written.
    """
    rendered = render(source, media_url=media_url)
    tags = set(re.findall(r"<([a-z0-9]+)", rendered))
    attributes = set(re.findall(r' ([a-z-]+)="', " ".join(re.findall(r"<[a-z][^>]*>", rendered))))

    assert tags <= {
        "p", "strong", "em", "code", "pre", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "a", "img",
        "hr", "br", "div", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert attributes <= {
        "href",
        "src",
        "alt",
        "title",
        "class",
        "id",
        "start",
        "tabindex",
        "role",
        "aria-label",
        "scope",
    }


@given(markups)
def test_the_table_of_contents_names_the_ids_of_the_page(source: str) -> None:
    """
    headings() and render() agree on every id and its order, and no id occurs twice.
    """
    ids = [heading.id for heading in headings(source)]

    assert [html.unescape(found) for found in re.findall(r'<h\d id="([^"]*)"', render(source))] == ids
    assert len(ids) == len(set(ids))


def test_pictures_are_listed_with_their_lines() -> None:
    """
    A complaint about a picture can name its line.
    """
    found = pictures("# 题\n\n文 ![图](a.svg)\n\n- ![ ](../b.png)\n")

    assert [(picture.name, picture.description, picture.line) for picture in found] == [
        ("a.svg", "图", 3),
        ("../b.png", "", 5),
    ]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("文\n\n<div>\n\n<!-- 注 -->\n", (3, 5)),
        ("文 <b>字</b>", (1,)),
        ("a < b > c, `<b>`, <http://a.example>", ()),
        ("```\n<b>\n```", ()),
    ],
)
def test_raw_html_is_found_by_line(source: str, lines: tuple[int, ...]) -> None:
    """
    Tags and comments are raw HTML; code, signs of comparison and addresses are not.
    """
    assert raw_html(source) == lines


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# 题目\n\n正文\n", ("题目", "正文\n")),
        ("# 题目 #\n正文", ("题目", "正文")),
        ("#题目\n正文", ("", "#题目\n正文")),
        ("正文\n# 题目", ("", "正文\n# 题目")),
        ("", ("", "")),
    ],
)
def test_the_title_is_the_first_line(source: str, expected: tuple[str, str]) -> None:
    """
    The title is taken off, for the page has its own place for it.
    """
    assert split_title(source) == expected


def test_titles_are_found_by_line() -> None:
    """
    A heading of the first level is a title, in either way of writing it.
    """
    assert titles("# 一\n\n二\n===\n\n## 三\n\n```\n# 四\n```\n") == (1, 3)


def test_plain_text_is_what_one_reads() -> None:
    """
    Marks are gone, cells and paragraphs stand apart, pictures have their description.
    """
    source = (
        "## 题\n\n第一**行**\n第二行 [链](http://a.example) ![图](a.svg)\n\n| 甲 | 乙 |\n|--|--|\n| 1 | 2 |\n\n    码\n"
    )

    assert plain_text(source) == "题\n第一行第二行 链 图\n甲\n乙\n1\n2\n码"
    assert count_characters(source) == 14


HOSTILE = {
    "brackets": "[" * 50_000,
    "pictures": "![" * 25_000,
    "ticks": "`a" * 25_000,
    "quotes": ">" * 50_000,
    "stars": "**a" * 15_000,
    "links over lines": "[a](b\n" * 8_000,
    "breaks": "字\n" * 25_000,
    "emphasis over lines": "**\n" * 15_000,
    "equal headings": "## a\n\n" * 8_000,
    "tables": "|a|\n|-|\n\n" * 4_000,
    "lists": "".join("  " * depth + "- a\n" for depth in range(300)),
    "definitions": "".join(f"[a{n}]: x\n" for n in range(8_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_read_in_time(name: str) -> None:
    """
    No text of 50 kB keeps a process for long: the time grows with the length, not with its square.
    """
    with spent_cpu() as spent:
        render(HOSTILE[name])

    assert spent.seconds < 5
