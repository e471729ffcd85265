"""Forms of admission."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, ValidationError

from lms.admission.queries import RuleRow
from lms.admission.seb import MAX_BYTES, config_key, read_key
from lms.fields import WholeField
from lms.spoken import MOST_TYPED
from question_bank.errors import UnreadableFile

MOST_KEYS = 40
UNREADABLE = {
    "encrypted": lazy_gettext("This configuration is encrypted. Save it without a password and without a certificate, or paste its Config Key."),
    "too_large": lazy_gettext("This file is larger than a configuration is."),
}  # fmt: skip
CAMERA_NAMES = {
    "off": lazy_gettext("none"),
    "asked": lazy_gettext("of those who consent; the others sit the exam without"),
    "demanded": lazy_gettext("of everybody: who does not consent cannot enter"),
}


class CodeForm(FlaskForm):
    """The code of the room."""

    code = StringField(lazy_gettext("Admission code"), [DataRequired(), Length(max=MOST_TYPED)])


class BrowserForm(FlaskForm):
    """What a script of the page was told by Safe Exam Browser, where it sends no headers."""

    config_hash = HiddenField(validators=[Length(max=64)])
    exam_hash = HiddenField(validators=[Length(max=64)])


class ConsentForm(FlaskForm):
    """Whether pictures may be taken."""

    answer = HiddenField(validators=[AnyOf(("yes", "no"))])


class KeysField(TextAreaField):
    """Keys of Safe Exam Browser, one a line."""

    keys: list[str]

    def pre_validate(self, form: Any) -> None:
        """Read them; a line that is none is named."""
        lines = [(number, line) for number, line in enumerate(str(self.data or "").splitlines(), 1) if line.strip()]
        wrong = [number for number, line in lines if read_key(line) is None]
        if wrong:
            raise ValidationError(gettext("Line %(line)s is no key: a key has 64 hexadecimal digits.", line=wrong[0]))
        if len(lines) > MOST_KEYS:
            raise ValidationError(gettext("At most %(most)s keys.", most=MOST_KEYS))
        self.keys = list(dict.fromkeys(key for _number, line in lines if (key := read_key(line))))


class RuleForm(FlaskForm):
    """What an exam asks of those who enter."""

    code = BooleanField(lazy_gettext("The code of the room is asked for"))
    address = BooleanField(lazy_gettext("Only from the computers of the room, where its addresses are given"))
    browser = BooleanField(lazy_gettext("Only in Safe Exam Browser"))
    config_keys = KeysField(lazy_gettext("Config Keys"), [Length(max=MOST_KEYS * 80)])
    configuration = FileField(lazy_gettext("Configuration (.seb) whose Config Key is added"))
    exam_keys = KeysField(lazy_gettext("Browser Exam Keys"), [Length(max=MOST_KEYS * 80)])

    camera = SelectField(
        lazy_gettext("Pictures by the candidate's camera"),
        choices=[SelectChoice(key, name) for key, name in CAMERA_NAMES.items()],
        default="off",
    )
    camera_days = WholeField(
        lazy_gettext("Days after the exam for which pictures are kept"),
        [InputRequired(), NumberRange(1, 365)],
        default=30,
    )

    #: of the configuration that was sent
    worked_out: str = ""

    def validate_configuration(self, field: FileField) -> None:
        """It must be one that can be read."""
        if not field.data or not field.data.filename:
            return
        try:
            self.worked_out = config_key(field.data.read(MAX_BYTES + 1))
        except UnreadableFile as error:
            said = UNREADABLE.get(str(error.facts.get("reason")))
            raise ValidationError(str(said or gettext("This is no configuration of Safe Exam Browser."))) from error

    def validate_browser(self, field: BooleanField) -> None:
        """Who must use that browser must be able to prove it."""
        given = (
            self.config_keys.data
            or self.exam_keys.data
            or (self.configuration.data and self.configuration.data.filename)
        )
        if field.data and not given:
            raise ValidationError(gettext("Give at least one key, or a configuration."))

    def rule(self) -> RuleRow:
        """What was decided."""
        keys = dict.fromkeys([*self.config_keys.keys, *([self.worked_out] if self.worked_out else [])])
        return RuleRow(
            bool(self.code.data),
            bool(self.address.data),
            bool(self.browser.data),
            list(keys),
            self.exam_keys.keys,
            str(self.camera.data),
            int(self.camera_days.data or 0),
        )
