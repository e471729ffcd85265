"""What a learner writes."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms.validators import DataRequired, Length

from lms.fields import WordsField

MOST_NOTED = 4_000


class NoteForm(FlaskForm):
    """The words of a note."""

    text = WordsField(lazy_gettext("Write a note"), [DataRequired(), Length(max=MOST_NOTED)])
