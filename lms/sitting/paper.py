"""A paper as a page shows it: sections, questions, options in this candidate's order. Nothing here knows a key."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from lms.exams.queries import ExamRow
from lms.richtext import rendered
from question_bank.assembly import Form, Slot
from question_bank.attempt import Attempt
from question_bank.interactions import Presentation
from question_bank.item import ItemVersion


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a paper: what the candidate sees, and their answer in terms of what they see."""

    number: int
    type: str
    control: str
    marks: Decimal
    stem: Markup
    presentation: Presentation
    stimulus: Markup | None
    stimulus_title: str | None
    answer: Any
    answered: bool
    flagged: bool


@dataclass(frozen=True, slots=True)
class PaperSection:
    """A section of a paper."""

    title: str
    marks: Decimal
    questions: tuple[Question, ...]


def paper(exam: ExamRow, form: Form, versions: Mapping[int, ItemVersion], state: Attempt) -> tuple[PaperSection, ...]:
    """The whole paper of one attempt."""
    sections = []
    shown_case = None
    for number, section in enumerate(exam.blueprint.sections):
        questions = []
        for slot in (slot for slot in form.slots if slot.section == number):
            version = versions[slot.version]
            case = version.stimulus.ref if version.stimulus else None
            questions.append(
                _question(slot, form, version, state, with_stimulus=case is not None and case != shown_case)
            )
            shown_case = case
        sections.append(PaperSection(section.title, section.marks, tuple(questions)))
    return tuple(sections)


def _question(slot: Slot, form: Form, version: ItemVersion, state: Attempt, *, with_stimulus: bool) -> Question:
    seed = form.slot_seed(slot.number)
    interaction = version.interaction
    response = state.answers.get(slot.number)
    stimulus = version.stimulus if with_stimulus else None
    return Question(
        number=slot.number,
        type=version.type,
        control=interaction.CONTROL,
        marks=slot.marks,
        stem=rendered(version.stem),
        presentation=interaction.present(version.body, seed),
        stimulus=rendered(stimulus.text) if stimulus else None,
        stimulus_title=stimulus.title if stimulus else None,
        answer=None if response is None else interaction.shown(version.body, seed, response),
        answered=response is not None and not interaction.is_blank(response),
        flagged=slot.number in state.flagged,
    )


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
