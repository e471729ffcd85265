"""Forms of the reports on units."""

from datetime import date

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, Optional, Regexp, ValidationError

from lms.accounts.queries import UnitRow
from lms.errors import NotFound
from lms.fields import LineField


class UnitForm(FlaskForm):
    """A unit, with all below it."""

    unit = SelectField(lazy_gettext("Unit"), validators=[DataRequired()])

    def offer(self, units: list[UnitRow]) -> None:
        """Offer the units of whoever asks, as a tree."""
        top = min((unit.depth for unit in units), default=0)
        indents = {unit.public_id: "　" * (unit.depth - top) for unit in units}
        self.unit.choices = [SelectChoice(unit.public_id, f"{indents[unit.public_id]}{unit.name}") for unit in units]

    def chosen(self, units: list[UnitRow]) -> UnitRow:
        """The unit that was chosen; raises NotFound for one that was not offered."""
        found = next((unit for unit in units if unit.public_id == self.unit.data), None)
        if found is None:
            raise NotFound
        return found


class ArchiveForm(UnitForm):
    """The personnel archive: from when to when, and whether the numbers of identity cards stand in it."""

    since = DateField(lazy_gettext("From"), [Optional()])
    until = DateField(lazy_gettext("Up to and including"), [Optional()])
    numbers = BooleanField(lazy_gettext("With whole numbers of identity cards"))

    def validate_until(self, field: DateField) -> None:
        """Not before the first day."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(gettext("The last day lies before the first."))

    def asked(self) -> dict[str, str | bool]:
        """The period as days, "" where it is open."""
        days = {"since": self.since.data, "until": self.until.data}
        return {**{name: str(day or "") for name, day in days.items()}, "numbers": bool(self.numbers.data)}


class MonthlyForm(UnitForm):
    """A month."""

    month = LineField(
        lazy_gettext("Month"),
        [
            DataRequired(),
            Regexp(r"20[0-9]{2}-(0[1-9]|1[0-2])\Z", message=lazy_gettext("Please give year and month like 2026-03.")),
        ],
    )

    @staticmethod
    def before(day: date) -> str:
        """The month before the one of a day: the one that is usually reported."""
        year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
        return f"{year}-{month:02d}"
