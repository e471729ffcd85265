"""The one door through which HTML that people or files wrote reaches a page.

nh3 has the last word; bleach only turns plain addresses into links before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import bleach
import nh3
from markupsafe import Markup, escape

TAGS = {
    "a", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol",
    "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "u", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"id", "lang"},
    "a": {"href", "title"},
    "blockquote": {"class"},
    "code": {"class"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "span": {"class"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
CLASSES = {"note", "table-scroll", "blank", "caption"}
SCHEMES = {"http", "https", "mailto"}


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        kept = " ".join(word for word in value.split() if word in CLASSES or word.startswith("language-"))
        return kept or None
    if name == "src" and tag == "img":
        return value if value.startswith("/") and not value.startswith("//") else None
    if name == "tabindex":
        return "0" if value == "0" else None
    if name == "role":
        return value if value == "region" else None
    return value


def clean(html: str) -> Markup:
    """Only what the allow-lists name is left of `html`; pictures come from this server alone."""
    return Markup(  # noqa: S704 - nh3's output is what this function is for
        nh3.clean(
            html,
            tags=TAGS,
            attributes=ATTRIBUTES,
            attribute_filter=_attribute,
            url_schemes=SCHEMES,
            link_rel="noopener noreferrer",
            strip_comments=True,
        )
    )


@dataclass(frozen=True, slots=True)
class Anchor:
    """Words of a text that lead somewhere: from where to where they stand, the address, a remark behind them or none."""

    begin: int
    end: int
    address: str
    remark: str = ""


def anchored(html: Markup, anchors: Sequence[Anchor], *, language: str) -> Markup:
    """Sanitized HTML with some of its words, none of which holds a tag, as links; remarks are in `language`."""
    pieces, last = list[str](), 0
    for one in anchors:
        pieces += [html[last : one.begin], f'<a href="{escape(one.address)}">{html[one.begin : one.end]}</a>']
        if one.remark:
            pieces.append(f' <small class="cited-version" lang="{escape(language)}">{escape(one.remark)}</small>')
        last = one.end
    return Markup("".join([*pieces, html[last:]])) if pieces else html  # noqa: S704 - only our own links came in


FORMULA_TAGS = {
    "math", "mrow", "mi", "mn", "mo", "msup", "msub", "msubsup", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd",
    "mover", "munder", "munderover", "mtext", "mspace", "mstyle", "mpadded",
}  # fmt: skip
FORMULA_ATTRIBUTES = {
    "*": {"mathvariant", "stretchy", "fence", "form", "columnalign", "linethickness", "displaystyle", "scriptlevel"},
    "math": {"display"},
}


def clean_formula(mathml: str) -> Markup:
    """MathML that our converter made of LaTeX: drawing elements only, no address, no style."""
    return Markup(nh3.clean(mathml, tags=FORMULA_TAGS, attributes=FORMULA_ATTRIBUTES, link_rel=None))  # noqa: S704


def linkified(text: str) -> Markup:
    """Plain text with line breaks kept and addresses made into links."""
    escaped = bleach.clean(text, tags=set(), attributes={}, strip=False)
    linked = bleach.linkifier.Linker(callbacks=[], recognized_tags=set()).linkify(escaped)
    return clean(linked.replace("\n", "<br>"))
