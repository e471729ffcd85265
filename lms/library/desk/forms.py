"""What librarians say at the desk: which text is the newer one, what a short name means."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, Length

from lms.fields import LineField

_REQUIRED = lazy_gettext("Please fill this in.")


class JoinForm(FlaskForm):
    """Which of two documents (public ids) has the newer text."""

    newer = RadioField(lazy_gettext("The newer text"), [DataRequired(_REQUIRED)])

    def offer(self, documents: list[tuple[str, str]]) -> None:
        """Set what can be chosen: public ids and what is said of them; called before validation."""
        self.newer.choices = [SelectChoice(*one) for one in documents]


class NameForm(FlaskForm):
    """A short name, and the title of the law that it means."""

    alias = LineField(lazy_gettext("Short name"), [DataRequired(_REQUIRED), Length(min=2, max=60)])
    law = LineField(lazy_gettext("Title of the law"), [DataRequired(_REQUIRED), Length(min=2, max=200)])
