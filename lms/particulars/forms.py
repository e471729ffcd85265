"""Forms of the personnel file."""

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from lms.clock import today
from lms.fields import LineField
from lms.particulars import identity
from lms.particulars.queries import ParticularsRow, Political
from lms.particulars.service import EARLIEST, Change, check_month
from lms.particulars.words import GENDER_NAMES, POLITICAL_NAMES

_NOTHING = SelectChoice("", lazy_gettext("not known"))


class FileForm(FlaskForm):
    """What the file says from a day on."""

    gender = SelectField(
        lazy_gettext("Gender"), choices=[_NOTHING, *(SelectChoice(k, n) for k, n in GENDER_NAMES.items())]
    )
    born = LineField(lazy_gettext("Year and month of birth"), [Optional(), Length(max=7)])
    ethnicity = LineField(lazy_gettext("Ethnic group"), [Length(max=20)])
    political = SelectField(
        lazy_gettext("Political status"),
        choices=[_NOTHING, *(SelectChoice(str(key), name) for key, name in POLITICAL_NAMES.items())],
    )
    education = LineField(lazy_gettext("Education"), [Length(max=20)])
    degree = LineField(lazy_gettext("Degree"), [Length(max=20)])
    category = LineField(lazy_gettext("Category of cadre"), [Length(max=40)])
    appointed_on = DateField(lazy_gettext("Appointed to the present post on"), [Optional()])
    id_number = LineField(lazy_gettext("Number of the identity card"), [Length(max=30)])
    from_date = DateField(lazy_gettext("From this day on"), [DataRequired()])
    reason = LineField(lazy_gettext("Reason"), [DataRequired(), Length(2, 200)])

    def validate_born(self, field: LineField) -> None:
        """A month that has passed."""
        if not check_month(str(field.data), today()):
            raise ValidationError(gettext("Please give year and month like 1984-05."))

    def validate_id_number(self, field: LineField) -> None:
        """Eighteen characters that fit together; empty leaves the one there is."""
        if field.data and not identity.holds(identity.normal(field.data)):
            raise ValidationError(
                gettext("This is no number of an identity card: 18 characters, the last one checks the others.")
            )

    def validate_from_date(self, field: DateField) -> None:
        """A day that has come."""
        if not EARLIEST <= (field.data or EARLIEST) <= today():
            raise ValidationError(gettext("Please give a day up to today."))

    def change(self) -> Change:
        """What was asked for."""
        said = ParticularsRow(
            self.gender.data or None,
            self.born.data or None,
            self.ethnicity.data or None,
            Political(self.political.data) if self.political.data else None,
            self.education.data or None,
            self.degree.data or None,
            self.category.data or None,
            self.appointed_on.data,
        )
        number = identity.normal(self.id_number.data or "")
        return Change(said, self.from_date.data or today(), str(self.reason.data), number)


class RetireForm(FlaskForm):
    """The first day out of service."""

    on = DateField(lazy_gettext("First day out of service"), [DataRequired()])
