"""What examiners type to change the particulars of many questions: which fields, and what is to stand there."""

from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import Length, Optional, ValidationError

from lms.bank.forms import CLASSIFICATION_NAMES, COGNITIVE_NAMES, DIFFICULTY_NAMES
from lms.i18n import locale_code
from lms.subjects import SUBJECTS
from question_bank.item import MAX_GROUP, MAX_OBJECTIVE, Citation
from question_bank.particulars import CLEAR, DAYS, LABELS, Changes

MAX_SOURCE = 120
MAX_ARTICLE = 40


def _choices(names: dict[str, Any], none: Any) -> list[Any]:
    return [SelectChoice("", none), *(SelectChoice(key, name) for key, name in names.items())]


class BulkForm(FlaskForm):
    """A field changes when its box is ticked; a ticked, empty field takes the value away."""

    change = SelectMultipleField(choices=[SelectChoice(name, name) for name in (*LABELS, *DAYS)])
    subject = SelectField(lazy_gettext("Subject"), default="")
    point = StringField(lazy_gettext("Knowledge point"), [Length(max=MAX_GROUP)])
    objective = StringField(lazy_gettext("Objective"), [Length(max=MAX_OBJECTIVE)])
    cognitive = SelectField(lazy_gettext("Cognitive level"), choices=_choices(COGNITIVE_NAMES, "–"))
    difficulty = SelectField(lazy_gettext("Difficulty"), choices=_choices(DIFFICULTY_NAMES, "–"))
    enemies = StringField(lazy_gettext("Enemy group"), [Length(max=MAX_GROUP)])
    classification = SelectField(lazy_gettext("Classification"), choices=_choices(CLASSIFICATION_NAMES, "–"))
    valid_from = DateField(lazy_gettext("Valid from"), [Optional()])
    valid_until = DateField(lazy_gettext("Valid until"), [Optional()])
    add_source = StringField(lazy_gettext("Add: law or document"), [Length(max=MAX_SOURCE)])
    add_article = StringField(lazy_gettext("Add: article"), [Length(max=MAX_ARTICLE)])
    remove_source = StringField(lazy_gettext("Remove: law or document"), [Length(max=MAX_SOURCE)])
    remove_article = StringField(lazy_gettext("Remove: article"), [Length(max=MAX_ARTICLE)])
    #: how many questions the preview said would change; only that many are changed
    expected = StringField(validators=[Length(max=8)])
    confirmed = BooleanField()

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        subjects = [SelectChoice(one.code, one.name(locale_code())) for one in SUBJECTS]
        self.subject.choices = [SelectChoice("", gettext("unclassified")), *subjects]

    @property
    def rows(self) -> list[Any]:
        """The fields that have a box, in their order."""
        return [self[name] for name in (*LABELS, *DAYS)]

    def validate_add_article(self, field: StringField) -> None:
        """An article is one of something."""
        if (field.data or "").strip() and not (self.add_source.data or "").strip():
            raise ValidationError(lazy_gettext("Name the law or document too."))

    def validate_remove_article(self, field: StringField) -> None:
        """An article is one of something."""
        if (field.data or "").strip() and not (self.remove_source.data or "").strip():
            raise ValidationError(lazy_gettext("Name the law or document too."))

    def changes(self) -> Changes:
        """What is to change."""
        ticked = set(self.change.data or ())
        given: dict[str, Any] = {name: str(self[name].data or "").strip() for name in LABELS if name in ticked}
        for name in DAYS:
            if name in ticked:
                day = self[name].data
                given[name] = day if isinstance(day, date) else CLEAR
        for name in ("add", "remove"):
            source = str(self[f"{name}_source"].data or "").strip().strip("《》")
            if source:
                given[f"{name}_citation"] = Citation(source, str(self[f"{name}_article"].data or "").strip() or None)
        return Changes(**given)
