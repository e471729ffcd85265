"""The form of an exam: title, pool, sections, time, window, audience, release."""

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
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from lms.clock import BUREAU_ZONE
from lms.exams.service import RELEASES, SHOWS, Plan
from lms.question_types import MACHINE_TYPES, TYPE_NAMES
from question_bank.blueprint import MAX_QUOTA, MAX_SECTIONS, Blueprint, Section
from question_bank.scoring import Rules

MOST_MARKS = 1_000_000
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
MULTI_NAMES = {
    "cn_half": lazy_gettext("too few: half the marks; any wrong one: none"),
    "all_or_nothing": lazy_gettext("all right options and no other, else none"),
    "cn_per_option": lazy_gettext("too few: a quarter of the marks each; any wrong one: none"),
    "cn_proportional": lazy_gettext("too few: in proportion; any wrong one: none"),
    "right_minus_wrong": lazy_gettext("right minus wrong ticks"),
    "moodle_weights": lazy_gettext("right minus weighted wrong ticks"),
    "ou_multiresponse": lazy_gettext("right ticks less those too many"),
    "multiple_true_false": lazy_gettext("each option on its own"),
}


class CheckboxesField(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class WholeField(IntegerField):
    """A whole number of at most nine characters; a validator would stumble over a longer one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse the text before it becomes a number."""
        if any(len(text.strip()) > 9 for text in valuelist):
            self.data = None
            raise ValueError(gettext("Please give a whole number of at most nine digits."))
        super().process_formdata(valuelist)


class MarksField(DecimalField):
    """Marks: finite, with at most two decimals, as they are stored."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse what marks cannot be, NaN among it, before anything is compared with it."""
        super().process_formdata(valuelist)
        value = self.data
        if value is not None and not (value.is_finite() and abs(value) < MOST_MARKS and value * 100 % 1 == 0):
            self.data = None
            raise ValueError(gettext("Please give a number with at most two decimals."))


class SectionForm(FlaskForm):
    """One section of the paper."""

    class Meta:
        """The outer form has the token."""

        csrf = False

    title = StringField(lazy_gettext("Heading"), [DataRequired(), Length(max=60)])
    types = CheckboxesField(
        lazy_gettext("Question types"),
        [InputRequired(lazy_gettext("Choose at least one type."))],
        choices=[SelectChoice(key, TYPE_NAMES[key]) for key in MACHINE_TYPES],
    )
    subjects = CheckboxesField(lazy_gettext("Subjects (none: all)"), validate_choice=True)
    quota = WholeField(lazy_gettext("Questions"), [InputRequired(), NumberRange(1, MAX_QUOTA)], default=10)
    marks = MarksField(
        lazy_gettext("Marks each"), [InputRequired(), NumberRange(Decimal("0.01"), 100)], default=Decimal(2)
    )

    def section(self) -> Section:
        """The section as the domain knows it."""
        return Section(
            title=str(self.title.data).strip(),
            types=tuple(self.types.data or ()),
            subjects=tuple(self.subjects.data or ()),
            quota=int(self.quota.data or 0),
            marks=Decimal(self.marks.data or 0),
        )


class ExamForm(FlaskForm):
    """Everything an examiner decides."""

    title = StringField(lazy_gettext("Title"), [DataRequired(), Length(max=120)])
    pool = SelectField(lazy_gettext("Question pool"), [DataRequired()])
    sections = FieldList(FormField(SectionForm), min_entries=1, max_entries=MAX_SECTIONS)
    multiple = SelectField(
        lazy_gettext("Marks for multiple choice"), choices=[SelectChoice(key, MULTI_NAMES[key]) for key in MULTI_NAMES]
    )
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

    def offer(
        self, *, pools: list[tuple[str, str]], subjects: list[tuple[str, Any]], units: list[tuple[int, str]]
    ) -> None:
        """Set what can be chosen; called before validation."""
        self.pool.choices = [SelectChoice(*pool) for pool in pools]
        self.units.choices = [SelectChoice(*unit) for unit in units]
        for entry in self.sections:
            entry.form.subjects.choices = [SelectChoice(*subject) for subject in subjects]

    def validate_closes_at(self, field: DateTimeLocalField) -> None:
        """The window ends after it begins and has room for the time allowed."""
        if not self.opens_at.data or not field.data:
            return
        if (field.data - self.opens_at.data).total_seconds() < 60 * (self.minutes.data or 0):
            raise ValidationError(lazy_gettext("The window must be at least as long as the time for each candidate."))

    def validate_pass_mark(self, field: DecimalField) -> None:
        """The pass mark can be reached."""
        try:
            total = sum(entry.form.section().quota * entry.form.section().marks for entry in self.sections)
        except (TypeError, ValueError):
            return
        if not 0 < (field.data or 0) <= total:
            raise ValidationError(lazy_gettext("The pass mark must lie between 0 and the full marks."))

    def plan(self, *, pool_id: int) -> Plan:
        """What was decided, times in UTC."""
        blueprint = Blueprint(
            sections=tuple(entry.form.section() for entry in self.sections),
            pass_mark=Decimal(self.pass_mark.data or 0),
            rules=Rules(multiple=str(self.multiple.data)),
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
