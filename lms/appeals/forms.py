"""Forms of appeals."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from lms.appeals.service import CHANGE, MOST_DAYS, RIGHT
from lms.fields import CheckboxesField, WholeField, WordsField

FEWEST, MOST = 10, 1000


class AppealForm(FlaskForm):
    """What to look at again, and why."""

    questions = CheckboxesField(lazy_gettext("Which questions it is about"))
    reason = WordsField(lazy_gettext("Why"), validators=[DataRequired(), Length(FEWEST, MOST)])

    def offer(self, labels: dict[int, str]) -> None:
        """Offer the questions of a paper."""
        self.questions.choices = [SelectChoice(str(number), label) for number, label in labels.items()]

    def numbers(self) -> list[int]:
        """The questions that were ticked."""
        return [int(number) for number in self.questions.data or ()]


class FindingForm(FlaskForm):
    """What was found, and of which grading."""

    grading = HiddenField()
    finding = RadioField(
        lazy_gettext("Your finding"),
        choices=[
            SelectChoice(RIGHT, lazy_gettext("Right as it was: the result stands")),
            SelectChoice(CHANGE, lazy_gettext("To be changed: the scoring of the exam is to be mended")),
        ],
        validators=[DataRequired()],
    )
    words = WordsField(lazy_gettext("Words for the candidate"), validators=[DataRequired(), Length(FEWEST, MOST)])


class DaysForm(FlaskForm):
    """For how long appeals may be made."""

    days = WholeField(lazy_gettext("Days for appeals"), validators=[InputRequired(), NumberRange(0, MOST_DAYS)])
