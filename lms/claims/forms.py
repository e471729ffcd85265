"""Forms of claims."""

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from courseware.errors import BadHours
from courseware.facts import Channel, Level
from courseware.hours import Hours
from lms.channels import CHANNEL_NAMES, LEVEL_NAMES
from lms.claims.models import ClaimVersion
from lms.claims.service import CHANNELS, Learning
from lms.clock import today
from lms.fields import LineField, MarksField, WholeField, WordsField

MOST_DAYS, MOST_MINUTES = 400, 100_000
EARLIEST = date(1990, 1, 1)
#: minutes of a day
DAY = 24 * 60


def whole_hours(field: MarksField) -> Hours:
    """Study hours of a field; raises ValidationError for what they cannot be."""
    try:
        return Hours.of(field.data if field.data is not None else "")
    except BadHours:
        raise ValidationError(gettext("Study hours are quarters: 0.25, 0.5, 1, 1.5 … up to 1000.")) from None


class ClaimForm(FlaskForm):
    """What was learned elsewhere."""

    channel = SelectField(
        lazy_gettext("Way of learning"), choices=[SelectChoice(str(one), CHANNEL_NAMES[one]) for one in CHANNELS]
    )
    title = LineField(lazy_gettext("What it was"), [DataRequired(), Length(2, 200)])
    organiser = LineField(lazy_gettext("Organiser or publisher"), [DataRequired(), Length(2, 120)])
    place = LineField(lazy_gettext("Place"), [Length(max=120)])
    starts_on = DateField(lazy_gettext("First day"), [DataRequired()])
    ends_on = DateField(lazy_gettext("Ended on"), [DataRequired()])
    days = MarksField(lazy_gettext("Days attended"), [Optional(), NumberRange(Decimal("0.5"), MOST_DAYS)])
    minutes = WholeField(lazy_gettext("Minutes"), [Optional(), NumberRange(1, MOST_MINUTES)])
    level = SelectField(
        lazy_gettext("Level"),
        choices=[
            SelectChoice("", lazy_gettext("none")),
            *(SelectChoice(str(key), name) for key, name in LEVEL_NAMES.items()),
        ],
    )
    hours = MarksField(lazy_gettext("Study hours asked for"), [InputRequired()])
    remark = WordsField(lazy_gettext("Remark"), [Length(max=1000)])

    def validate_ends_on(self, field: DateField) -> None:
        """Past, and not before it began."""
        first, last = self.starts_on.data, field.data
        if first and last and not EARLIEST <= first <= last <= today():
            raise ValidationError(gettext("The last day lies before the first, or in the future."))

    def validate_days(self, field: MarksField) -> None:
        """Half days, no more than there were days."""
        days, first, last = field.data or Decimal(0), self.starts_on.data, self.ends_on.data
        if days * 2 % 1:
            raise ValidationError(gettext("Days are counted in halves."))
        if first and last and days > (last - first).days + 1:
            raise ValidationError(gettext("These are more days than there were from the first to the last."))

    def validate_minutes(self, field: WholeField) -> None:
        """No more than there were."""
        first, last = self.starts_on.data, self.ends_on.data
        if first and last and (field.data or 0) > ((last - first).days + 1) * DAY:
            raise ValidationError(gettext("These are more minutes than there were from the first day to the last."))

    def validate_level(self, field: SelectField) -> None:
        """What an article counts depends on it."""
        if self.channel.data == Channel.ARTICLE and not field.data:
            raise ValidationError(gettext("Say at which level the article was published."))

    def validate_hours(self, field: MarksField) -> None:
        """A quarter at least, and something they can be worked out from."""
        if not whole_hours(field):
            raise ValidationError(gettext("A claim asks for a quarter of a study hour at least."))
        if self.channel.data != Channel.ARTICLE and self.days.data is None and self.minutes.data is None:
            raise ValidationError(gettext("Say how long it was: in days or in minutes."))

    def learning(self) -> Learning:
        """What is claimed."""
        return Learning(
            Channel(self.channel.data), str(self.title.data), str(self.organiser.data), self.place.data or "",
            self.starts_on.data or today(), self.ends_on.data or today(),
            int(self.days.data * 2) if self.days.data is not None else None, self.minutes.data,
            Level(self.level.data) if self.level.data else None, whole_hours(self.hours), self.remark.data or "",
        )  # fmt: skip

    @classmethod
    def of(cls, held: ClaimVersion, *, sent: bool) -> "ClaimForm":
        """The form with what was said before; `sent`: whether the request sends this very form."""
        given: dict[str, Any] = {
            "days": Decimal(held.half_days) / 2 if held.half_days else None,
            "level": held.level or "",
        }
        return cls(obj=held, **given) if sent else cls(formdata=None, obj=held, **given)


class FileForm(FlaskForm):
    """A file of evidence."""

    file = FileField(
        lazy_gettext("Evidence"),
        [FileRequired(lazy_gettext("Choose a file."))],
        render_kw={"accept": ".pdf,.jpg,.jpeg,.png"},
    )


class HoursForm(FlaskForm):
    """Study hours that count."""

    hours = MarksField(lazy_gettext("Study hours that count"), [InputRequired()])

    def validate_hours(self, field: MarksField) -> None:
        """A quarter at least."""
        if not whole_hours(field):
            raise ValidationError(gettext("A claim asks for a quarter of a study hour at least."))


class ReasonForm(FlaskForm):
    """Why not."""

    reason = WordsField(lazy_gettext("Reason"), [DataRequired(), Length(2, 200)])


class CorrectionForm(HoursForm):
    """Other hours, and why."""

    reason = WordsField(lazy_gettext("Reason"), [DataRequired(), Length(2, 200)])
