"""Forms of authoring."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, FieldList, Form, FormField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp, ValidationError

from courseware.errors import BadHours
from courseware.hours import Hours
from courseware.packages.settings import has_control
from courseware.unit import (
    CODE,
    FEWEST_PRESENCE,
    LONGEST_CODE,
    LONGEST_LINE,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_COST,
    MOST_ENTRIES,
    MOST_MINUTES,
    MOST_PRESENCE,
    PRESENCE,
    Check,
    Completion,
    Origin,
    Reference,
    Source,
    Term,
    Unit,
)
from lms.authoring.words import ORIGIN_NAMES
from lms.fields import LineField, MarksField, WholeField, WordsField
from lms.i18n import locale_code
from lms.subjects import SUBJECTS

_REQUIRED = lazy_gettext("Please fill this in.")
#: empty rows below those that are filled
SPARE = 2
#: bytes of a page: nobody reads more in one go
MOST_PAGE = 60 * 1024
#: characters of a comment or a reason
SAID = 2000


def _clean(_form: Form, field: StringField) -> None:
    """Refuse what no file of a unit may hold."""
    if has_control(field.data or ""):
        raise ValidationError(gettext("This holds characters that cannot be seen. Type it again."))


def subject_choices() -> list[SelectChoice]:
    """The subjects in the language of the page."""
    return [SelectChoice(one.code, one.name(locale_code())) for one in SUBJECTS]


class NewUnitForm(FlaskForm):
    """A unit that is not there yet."""

    title = LineField(lazy_gettext("Title"), [DataRequired(_REQUIRED), Length(max=LONGEST_TITLE), _clean])
    code = LineField(
        lazy_gettext("Unit code"),
        [
            DataRequired(_REQUIRED),
            Length(max=LONGEST_CODE),
            Regexp(CODE, message=lazy_gettext("Small letters, digits and hyphens, for example food-07.")),
        ],
        description=lazy_gettext("Its name for ever; progress and transcripts hang on it. For example food-07."),
    )
    subject = SelectField(lazy_gettext("Subject"), [DataRequired()])

    def offer(self) -> None:
        """Set what can be chosen; called before validation."""
        self.subject.choices = subject_choices()

    def unit(self) -> Unit:
        """The unit with which the draft begins."""
        return Unit(
            code=str(self.code.data),
            title=str(self.title.data),
            title_en="",
            summary="",
            summary_en="",
            subject=str(self.subject.data),
            hours=Hours(),
            check=Check((), Fraction(3, 5)),
            pages=(),
        )


class TermForm(Form):
    """A word of the trade."""

    term = LineField(lazy_gettext("Term"), [Length(max=LONGEST_LINE), _clean])
    meaning = LineField(lazy_gettext("Meaning"), [Length(max=LONGEST_TEXT), _clean])


class ReferenceForm(Form):
    """A source that the unit rests on."""

    source = LineField(lazy_gettext("Law or document"), [Length(max=LONGEST_LINE), _clean])
    article = LineField(lazy_gettext("Article"), [Length(max=LONGEST_LINE), _clean])


class SettingsForm(FlaskForm):
    """Everything about a unit but its pages and its questions. What is missing may be filled in later."""

    seen = HiddenField()
    title = LineField(lazy_gettext("Title"), [DataRequired(_REQUIRED), Length(max=LONGEST_TITLE), _clean])
    title_en = LineField(lazy_gettext("English title"), [Length(max=LONGEST_TITLE), _clean])
    summary = WordsField(lazy_gettext("Summary"), [Length(max=LONGEST_TEXT), _clean], render_kw={"rows": 3})
    summary_en = WordsField(lazy_gettext("English summary"), [Length(max=LONGEST_TEXT), _clean], render_kw={"rows": 3})
    subject = SelectField(lazy_gettext("Subject"), [DataRequired()])
    hours = LineField(lazy_gettext("Hours"), [Length(max=12)], render_kw={"inputmode": "decimal"})
    pass_share = WholeField(
        lazy_gettext("Share that passes, of a hundred"),
        [DataRequired(_REQUIRED), NumberRange(1, 100)],
        render_kw={"type": "number", "min": 1, "max": 100},
    )
    minutes = WholeField(
        lazy_gettext("Minutes of witnessed study"),
        [Optional(), NumberRange(0, MOST_MINUTES)],
        description=lazy_gettext("What must be reached besides pages and check; empty: nothing."),
        render_kw={"type": "number", "min": 0, "max": MOST_MINUTES},
    )
    presence = WholeField(
        lazy_gettext("Minutes until a page asks for a sign"),
        [Optional(), NumberRange(0, MOST_PRESENCE)],
        description=lazy_gettext(
            "3 to 30; 0: never; empty: 8. Without an answer the time stands still two minutes later."
        ),
        render_kw={"type": "number", "min": 0, "max": MOST_PRESENCE},
    )
    objectives = WordsField(
        lazy_gettext("Objectives"),
        [Length(max=MOST_ENTRIES * LONGEST_LINE), _clean],
        description=lazy_gettext("One a line."),
        render_kw={"rows": 4},
    )
    origin = SelectField(
        lazy_gettext("Origin"), choices=[SelectChoice(key, name) for key, name in ORIGIN_NAMES.items()]
    )
    supplier = LineField(lazy_gettext("Supplier"), [Length(max=LONGEST_LINE), _clean])
    licence_end = DateField(lazy_gettext("Licence until"), [Optional()])
    cost = MarksField(
        lazy_gettext("Cost in yuan"), [Optional(), NumberRange(0, MOST_COST)], render_kw={"inputmode": "decimal"}
    )
    terms = FieldList(FormField(TermForm), max_entries=MOST_ENTRIES)
    references = FieldList(FormField(ReferenceForm), max_entries=MOST_ENTRIES)

    def offer(self) -> None:
        """Set what can be chosen; called before validation."""
        self.subject.choices = subject_choices()

    def validate_hours(self, field: LineField) -> None:
        """Whole quarters."""
        try:
            Hours.of(field.data or "0")
        except BadHours as error:
            raise ValidationError(gettext("Hours are counted in quarters, for example 1.5 or 0.75.")) from error

    def validate_presence(self, field: WholeField) -> None:
        """Not so often that nobody can read."""
        if 0 < (field.data or 0) < FEWEST_PRESENCE:
            raise ValidationError(gettext("At least 3 minutes, or 0 for never."))

    def validate_objectives(self, field: WordsField) -> None:
        """So many lines of such a length."""
        lines = (field.data or "").split("\n")
        if len(lines) > MOST_ENTRIES or any(len(line) > LONGEST_LINE for line in lines):
            raise ValidationError(gettext("These are too many lines, or one is too long."))

    def spare_rows(self) -> None:
        """Add empty rows to fill in; called before the page is drawn, never before reading."""
        for rows in (self.terms, self.references):
            for _each in range(min(SPARE, MOST_ENTRIES - len(rows.entries))):
                rows.append_entry()

    @staticmethod
    def of(unit: Unit) -> dict[str, Any]:
        """A unit as the form's values."""
        return {
            "title": unit.title,
            "title_en": unit.title_en,
            "summary": unit.summary,
            "summary_en": unit.summary_en,
            "subject": unit.subject,
            "hours": str(unit.hours) if unit.hours else "",
            "minutes": unit.completion.minutes or None,
            "presence": unit.presence,
            "pass_share": int(unit.check.pass_share * 100),
            "objectives": "\n".join(unit.objectives),
            "origin": unit.source.origin.value,
            "supplier": unit.source.supplier,
            "licence_end": unit.source.licence_end,
            "cost": unit.source.cost,
            "terms": [{"term": one.term, "meaning": one.meaning} for one in unit.terms],
            "references": [{"source": one.source, "article": one.article} for one in unit.references],
        }

    def settings(self, unit: Unit) -> Unit:
        """The unit with what was typed; only of a form that was found good."""
        bought = self.origin.data == Origin.BOUGHT.value
        share = unit.check.pass_share
        if self.pass_share.data != int(share * 100):  # a share finer than a hundredth stays unless it is changed
            share = Fraction(int(self.pass_share.data or 0), 100)
        return replace(
            unit,
            title=str(self.title.data or ""),
            title_en=str(self.title_en.data or ""),
            summary=str(self.summary.data or ""),
            summary_en=str(self.summary_en.data or ""),
            subject=str(self.subject.data or ""),
            hours=Hours.of(self.hours.data or "0"),
            check=replace(unit.check, pass_share=share),
            presence=PRESENCE if self.presence.data is None else int(self.presence.data),
            completion=Completion(int(self.minutes.data or 0)),
            objectives=tuple(line.strip() for line in (self.objectives.data or "").split("\n") if line.strip()),
            source=Source(
                Origin(self.origin.data),
                str(self.supplier.data or "") if bought else "",
                self.licence_end.data if bought else None,
                self.cost.data,
            ),
            terms=tuple(
                Term(*_pair(one, "term", "meaning")) for one in self.terms.data if any(_pair(one, "term", "meaning"))
            ),
            references=tuple(
                Reference(*_pair(one, "source", "article"))
                for one in self.references.data
                if any(_pair(one, "source", "article"))
            ),
        )


def _pair(values: dict[str, Any], first: str, second: str) -> tuple[str, str]:
    return str(values.get(first) or ""), str(values.get(second) or "")


class PageForm(FlaskForm):
    """One page: its title and its Markdown."""

    seen = HiddenField()
    title = LineField(lazy_gettext("Title"), [DataRequired(_REQUIRED), Length(max=LONGEST_TITLE), _clean])
    markdown = WordsField(lazy_gettext("Text"), [_clean], render_kw={"rows": 24, "spellcheck": "false"})

    def validate_markdown(self, field: WordsField) -> None:
        """No longer than anybody reads in one go."""
        if len((field.data or "").encode("utf-8")) > MOST_PAGE:
            raise ValidationError(gettext("This page is too long. Make two of it."))

    @property
    def words(self) -> tuple[str, str]:
        """Title and text as they were typed."""
        return str(self.title.data or ""), str(self.markdown.data or "")


class AddPageForm(FlaskForm):
    """A page more."""

    title = LineField(
        lazy_gettext("Title of the new page"), [DataRequired(_REQUIRED), Length(max=LONGEST_TITLE), _clean]
    )


class PictureForm(FlaskForm):
    """A picture for the pages."""

    file = FileField(
        lazy_gettext("Picture"),
        [FileRequired(lazy_gettext("Choose a file."))],
        render_kw={"accept": ".png,.jpg,.jpeg,.webp,.svg"},
    )


class ArchiveForm(FlaskForm):
    """The ZIP file of a unit's folder."""

    file = FileField(
        lazy_gettext("ZIP file of a unit"), [FileRequired(lazy_gettext("Choose a file."))], render_kw={"accept": ".zip"}
    )


class ReasonForm(FlaskForm):
    """Why a unit is withdrawn or opened again."""

    reason = WordsField(
        lazy_gettext("Reason"), [DataRequired(_REQUIRED), Length(max=SAID), _clean], render_kw={"rows": 2}
    )


class DecisionForm(FlaskForm):
    """What a reviewer decides, and what they say; `seen` is the hash of what they looked at."""

    decision = SelectField(
        validators=[DataRequired()], choices=[SelectChoice("approve", ""), SelectChoice("send_back", "")]
    )
    words = WordsField(lazy_gettext("What you say"), [Length(max=SAID), _clean], render_kw={"rows": 3})
    seen = HiddenField()


class CommentForm(FlaskForm):
    """Something said about a draft."""

    words = WordsField(
        lazy_gettext("Comment"), [DataRequired(_REQUIRED), Length(max=SAID), _clean], render_kw={"rows": 2}
    )
