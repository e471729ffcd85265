"""What a librarian says of documents: that a law ends, facts, relations, files to bring in."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from lms.fields import LineField
from lms.library.formats.registry import ENDINGS
from lms.library.importing import Upload
from lms.library.search import synonyms
from question_bank.formats.inline import printable

_REQUIRED = lazy_gettext("Please fill this in.")
ACCESS_NAMES = {
    "readers": lazy_gettext("Everybody who is signed in"),
    "librarians": lazy_gettext("Librarians alone"),
}
RELATION_NAMES = {
    "implements": lazy_gettext("implements"),
    "amends": lazy_gettext("amends"),
    "repeals": lazy_gettext("repeals"),
    "cites": lazy_gettext("cites"),
}
ARCHIVES = (".zip", ".tar.gz", ".tgz")
MOST_TAGS, LONGEST_TAG = 20, 40
Choices = Sequence[tuple[str, str]]


class RepealForm(FlaskForm):
    """From which day on a document no longer stands, and why."""

    day = DateField(lazy_gettext("No longer in force from"), [DataRequired(_REQUIRED)])
    reason = StringField(lazy_gettext("Reason"), [DataRequired(_REQUIRED), Length(max=500)])

    @property
    def chosen_day(self) -> date:
        """The day; only of a form that was found good."""
        return cast(date, self.day.data)

    @property
    def chosen_reason(self) -> str:
        """The reason without blanks around it."""
        return str(self.reason.data or "").strip()


class UploadForm(FlaskForm):
    """A document or an archive of documents, and what is said of those that do not say it themselves."""

    file = FileField(
        lazy_gettext("File"), [FileRequired(lazy_gettext("Choose a file."))],
        render_kw={"accept": ",".join((*ENDINGS, *ARCHIVES))},
    )  # fmt: skip
    subject = SelectField(lazy_gettext("Subject"), default="")
    kind = SelectField(lazy_gettext("Kind"), default="")
    access = SelectField(
        lazy_gettext("Who may read it"),
        choices=[SelectChoice(key, name) for key, name in ACCESS_NAMES.items()],
        default="readers",
    )

    def offer(self, *, subjects: Choices, kinds: Choices) -> None:
        """Set what can be chosen; called before validation."""
        self.subject.choices = [SelectChoice(*pair) for pair in subjects]
        self.kind.choices = [SelectChoice(*pair) for pair in kinds]

    def upload(self) -> Upload:
        """The file as it was sent."""
        sent = self.file.data
        return Upload(
            printable(str(sent.filename or "")) or gettext("Nameless"),
            sent.read(),
            subject=self.subject.data or None,
            kind=self.kind.data or None,
            access=str(self.access.data),
        )


class NewerTextForm(FlaskForm):
    """A file with a newer text of a document."""

    file = FileField(
        lazy_gettext("File"), [FileRequired(lazy_gettext("Choose a file."))], render_kw={"accept": ",".join(ENDINGS)}
    )

    def upload(self, document: str) -> Upload:
        """The file as it was sent, for the document of that public id."""
        sent = self.file.data
        return Upload(printable(str(sent.filename or "")) or gettext("Nameless"), sent.read(), document=document)


class FactsForm(FlaskForm):
    """What is known of a document; nobody changes it without a reason."""

    title = LineField(lazy_gettext("Title"), [DataRequired(_REQUIRED), Length(max=200)])
    subject = SelectField(lazy_gettext("Subject"))
    kind = SelectField(lazy_gettext("Kind"))
    author = LineField(lazy_gettext("Author"), [Length(max=120)])
    issuer = LineField(lazy_gettext("Issuing body"), [Length(max=120)])
    number = LineField(lazy_gettext("Document number"), [Length(max=80)])
    issued_on = DateField(lazy_gettext("Issued"), [Optional()])
    effective_on = DateField(lazy_gettext("In force from"), [Optional()])
    amended_on = DateField(lazy_gettext("Last amended"), [Optional()])
    valid_until = DateField(lazy_gettext("Valid until"), [Optional()])
    access = SelectField(
        lazy_gettext("Who may read it"), choices=[SelectChoice(key, name) for key, name in ACCESS_NAMES.items()]
    )
    tags = LineField(lazy_gettext("Tags"), [Length(max=600)])
    source_note = LineField(lazy_gettext("Source"), [Length(max=300)])
    rights = LineField(lazy_gettext("Rights"), [Length(max=300)])
    reason = LineField(lazy_gettext("Reason"), [DataRequired(_REQUIRED), Length(max=300)])

    def offer(self, *, subjects: Choices, kinds: Choices) -> None:
        """Set what can be chosen; called before validation."""
        self.subject.choices = [SelectChoice(*pair) for pair in subjects]
        self.kind.choices = [SelectChoice(*pair) for pair in kinds]

    def validate_tags(self, field: LineField) -> None:
        """A few short words."""
        tags = tags_in(field.data or "")
        if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
            raise ValidationError(
                gettext("At most %(most)s tags of %(longest)s characters.", most=MOST_TAGS, longest=LONGEST_TAG)
            )

    def validate_valid_until(self, field: DateField) -> None:
        """It does not end before it begins."""
        if field.data and self.effective_on.data and field.data < self.effective_on.data:
            raise ValidationError(lazy_gettext("This day lies before the one from which it is in force."))

    def facts(self) -> dict[str, Any]:
        """The facts by their names; only of a form that was found good."""
        named = {field.short_name: field.data or None for field in self if field.short_name not in _NO_FACTS}
        return named | {"tags": tags_in(self.tags.data or "")}


_NO_FACTS = ("csrf_token", "reason", "tags")


def tags_in(text: str) -> list[str]:
    """The tags in a line, each once."""
    return list(dict.fromkeys(tag for tag in re.split(r"[,，;；、\s]+", text) if tag))


class RelationForm(FlaskForm):
    """That a document implements, amends or repeals a law."""

    kind = SelectField(
        lazy_gettext("This document"),
        choices=[SelectChoice(key, name) for key, name in RELATION_NAMES.items() if key != "cites"],
    )
    title = LineField(lazy_gettext("Law"), [DataRequired(_REQUIRED), Length(min=2, max=200)])


class SynonymForm(FlaskForm):
    """What texts call a word that people use."""

    word = LineField(lazy_gettext("What people say"), [DataRequired(_REQUIRED)])
    meaning = LineField(lazy_gettext("What texts call it"), [DataRequired(_REQUIRED)])

    def validate_word(self, field: StringField) -> None:
        """A single word of Chinese characters."""
        _check_word(field, synonyms.LONGEST)

    def validate_meaning(self, field: StringField) -> None:
        """Another one."""
        _check_word(field, synonyms.LONGEST_MEANING)
        if field.data == self.word.data:
            raise ValidationError(gettext("It is the same word."))


def _check_word(field: StringField, longest: int) -> None:
    if not synonyms.is_word(field.data or "", longest):
        raise ValidationError(gettext("Please give one word of 2 to %(longest)s Chinese characters.", longest=longest))
