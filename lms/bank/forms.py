"""What examiners type about pools, and the filters of their lists."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from lms.subjects import CODES
from question_bank.interactions import KINDS
from question_bank.item import DIFFICULTIES

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


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items of a pool are listed; every part may be empty."""

    words: str = ""
    #: None for all, "" for the unclassified
    subject: str | None = None
    kind: str = ""
    difficulty: str = ""
    state: str = ""

    @classmethod
    def of(cls, address: Mapping[str, str]) -> "ItemFilter":
        """The filters in an address; what is not known there counts as absent."""
        subject = address.get("subject", "")
        return cls(
            words=address.get("q", "").strip()[:60],
            subject="" if subject == UNCLASSIFIED else (subject if subject in CODES else None),
            kind=_known(address.get("type", ""), KINDS),
            difficulty=_known(address.get("difficulty", ""), DIFFICULTIES),
            state=_known(address.get("state", ""), STATE_NAMES),
        )

    @property
    def any(self) -> bool:
        """Whether anything is filtered out."""
        return self != ItemFilter()


def _known(value: str, values: Mapping[str, object] | tuple[str, ...]) -> str:
    return value if value in values else ""
