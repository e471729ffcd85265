"""What examiners give when they bring a file: the file, corrections of its rows, the pool it goes to."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import Length, ValidationError

from lms.bank.files import endings
from lms.bank.imports import Upload

MAX_CELL = 12_000
#: characters; a longer text is sent as a file
MAX_PASTE = 500_000

Choices = Sequence[tuple[str, str]]


class UploadForm(FlaskForm):
    """A file or pasted text, its format, the subject of its rows where they name none, and the pool it is meant for."""

    file = FileField(lazy_gettext("File"), render_kw={"accept": ",".join(endings())})
    text = TextAreaField(
        lazy_gettext("Or paste the text here"), [Length(max=MAX_PASTE)], render_kw={"rows": "8", "lang": "zh-CN"}
    )
    format = SelectField(lazy_gettext("Format"), default="")
    subject = SelectField(lazy_gettext("Subject of rows that name none"))
    pool = SelectField(lazy_gettext("Pool"))

    def offer(self, *, subjects: Choices, pools: Choices, formats: Choices) -> None:
        """Set what can be chosen; called before validation."""
        self.subject.choices = [SelectChoice(*pair) for pair in subjects]
        self.pool.choices = [SelectChoice(*pair) for pair in pools]
        self.format.choices = [SelectChoice(*pair) for pair in formats]

    def validate_file(self, field: FileField) -> None:
        """A file or a text, and not both: nobody could say which of them counts."""
        pasted = bool((self.text.data or "").strip())
        if not field.data and not pasted:
            raise ValidationError(lazy_gettext("Choose a file, or paste text."))
        if field.data and pasted:
            raise ValidationError(lazy_gettext("Choose a file or paste text, not both."))

    def upload(self) -> Upload:
        """The file as it was sent, or the pasted text as a file."""
        subject, wanted = str(self.subject.data or ""), str(self.format.data or "")
        sent = self.file.data
        if sent:
            return Upload(str(sent.filename), sent.read(), subject, wanted)
        name = gettext("Pasted text") + ".txt"
        return Upload(name, str(self.text.data).encode(), subject, wanted)


class TakeForm(FlaskForm):
    """Where the good rows go: a pool there is, or a new one; and whether bad ones hold them back."""

    pool = SelectField(lazy_gettext("Pool"))
    name = StringField(lazy_gettext("Name of the new pool"), [Length(max=120)])
    which = RadioField(
        lazy_gettext("What is taken"),
        choices=[
            SelectChoice("all", lazy_gettext("All rows, and only if every one is good")),
            SelectChoice("good", lazy_gettext("The good rows; bad ones stay behind")),
        ],
        default="all",
    )

    def offer(self, pools: Choices) -> None:
        """Set what can be chosen; called before validation."""
        self.pool.choices = [SelectChoice(*pair) for pair in pools]

    def validate_name(self, field: StringField) -> None:
        """A new pool has a name."""
        if not self.pool.data and not (field.data or "").strip():
            raise ValidationError(lazy_gettext("Give the new pool a name."))


def cells_of(form: Mapping[str, str], known: Sequence[str]) -> dict[str, str]:
    """The cells of a row as corrected; columns of the file that the form does not name are gone."""
    return {name: form.get(f"cell-{number}", "")[:MAX_CELL] for number, name in enumerate(known)}
