"""What examiners give when they bring a file: the file, corrections of its rows, the pool it goes to."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import Length, ValidationError

from lms.bank.files import endings
from lms.bank.imports import Upload

MAX_CELL = 12_000


class UploadForm(FlaskForm):
    """A file, the subject of its rows where they name none, and the pool it is meant for."""

    file = FileField(
        lazy_gettext("File"),
        [FileRequired(lazy_gettext("Choose a file."))],
        render_kw={"accept": ",".join(endings())},
    )
    subject = SelectField(lazy_gettext("Subject of rows that name none"))
    pool = SelectField(lazy_gettext("Pool"))

    def offer(self, *, subjects: Sequence[tuple[str, str]], pools: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen; called before validation."""
        self.subject.choices = [SelectChoice(*pair) for pair in subjects]
        self.pool.choices = [SelectChoice(*pair) for pair in pools]

    def upload(self) -> Upload:
        """The file as it was sent."""
        sent = self.file.data
        return Upload(str(sent.filename), sent.read(), str(self.subject.data or ""))


class TakeForm(FlaskForm):
    """Where the good rows go: a pool there is, or a new one."""

    pool = SelectField(lazy_gettext("Pool"))
    name = StringField(lazy_gettext("Name of the new pool"), [Length(max=120)])

    def offer(self, pools: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen; called before validation."""
        self.pool.choices = [SelectChoice(*pair) for pair in pools]

    def validate_name(self, field: StringField) -> None:
        """A new pool has a name."""
        if not self.pool.data and not (field.data or "").strip():
            raise ValidationError(lazy_gettext("Give the new pool a name."))


def cells_of(form: Mapping[str, str], known: Sequence[str]) -> dict[str, str]:
    """The cells of a row as corrected; columns of the file that the form does not name are gone."""
    return {name: form.get(f"cell-{number}", "")[:MAX_CELL] for number, name in enumerate(known)}
