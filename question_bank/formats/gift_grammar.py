"""The grammar of GIFT, Moodle's text format for questions: from text to its parts, without judging them.

Questions are parted by blank lines. A question is a name between double colons, a text, and answers in braces;
`~ = # { } :` and the backslash mean themselves behind a backslash, `\\n` is a line break.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

FORMATS = {"html": "html", "moodle": "moodle", "plain": "plain", "markdown": "markdown"}
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_NAME = re.compile(r"\s*::(.*?)::", re.DOTALL)
_ESCAPED = re.compile(r"\\([\\~=#{}:n])")
#: escaped signs while the text is taken apart; no text holds these
_STAND_INS = {sign: chr(0xFDD0 + place) for place, sign in enumerate("\\~=#{}:n")}
_MEANT = {ord(stand_in): "\n" if sign == "n" else sign for sign, stand_in in _STAND_INS.items()}
_STRANGE = re.compile("[\ufdd0-\ufdef]")
_CATEGORY = re.compile(r"\s*\$CATEGORY:(.*)")
_IN_COMMENT = re.compile(r"\[(id|tag):([^\]\n]{1,200})\]")
_TRUTH = re.compile(r"(true|t|false|f)\s*(?:#|\Z)", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d{0,10})?)%")
_ANSWER = re.compile(r"([~=])([^~=]*)")
_ORDERING = re.compile(r">\s*(\d+)([^\n]*)(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Text:
    """Words and how they are to be read: "moodle" (words with some HTML), "html", "plain" or "markdown"."""

    text: str
    form: str = "moodle"


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer: whether "=" marks it, its weight in per cent where one is given, feedback; `number`: of a numeric one."""

    right: bool
    text: Text
    weight: Decimal | None = None
    feedback: Text | None = None
    number: "Range | None" = None


@dataclass(frozen=True, slots=True)
class Range:
    """A number: as it stands, with what may be off, or from low to high."""

    number: Decimal | None = None
    off: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it stands in the file. `kind`: category, description, essay, truth, choice, short, numeric,
    matching, ordering, or "broken" with the reason as its `flaw`.
    """

    kind: str
    line: int
    title: str | None = None
    stem: Text = Text("")
    choices: tuple[Choice, ...] = ()
    truth: bool | None = None
    #: of true or false: the first and the second feedback
    feedbacks: tuple[Text | None, Text | None] = (None, None)
    general: Text | None = None
    embedded: bool = False
    #: the text before and behind the braces as it stands, for blanks within a sentence
    around: tuple[str, str] = ("", "")
    ident: str | None = None
    tags: tuple[str, ...] = ()
    settings: str = ""
    flaw: str = ""


@dataclass(slots=True)
class _Block:
    """Lines up to a blank one, and what the comments above them say."""

    line: int
    lines: list[str] = field(default_factory=list)
    ident: str | None = None
    tags: list[str] = field(default_factory=list)


def questions(text: str) -> Iterator[Question]:
    """The questions and category lines of a file, in their order."""
    for block in _joined(_blocks(_STRANGE.sub("", text))):
        body = "\n".join(block.lines)
        while (category := _CATEGORY.match(body)) is not None:
            yield Question("category", block.line, category[1].strip())
            body = body[category.end() :]
        if body.strip():
            yield _question(body, block)


def _blocks(text: str) -> Iterator[_Block]:
    block = _Block(1)
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.strip()
        if plain.startswith("//"):
            for kind, value in _IN_COMMENT.findall(plain):
                if kind == "id":
                    block.ident = value.strip()
                else:
                    block.tags.append(value.strip())
        elif plain:
            block.line = block.line if block.lines else number
            block.lines.append(_ESCAPED.sub(lambda match: _STAND_INS[match[1]], line))
        elif block.lines:
            yield block
            block = _Block(number + 1)
    if block.lines:
        yield block


def _joined(blocks: Iterator[_Block]) -> Iterator[_Block]:
    """People leave blank lines between answers: a block goes on while its brace is open and the next one closes it."""
    held: _Block | None = None
    for block in blocks:
        if held is None:
            held = block
        elif _open(held.lines) and _closes(block.lines):
            held.lines += block.lines
        else:
            yield held
            held = block
    if held is not None:
        yield held


def _open(lines: list[str]) -> bool:
    return any("{" in line for line in lines) and not any("}" in line for line in lines)


def _closes(lines: list[str]) -> bool:
    body = "\n".join(lines)
    return "}" in body and "{" not in body[: body.index("}")] and "::" not in body[: body.index("}")]


def _question(body: str, block: _Block) -> Question:
    name = _NAME.match(body)
    rest = body[name.end() :] if name else body
    found = _FORMAT.match(rest)
    form = FORMATS[found[1]] if found else "moodle"
    rest = rest[found.end() :] if found else rest
    title = _meant(" ".join(name[1].split())) if name else None
    before, opened, after = rest.partition("{")
    if not opened:
        return Question("description", block.line, title, _text(rest, form), ident=block.ident, tags=tuple(block.tags))
    inner, closed, trailing = after.partition("}")
    if not closed or "{" in trailing or "{" in inner:
        shown = Text(_meant(rest.strip()), form)
        return Question("broken", block.line, title, shown, flaw="gift_braces" if closed else "gift_open")
    stem = f"{before.rstrip()} _____ {trailing.strip()}" if trailing.strip() else before
    return _answered(
        Question("", block.line, title, _text(stem, form), embedded=bool(trailing.strip()), ident=block.ident,
                 tags=tuple(block.tags), around=(_meant(before), _meant(trailing))), inner
    )  # fmt: skip


def _answered(question: Question, inner: str) -> Question:
    """The question with what stands between its braces."""
    form = question.stem.form
    answers, marked, general = inner.partition("####")
    plain = answers.strip()
    made: dict[str, object] = {"general": _text(general, form) if marked and general.strip() else None}
    if not plain:
        made["kind"] = "essay"
    elif plain.startswith("#"):
        made |= {"kind": "numeric", "choices": _numbers(plain[1:], form)}
    elif ordering := _ORDERING.match(plain):
        lines = [line for line in plain[ordering.end() :].split("\n") if line.strip()]
        choices = tuple(Choice(right=True, text=_text(line, form)) for line in lines)
        made |= {"kind": "ordering", "choices": choices, "settings": f"{ordering[1]}{ordering[2]}".strip()}
    elif truth := _TRUTH.match(plain):
        made |= {"kind": "truth", "truth": truth[1].lower()[0] == "t", "feedbacks": _two(plain, form)}
    else:
        made |= {"kind": _kind(plain), "choices": _choices(plain, form)}
    values = {name: getattr(question, name) for name in Question.__dataclass_fields__} | made
    return Question(**values)


def _kind(plain: str) -> str:
    if "~" in plain:
        return "choice"
    return "matching" if "->" in plain and plain.startswith("=") else "short"


def _choices(plain: str, form: str) -> tuple[Choice, ...]:
    if plain[0] not in "~=":
        plain = "=" + plain
    return tuple(_choice(sign == "=", body, form) for sign, body in _ANSWER.findall(plain))


def _choice(right: bool, body: str, form: str) -> Choice:  # noqa: FBT001 - the mark of the answer
    found = _WEIGHT.match(body)
    answer, marked, feedback = body[found.end() if found else 0 :].partition("#")
    return Choice(
        right, _text(answer, form), Decimal(found[1]) if found else None, _some(feedback, form) if marked else None
    )


def _some(text: str, form: str) -> Text | None:
    return _text(text, form) if text.strip() else None


def _two(plain: str, form: str) -> tuple[Text | None, Text | None]:
    parts = [*plain.split("#", 2)[1:], "", ""]
    return _some(parts[0], form), _some(parts[1], form)


def _numbers(plain: str, form: str) -> tuple[Choice, ...]:
    stripped = plain.strip()
    return tuple(_numeric(choice) for choice in _choices(stripped, form)) if stripped else ()


def _numeric(choice: Choice) -> Choice:
    text = choice.text.text
    if not text and not choice.right:
        text = "*"
    return Choice(choice.right, Text(text, choice.text.form), choice.weight, choice.feedback, number_of(text))


def number_of(text: str) -> Range | None:
    """The number that a text says, None for none: "3", "3:0.5", "2..4"."""
    parts = text.split("..") if ".." in text else text.split(":")
    values = [_decimal(part) for part in parts]
    if len(parts) > 2 or any(value is None for value in values):
        return None
    if ".." in text:
        return Range(low=values[0], high=values[1])
    return Range(values[0], values[1] if len(values) == 2 else None)


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 30 else None


def _text(raw: str, form: str) -> Text:
    """Words with the form they name, or else that of their question. Words of Moodle's own form are one line."""
    found = _FORMAT.match(raw)
    own = FORMATS[found[1]] if found else form
    text = raw[found.end() :] if found else raw
    return Text(_meant(" ".join(text.split()) if own in ("moodle", "plain") else text).strip(), own)


def _meant(text: str) -> str:
    return text.translate(_MEANT)
