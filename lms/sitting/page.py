"""The player's page, put together from pieces that are the same for everybody.

What differs between two candidates is their paper: which questions, in which order, under which opaque ids. The words of
a question are rendered once per version and language and kept; a candidate's page fills numbers, letters and ids into
them. A page of fifty questions then costs a tenth of rendering it.
"""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from flask import Flask, current_app, has_request_context, render_template
from flask_babel import force_locale, get_locale, gettext
from markupsafe import Markup

from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.i18n import locale_code, plain
from lms.question_types import TYPE_NAMES
from lms.richtext import rendered
from lms.sitting.packed import Part, packed
from lms.sitting.rows import MARK, Piece, gap
from question_bank.assembly import Form
from question_bank.blueprint import Blueprint
from question_bank.interactions import Choice, Presentation
from question_bank.item import ItemVersion

MOST_KEPT, MOST_SHELLS = 8192, 256
#: seconds between two questions made in advance
REST = 0.002
NUMBER, ID = gap(0), gap(999)
#: a place of the shell, and what finds it
PLACE = f"{MARK}-place-{{}}."
_PLACE = re.compile(rf"{MARK}-place-(\w+)\.")
_LETTERS = "ABCDEFGHIJKLMNOP"
_OPTION = r'(<label class="option">.*?ID.*?<span class="option-letter">)A(</span>)(.*?</label>)'
#: the part of a question that is there once for each choice, by control: what comes before and behind its letter, and
#: what its words make of it
_LINE = {
    control: re.compile(pattern.replace("ID", re.escape(ID)), re.DOTALL)
    for control, pattern in {
        "one": _OPTION,
        "many": _OPTION,
        "order": r'(<li data-value="ID)()(.*?</li>)',
        "match": r'(<option value="ID)()(.*?</option>)',
    }.items()
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A question by the names that `components/question.html` uses."""

    number: str
    type: str
    control: str
    stem: Markup
    presentation: Presentation
    stimulus: Markup | None = None
    stimulus_title: str | None = None


#: a page in UTF-8, in pieces, each with the place behind it: "person", "settings" or a slot; "" at the end
Shell = Sequence[tuple[bytes, str | int]]
#: of an exam: title, marks and numbers of each
Sections = Sequence[tuple[str, Decimal, Sequence[int]]]


class _Kept:
    """Pieces and shells of this process."""

    def __init__(self) -> None:
        self.pieces: OrderedDict[object, Piece] = OrderedDict()
        self.shells: OrderedDict[object, Shell] = OrderedDict()
        #: of shells, by their identity
        self.ends: OrderedDict[int, tuple[Shell, Part, Part]] = OrderedDict()
        #: what parts of the script say, by language
        self.words: dict[tuple[str, str], dict[str, str]] = {}
        #: exams and languages whose pieces were made, or are being made
        self.warm: set[tuple[int, str]] = set()
        self.lock = threading.Lock()


def _kept() -> _Kept:
    found: _Kept = current_app.extensions.setdefault("sitting.pages", _Kept())
    return found


def paper_html(form: Form, versions: Mapping[int, ItemVersion]) -> dict[int, bytes]:
    """The articles of a paper by slot, in UTF-8; material of a case stands before its first question.

    First all questions are presented, then all are filled: going to and fro between the two costs a third more.
    """
    language, kept, shown_case = locale_code(), _kept().pieces, None
    presented = []
    for slot, seed in zip(form.slots, form.slot_seeds(), strict=True):
        version = versions[slot.version]
        case = version.stimulus.ref if version.stimulus else None
        key = (slot.version, slot.marks, language, case is not None and case != shown_case)
        shown_case = case
        presented.append((slot.number, version, key, version.interaction.present(version.body, seed)))
    articles = {}
    for number, version, key, presentation in presented:
        if version.interaction.CONTROL not in _LINE and presentation.choices + presentation.gaps:
            articles[number] = _whole(version, key[1], presentation, str(number), with_case=key[3]).encode()
            continue
        piece = kept.get(key) or _keep(key, version, presentation)
        values = [b"%d" % number, *[prompt.id.encode() for prompt in presentation.prompts]]
        articles[number] = piece.filled(values, presentation.choices)
    return articles


def _keep(key: tuple[int, Decimal, str, bool], version: ItemVersion, presentation: Presentation) -> Piece:
    kept = _kept()
    piece = _piece(version, key[1], presentation, with_case=key[3])
    with kept.lock:
        kept.pieces[key] = piece
        while len(kept.pieces) > MOST_KEPT:
            kept.pieces.popitem(last=False)
    return piece


def warm(exam_id: int, blueprint: Blueprint) -> None:
    """Make the pieces of an exam in the language of this request before the bell, in a thread of its own.

    Called by every candidate who opens the door; only the first in a process and language finds anything to do.
    """
    kept, language = _kept(), locale_code()
    with kept.lock:
        if (exam_id, language) in kept.warm or current_app.testing:
            return
        kept.warm.add((exam_id, language))
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    threading.Thread(target=_warm, args=(app, exam_id, blueprint, str(get_locale())), daemon=True).start()


def _warm(app: Flask, exam_id: int, blueprint: Blueprint, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        for number, version in exams.snapshot_of(exam_id).items():
            for section in (one for one in blueprint.sections if one.takes(version)):
                for with_case in {False, version.stimulus is not None}:
                    key = (number, section.marks, locale_code(), with_case)
                    if key not in _kept().pieces:
                        _keep(key, version, version.interaction.present(version.body, b"warm"))
            time.sleep(REST)  # whoever answers meanwhile goes first


def _piece(version: ItemVersion, marks: Decimal, presentation: Presentation, *, with_case: bool) -> Piece:
    """Render a question once with each of its choices alone, and take the choices out."""
    draw = partial(_whole, version, marks, number=NUMBER, with_case=with_case)
    prompts = tuple(Choice(gap(n), prompt.text) for n, prompt in enumerate(presentation.prompts, 1))
    bare = presentation._replace(prompts=prompts)
    line = _LINE.get(version.interaction.CONTROL)
    if line is None or not presentation.choices:
        return Piece(draw(bare), {})
    words, html = {}, ""
    for choice in presentation.choices:
        drawn = draw(bare._replace(choices=(Choice(ID, choice.text),)))
        found = line.search(drawn)
        if found is None:
            raise RuntimeError("a choice has no line of its own in the template")
        words[choice.text] = found[3]
        html = html or line.sub(partial(_lines, len(presentation.choices), 1 + len(prompts)), drawn)
    return Piece(html, words)


def _lines(count: int, first: int, line: re.Match[str]) -> str:
    """The lines of so many choices with gaps from `first` on, made of the line of one."""
    letters = _LETTERS if line[2] else [""] * count
    return "".join(
        line[1].replace(ID, gap(first + 2 * place)) + letters[place] + line[2] + gap(first + 2 * place + 1)
        for place in range(count)
    )


def _whole(version: ItemVersion, marks: Decimal, presentation: Presentation, number: str, *, with_case: bool) -> str:
    stimulus = version.stimulus if with_case else None
    shown = Shown(
        number=number,
        type=version.type,
        control=version.interaction.CONTROL,
        stem=rendered(version.stem),
        presentation=presentation,
        stimulus=rendered(stimulus.text) if stimulus else None,
        stimulus_title=stimulus.title if stimulus else None,
    )
    article: Callable[..., Markup] = current_app.jinja_env.get_template("sitting/pieces.html").module.article  # type: ignore[attr-defined]
    return str(
        article(
            shown,
            TYPE_NAMES[version.type],
            gettext("%(marks)s marks", marks=plain(marks)) if marks else gettext("not scored"),
        )
    )


class NotKept(Exception):
    """The page of an exam was not rendered yet, and only a request can."""


def shell_of(exam: ExamRow, form: Form, theme: str) -> Shell:
    """The page of an exam without anybody's paper: any form tells which numbers its sections have. Raises NotKept."""
    return shell(exam.id, exam.title, partial(_sections, exam.blueprint, form), theme)


def _sections(blueprint: Blueprint, form: Form) -> Sections:
    numbers: dict[int, list[int]] = {}
    for slot in form.slots:
        numbers.setdefault(slot.section, []).append(slot.number)
    return [(part.title, part.marks, numbers.get(n, [])) for n, part in enumerate(blueprint.sections)]


def shell(exam_id: int, title: str, sections: Callable[[], Sections], theme: str) -> Shell:
    """The page of an exam with these sections; raises NotKept."""

    def render() -> str:
        return render_template("sitting/player.html", title=title, sections=sections(), place=PLACE.format)

    return kept_shell((exam_id, title, locale_code(), theme), render)


def kept_shell(key: object, render: Callable[[], str]) -> Shell:
    """A page without what is anybody's own, rendered once; raises NotKept outside of a request where it was not yet."""
    kept = _kept().shells
    found = kept.get(key)
    if found is None:
        if not has_request_context():
            raise NotKept
        parts = [*_PLACE.split(render()), ""]
        found = [
            (words.encode(), int(place) if place.isdigit() else place)
            for words, place in zip(parts[::2], parts[1::2], strict=True)
        ]
        kept[key] = found
        while len(kept) > MOST_SHELLS:
            kept.popitem(last=False)
    return found


def kept_words(made: Callable[[], dict[str, str]], part: str = "") -> dict[str, str]:
    """What a part of the script says in the language of this request."""
    kept, key = _kept().words, (part, locale_code())
    if key not in kept:
        kept[key] = made()
    return kept[key]


def middle(page: Shell, articles: Mapping[int, bytes]) -> bytes:
    """What of a player's page stands between its person and its settings: with the paper, all that is before the bell."""
    names = [place for _words, place in page]
    inner = page[names.index("person") + 1 : names.index("settings")]
    return filled(inner, {}, articles) + page[names.index("settings")][0]


def packed_ends(page: Shell) -> tuple[Part, Part]:
    """What stands before its person, and what behind its settings."""
    kept = _kept().ends
    found = kept.get(id(page))
    if found is None or found[0] is not page:
        names = [place for _words, place in page]
        first, last = names.index("person"), names.index("settings")
        parts = [packed(filled([*some[:-1], (some[-1][0], "")], {})) for some in (page[: first + 1], page[last + 1 :])]
        found = kept[id(page)] = (page, parts[0], parts[1])
        while len(kept) > MOST_SHELLS:
            kept.popitem(last=False)
    return found[1], found[2]


def filled(page: Shell, pieces: Mapping[str, bytes], articles: Mapping[int, bytes] | None = None) -> bytes:
    """A candidate's page."""
    out, numbered = [], articles or {}
    for words, place in page:
        out.append(words)
        if place:
            out.append(numbered[place] if isinstance(place, int) else pieces[place])
    return b"".join(out)
