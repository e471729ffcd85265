"""A question of practice as its page shows it: to be answered, and with what was right and why."""

from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.bank import queries as bank
from lms.bank.telling import Why, explained
from lms.clock import BUREAU_ZONE
from lms.courses import queries as courses
from lms.courses.queries import UnitRow
from lms.errors import NotFound
from lms.form_answers import raw_answer
from lms.i18n import locale_code
from lms.practice import queries
from lms.practice.models import Answer, Round
from lms.practice.queries import RIGHT
from lms.question_types import TYPE_NAMES
from lms.richtext import rendered, rendered_stem
from lms.subjects import SUBJECTS
from question_bank.chance import derive
from question_bank.errors import BadResponse
from question_bank.interactions import Presentation
from question_bank.item import ItemVersion

#: the name of the control on the page
FIELD = "q1"
MOST_UNITS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A question by the names that `components/question.html` uses; alone on its page it is number 1."""

    number: int
    type: str
    control: str
    stem: Markup
    presentation: Presentation
    stimulus: Markup | None
    stimulus_title: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an answer; `answer` is "" for none, `outcome` is right, partly or wrong."""

    type: str
    stem: Markup
    stimulus: Markup | None
    stimulus_title: str | None
    outcome: str
    answer: str
    key: str
    why: Why
    units: tuple[UnitRow, ...]


def stem(version: ItemVersion) -> Markup:
    """The words of a question for whoever only reads them."""
    return rendered_stem(version.stem)


def seed_of(seed: bytes, place: int) -> bytes:
    """Orders the options of a place of a round."""
    return derive(seed, f"place:{place}")


def asked(version: ItemVersion, seed: bytes, *, number: int = 1) -> Asked:
    """The question to be answered."""
    stimulus = version.stimulus
    return Asked(
        number=number,
        type=version.type,
        control=version.interaction.CONTROL,
        stem=rendered(version.stem),
        presentation=version.interaction.present(version.body, seed),
        stimulus=rendered(stimulus.text) if stimulus else None,
        stimulus_title=stimulus.title if stimulus else None,
    )


def response_of(version: ItemVersion, seed: bytes, form: MultiDict[str, str], *, name: str = FIELD) -> Any:
    """The stored form of what was posted for the control of that name; raises BadResponse for what no page of ours sends."""
    shown = version.interaction.present(version.body, seed)
    raw = raw_answer(version.interaction.CONTROL, shown, form, name)
    if version.interaction.CONTROL == "order" and not raw:
        raw = _numbered(shown, form, name)
    return version.interaction.read(version.body, seed, raw)


def _numbered(shown: Presentation, form: MultiDict[str, str], name: str) -> list[str]:
    """The lines of an ordering by the numbers chosen for them, where no script moves lines; [] where none was chosen.

    Raises BadResponse for two lines with one number.
    """
    places = {choice.id: form.get(f"{name}-{choice.id}", "") for choice in shown.choices}
    if not any(places.values()):
        return []
    if sorted(places.values()) != sorted(str(place) for place in range(1, len(places) + 1)):
        raise BadResponse(reason="order")
    return sorted(places, key=lambda choice: int(places[choice]))


def told(session: Session, person_id: int, given: Answer) -> Told:
    """What the person reads about an answer of theirs."""
    version = bank.versions(session, [given.item_version_id])[given.item_version_id]
    stimulus = version.stimulus
    kind = version.interaction
    return Told(
        type=version.type,
        stem=rendered_stem(version.stem),
        stimulus=rendered(stimulus.text) if stimulus else None,
        stimulus_title=stimulus.title if stimulus else None,
        outcome=outcome(given.share),
        answer="" if given.response is None else kind.summary(version.body, given.response),
        key=kind.key_summary(version.body),
        why=explained(session, [version], on=given.at.astimezone(BUREAU_ZONE).date())[0],
        units=_units(session, person_id, version),
    )


def outcome(share: int) -> str:
    """right, partly or wrong, of a share in thousandths."""
    return "right" if share == RIGHT else "partly" if share else "wrong"


def _units(session: Session, person_id: int, version: ItemVersion) -> tuple[UnitRow, ...]:
    """The units of the subject, those that name the knowledge point first."""
    found = [courses.row_of(row) for row in session.execute(courses.units(person_id, subject=version.subject))]
    if version.point:
        found.sort(key=lambda unit: version.point not in unit.title)
    return tuple(found[:MOST_UNITS])


def answered_page(session: Session, held: Round, place: int, title: str, back: str) -> str:
    """What was right at a place of a round that is over, with the way back to it; raises NotFound."""
    given = queries.answers(session, held.id).get(place)
    found = queries.question(session, given.item_id) if given else None
    if given is None or found is None:
        raise NotFound
    return render_template(
        "practice/item.html",
        found=found,
        given=given,
        told=told(session, held.person_id, given),
        starred=queries.is_favourite(session, held.person_id, found.item_id),
        back=(title, back),
        place=place,
        subject_names={one.code: one.name(locale_code()) for one in SUBJECTS},
        type_names=TYPE_NAMES,
    )
