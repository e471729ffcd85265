"""The file that is brought."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import InputRequired

from lms.roster.service import Upload
from question_bank.formats.sheets import ENDINGS

KIND_NAMES = {
    "units": lazy_gettext("Units of the organisation"),
    "people": lazy_gettext("People and their posts"),
    "files": lazy_gettext("Personnel files"),
}


class UploadForm(FlaskForm):
    """A file and what stands in it."""

    kind = RadioField(
        lazy_gettext("What stands in the file?"),
        [InputRequired()],
        choices=[SelectChoice(key, name) for key, name in KIND_NAMES.items()],
        default="people",
    )
    file = FileField(
        lazy_gettext("File"),
        [FileRequired(lazy_gettext("Choose a file."))],
        render_kw={"accept": ",".join(ENDINGS)},
    )

    def upload(self) -> Upload:
        """The file as it was sent."""
        sent = self.file.data
        return Upload(str(self.kind.data), str(sent.filename), sent.read())
