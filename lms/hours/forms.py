"""Forms of the rules of hours."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, Length

from courseware.packages.settings import LARGEST
from lms.accounts.queries import UnitRow
from lms.fields import LineField

ENDING = ".toml"


class RulesForm(FlaskForm):
    """The text of a set of rules, typed or as a file, and why it is made."""

    file = FileField(lazy_gettext("Rules as a TOML file"), render_kw={"accept": ENDING})
    text = TextAreaField(
        lazy_gettext("Text of the rules"),
        [Length(max=LARGEST)],
        render_kw={"rows": 24, "spellcheck": "false", "lang": "zh-CN"},
    )
    reason = LineField(lazy_gettext("Reason"), [DataRequired(), Length(max=200)])

    def sent(self) -> bytes:
        """What was sent: the file where there is one, else the text."""
        upload = self.file.data
        if upload and upload.filename:
            data: bytes = upload.read(LARGEST + 1)
            return data
        return str(self.text.data or "").encode("utf-8")


class AdoptForm(FlaskForm):
    """Who goes by a version, from which day on, and why."""

    unit = SelectField(lazy_gettext("Unit"), [DataRequired()])
    since = DateField(lazy_gettext("From the day"), [DataRequired(lazy_gettext("Please give a day."))])
    reason = LineField(lazy_gettext("Reason"), [DataRequired(), Length(max=200)])

    def offer(self, units: Sequence[UnitRow]) -> None:
        """Set which units can be chosen, by public id."""
        self.unit.choices = [SelectChoice(unit.public_id, "\u3000" * unit.depth + unit.name) for unit in units]


class TrialForm(FlaskForm):
    """Which version is tried, and on which year."""

    rules = SelectField(lazy_gettext("Rules"), [DataRequired()])
    year = SelectField(lazy_gettext("Year"), [DataRequired()])

    def offer(self, rules: Sequence[tuple[str, str]], today: date) -> None:
        """Set what can be chosen: versions by public id, the present year and three before it."""
        self.rules.choices = [SelectChoice(key, name) for key, name in rules]
        self.year.choices = [SelectChoice(str(year), str(year)) for year in range(today.year, today.year - 4, -1)]
