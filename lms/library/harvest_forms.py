"""What a librarian says of a catalogue that is to be harvested."""

import re
from typing import cast

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, Length, ValidationError

from lms.fields import LineField
from lms.library.forms import Choices
from lms.library.harvest.errors import Unharvestable
from lms.library.harvest.fetching import LONGEST_ADDRESS, base_of
from lms.library.harvest.sources import Particulars
from lms.library.harvest_words import REASONS

_REQUIRED = lazy_gettext("Please fill this in.")
_SET = re.compile(r"[A-Za-z0-9\-_.!~*'():]*")
RHYTHMS = {
    "0": lazy_gettext("by hand"),
    "1": lazy_gettext("every day"),
    "7": lazy_gettext("every week"),
    "30": lazy_gettext("every month"),
}


class SourceForm(FlaskForm):
    """Name, base address, set, subject and rhythm of a catalogue."""

    name = LineField(lazy_gettext("Name of the catalogue"), [DataRequired(_REQUIRED), Length(max=120)])
    address = LineField(lazy_gettext("Base address"), [DataRequired(_REQUIRED), Length(max=LONGEST_ADDRESS)])
    set_spec = LineField(lazy_gettext("Set"), [Length(max=200)])
    subject = SelectField(lazy_gettext("Subject"), default="")
    days = SelectField(
        lazy_gettext("Harvested"), choices=[SelectChoice(key, name) for key, name in RHYTHMS.items()], default="0"
    )

    def offer(self, *, subjects: Choices) -> None:
        """Set what can be chosen; called before validation."""
        self.subject.choices = [SelectChoice(*pair) for pair in subjects]

    def validate_address(self, field: LineField) -> None:
        """It has the form of a base address; where it leads is looked at when it is asked."""
        try:
            base_of(field.data or "")
        except Unharvestable as error:
            raise ValidationError(REASONS["address"]) from error

    def validate_set_spec(self, field: LineField) -> None:
        """It has the form that the protocol gives to sets."""
        if not _SET.fullmatch(field.data or ""):
            raise ValidationError(lazy_gettext("A set is named by letters, digits and colons."))

    def said(self) -> Particulars:
        """The particulars; only of a form that was found good."""
        return Particulars(
            name=cast(str, self.name.data),
            address=cast(str, self.address.data),
            set_spec=self.set_spec.data or "",
            subject=self.subject.data or None,
            days=int(self.days.data),
        )
