"""Questions as Moodle thinks of them, the common ground of Moodle XML, GIFT and cloze texts, before they are ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import unquote

from question_bank.formats import html, inline, pictures
from question_bank.formats.addresses import safe_address
from question_bank.formats.inline import printable
from question_bank.problem import Problem, shortened
from question_bank.text import plain_text

WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Rich:
    """Words in one of Moodle's forms: "html", "moodle" (words with some HTML), "plain" or "markdown"; the files that
    they name, by their names.
    """

    text: str = ""
    form: str = "moodle"
    files: Mapping[str, bytes] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, what it is worth in per cent, what is said to it, and how far off a number may be."""

    text: Rich
    worth: Decimal = WHOLE
    feedback: Rich = Rich()
    tolerance: str = "0"


@dataclass(frozen=True, slots=True)
class Question:
    """A question. `kind` is Moodle's name of its type; `where` is what complaints call it."""

    kind: str
    where: str
    text: Rich
    answers: tuple[Answer, ...] = ()
    general: Rich = Rich()
    #: a name that lasts, where the file gives one
    ref: str = ""
    title: str = ""
    #: multichoice: whether one answer only may be picked
    single: bool = True
    #: whether answers are shown in another order each time
    shuffled: bool = True
    case: bool = False
    #: left and right of a matching
    pairs: tuple[tuple[Rich, Rich], ...] = ()
    #: ddwtos, gapselect: what can be put into gaps, with the group it belongs to
    drags: tuple[tuple[Rich, str], ...] = ()
    #: names of units and how many of them are one of the first
    units: tuple[tuple[str, str], ...] = ()
    #: essays: what markers have before them; whether files are asked for, and which
    guide: Rich = Rich()
    files_asked: bool = False
    endings: str = ""
    #: what the file says besides, of which some is ours: "shuyuan:difficulty=easy"
    labels: tuple[str, ...] = ()


class Unfit(Exception):
    """A question that we have no counterpart of; `problems` says why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


_TAG = re.compile(
    r"</?[a-zA-Z][a-zA-Z0-9:]{0,15}(?:\s[^<>]{0,2000})?/?>|&(?:#\d{1,6}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});"
)
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_PLUGINFILE = "@@PLUGINFILE@@/"
_SHOWN = re.compile(r"!\[((?:\\.|[^\]\\\n]){0,500})\]\(\s{0,3}<?([^)\s>]{1,2000})>?[^)\n]{0,200}\)")
_LINKED = re.compile(r"(?<!!)\[([^\[\]\n]{0,500})\]\(\s{0,3}<?([^)\s>]{0,2000})>?[^)\n]{0,200}\)")
_FORMULA = re.compile(r"\\\\\(([^$\n]{1,500}?)\\\\\)")


class Wording:
    """Makes Markdown of a question's words, keeping what could not be said and the pictures."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files = files or {}
        self.problems: list[Problem] = []
        self._said: set[tuple[str, str, str]] = set()
        self.pictures: dict[str, bytes] = {}

    def warn(self, field: str, value: object, code: str, **facts: object) -> None:
        """Something that does not come over, once."""
        self._keep(Problem(field, code, shortened(value), facts))

    def _keep(self, problem: Problem) -> None:
        key = (problem.field, problem.code, problem.value)
        if key not in self._said:
            self._said.add(key)
            self.problems.append(problem)

    def markdown(self, rich: Rich, field: str, *, single_line: bool = False, blanks: bool = False) -> str:
        """The words as Markdown."""
        text = rich.text.strip()
        if rich.form == "markdown":
            return self._adopted(rich, field)
        if rich.form == "plain" or (rich.form == "moodle" and not _TAG.search(text)):
            return self._plain(text, single_line=single_line, blanks=blanks)
        if rich.form == "moodle":
            text = text.replace("\n", "<br>\n")
        found = html.markdown(
            text,
            pictures=lambda address: self._file(rich, address),
            field=field,
            blanks=blanks,
            single_line=single_line,
        )
        for problem in found.problems:
            self._keep(problem)
        self.pictures |= found.pictures
        return found.text

    def line(self, rich: Rich, field: str) -> str:
        """The words as Markdown of one paragraph."""
        return self.markdown(rich, field, single_line=True)

    def words(self, rich: Rich, field: str) -> str:
        """The words alone, as somebody would type them."""
        return rich.text.strip() if not _TAG.search(rich.text) else plain_text(self.line(rich, field))

    def _plain(self, text: str, *, single_line: bool, blanks: bool) -> str:
        shown = []
        for paragraph in _PARAGRAPHS.split(text):
            tokens: list[inline.Token] = []
            for line in paragraph.split("\n"):
                tokens += [inline.Words(line), inline.Words(" ") if single_line else inline.Break()]
            shown.append(inline.written(tokens, blanks=blanks))
        return (" " if single_line else "\n\n").join(filter(None, shown))

    def _file(self, rich: Rich, address: str) -> bytes | None:
        name = unquote(address.removeprefix(_PLUGINFILE)) if address.startswith(_PLUGINFILE) else address
        return rich.files.get(name) or self.files.get(name)

    def _adopted(self, rich: Rich, field: str) -> str:
        """Markdown from elsewhere: its pictures become stored ones, its formulas ours, its links are looked at."""

        def shown(match: re.Match[str]) -> str:
            data = self._file(rich, match[2])
            if data is None or not pictures.is_picture(data):
                self.warn(field, match[2], "picture_missing" if data is None else "picture_kind")
                return match[1]
            name = pictures.name_of(data)
            self.pictures[name.removeprefix("picture:")] = data
            return f"![{match[1]}]({name})"

        def linked(match: re.Match[str]) -> str:
            if safe_address(match[2]):
                return match[0]
            self.warn(field, match[2], "html_link")
            return match[1]

        text = _FORMULA.sub(lambda match: f"${match[1].strip()}$", printable(rich.text.strip()))
        return _LINKED.sub(linked, _SHOWN.sub(shown, text))
