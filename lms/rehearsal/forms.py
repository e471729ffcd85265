"""The form that asks for a rehearsal."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, NumberRange

from lms.fields import WholeField
from lms.rehearsal.service import MOST


class RehearsalForm(FlaskForm):
    """How many candidates are expected."""

    candidates = WholeField(
        lazy_gettext("Candidates expected"), validators=[InputRequired(), NumberRange(1, MOST)],
        description=lazy_gettext("A quarter of them is played first, then half, all, and twice as many, as long as the machine keeps up."),
    )  # fmt: skip
