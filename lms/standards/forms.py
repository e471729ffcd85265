"""Forms of standard setting."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from lms.fields import LineField, MarksField, WholeField
from question_bank.cut_scores import ANGOFF, HOFSTEE

METHOD_NAMES = {
    ANGOFF: lazy_gettext("Angoff: judges say for each question how likely somebody just good enough gets it right"),
    HOFSTEE: lazy_gettext(
        "Hofstee: judges bound the pass mark and the share that may fail; the results decide between"
    ),
}
SHORT_NAMES = {ANGOFF: lazy_gettext("Angoff"), HOFSTEE: lazy_gettext("Hofstee")}


class BeginForm(FlaskForm):
    """A worksheet of which method."""

    method = RadioField(
        lazy_gettext("Method"),
        [DataRequired()],
        choices=[SelectChoice(key, name) for key, name in METHOD_NAMES.items()],
    )


class JudgeForm(FlaskForm):
    """Somebody on the panel."""

    person = SelectField(lazy_gettext("Judge"), [DataRequired(lazy_gettext("Choose a person."))])

    def offer(self, people: Mapping[str, str]) -> None:
        """Set who can be chosen, by public id."""
        self.person.choices = [SelectChoice(key, name) for key, name in people.items()]


class SettleForm(FlaskForm):
    """Why this is the standard."""

    reason = LineField(lazy_gettext("Reason"), [DataRequired(), Length(max=200)])


class BoundsForm(FlaskForm):
    """A judge's four numbers for Hofstee."""

    lowest = MarksField(lazy_gettext("Lowest pass mark that is acceptable"), [InputRequired(), NumberRange(0)])
    highest = MarksField(lazy_gettext("Highest pass mark that is acceptable"), [InputRequired(), NumberRange(0)])
    least = WholeField(
        lazy_gettext("At least so many of a hundred should fail"), [InputRequired(), NumberRange(0, 100)]
    )
    most = WholeField(lazy_gettext("At most so many of a hundred may fail"), [InputRequired(), NumberRange(0, 100)])

    def validate_highest(self, field: MarksField) -> None:
        """There is something between."""
        if self.lowest.data is not None and field.data is not None and field.data <= self.lowest.data:
            raise ValidationError(gettext("The highest is above the lowest."))

    def validate_most(self, field: WholeField) -> None:
        """There is something between."""
        if self.least.data is not None and field.data is not None and field.data <= self.least.data:
            raise ValidationError(gettext("The most is above the least."))

    def values(self) -> list[int]:
        """As they are stored."""
        marks = [int(Decimal(field.data or 0) * 100) for field in (self.lowest, self.highest)]
        return [*marks, int(self.least.data or 0), int(self.most.data or 0)]


def chances(typed: Sequence[str], wanted: int) -> list[int] | None:
    """Chances in hundredths as they were typed; None where one is missing or is no whole number of 0 to 100."""
    found = [int(value) for value in typed if len(value) <= len("100") and value.isascii() and value.isdecimal()]
    if len(typed) != wanted or len(found) != wanted or any(value > 100 for value in found):
        return None
    return found
