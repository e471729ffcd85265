"""Scripts in questions (S1): nothing that a person or a file wrote acts on a page.

The check is an independent one: a browser's parser (html5lib) reads what we made, and every node, attribute and
address must be one that is known to be harmless.
"""

import json
import os
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.html import clean, clean_formula, linkified
from lms.richtext import PICTURES, rendered, rendered_inline
from question_bank.formats import html
from question_bank.text import to_markdown
from tests.pace import spent_cpu

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
PICTURE = "picture:" + "ab" * 32
TEXT = {
    "a", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p",
    "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
MATHS = {
    "math", "mrow", "mi", "mn", "mo", "msup", "msub", "msubsup", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd",
    "mover", "munder", "munderover", "mtext", "mspace", "mstyle", "mpadded",
}  # fmt: skip
ATTRIBUTES = {
    "id", "lang", "href", "title", "class", "tabindex", "role", "aria-label", "src", "alt", "width", "height", "start",
    "colspan", "rowspan", "scope", "rel", "mathvariant", "stretchy", "fence", "form", "columnalign", "linethickness",
    "displaystyle", "scriptlevel", "display",
}  # fmt: skip
OWN = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](javascript:alert(1))",
    "[x](<javascript:alert(1)>)", "[x](java\tscript:alert(1))", "[x](data:text/html,<script>alert(1)</script>)",
    "<svg onload=alert(1)>", "<math><mtext><style><img src=x onerror=alert(1)>", "$\\href{javascript:alert(1)}{x}$",
    "$\\text{<img src=x onerror=alert(1)>}$", "$$\\style{color:red}{x}$$", "\ufdd00\ufdd1", "$x$\ufdd00\ufdd1$y$",
    f"![x]({PICTURE}\" onerror=\"alert(1))", f"![\" onerror=\"alert(1)]({PICTURE})", f"![x]({PICTURE})<script>",
    "[[1]]<script>alert(1)</script>", "`<script>`", "<https://example.org/\"onmouseover=alert(1)>", "[a]: javascript:x",
)  # fmt: skip


@cache
def payloads() -> tuple[str, ...]:
    """Our own, and those of the corpus where it is at hand."""
    files = sorted(CORPORA.glob("security/xss.jsonl"))
    rows = [line for path in files for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return (*OWN, *(json.loads(row)["payload"] for row in rows))


def faults(page: str) -> list[str]:
    """Nodes, attributes and addresses that have no business in a text."""
    found = []
    tree = html5lib.parseFragment(page, treebuilder="etree", namespaceHTMLElements=False)
    for element in tree.iter():
        tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "a comment"
        if tag not in TEXT | MATHS and element is not tree:
            found.append(tag)
        for name, value in element.attrib.items():
            plain = str(name).rpartition("}")[2]
            if plain not in ATTRIBUTES:
                found.append(f"{tag} {plain}")
            if plain == "href" and not harmless(value):
                found.append(f"{tag} href={value}")
            if plain == "src" and not re.fullmatch(re.escape(PICTURES) + "[0-9a-f]{64}", value):
                found.append(f"{tag} src={value}")
    return found


def harmless(address: str) -> bool:
    """Whether a browser would only go somewhere (WHATWG URL: control characters and blanks at the ends, tabs and line
    breaks everywhere are dropped before the scheme is read).
    """
    plain = re.sub(r"[\t\r\n]", "", address.strip("".join(map(chr, range(0x21)))))
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", plain)
    return scheme is None or scheme[1].lower() in ("http", "https", "mailto")


@pytest.mark.parametrize("show", [rendered, rendered_inline], ids=["stem", "option"])
def test_no_markdown_of_a_question_acts(show: object) -> None:
    """
    Every payload as a stem and as an option, as it stands and as a spreadsheet's plain text.
    """
    wrong = {
        text: found
        for payload in payloads()
        for text in (payload, to_markdown(payload))
        if (found := faults(str(show(text))))  # type: ignore[operator]
    }

    assert wrong == {}


def test_plain_text_of_a_file_is_shown_as_it_stands() -> None:
    """
    What an examiner typed into a cell is read on the page, sign by sign, whatever it looks like.
    """
    for payload in payloads():
        text = re.sub(r"[\x00-\x1f\x7f]", " ", payload)
        text = " ".join(text.split())
        if not text or "[[" in text or "\ufdd0" in text:
            continue
        tree = html5lib.parseFragment(str(rendered_inline(to_markdown(text))), treebuilder="etree")
        assert "".join(tree.itertext()) == text


def test_html_from_a_file_becomes_markdown_that_does_not_act() -> None:
    """
    Every payload as the HTML of an imported question.
    """
    wrong = {
        payload: found
        for payload in payloads()
        if (found := faults(str(rendered(html.markdown(payload, pictures=lambda _address: None).text))))
    }

    assert wrong == {}


def test_the_sanitizer_itself_holds_and_is_quick() -> None:
    """
    Raw payloads through every door of lms/html.py; cleaning twice changes nothing in 999 of 1,000; under 200 µs each.
    """
    with spent_cpu() as took:
        cleaned = [str(clean(payload)) for payload in payloads()]
    spent = took.seconds / len(cleaned)
    allowed = {page: [one for one in faults(page) if " src=/" not in one] for page in cleaned}
    again = sum(str(clean(page)) != page for page in cleaned)

    assert {page: found for page, found in allowed.items() if found} == {}
    assert {payload for payload in payloads() if faults(str(clean_formula(payload)))} == set()
    assert {payload for payload in payloads() if faults(str(linkified(payload)))} == set()
    assert again <= len(cleaned) / 1000
    assert spent < 0.0005  # measured 0.00002; other work shares the machine


@given(st.text(max_size=80))
def test_anything_typed_is_harmless(text: str) -> None:
    """
    As Markdown and as HTML of a file.
    """
    assert faults(str(rendered(text))) == []
    assert faults(str(rendered_inline(text))) == []
    assert faults(str(rendered(html.markdown(text, pictures=lambda _address: None).text))) == []


def test_addresses_of_text_lead_out_only() -> None:
    """
    A link that is kept is one of a known scheme; nothing else is a link.
    """
    page = str(rendered("[a](https://example.org/x) [b](/library/) [c](mailto:a@example.org) [d](vbscript:x)"))
    tree = html5lib.parseFragment(page, treebuilder="etree", namespaceHTMLElements=False)
    links = [unquote(element.attrib["href"]) for element in tree.iter("a") if "href" in element.attrib]

    assert [urlsplit(link).scheme for link in links] == ["https", "", "mailto"]
