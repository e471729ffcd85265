"""Markdown of questions as XHTML for formats that have no Markdown: well-formed, without scripts or strange elements."""

import re
from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from question_bank.formats.addresses import safe_address
from question_bank.formats.inline import printable

_FORMULA = re.compile(r"\$\$(?P<shown>[^$]+)\$\$|\$(?P<inline>(?!\s)(?:\\.|[^$\\\n])+?(?<!\s))\$(?!\d)")
_BLANK = re.compile(r"\[\[(\d{1,2})\]\]")
_PICTURE = re.compile(r"picture:([0-9a-f]{64})\Z")


def escaped(text: str) -> str:
    """Words within XHTML."""
    return printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def xhtml(
    markdown: str,
    *,
    picture: Callable[[str], str],
    blank: Callable[[int], str] | None = None,
    formula: Callable[[str, bool], str] | None = None,
    one_line: bool = False,
) -> str:
    """Markdown as XHTML. `picture`: the address of a stored picture by its hash; `blank`: XHTML for the mark of a blank,
    which stays words without it; `one_line`: without a paragraph around it. Formulas are LaTeX in \\( \\) and $$ $$,
    or what `formula` makes of their LaTeX and of whether they stand in a line of their own.
    """
    environment = {"picture": picture, "blank": blank, "formula": formula}
    text = printable(markdown)
    return str((_reader.renderInline if one_line else _reader.render)(text, environment)).strip()


def _formula_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    found = _FORMULA.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "$" else None
    if not found:
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content = (found["shown"] or found["inline"]).strip()
        token.meta = {"shown": bool(found["shown"])}
    state.pos = found.end()
    return True


def _blank_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    found = _BLANK.match(state.src, state.pos, state.posMax) if state.env.get("blank") else None
    if not found:
        return False
    if not silent:
        state.push("blank", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _formula(_renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: OptionsDict, env: EnvType) -> str:
    if env.get("formula"):
        return str(env["formula"](tokens[place].content, tokens[place].meta["shown"]))
    latex = escaped(tokens[place].content)
    return f"$${latex}$$" if tokens[place].meta["shown"] else f"\\({latex}\\)"


def _blank(_renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: OptionsDict, env: EnvType) -> str:
    return str(env["blank"](int(tokens[place].content)))


def _picture(renderer: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[place]
    found = _PICTURE.match(str(token.attrGet("src") or ""))
    if not found:
        return escaped(token.content)
    described = renderer.renderInlineAsText(token.children, options, env) if token.children else ""
    return f'<img src="{escaped(env["picture"](found[1]))}" alt="{escaped(described)}" />'


class _Reader(MarkdownIt):
    """Links lead to the web or to mail, pictures are stored ones; anything else stays words."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        """Whether an address may be one."""
        return bool(_PICTURE.match(url)) or safe_address(url)


def _made() -> MarkdownIt:
    reader = _Reader("commonmark", {"html": False, "xhtmlOut": True}).enable("table").disable("reference")
    reader.inline.ruler.before("escape", "formula", _formula_rule)
    reader.inline.ruler.before("escape", "blank", _blank_rule)
    reader.add_render_rule("formula", _formula)
    reader.add_render_rule("blank", _blank)
    reader.add_render_rule("image", _picture)
    return reader


_reader = _made()
