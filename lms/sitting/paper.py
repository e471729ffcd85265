"""A paper afterwards: what was answered, what it earned, and as much of the key as the policy shows.

The words of a question, its key and its explanation are the same for everybody: they are rendered once per version and
language and kept, as those of the player are, and filled with what this candidate answered and earned. What an
explanation cites leads into the library, so it is kept no longer than the library stays as it is.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import current_app, has_request_context
from flask_babel import gettext
from markupsafe import Markup, escape

from lms.bank.telling import Why, cites, explained
from lms.database import reading
from lms.exams.queries import ExamRow
from lms.i18n import locale_code, plain
from lms.library import quick as library
from lms.question_types import TYPE_NAMES
from lms.richtext import rendered_stem
from lms.sitting.page import NotKept
from lms.sitting.rows import MARK
from question_bank.assembly import Form
from question_bank.grading import Score
from question_bank.item import ItemVersion

MOST_KEPT = 8192
#: what an exam shows that shows everything
EXPLAINED = "explanations"


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
    day: date,
    edition: int = 0,
) -> bytes:
    """The questions of a paper in UTF-8, each with its score; key and explanations only if the exam shows them. `edition`:
    how often keys have changed; another one is another key. Laws are cited as they stood on the `day` of the attempt.

    Raises NotKept outside of a request, where what an explanation cites is still to be looked up.
    """
    none = escape(gettext("none")).encode()
    laws = (day, library.edition()) if exam.shows == EXPLAINED else ()
    badges: dict[object, bytes] = current_app.extensions.setdefault("sitting.badges", {})
    shown = {slot.version: versions[slot.version] for slot in form.slots}
    pieces, rows = _pieces(exam.shows, shown, day, (exam.shows, locale_code(), edition, laws)), []
    for slot, score in zip(form.slots, scores, strict=True):
        version, response = versions[slot.version], answers.get(slot.number)
        words = version.interaction.summary(version.body, response) if response is not None else ""
        badge = badges.get(earned := (score.earned, score.marks, score.blank, locale_code()))
        gaps = {
            b"number": b"%d" % slot.number,
            b"badge": badge or _badge(badges, earned, score),
            b"answer": escape(words).encode() if words else none,
        }
        rows.append(pieces[slot.version] % gaps)
    return b"\n".join(rows)


def _pieces(shows: str, versions: Mapping[int, ItemVersion], day: date, edition: object) -> dict[int, bytes]:
    """The questions with gaps, as far as they are kept from what was shown before; the others are drawn together."""
    kept: OrderedDict[object, bytes] = current_app.extensions.setdefault("sitting.reviewed", OrderedDict())
    found = {number: piece for number in versions if (piece := kept.get((number, edition))) is not None}
    missing = {number: version for number, version in versions.items() if number not in found}
    whys: dict[int, Why] = {}
    if shows == EXPLAINED and any(cites(version) for version in missing.values()):
        if not has_request_context():
            raise NotKept
        whys = dict(zip(missing, explained(reading(), list(missing.values()), on=day), strict=True))
    for number, version in missing.items():
        found[number] = kept[number, edition] = _piece(shows, version, whys.get(number))
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)
    return found


def _piece(shows: str, version: ItemVersion, why: Why | None) -> bytes:
    """A question with gaps for its number, its badge and the answer, as `%` fills them."""
    drawn: Markup = _macro("reviewed")(
        number=_gap("number"),
        kind=TYPE_NAMES[version.type],
        badge=_gap("badge"),
        stem=rendered_stem(version.stem),
        answer=_gap("answer"),
        key=version.interaction.key_summary(version.body) if shows in ("answers", EXPLAINED) else None,
        why=why,
    )
    made = str(drawn).replace("%", "%%")
    for name in ("number", "badge", "answer"):
        made = made.replace(_gap(name), f"%({name})b")
    return made.encode()


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
