"""The form that asks for a rehearsal."""

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from lms.rehearsal.service import MOST


class WholeField(IntegerField):
    """A whole number of at most nine characters; a validator would stumble over a longer one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse what no field of ours holds."""
        if valuelist and len(valuelist[0]) > 9:
            self.data = None
            raise ValueError(gettext("Not a valid integer value."))
        super().process_formdata(valuelist)


class RehearsalForm(FlaskForm):
    """How many candidates are expected."""

    candidates = WholeField(
        lazy_gettext("Candidates expected"), validators=[InputRequired(), NumberRange(1, MOST)],
        description=lazy_gettext("A quarter of them is played first, then half, all, and twice as many, as long as the machine keeps up."),
    )  # fmt: skip
