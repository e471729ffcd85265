"""Forms of marking: rules, criteria, markers, marks."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, FormField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from lms.fields import LineField, MarksField, WholeField
from lms.marking import errors
from question_bank.moderation import HUNDREDTH, Criterion, Marking, Rubric

MOST_CRITERIA, MOST_ANCHORS = 12, 2000
#: marks by criterion are no longer than this
MOST_DIGITS = 10
MARKER_NAMES = {
    "double": lazy_gettext("two people, each without knowing of the other"),
    "single": lazy_gettext("one person"),
}
STEPS = ("0.01", "0.1", "0.5", "1")


class RulesForm(FlaskForm):
    """By which rules an exam is marked."""

    markers = RadioField(
        lazy_gettext("Each answer is marked by"),
        choices=[SelectChoice(key, name) for key, name in MARKER_NAMES.items()],
    )
    share = WholeField(
        lazy_gettext("Two marks may differ by this share of the marks (in hundredths)"),
        [InputRequired(), NumberRange(0, 100)],
    )
    marks = MarksField(lazy_gettext("or by so many marks, whichever is more"), [InputRequired(), NumberRange(0, 100)])
    step = SelectField(
        lazy_gettext("Final marks are rounded to steps of"), choices=[SelectChoice(step, step) for step in STEPS]
    )
    control = WholeField(
        lazy_gettext("Answers that everybody marks, to compare markers (of a hundred)"),
        [InputRequired(), NumberRange(0, 50)],
    )

    @staticmethod
    def filled(marking: Marking) -> dict[str, object]:
        """What the fields say of rules."""
        return {
            "markers": "double" if marking.double else "single",
            "share": int(marking.share * 100),
            "marks": marking.marks,
            "step": f"{marking.step.normalize():f}",
            "control": int(marking.control_share * 100),
        }

    def marking(self) -> Marking:
        """The rules."""
        return Marking(
            double=self.markers.data != "single",
            share=Decimal(self.share.data or 0) / 100,
            marks=Decimal(self.marks.data or 0),
            step=Decimal(str(self.step.data)),
            control_share=Decimal(self.control.data or 0) / 100,
        )


class CriterionForm(FlaskForm):
    """A criterion; one without a name is none."""

    class Meta:
        """The outer form has the token."""

        csrf = False

    name = LineField(lazy_gettext("What is looked at"), [Length(max=500)])
    marks = MarksField(lazy_gettext("Full marks"), [], default=None)
    anchors = TextAreaField(lazy_gettext("Anchors"), [Length(max=MOST_ANCHORS)])

    def criterion(self) -> Criterion:
        """The criterion; raises ValueError for an anchor without a number."""
        return Criterion(str(self.name.data), Decimal(self.marks.data or 0), tuple(self._anchors()))

    def _anchors(self) -> Sequence[tuple[Decimal, str]]:
        found = []
        for line in filter(None, map(str.strip, str(self.anchors.data or "").splitlines())):
            level, _, words = line.replace("：", ":").partition(":")
            try:
                mark = Decimal(level.strip())
            except InvalidOperation:
                mark = Decimal("NaN")
            if not mark.is_finite() or not words.strip():
                raise ValueError(gettext("An anchor is a line such as 4: names the article and applies it."))
            found.append((mark, words.strip()))
        return found


class RubricForm(FlaskForm):
    """The criteria of a question."""

    criteria = FieldList(FormField(CriterionForm), min_entries=1, max_entries=MOST_CRITERIA)
    step = SelectField(
        lazy_gettext("Criteria are marked in steps of"), choices=[SelectChoice(step, step) for step in STEPS]
    )

    @staticmethod
    def filled(rubric: Rubric) -> dict[str, object]:
        """What the fields say of criteria."""
        return {
            "criteria": [
                {
                    "name": one.name,
                    "marks": one.marks,
                    "anchors": "\n".join(f"{level.normalize():f}: {words}" for level, words in one.anchors),
                }
                for one in rubric.criteria
            ],
            "step": f"{rubric.step.normalize():f}",
        }

    def rubric(self, marks: Decimal) -> Rubric | None:
        """The criteria; None with the complaint at the form where they are none or not worth `marks`."""
        try:
            step = Decimal(str(self.step.data))
            found = Rubric(tuple(one.form.criterion() for one in self.criteria if one.form.name.data), step)
        except ValueError as fault:
            self.form_errors.append(_said(fault))
            return None
        if found.maximum != marks:
            self.form_errors.append(gettext("The criteria are worth %(sum)s marks; the question is worth %(marks)s.", sum=found.maximum, marks=marks))  # fmt: skip
            return None
        return found


def _said(fault: ValueError) -> str:
    words = str(fault)
    known = (
        (
            "marks in steps",
            gettext("Each criterion is worth a multiple of the step, and its anchors lie within its marks."),
        ),
        ("anchors that rise", gettext("Anchors go from few marks to many, one for each.")),
        ("criteria with names", gettext("Criteria have names of their own; at least one is needed.")),
    )
    return str(next((said for part, said in known if part in words), words))


class MarkerForm(FlaskForm):
    """Somebody who marks from now on."""

    person = SelectField(lazy_gettext("Marker"), [DataRequired(lazy_gettext("Choose a person."))])
    adjudicates = BooleanField(lazy_gettext("also marks answers on which two differ too much"))

    def offer(self, people: Mapping[str, str]) -> None:
        """Set who can be chosen, by public id."""
        self.person.choices = [SelectChoice(key, name) for key, name in people.items()]


class SendBackForm(FlaskForm):
    """Why an answer is to be marked once more."""

    person = LineField(validators=[DataRequired()])
    reason = LineField(lazy_gettext("Reason"), [DataRequired(), Length(max=200)])


class MarkForm(FlaskForm):
    """A comment on an answer, words for the candidate, notes on passages of it; the marks by criterion come beside (`points`)."""

    comment = TextAreaField(lazy_gettext("Comment on the answer"), [Length(max=2000)])
    told = TextAreaField(lazy_gettext("For the candidate"), [Length(max=2000)])
    notes = LineField(validators=[Length(max=40_000)])
    shown_at = LineField(validators=[Length(max=12)])

    def read_notes(self) -> list[tuple[int, int, str]]:
        """Notes on passages: first character, one after the last, words; raises BadNote for anything else."""
        try:
            rows = json.loads(str(self.notes.data or "[]"))
            return [(_whole(first), _whole(last), str(words).strip()) for first, last, words in rows]
        except (TypeError, ValueError, RecursionError) as fault:
            raise errors.BadNote from fault


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def points(values: Sequence[str], step: Decimal = HUNDREDTH) -> list[Decimal]:
    """Marks by criterion as they were typed; raises BadMark for what is no number."""
    found = []
    for value in values:
        try:
            mark = Decimal(value.strip()[:MOST_DIGITS])
        except InvalidOperation as fault:
            raise errors.BadMark(step=step) from fault
        if not mark.is_finite():
            raise errors.BadMark(step=step)
        found.append(mark)
    return found
