"""MathML as LaTeX, as far as questions need it: fractions, powers, indices, roots, brackets, tables of numbers."""

import re
from collections.abc import Callable

from lxml import etree

from question_bank.formats.xml import local

MAX_DEPTH = 20
_SIGNS = re.compile(r"([{}%$&#_])")
_ACCENTS = {
    "¯": "overline",
    "‾": "overline",
    "―": "overline",
    "_": "overline",
    "^": "hat",
    "→": "vec",
    "⃗": "vec",
    "~": "tilde",
}
_SAME = {"math", "mrow", "mstyle", "mpadded", "mphantom", "semantics", "merror", "mtd"}


class _Unknown(Exception):
    """An element that has no LaTeX here."""


def latex(element: etree._Element) -> str | None:
    """The LaTeX of a formula, None where it holds what we do not know."""
    try:
        return " ".join(_one(element, 0).split()) or None
    except _Unknown:
        return None


def _one(element: etree._Element, depth: int) -> str:
    name = local(element)
    if depth > MAX_DEPTH:
        raise _Unknown
    if name in ("mi", "mn", "mo", "mtext", "ms", "mspace"):
        return _leaf(element, name)
    if name in _SAME:
        parts = [_one(child, depth + 1) for child in element if not local(child).startswith("annotation")]
        return " ".join(part for part in parts if part)
    maker = _MAKERS.get(name)
    parts = [_one(child, depth + 1) for child in element]
    if maker is None:
        raise _Unknown
    return maker(element, parts)


def _leaf(element: etree._Element, name: str) -> str:
    text = " ".join("".join(map(str, element.itertext())).split())
    text = text.translate(dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064")))
    if "\\" in text:
        raise _Unknown
    plain = _SIGNS.sub(r"\\\1", text)
    if name in ("mtext", "ms") and text:
        return f"\\text{{{plain}}}"
    if name == "mi" and len(text) > 1:
        return f"\\mathrm{{{plain}}}"
    return "\\ " if name == "mspace" else plain


def _filled(count: int, form: str) -> Callable[[etree._Element, list[str]], str]:
    def made(_element: etree._Element, parts: list[str]) -> str:
        if len(parts) != count:
            raise _Unknown
        return form.format(*parts)

    return made


def _fenced(element: etree._Element, parts: list[str]) -> str:
    opening, closing = element.get("open", "("), element.get("close", ")")
    between = (element.get("separators", ",").strip() or " ")[0]
    if {opening, closing} - set("()[]|"):
        raise _Unknown
    return f"{opening}{f' {between} '.join(parts)}{closing}"


def _over(element: etree._Element, parts: list[str]) -> str:
    if len(parts) != 2:
        raise _Unknown
    sign = "".join(map(str, element[1].itertext())).strip()
    return f"\\{_ACCENTS[sign]}{{{parts[0]}}}" if sign in _ACCENTS else f"{{{parts[0]}}}^{{{parts[1]}}}"


def _table(_element: etree._Element, parts: list[str]) -> str:
    return "\\begin{matrix}" + " \\\\ ".join(parts) + "\\end{matrix}"


def _row(_element: etree._Element, parts: list[str]) -> str:
    return " & ".join(parts)


def _root(_element: etree._Element, parts: list[str]) -> str:
    return f"\\sqrt{{{' '.join(parts)}}}"


_MAKERS: dict[str, Callable[[etree._Element, list[str]], str]] = {
    "mfrac": _filled(2, r"\frac{{{0}}}{{{1}}}"),
    "msup": _filled(2, "{{{0}}}^{{{1}}}"),
    "msub": _filled(2, "{{{0}}}_{{{1}}}"),
    "msubsup": _filled(3, "{{{0}}}_{{{1}}}^{{{2}}}"),
    "munder": _filled(2, "{{{0}}}_{{{1}}}"),
    "munderover": _filled(3, "{{{0}}}_{{{1}}}^{{{2}}}"),
    "mroot": _filled(2, r"\sqrt[{1}]{{{0}}}"),
    "msqrt": _root,
    "mfenced": _fenced,
    "mover": _over,
    "mtable": _table,
    "mtr": _row,
}
