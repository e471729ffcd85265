"""The form of an exam: title, pool, sections, time, window, audience, release."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    DateTimeLocalField,
    DecimalField,
    FieldList,
    FormField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from lms.clock import BUREAU_ZONE
from lms.exams.service import RELEASES, SHOWS, Plan
from lms.fields import CheckboxesField, MarksField, WholeField
from lms.question_types import MATCH_NAMES, MULTI_NAMES, ORDER_NAMES, TYPE_NAMES
from question_bank.blueprint import MAX_QUOTA, MAX_SECTIONS, Blueprint, Section
from question_bank.scoring import Rules

RELEASE_NAMES = {
    "at_once": lazy_gettext("at once"),
    "after_window": lazy_gettext("when the window has closed"),
    "by_hand": lazy_gettext("when the examiner releases them"),
}
SHOWS_NAMES = {
    "score": lazy_gettext("the score"),
    "answers": lazy_gettext("the score and the right answers"),
    "explanations": lazy_gettext("the score, the right answers and the explanations"),
}
PAPER_NAMES = {
    "personal": lazy_gettext("each candidate a paper of their own"),
    "common": lazy_gettext("one drawn paper for all"),
    "fixed": lazy_gettext("the questions that the sections list, for all"),
}
PRESENTATION_NAMES = {
    "all": lazy_gettext("all questions on one page"),
    "one": lazy_gettext("one question at a time"),
}
SHUFFLE_NAMES = {
    "yes": lazy_gettext("in an order of the candidate's own"),
    "no": lazy_gettext("as their author put them"),
}
PLACE_NAMES = {
    "shuffled": lazy_gettext("mixed for each candidate"),
    "fixed": lazy_gettext("by their numbers, or as listed"),
}
COUNT_NAMES = {
    "yes": lazy_gettext("count towards the score"),
    "no": lazy_gettext("field test: items on trial, not scored"),
}


def _choices(names: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(key, name) for key, name in names.items()]


class SectionForm(FlaskForm):
    """One section of the paper."""

    class Meta:
        """The outer form has the token."""

        csrf = False

    title = StringField(lazy_gettext("Heading"), [DataRequired(), Length(max=60)])
    types = CheckboxesField(
        lazy_gettext("Question types"),
        [InputRequired(lazy_gettext("Choose at least one type."))],
        choices=[SelectChoice(key, name) for key, name in TYPE_NAMES.items()],
    )
    subjects = CheckboxesField(lazy_gettext("Subjects (none: all)"), validate_choice=True)
    quota = WholeField(lazy_gettext("Questions"), [InputRequired(), NumberRange(1, MAX_QUOTA)], default=10)
    marks = MarksField(lazy_gettext("Marks each"), [InputRequired(), NumberRange(0, 100)], default=Decimal(2))

    counts = SelectField(lazy_gettext("Its questions"), choices=_choices(COUNT_NAMES), default="yes")
    order = SelectField(lazy_gettext("Order of the questions"), choices=_choices(PLACE_NAMES), default="shuffled")
    listed = TextAreaField(lazy_gettext("Questions of a fixed paper"), [Length(max=MAX_QUOTA * 90)])

    def validate_marks(self, field: DecimalField) -> None:
        """What counts is worth something."""
        if self.counts.data != "no" and not field.data:
            raise ValidationError(gettext("A question that counts is worth at least 0.01 marks."))

    def references(self) -> list[str]:
        """The references listed, without empty lines."""
        return [line.strip() for line in str(self.listed.data or "").splitlines() if line.strip()]

    def section(self, listed: Mapping[str, int] | None) -> Section:
        """The section as the domain knows it; `listed`: numbers of versions by reference where the paper is fixed."""
        keys = () if listed is None else tuple(listed[ref] for ref in self.references() if ref in listed)
        counts = self.counts.data != "no"
        return Section(
            title=str(self.title.data).strip(),
            types=tuple(self.types.data or ()),
            subjects=tuple(self.subjects.data or ()),
            quota=int(self.quota.data or 0) if listed is None else len(keys),
            marks=Decimal(self.marks.data or 0) if counts else Decimal(0),
            order=str(self.order.data),
            counts=counts,
            listed=keys,
        )


class ExamForm(FlaskForm):
    """Everything an examiner decides."""

    title = StringField(lazy_gettext("Title"), [DataRequired(), Length(max=120)])
    pool = SelectField(lazy_gettext("Question pool"), [DataRequired()])
    sections = FieldList(FormField(SectionForm), min_entries=1, max_entries=MAX_SECTIONS)
    paper = SelectField(lazy_gettext("Papers"), choices=_choices(PAPER_NAMES), default="personal")
    shuffle_options = SelectField(lazy_gettext("Options stand"), choices=_choices(SHUFFLE_NAMES), default="yes")
    presentation = SelectField(lazy_gettext("Shown at first"), choices=_choices(PRESENTATION_NAMES), default="all")
    multiple = SelectField(lazy_gettext("Marks for multiple choice"), choices=_choices(MULTI_NAMES))
    ordering = SelectField(lazy_gettext("Marks for ordering"), choices=_choices(ORDER_NAMES), default="all_or_nothing")
    matching = SelectField(lazy_gettext("Marks for matching"), choices=_choices(MATCH_NAMES), default="per_pair")
    pass_mark = MarksField(lazy_gettext("Pass mark"), [InputRequired()], default=Decimal(60))
    minutes = WholeField(lazy_gettext("Minutes for each candidate"), [InputRequired(), NumberRange(1, 600)], default=60)
    opens_at = DateTimeLocalField(lazy_gettext("Opens at"), [InputRequired()], format=["%Y-%m-%dT%H:%M"])
    closes_at = DateTimeLocalField(lazy_gettext("Closes at"), [InputRequired()], format=["%Y-%m-%dT%H:%M"])
    release = SelectField(
        lazy_gettext("Results are shown"),
        choices=[SelectChoice(key, RELEASE_NAMES[key]) for key in RELEASES],
        default="after_window",
    )
    shows = SelectField(
        lazy_gettext("Candidates then see"), choices=[SelectChoice(key, SHOWS_NAMES[key]) for key in SHOWS]
    )
    units = CheckboxesField(
        lazy_gettext("Who may sit it"), [InputRequired(lazy_gettext("Choose at least one unit."))], coerce=int
    )

    #: numbers of versions by their references, of the pool that was chosen for a fixed paper
    held: Mapping[str, int] | None = None

    def offer(
        self, *, pools: list[tuple[str, str]], subjects: list[tuple[str, Any]], units: list[tuple[int, str]]
    ) -> None:
        """Set what can be chosen; called before validation."""
        self.pool.choices = [SelectChoice(*pool) for pool in pools]
        self.units.choices = [SelectChoice(*unit) for unit in units]
        for entry in self.sections:
            entry.form.subjects.choices = [SelectChoice(*subject) for subject in subjects]

    def validate_sections(self, field: "FieldList[Any]") -> None:
        """What a fixed paper lists is there, once."""
        if self.held is None:
            return
        met: Counter[str] = Counter(ref for entry in field for ref in entry.form.references())
        for entry in field:
            wrong = [ref for ref in entry.form.references() if ref not in self.held or met[ref] > 1]
            if wrong or not entry.form.references():
                said = gettext("Not in the pool, or listed twice: %(refs)s", refs=", ".join(wrong[:5]))
                entry.form.listed.errors = [said if wrong else gettext("List the questions of this section.")]
                raise ValidationError(gettext("Look at the questions listed."))

    def validate_closes_at(self, field: DateTimeLocalField) -> None:
        """The window ends after it begins and has room for the time allowed."""
        if not self.opens_at.data or not field.data:
            return
        if (field.data - self.opens_at.data).total_seconds() < 60 * (self.minutes.data or 0):
            raise ValidationError(lazy_gettext("The window must be at least as long as the time for each candidate."))

    def validate_pass_mark(self, field: DecimalField) -> None:
        """The pass mark can be reached."""
        try:
            total = sum(part.quota * part.worth for part in self._sections())
        except (TypeError, ValueError):
            return
        if not 0 < (field.data or 0) <= total:
            raise ValidationError(lazy_gettext("The pass mark must lie between 0 and the full marks."))

    def _sections(self) -> tuple[Section, ...]:
        listed = self.held if self.paper.data == "fixed" else None
        return tuple(entry.form.section(listed) for entry in self.sections)

    def plan(self, *, pool_id: int) -> Plan:
        """What was decided, times in UTC."""
        blueprint = Blueprint(
            sections=self._sections(),
            pass_mark=Decimal(self.pass_mark.data or 0),
            rules=Rules(str(self.multiple.data), str(self.ordering.data), str(self.matching.data)),
            paper=str(self.paper.data),
            shuffle_options=self.shuffle_options.data != "no",
            presentation=str(self.presentation.data),
        )
        return Plan(
            title=str(self.title.data).strip(),
            pool_id=pool_id,
            blueprint=blueprint,
            minutes=int(self.minutes.data or 0),
            opens_at=_utc(self.opens_at.data),
            closes_at=_utc(self.closes_at.data),
            release=str(self.release.data),
            shows=str(self.shows.data),
            units=tuple(self.units.data or ()),
        )


def _utc(local: datetime | None) -> datetime:
    if local is None:
        raise ValueError("a validated form has its times")
    return local.replace(tzinfo=BUREAU_ZONE).astimezone(UTC)
