"""A paper afterwards: what was answered, what it earned, and as much of the key as the policy shows.

The words of a question, its key and its explanation are the same for everybody: they are rendered once per version and
language and kept, as those of the player are, and filled with what this candidate answered and earned.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext
from markupsafe import Markup, escape

from lms.exams.queries import ExamRow
from lms.i18n import locale_code, plain
from lms.question_types import TYPE_NAMES
from lms.richtext import rendered, rendered_stem
from lms.sitting.rows import MARK
from question_bank.assembly import Form
from question_bank.grading import Score
from question_bank.item import ItemVersion

MOST_KEPT = 8192


def shown_answers(form: Form, versions: Mapping[int, ItemVersion], answers: Mapping[int, Any]) -> dict[int, Any]:
    """The newest answers by slot, in terms of what this candidate's page shows."""
    shown = {}
    for number, response in answers.items():
        slot = form.slot(number)
        if slot is not None and response is not None:
            version = versions[slot.version]
            shown[number] = version.interaction.shown(version.body, form.slot_seed(number), response)
    return shown


def material(form: Form, versions: Mapping[int, ItemVersion]) -> dict[int, int]:
    """For each question that rests on material shown with an earlier one: the question that shows it."""
    holders, first, case = {}, 0, None
    for slot in form.slots:
        stimulus = versions[slot.version].stimulus
        if stimulus is None or stimulus.ref != case:
            first, case = slot.number, stimulus.ref if stimulus else None
        elif first != slot.number:
            holders[slot.number] = first
    return holders


def review(
    exam: ExamRow,
    form: Form,
    versions: Mapping[int, ItemVersion],
    answers: Mapping[int, Any],
    scores: Sequence[Score],
    *,
    edition: int = 0,
) -> bytes:
    """The questions of a paper in UTF-8, each with its score; key and explanations only if the exam shows them. `edition`:
    how often keys have changed; another one is another key.
    """
    language, none, rows = locale_code(), escape(gettext("none")).encode(), []
    pieces: OrderedDict[object, bytes] = current_app.extensions.setdefault("sitting.reviewed", OrderedDict())
    badges: dict[object, bytes] = current_app.extensions.setdefault("sitting.badges", {})
    for slot, score in zip(form.slots, scores, strict=True):
        version, response = versions[slot.version], answers.get(slot.number)
        words = version.interaction.summary(version.body, response) if response is not None else ""
        piece = pieces.get(key := (slot.version, exam.shows, language, edition))
        badge = badges.get(earned := (score.earned, score.marks, score.blank, language))
        gaps = {
            b"number": b"%d" % slot.number,
            b"badge": badge or _badge(badges, earned, score),
            b"answer": escape(words).encode() if words else none,
        }
        rows.append((piece or _piece(pieces, key, exam.shows, version)) % gaps)
    return b"\n".join(rows)


def _piece(pieces: OrderedDict[object, bytes], key: object, shows: str, version: ItemVersion) -> bytes:
    """A question with gaps for its number, its badge and the answer, as `%` fills them."""
    with_explanation = shows == "explanations"
    drawn: Markup = _macro("reviewed")(
        number=_gap("number"),
        kind=TYPE_NAMES[version.type],
        badge=_gap("badge"),
        stem=rendered_stem(version.stem),
        answer=_gap("answer"),
        key=version.interaction.key_summary(version.body) if shows in ("answers", "explanations") else None,
        explanation=rendered(version.explanation) if with_explanation and version.explanation else None,
        reasons=_reasons(version) if with_explanation else (),
    )
    made = str(drawn).replace("%", "%%")
    for name in ("number", "badge", "answer"):
        made = made.replace(_gap(name), f"%({name})b")
    pieces[key] = made.encode()
    while len(pieces) > MOST_KEPT:
        pieces.popitem(last=False)
    return pieces[key]


def _gap(name: str) -> str:
    return f"{MARK}-{name}."


def _badge(badges: dict[object, bytes], key: object, score: Score) -> bytes:
    """What a question earned, as a badge; the same few again and again."""
    if len(badges) >= MOST_KEPT:
        badges.clear()
    drawn: Markup = _macro("score")(
        earned=plain(score.earned),
        marks=plain(score.marks) if score.marks else "",
        blank=score.blank,
        sign=("good" if score.earned == score.marks else "warn" if score.earned else "bad"),
    )
    badges[key] = drawn.encode()
    return badges[key]


def _macro(name: str) -> Any:
    return getattr(current_app.jinja_env.get_template("sitting/reviewed.html").module, name)


def _reasons(version: ItemVersion) -> tuple[tuple[str, str], ...]:
    options = getattr(version.body, "options", ())
    return tuple((option.text, option.why) for option in options if option.why)
