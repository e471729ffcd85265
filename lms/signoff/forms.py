"""The form of signing off."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms.validators import DataRequired, Length

from lms.fields import LineField


class SigningForm(FlaskForm):
    """Why an exam is signed off now."""

    reason = LineField(lazy_gettext("Note for the record"), validators=[DataRequired(), Length(max=200)])
