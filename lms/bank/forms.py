"""What examiners type about pools, and the filters of their lists."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, Length

DIFFICULTY_NAMES = {
    "easy": lazy_gettext("easy"),
    "medium": lazy_gettext("medium"),
    "hard": lazy_gettext("hard"),
}
COGNITIVE_NAMES = {
    "remember": lazy_gettext("remember"),
    "understand": lazy_gettext("understand"),
    "apply": lazy_gettext("apply"),
}
STATE_NAMES = {
    "draft": lazy_gettext("draft"),
    "in_review": lazy_gettext("in review"),
    "ready": lazy_gettext("approved"),
    "trial": lazy_gettext("field test"),
    "retired": lazy_gettext("retired"),
}
CLASSIFICATION_NAMES = {
    "open": lazy_gettext("open: practice and exams"),
    "reserved": lazy_gettext("reserved for exams"),
}
#: what happened to an item
ACT_NAMES = {
    "submit": lazy_gettext("Handed in for review"),
    "withdraw": lazy_gettext("Withdrawn from review"),
    "send_back": lazy_gettext("Sent back"),
    "approve": lazy_gettext("Approved"),
    "try": lazy_gettext("Approved for a field test"),
    "retire": lazy_gettext("Retired"),
    "restore": lazy_gettext("Put back"),
    "suspend": lazy_gettext("Taken out of the draw: a law changed"),
    "clear": lazy_gettext("Checked after a change of law"),
    "word": lazy_gettext("Worded anew"),
    "relabel": lazy_gettext("Particulars changed"),
    "comment": lazy_gettext("Comment"),
}
RIGHT_NAMES = {
    "view": lazy_gettext("view"),
    "use": lazy_gettext("use in exams"),
    "edit": lazy_gettext("edit"),
    "review": lazy_gettext("review"),
}
#: stands in an address for questions without a subject, where "" already means all
UNCLASSIFIED = "-"


class PoolForm(FlaskForm):
    """Name and purpose of a pool."""

    name = StringField(
        lazy_gettext("Name of the pool"), [DataRequired(lazy_gettext("Please fill this in.")), Length(max=120)]
    )
    purpose = TextAreaField(lazy_gettext("Purpose"), [Length(max=500)], render_kw={"rows": "3"})

    reviewed = BooleanField(lazy_gettext("A second person approves each wording before papers may hold it"))

    @property
    def chosen_name(self) -> str:
        """The name without blanks around it."""
        return str(self.name.data or "").strip()

    @property
    def chosen_purpose(self) -> str | None:
        """The purpose, None when there is none."""
        return str(self.purpose.data or "").strip() or None


class ShareForm(FlaskForm):
    """Which person gets which right in a pool."""

    person = StringField(lazy_gettext("Person"), [DataRequired(), Length(max=40)])
    access = SelectField(
        lazy_gettext("Right in the pool"), choices=[SelectChoice(right, name) for right, name in RIGHT_NAMES.items()]
    )
