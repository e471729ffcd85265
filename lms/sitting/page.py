"""The player's page, put together from pieces that are the same for everybody.

What differs between two candidates is their paper: which questions, in which order, under which opaque ids. The words of
a question are rendered once per version and language and kept; a candidate's page fills numbers, letters and ids into
them. A page of fifty questions then costs a tenth of rendering it.
"""

import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Flask, current_app, render_template
from flask_babel import force_locale, get_locale, gettext
from markupsafe import Markup

from lms.exams import queries as exams
from lms.i18n import chosen_theme, locale_code, plain
from lms.question_types import TYPE_NAMES
from lms.richtext import rendered
from question_bank.assembly import Form
from question_bank.blueprint import Blueprint
from question_bank.interactions import Choice, Presentation
from question_bank.item import ItemVersion

MOST_KEPT, MOST_SHELLS = 8192, 64
#: seconds between two questions made in advance
REST = 0.002
#: what stands in a kept piece for what a candidate's page has there begins with this; drawn at random, so that no text
#: of a question or title can hold it
MARK = secrets.token_hex(16)


def gap(name: str) -> str:
    """What stands in a kept piece for the thing of this name."""
    return f"{MARK}-{name}."


NUMBER, CHOICES, ID = map(gap, ("number", "choices", "id"))
#: a place of the shell, and what finds it
PLACE = f"{MARK}-place-{{}}."
_PLACE = re.compile(rf"{MARK}-place-(\w+)\.")
_LETTERS = "ABCDEFGHIJKLMNOP"
#: the part of a question that is there once for each choice, by control
_LINE = {
    "one": re.compile(r'<label class="option">.*?</label>', re.DOTALL),
    "many": re.compile(r'<label class="option">.*?</label>', re.DOTALL),
    "order": re.compile(r"<li data-value=.*?</li>", re.DOTALL),
    "match": re.compile(rf'<option value="{re.escape(ID)}">.*?</option>', re.DOTALL),
}
_OPTION_LETTER = re.compile(r'(<span class="option-letter">)A(</span>)')


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


@dataclass(frozen=True, slots=True)
class Piece:
    """A question in which its number, its choices and the ids of its prompts are to be put; and by its words the line of
    each choice, once for every letter it may get, in which number and id are.
    """

    html: str
    lines: Mapping[str, Sequence[str]]


class _Kept:
    """Pieces and shells of this process."""

    def __init__(self) -> None:
        self.pieces: OrderedDict[object, Piece] = OrderedDict()
        self.shells: OrderedDict[object, str] = OrderedDict()
        #: what the script says, by language
        self.words: dict[str, dict[str, str]] = {}
        #: exams and languages whose pieces were made, or are being made
        self.warm: set[tuple[int, str]] = set()
        self.lock = threading.Lock()


def _kept() -> _Kept:
    found: _Kept = current_app.extensions.setdefault("sitting.pages", _Kept())
    return found


def paper_html(form: Form, versions: Mapping[int, ItemVersion]) -> dict[int, str]:
    """The articles of a paper by slot; material of a case stands before its first question."""
    language, kept = locale_code(), _kept().pieces
    articles, shown_case = {}, None
    for slot, seed in zip(form.slots, form.slot_seeds(), strict=True):
        version = versions[slot.version]
        case = version.stimulus.ref if version.stimulus else None
        key = (slot.version, slot.marks, language, case is not None and case != shown_case)
        shown_case = case
        presentation = version.interaction.present(version.body, seed)
        if version.interaction.CONTROL not in _LINE and presentation.choices + presentation.gaps:
            articles[slot.number] = _whole(version, slot.marks, presentation, str(slot.number), with_case=key[3])
            continue
        piece = kept.get(key) or _keep(key, version, presentation)
        articles[slot.number] = _filled(piece, presentation, str(slot.number))
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


def _filled(piece: Piece, presentation: Presentation, number: str) -> str:
    """Replacing is several times as quick as filling by `%` or `format`."""
    lines = piece.lines
    drawn = [lines[choice.text][place].replace(ID, choice.id) for place, choice in enumerate(presentation.choices)]
    html = piece.html.replace(CHOICES, "".join(drawn))
    for place, prompt in enumerate(presentation.prompts):
        html = html.replace(gap(f"prompt{place}"), prompt.id)
    return html.replace(NUMBER, number)


def _piece(version: ItemVersion, marks: Decimal, presentation: Presentation, *, with_case: bool) -> Piece:
    """Render a question once with each of its choices alone, and take the choices out."""
    draw = partial(_whole, version, marks, number=NUMBER, with_case=with_case)
    prompts = tuple(Choice(gap(f"prompt{n}"), prompt.text) for n, prompt in enumerate(presentation.prompts))
    bare = presentation._replace(prompts=prompts)
    line = _LINE.get(version.interaction.CONTROL)
    if line is None or not presentation.choices:
        return Piece(draw(bare), {})
    lines, html = {}, ""
    letters = _LETTERS[: len(presentation.choices)]
    for choice in presentation.choices:
        drawn = draw(bare._replace(choices=(Choice(ID, choice.text),)))
        found = line.search(drawn)
        if found is None:
            raise RuntimeError("a choice has no line of its own in the template")
        lines[choice.text] = tuple(_OPTION_LETTER.sub(rf"\g<1>{letter}\g<2>", found[0]) for letter in letters)
        html = line.sub(CHOICES, drawn)
    return Piece(html, lines)


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


def shell(exam_id: int, title: str, sections: Sequence[tuple[str, Decimal, Sequence[int]]]) -> str:
    """The page of an exam without anybody's paper, with the places PERSON, SETTINGS and one for each slot."""
    kept = _kept().shells
    key = (exam_id, title, locale_code(), chosen_theme())
    found = kept.get(key)
    if found is None:
        found = render_template("sitting/player.html", title=title, sections=sections, place=PLACE.format)
        kept[key] = found
        while len(kept) > MOST_SHELLS:
            kept.popitem(last=False)
    return found


def kept_words(made: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What the script says in the language of this request."""
    kept, language = _kept().words, locale_code()
    if language not in kept:
        kept[language] = made()
    return kept[language]


def filled(page: str, person: str, settings: str, articles: Mapping[int, str]) -> str:
    """A candidate's page."""
    parts = _PLACE.split(page)
    pieces: dict[str, Any] = {"person": person, "settings": settings}
    for n in range(1, len(parts), 2):
        name = parts[n]
        parts[n] = articles[int(name)] if name.isdigit() else pieces[name]
    return "".join(parts)
