"""What an examiner may change about the scoring of an exam, as forms; each makes a `Remark`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, Length

from lms.fields import CheckboxesField, LineField, MarksField
from lms.question_types import MATCH_NAMES, MULTI_NAMES, ORDER_NAMES
from lms.sitting import errors
from question_bank.item import ItemVersion
from question_bank.rekeying import picks, rekeyed, response
from question_bank.remarking import ACCEPT, FULL, KEY, PASS_MARK, RULES, VOID, Change, Remark
from question_bank.scoring import Rules

#: a newer wording of the bank as the key, in the list of kinds
BY_VERSION = "version"
KIND_NAMES = {
    KEY: lazy_gettext("Another key: what is ticked below is right"),
    BY_VERSION: lazy_gettext("Another key: that of another version in the bank"),
    ACCEPT: lazy_gettext("A further answer earns full marks: what is ticked below"),
    FULL: lazy_gettext("Full marks for everybody who had it"),
    VOID: lazy_gettext("Take the question out: its marks count for nobody, the pass mark falls in proportion"),
}


class QuestionForm(FlaskForm):
    """What shall hold for one question."""

    kind = RadioField(lazy_gettext("What shall hold"), validators=[DataRequired()])
    ticked = CheckboxesField(lazy_gettext("What is ticked"))
    by_version = SelectField(lazy_gettext("Version of the bank"), validate_choice=False)
    favour = BooleanField(lazy_gettext("Nobody's marks fall by it"), default=True)

    def offer(self, version: ItemVersion, others: Mapping[str, ItemVersion], labels: Mapping[str, str]) -> None:
        """Offer what this question allows: `others` are versions by whose key it may be scored, `labels` their names."""
        found = picks(version)
        kinds = [FULL, VOID]
        if others:
            kinds.insert(0, BY_VERSION)
        if found:
            kinds[:0] = [KEY, ACCEPT]
        self.kinds = kinds
        self.kind.choices = [SelectChoice(kind, KIND_NAMES[kind]) for kind in kinds]
        self.ticked.choices = [SelectChoice(name, words) for name, words, _right in found]
        self.by_version.choices = [SelectChoice(name, labels[name]) for name in others]

    def remark(self, key: int, version: ItemVersion, others: Mapping[str, ItemVersion]) -> Remark:
        """The remark; raises RemarkUnfit for a key or an answer that cannot be."""
        ticked: Sequence[str] = self.ticked.data or ()
        kind, value = str(self.kind.data), None
        if kind == KEY:
            value = rekeyed(version, ticked)
        elif kind == BY_VERSION:
            kind, value = KEY, others.get(str(self.by_version.data))
        elif kind == ACCEPT:
            value = response(version, ticked)
        if kind in (KEY, ACCEPT) and value is None:
            raise errors.RemarkUnfit("bad_answer")
        return Remark((Change(kind, key, value),), favour=bool(self.favour.data))


class WholeForm(FlaskForm):
    """What shall hold for the whole exam: its pass mark, its rules."""

    pass_mark = MarksField(lazy_gettext("Pass mark"), validators=[DataRequired()])
    multiple = SelectField(
        lazy_gettext("Marks for multiple choice"),
        choices=[SelectChoice(key, name) for key, name in MULTI_NAMES.items()],
    )
    ordering = SelectField(
        lazy_gettext("Marks for ordering"), choices=[SelectChoice(key, name) for key, name in ORDER_NAMES.items()]
    )
    matching = SelectField(
        lazy_gettext("Marks for matching"), choices=[SelectChoice(key, name) for key, name in MATCH_NAMES.items()]
    )
    favour = BooleanField(lazy_gettext("Nobody's marks fall by another rule"), default=True)

    def remark(self, *, pass_mark: Decimal, rules: Rules) -> Remark:
        """The remark of what differs from what holds now; raises RemarkUnfit where nothing does."""
        wanted = Rules(
            multiple=str(self.multiple.data), ordering=str(self.ordering.data), matching=str(self.matching.data),
            normaliser=rules.normaliser,
        )  # fmt: skip
        changes = []
        if wanted != rules:
            changes.append(Change(RULES, None, wanted))
        if self.pass_mark.data is not None and self.pass_mark.data != pass_mark:
            changes.append(Change(PASS_MARK, None, self.pass_mark.data))
        if not changes:
            raise errors.RemarkUnfit("empty")
        return Remark(tuple(changes), favour=bool(self.favour.data))


class ReasonForm(FlaskForm):
    """Why it is proposed; candidates read it."""

    reason = LineField(lazy_gettext("Reason"), validators=[DataRequired(), Length(max=200)])
