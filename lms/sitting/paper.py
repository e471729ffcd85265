"""A paper afterwards: what was answered, what it earned, and as much of the key as the policy shows.

The words of a question, its key and its explanation are the same for everybody: they are rendered once per version and
language and kept, as those of the player are, and filled with what this candidate answered and earned.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import current_app
from flask_babel import gettext
from markupsafe import Markup

from lms.exams.queries import ExamRow
from lms.i18n import locale_code, plain
from lms.question_types import TYPE_NAMES
from lms.richtext import rendered
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
) -> list[Markup]:
    """The questions of a paper, each with its score; key and explanations only if the exam shows them."""
    none, rows = gettext("none"), []
    for slot, score in zip(form.slots, scores, strict=True):
        version, response = versions[slot.version], answers.get(slot.number)
        words = version.interaction.summary(version.body, response) if response is not None else ""
        gaps = {
            "number": str(slot.number),
            "badge": _badge(score.earned, score.marks, blank=score.blank),
            "answer": words or none,
        }
        rows.append(_piece(exam.shows, slot.version, version) % gaps)
    return rows


def _piece(shows: str, key: int, version: ItemVersion) -> Markup:
    """A question with gaps for its number, its badge and the answer."""
    kept: OrderedDict[object, Markup] = current_app.extensions.setdefault("sitting.reviewed", OrderedDict())
    found = kept.get((key, shows, locale_code()))
    if found is None:
        with_explanation = shows == "explanations"
        found = _to_fill(
            _macro("reviewed")(
                number=_gap("number"),
                kind=TYPE_NAMES[version.type],
                badge=_gap("badge"),
                stem=rendered(version.stem),
                answer=_gap("answer"),
                key=version.interaction.key_summary(version.body) if shows in ("answers", "explanations") else None,
                explanation=rendered(version.explanation) if with_explanation and version.explanation else None,
                reasons=_reasons(version) if with_explanation else (),
            )
        )
        kept[(key, shows, locale_code())] = found
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)
    return found


def _gap(name: str) -> str:
    return f"{MARK}-{name}."


def _to_fill(drawn: Markup) -> Markup:
    """What was rendered with gaps in it, as `%` fills it; words filled in are escaped."""
    made = drawn.replace("%", "%%")
    for name in ("number", "badge", "answer"):
        made = made.replace(_gap(name), f"%({name})s")
    return made


def _badge(earned: Decimal, marks: Decimal, *, blank: bool) -> Markup:
    """What a question earned, as a badge; the same few again and again."""
    kept: dict[object, Markup] = current_app.extensions.setdefault("sitting.badges", {})
    key = (earned, marks, blank, locale_code())
    if key not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = _macro("score")(
            earned=plain(earned),
            marks=plain(marks) if marks else "",
            blank=blank,
            sign=("good" if earned == marks else "warn" if earned else "bad"),
        )
    return kept[key]


def _macro(name: str) -> Any:
    return getattr(current_app.jinja_env.get_template("sitting/reviewed.html").module, name)


def _reasons(version: ItemVersion) -> tuple[tuple[str, str], ...]:
    options = getattr(version.body, "options", ())
    return tuple((option.text, option.why) for option in options if option.why)
