"""HTML from elsewhere as Markdown."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from question_bank.formats import html
from question_bank.formats.pictures import name_of
from tests.pace import spent_cpu

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
DATA = "data:image/png;base64," + base64.b64encode(PNG).decode()
READER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("reference")

TEXTS = [
    ("", ""),
    ("甲&nbsp; 乙\n丙", "甲 乙丙"),
    ("<p>甲</p><p> </p><div>乙<br>丙</div>", "甲\n\n乙\\\n丙"),
    ("<b>甲</b><strong>乙</strong> <i>a</i>", "**甲乙** *a*"),
    ("不得<b>“减免”</b>的", "不得“**减免**”的"),
    ("<b> 甲 </b>乙", "**甲** 乙"),
    ("<b>甲<br>乙</b>", "**甲**\\\n**乙**"),
    ("<ul><li>甲<ol><li>乙</li></ol></li><li>丙</li></ul>", "- 甲\n  1. 乙\n- 丙"),
    ('<ol start="3"><li>甲</li></ol>', "3. 甲"),
    ("<table><tr><th>甲<th>乙<tr><td>1|2<td></table>", "| 甲 | 乙 |\n| --- | --- |\n| 1\\|2 |  |"),
    ("<code>a`b*</code>", "``a`b*``"),
    ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
    ("<blockquote>甲</blockquote>", "> 甲"),
    ("<h3>甲</h3>", "### 甲"),
    ("m<sup>2</sup> CO<sub>2</sub> x<sub>max</sub>", "m² CO₂ x$_{max}$"),
    (r"\(x_1\) 和 $$y$$ 和 \[z\]", "$x_1$ 和 $$y$$ 和 $$z$$"),
    ("5$ 到 6$", "5\\$ 到 6\\$"),
    ("1. 甲<br>- 乙", "1\\. 甲\\\n\\- 乙"),
    ("&lt;b&gt; *a* [[1]] &amp;lt;", "\\<b\\> \\*a\\* \\[\\[1\\]\\] \\&lt;"),
    ('<a href="https://a.cn/b(c)">甲</a>', "[甲](https://a.cn/b%28c%29)"),
    ("<ruby>汉<rt>hàn</rt></ruby>", "汉（hàn）"),
    ("<math><mfrac><mn>1</mn><msup><mi>x</mi><mn>2</mn></msup></mfrac></math>", "$\\frac{1}{{x}^{2}}$"),
    ("<math><msqrt><mi>a</mi><mo>+</mo><mi>b</mi></msqrt></math>", "$\\sqrt{a + b}$"),
    ("<table><tr><td><pre>a|b</pre><td>c</table>", "| ``` a\\|b ``` | c |\n| --- | --- |"),
    (f'<img src="{DATA}" alt="一*点">', f"![一\\*点]({name_of(PNG)})"),
]


@pytest.mark.parametrize(("source", "expected"), TEXTS)
def test_what_markdown_can_say_is_said(source: str, expected: str) -> None:
    """
    Paragraphs, emphasis, lists, tables, code, formulas, links and pictures come over without a remark.
    """
    assert html.markdown(source) == html.Converted(
        expected, (), {name_of(PNG).removeprefix("picture:"): PNG} if "img" in source else {}
    )


REPORTED = [
    ("甲<script>alert(1)</script>", "甲", "html_left_out", "<script>"),
    ("<style>p{}</style>甲", "甲", "html_left_out", "<style>"),
    ('<iframe src="//x"></iframe>甲', "甲", "html_left_out", "<iframe //x>"),
    ("<u>甲</u>", "甲", "html_looks", "<u>"),
    ('<span style="text-decoration: underline">甲</span>', "甲", "html_looks", "<span>"),
    ("<foo>甲</foo>", "甲", "html_unknown", "<foo>"),
    ("<a href='https://a.cn'><p>甲</p></a>", "甲", "html_link", "https://a.cn"),
    ("<math><maction>x</maction></math>", "x", "html_unknown", "<math>"),
    ("<table><tr><td><table><tr><td>甲</table></table>", None, "html_deep", "<table>"),
    ('<a href="java\tscript:x">甲</a>', "甲", "html_link", "java script:x"),
    ('<a href="data:text/html,x">甲</a>', "甲", "html_link", "data:text/html,x"),
    ('<table><tr><td colspan="2">甲<tr><td>1<td>2</table>', None, "html_span", "<td>"),
    ('<img src="https://a.cn/b.png" alt="图">', "图", "picture_missing", "https://a.cn/b.png"),
    ('<img src="data:image/svg+xml,%3Csvg/%3E" alt="图">', "图", "picture_kind", "data:image/svg+xml,%3Csvg/%3E"),
    ("<div>" * 100 + "甲" + "</div>" * 100, "甲", "html_deep", "<div>"),
    ("<div>" * 9000 + "甲" + "</div>" * 9000, "甲", "html_deep", ""),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected", "code", "value"), REPORTED)
def test_what_it_cannot_say_is_reported(source: str, expected: str | None, code: str, value: str) -> None:
    """
    What is dropped or changed names the element; words stay.
    """
    found = html.markdown(source, field="options.A")

    assert expected is None or found.text == expected
    assert [(one.field, one.code, one.value) for one in found.problems] == [("options.A", code, value)]


def test_pictures_of_the_file_are_found_by_their_address() -> None:
    """
    The caller knows where the file keeps its pictures.
    """
    found = html.markdown('<p><img src="@@PLUGINFILE@@/a%20b.png"></p>', pictures={"@@PLUGINFILE@@/a%20b.png": PNG}.get)

    assert found.text == f"![]({name_of(PNG)})"


def test_elements_of_the_format_are_the_callers() -> None:
    """
    A gap within a paragraph becomes what the caller says, and the caller is asked once.
    """
    asked: list[etree._Element] = []

    def own(element: etree._Element) -> str | None:
        asked.append(element)
        return "[[1]]" if element.tag == "gap" else None

    root = etree.fromstring("<body><p>甲<gap><p>x</p></gap>乙</p></body>")

    assert html.markdown(root, own=own).text == "甲[[1]]乙"
    assert len(asked) == len(set(asked))


def test_emphasis_around_paragraphs_is_reported() -> None:
    """
    Markdown has no emphasis that reaches over paragraphs; XHTML has.
    """
    found = html.markdown(etree.fromstring("<div><b><p>甲</p><p>乙</p></b></div>"))

    assert (found.text, [(one.code, one.value) for one in found.problems]) == ("甲\n\n乙", [("html_looks", "<b>")])


def test_lines_of_options_are_one() -> None:
    """
    An option has one paragraph.
    """
    assert html.markdown("<p>甲</p><p>乙<br>丙</p>", single_line=True).text == "甲 乙 丙"


PIECES = st.lists(
    st.sampled_from(
        ["<b>", "</b>", "<i>", "</i>", "<br>", "<p>", "</p>", "甲", "，", "“", " ", "a", "1", "*", "_", "`", "!", "[", "]",
         "(x)", "&lt;", "&amp;", "<a href='https://a.cn'>", "</a>", "<ul><li>", "</ul>", "<td>", "<table>", "</table>",
         "<code>", "</code>", "$", "\\", "\\(", "\\)", "#", "-", ".", "|", "\n", "<sup>", "</sup>", "=", "~", "+", ">"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


def words_of(shown: str) -> str:
    """Words of HTML that our reader of Markdown makes, in one line without blanks."""
    root = etree.HTML(f"<div>{shown}</div>")
    return "".join("".join(map(str, root.itertext())).split())


@settings(max_examples=600, deadline=None)
@given(PIECES.filter(lambda text: not set(text) & {"$", "\\"} and "<sup>" not in text and "<code>" not in text))
def test_words_come_over_whatever_the_marks(source: str) -> None:
    """
    Shown again, the Markdown has the words of the HTML, with no stray mark of emphasis, link or list.
    """
    shown = READER.render(html.markdown(source).text)

    assert words_of(shown) == words_of(source)


def test_a_list_in_a_cell_leaves_no_marks() -> None:
    """
    A cell is one line: bullets would stand there as dashes, the numbers of an ordered list say something.
    """
    text = html.markdown("<table><tr><td><ul><li>甲<li>乙</ul><td><ol><li>丙<li>丁</ol></table><ul><li>戊</ul>").text

    assert text == "| 甲 乙 | 1. 丙 2. 丁 |\n| --- | --- |\n\n- 戊"


TAGS = st.sampled_from(["script", "img", "a", "svg", "b", "div", "iframe", "x", "table", "td", "style", "textarea"])
HOSTILE = st.lists(
    st.one_of(
        TAGS.map(lambda tag: f"<{tag} onerror=alert(1) src=x href='javascript:alert(1)'>"),
        TAGS.map(lambda tag: f"</{tag}>"),
        st.text(alphabet="<>&;:'\"/!-[]()`*\\$ \n\0甲javscriptlg#x", max_size=12),
    ),
    max_size=12,
).map("".join)


@settings(max_examples=600, deadline=None)
@given(HOSTILE)
def test_the_markdown_holds_no_html(source: str) -> None:
    """
    A reader of Markdown that lets HTML through finds none, and no link that is a script.
    """
    tokens = MarkdownIt("commonmark", {"html": True}).parse(html.markdown(source).text)
    inner = [child for token in tokens for child in [token, *(token.children or [])]]

    assert not [token for token in inner if token.type in ("html_block", "html_inline")]
    assert not [token for token in inner if "script:" in str(token.attrGet("href") or "").lower()]


VAST = {
    "nested bold": "<b>" * 50_000 + "x",
    "bold commas": "a<b>，</b>" * 50_000,
    "mixed marks": "甲<b>，x</b><i>“y</i>" * 4000,
    "open formulas": "\\(" * 200_000,
    "dollars": "$$x" * 100_000,
    "tags": "<" * 300_000,
    "entities": "&amp;" * 200_000,
    "cells": "<table><tr>" + "<td>x" * 50_000,
    "rows": "<table>" + "<tr><td>x" * 20_000,
    "tables": "<table><tr><td>" * 5000,
    "lists": "<ul><li>" * 5000 + "x",
    "breaks": "<b>" + "x<br>" * 30_000,
    "base64": f'<img src="data:image/png;base64,{"A" * 9_000_000}">',
    "blanks": " \n" * 300_000 + "x",
    "ticks": "<code>" + "` " * 50_000 + "</code>",
}


@pytest.mark.parametrize("source", VAST.values(), ids=VAST)
def test_no_text_takes_long(source: str) -> None:
    """
    Time grows with length, not with its square.
    """
    with spent_cpu() as spent:
        html.markdown(source)

    assert spent.seconds < 5
