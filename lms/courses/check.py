"""The check at the end of a unit: its questions from the bank, presented and read like those of an exam."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.accounts.policy import Viewer
from lms.bank.telling import Why, explained
from lms.clock import today
from lms.courses.queries import OpenUnit
from lms.form_answers import raw_answer
from lms.richtext import rendered, rendered_stem
from question_bank.chance import derive
from question_bank.errors import BadResponse
from question_bank.interactions import Presentation
from question_bank.item import ItemVersion


@dataclass(frozen=True, slots=True)
class CheckQuestion:
    """One question of a check as the page shows it."""

    number: int
    type: str
    control: str
    stem: Markup
    presentation: Presentation
    stimulus: Markup | None
    stimulus_title: str | None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of one question of a try."""

    number: int
    stem: Markup
    right: bool
    answer: str
    key: str
    why: Why


def seed_of(viewer: Viewer, found: OpenUnit, tries: int) -> bytes:
    """The order of options in the next try: another one each time, the same on reload."""
    return derive(f"{found.public_id}:{found.number}:{viewer.public_id}".encode(), f"try:{tries}")


def questions(versions: Sequence[ItemVersion], seed: bytes) -> list[CheckQuestion]:
    """The questions of a try."""
    return [
        CheckQuestion(
            number=number,
            type=version.type,
            control=version.interaction.CONTROL,
            stem=rendered(version.stem),
            presentation=version.interaction.present(version.body, derive(seed, str(number))),
            stimulus=rendered(version.stimulus.text) if version.stimulus else None,
            stimulus_title=version.stimulus.title if version.stimulus else None,
        )
        for number, version in enumerate(versions, 1)
    ]


def responses(versions: Sequence[ItemVersion], seed: bytes, form: MultiDict[str, str]) -> list[Any]:
    """The stored form of what was posted; None for what cannot be read (a page of an older try)."""
    found = []
    for number, version in enumerate(versions, 1):
        own = derive(seed, str(number))
        shown = version.interaction.present(version.body, own)
        raw = raw_answer(version.interaction.CONTROL, shown, form, f"q{number}")
        try:
            found.append(version.interaction.read(version.body, own, raw))
        except BadResponse:
            found.append(None)
    return found


def feedback(
    session: Session, versions: Sequence[ItemVersion], given: Sequence[Any], rights: Sequence[bool]
) -> list[Feedback]:
    """Question by question: what was answered, what is right and why."""
    whys = explained(session, versions, on=today())
    return [
        Feedback(
            number=number,
            stem=rendered_stem(version.stem),
            right=right,
            answer="" if response is None else version.interaction.summary(version.body, response),
            key=version.interaction.key_summary(version.body),
            why=why,
        )
        for number, (version, response, right, why) in enumerate(zip(versions, given, rights, whys, strict=True), 1)
    ]
