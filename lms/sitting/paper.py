"""A paper afterwards: what was answered, what it earned, and as much of the key as the policy shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from lms.exams.queries import ExamRow
from lms.richtext import rendered
from question_bank.assembly import Form
from question_bank.attempt import Attempt
from question_bank.item import ItemVersion


def shown_answers(form: Form, versions: Mapping[int, ItemVersion], answers: Mapping[int, Any]) -> dict[int, Any]:
    """The newest answers by slot, in terms of what this candidate's page shows."""
    shown = {}
    for number, response in answers.items():
        slot = form.slot(number)
        if slot is not None and response is not None:
            version = versions[slot.version]
            shown[number] = version.interaction.shown(version.body, form.slot_seed(number), response)
    return shown


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One question afterwards: what was answered, what it earned, and as much of the key as the policy shows."""

    number: int
    type: str
    stem: Markup
    answer: str
    earned: Decimal
    marks: Decimal
    blank: bool
    key: str | None
    explanation: Markup | None
    reasons: tuple[tuple[str, str], ...]


def review(
    exam: ExamRow, form: Form, versions: Mapping[int, ItemVersion], state: Attempt, scores: Any
) -> tuple[Reviewed, ...]:
    """The paper with its scores; key and explanations only if the exam shows them."""
    with_key = exam.shows in ("answers", "explanations")
    with_explanation = exam.shows == "explanations"
    rows = []
    for slot, score in zip(form.slots, scores, strict=True):
        version = versions[slot.version]
        response = state.answers.get(slot.number)
        summary = version.interaction.summary(version.body, response) if response is not None else ""
        rows.append(
            Reviewed(
                number=slot.number,
                type=version.type,
                stem=rendered(version.stem),
                answer=summary,
                earned=score.earned,
                marks=score.marks,
                blank=score.blank,
                key=version.interaction.key_summary(version.body) if with_key else None,
                explanation=rendered(version.explanation) if with_explanation and version.explanation else None,
                reasons=_reasons(version) if with_explanation else (),
            )
        )
    return tuple(rows)


def _reasons(version: ItemVersion) -> tuple[tuple[str, str], ...]:
    options = getattr(version.body, "options", ())
    return tuple((option.text, option.why) for option in options if option.why)
