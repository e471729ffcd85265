"""What a librarian says of a law that ends."""

from datetime import date
from typing import cast

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, Length

_REQUIRED = lazy_gettext("Please fill this in.")


class RepealForm(FlaskForm):
    """From which day on a document no longer stands, and why."""

    day = DateField(lazy_gettext("No longer in force from"), [DataRequired(_REQUIRED)])
    reason = StringField(lazy_gettext("Reason"), [DataRequired(_REQUIRED), Length(max=500)])

    @property
    def chosen_day(self) -> date:
        """The day; only of a form that was found good."""
        return cast(date, self.day.data)

    @property
    def chosen_reason(self) -> str:
        """The reason without blanks around it."""
        return str(self.reason.data or "").strip()
