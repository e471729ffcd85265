"""Markdown of questions as safe HTML: paragraphs, lists, tables, stored pictures, formulas; nothing from elsewhere.

A picture is named by the hash of its bytes, `![what it shows](picture:<sha256>)`; a formula is LaTeX between dollar
signs, `$\\frac{1}{2}$`, and reaches the page as MathML, which browsers draw by themselves.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from flask import Flask
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from lms.html import clean, clean_formula
from question_bank.text import plain_text

PICTURES = "/bank/pictures/"
LONGEST_FORMULA = 500
DEEPEST_FORMULA = 20
_PICTURE = re.compile(r"picture:([0-9a-f]{64})\Z")
#: a blank of a stem, and how it is drawn, in Markdown
_BLANK, _DRAWN = re.compile(r"\[\[(\d{1,2})\]\]"), r"(\1)\\_\\_\\_\\_\\_\\_"
#: a formula from dollar to dollar: no blank inside the signs, no digit behind (so that 5$ and 6$ stay prices)
_FORMULA = re.compile(r"\$\$(?P<shown>[^$]+)\$\$|\$(?P<inline>(?!\s)(?:\\.|[^$\\\n])+?(?<!\s))\$(?!\d)")
#: stands for a formula until the rest is clean; what a person typed never holds these two
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_PLACE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


@lru_cache(maxsize=8192)
def rendered(text: str) -> Markup:
    """A stem, stimulus or explanation (Markdown) as safe HTML."""
    return _finished(text, inline=False)


def rendered_stem(stem: str) -> Markup:
    """A stem as safe HTML where nobody writes into it: each blank is a line with its number, as on paper."""
    return rendered(_BLANK.sub(_DRAWN, stem))


@lru_cache(maxsize=16384)
def rendered_inline(text: str) -> Markup:
    """An option, a line or a side of a pair (Markdown) as safe HTML without a paragraph around it."""
    return _finished(text, inline=True)


def plain(text: str) -> str:
    """Markdown as words, for labels, lists of choices and records."""
    return plain_text(text)


def picture_address(name: str) -> str:
    """Where a page finds the picture of a name "picture:<sha256>"; empty for any other name."""
    found = _PICTURE.match(name)
    return PICTURES + found[1] if found else ""


def _finished(text: str, *, inline: bool) -> Markup:
    formulas: list[tuple[str, str]] = []
    source = text.replace(_OPEN, "").replace(_CLOSE, "")
    environment = {"formulas": formulas}
    html = _markdown.renderInline(source, environment) if inline else _markdown.render(source, environment)
    safe = clean(html)
    return _filled(safe, [_drawn(latex, display) for latex, display in formulas]) if formulas else safe


def _filled(safe: Markup, drawn: Sequence[Markup]) -> Markup:
    """The formulas in their places."""
    pieces, end = [], 0
    for place in _PLACE.finditer(safe):
        pieces += [safe[end : place.start()], drawn[int(place[1])]]
        end = place.end()
    return escape("").join([*pieces, safe[end:]])


def _drawn(latex: str, display: str) -> Markup:
    """A formula as MathML; its source where it is too long, too deep or no LaTeX."""
    if len(latex) <= LONGEST_FORMULA and _depth(latex) <= DEEPEST_FORMULA:
        try:
            return clean_formula(convert(latex, display=display))
        except Exception:  # noqa: BLE001 - the converter raises whatever its parser stumbles over
            return escape(latex)
    return escape(latex)


def _depth(latex: str) -> int:
    deepest = depth = 0
    for sign in latex:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return deepest


def _formula_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    found = _FORMULA.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "$" else None
    if not found:
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content = (found["shown"] or found["inline"]).strip()
        token.meta = {"display": "block" if found["shown"] else "inline"}
    state.pos = found.end()
    return True


def _formula(_renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: OptionsDict, env: EnvType) -> str:
    env["formulas"].append((tokens[place].content, tokens[place].meta["display"]))
    return f"{_OPEN}{len(env['formulas']) - 1}{_CLOSE}"


def _picture(renderer: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    """A stored picture; one from anywhere else is only described."""
    token = tokens[place]
    found = _PICTURE.match(str(token.attrGet("src") or ""))
    if not found:
        return str(escape(token.content))
    token.attrSet("src", PICTURES + found[1])
    return renderer.image(tokens, place, options, env)


def _made() -> MarkdownIt:
    # a reference definition in a stem could turn the mark [[1]] of a blank into a link
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("reference")
    markdown.inline.ruler.before("escape", "formula", _formula_rule)
    markdown.add_render_rule("formula", _formula)
    markdown.add_render_rule("image", _picture)
    return markdown


_markdown = _made()


def init_app(app: Flask) -> None:
    """Give templates the filters `inline_text` (Markdown of an option), `words` (the same without markup) and
    `picture_address`.
    """
    app.jinja_env.filters["inline_text"] = rendered_inline
    app.jinja_env.filters["words"] = plain
    app.jinja_env.filters["picture_address"] = picture_address
