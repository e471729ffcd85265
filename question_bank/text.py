"""Stems and explanations are Markdown, cells of a spreadsheet are plain text: from one to the other without loss."""

import re

#: what could be markup anywhere in a line; the marks of blanks [[1]] are none
_MARKUP = re.compile(r"(?P<blank>\[\[\d{1,2}\]\])|(?P<sign>[\\`*_\[\]<>|$])|&(?=#?\w{1,31};)")
#: what is markup at the beginning of a line only
_OPENING = re.compile(r"^(?:(?P<number>\d{1,9})(?=[.)](?:\s|$))|(?=[#+=~-]))")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>|$&.)#+=~-])")
_PICTURE = re.compile(r"!\[((?:\\.|[^\]\\])*)\]\(picture:[0-9a-f]{64}\)")
_BLANK = re.compile(r"\[\[\d{1,2}\]\]")
#: between dollar signs on one line, with a sign that formulas have and prices have not
_LATEX = re.compile(r"\$(?!\s)(?=[^$\n]*[\\^_={}+<>|])[^$\n]+(?<!\s)\$(?!\d)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")


def to_markdown(text: str) -> str:
    """Markdown that shows `text` as it stands: nothing in it is markup but blanks; lines stay lines."""
    lines = [_line(line.strip()) for line in text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")]
    shown = ""
    for number, line in enumerate(lines):
        follows = number + 1 < len(lines) and lines[number + 1]
        shown += line + ("" if number + 1 == len(lines) else "\\\n" if line and follows else "\n")
    return re.sub(r"\n{3,}", "\n\n", shown)


def _line(line: str) -> str:
    return unopened(escaped(line))


def escaped(words: str, *, blanks: bool = True) -> str:
    """Words within a line that shows them as they stand; with `blanks` the marks of blanks stay marks."""
    shown = _MARKUP.sub(lambda match: match["blank"] or "\\" + match[0], words)
    return shown if blanks else _BLANK.sub(lambda match: f"\\[\\[{match[0][2:-2]}\\]\\]", shown)


def unopened(line: str) -> str:
    """A line of Markdown whose first signs begin no list, heading or rule."""
    return _OPENING.sub(lambda match: f"{match['number']}\\" if match["number"] else "\\", line)


def to_plain(markdown: str) -> str | None:
    """The text of which `to_markdown` makes exactly this, None when there is none: then it is real Markdown."""
    plain = _ESCAPED.sub(r"\1", markdown.replace("\\\n", "\n"))
    return plain if to_markdown(plain) == markdown else None


def plain_text(markdown: str) -> str:
    """The words of a stem for lists, search and comparison: markup left out as far as it is simple, blanks drawn."""
    plain = to_plain(markdown)
    if plain is None:
        plain = _ESCAPED.sub(r"\1", _BOLD.sub(r"\1", _PICTURE.sub(r"\1", markdown.replace("\\\n", "\n"))))
    return re.sub(r"\s+", " ", _BLANK.sub("____", plain)).strip()


def formulas_kept(text: str) -> str:
    """As `to_markdown`, but LaTeX between dollar signs stays a formula; prices in dollars are none."""
    kept: list[str] = []

    def aside(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\ue000{len(kept) - 1}\ue001"

    shown = to_markdown(_LATEX.sub(aside, text.replace("\ue000", "").replace("\ue001", "")))
    return re.sub("\ue000(\\d+)\ue001", lambda match: kept[int(match[1])], shown)
