"""What a reader sends."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length, NumberRange, Optional, Regexp

from lms.fields import LineField, WholeField, WordsField

MOST_QUOTED, MOST_NOTED = 2_000, 4_000
#: as the library makes ids of places
ANCHOR = r"^[\w\-.]*\Z"


class PlaceForm(FlaskForm):
    """Where the reader is."""

    anchor = StringField(validators=[Length(max=80), Regexp(ANCHOR)], default="")
    label = LineField(validators=[Length(max=200)], default="")
    share = WholeField(validators=[Optional(), NumberRange(0, 1000)], default=0)


class NoteForm(FlaskForm):
    """The words of a note; none are allowed."""

    note = WordsField(lazy_gettext("Write a note"), [Length(max=MOST_NOTED)], default="")


class MarkForm(NoteForm):
    """A bookmark, or a passage to be highlighted."""

    anchor = StringField(validators=[Length(max=80), Regexp(ANCHOR)], default="")
    label = LineField(validators=[Length(max=200)], default="")
    quote = WordsField(validators=[Length(max=MOST_QUOTED)], default="")
    offset = WholeField(validators=[Optional(), NumberRange(0, 10_000_000)], default=0)
