"""The fields in which a question is written: those of every question, and those of each type with its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from wtforms import BooleanField, Form, HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms import TextAreaField as Area
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.fields.core import UnboundField
from wtforms.widgets import CheckboxInput, ListWidget

from lms.bank.forms import CLASSIFICATION_NAMES, COGNITIVE_NAMES, DIFFICULTY_NAMES
from question_bank.interactions.base import MAX_BLANKS, MAX_LINES, MAX_OPTIONS
from question_bank.interactions.file_answer import ENDINGS, NAMELESS
from question_bank.interactions.numeric import MAX_PARTLY
from question_bank.item import MAX_CITATIONS, MAX_GROUP, MAX_OBJECTIVE

YES = "y"
OPEN = CLASSIFICATION_NAMES["open"]


def _line(label: LazyString, most: int, hint: LazyString | None = None) -> "UnboundField[StringField]":
    keywords = {"maxlength": most, "autocomplete": "off", "lang": "zh-CN"}
    return StringField(label, description=hint or "", render_kw=keywords)  # type: ignore[return-value]


def _number(label: LazyString, hint: LazyString | None = None) -> "UnboundField[StringField]":
    keywords = {"maxlength": 40, "inputmode": "decimal", "autocomplete": "off"}
    return StringField(label, description=hint or "", render_kw=keywords)  # type: ignore[return-value]


def _rich(label: LazyString, rows: int, hint: LazyString | None = None) -> "UnboundField[Area]":
    """A field for Markdown: the bar of buttons serves it, pictures may be dropped on it."""
    keywords = {"rows": rows, "data-rich": "", "lang": "zh-CN"}
    return Area(label, description=hint or "", render_kw=keywords)  # type: ignore[return-value]


def _lines(label: LazyString, rows: int, hint: LazyString | None = None) -> "UnboundField[Area]":
    """A field with one entry a line."""
    return Area(label, description=hint or "", render_kw={"rows": rows, "lang": "zh-CN"})  # type: ignore[return-value]


def _choices(pairs: Iterable[tuple[str, str | LazyString]]) -> list[SelectChoice]:
    return [SelectChoice(*pair) for pair in pairs]


class _Boxes(SelectMultipleField):
    """Several of a few, each a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class CommonForm(Form):
    """What every question has; `stimulus` is "", "new" or the ref of material that the pool holds."""

    stem = _rich(lazy_gettext("Stem"), 5)
    explanation = _rich(lazy_gettext("Explanation"), 4, lazy_gettext("Candidates may read it after the exam."))
    subject = SelectField(lazy_gettext("Subject"))
    point = _line(lazy_gettext("Knowledge point"), MAX_GROUP)
    objective = _line(lazy_gettext("Objective"), MAX_OBJECTIVE, lazy_gettext("What somebody who answers it can do."))
    cognitive = SelectField(lazy_gettext("Cognitive level"))
    difficulty = SelectField(lazy_gettext("Difficulty"))
    classification = SelectField(lazy_gettext("Classification"))
    valid_from = StringField(lazy_gettext("Valid from"), render_kw={"type": "date", "max": "9999-12-31"})
    valid_until = StringField(lazy_gettext("Valid until"), render_kw={"type": "date", "max": "9999-12-31"})
    enemies = _line(
        lazy_gettext("Enemy group"), MAX_GROUP,
        lazy_gettext("No paper holds two questions of one group: one would give the other away."),
    )  # fmt: skip
    derived = _line(
        lazy_gettext("Where its numbers come from"), 500,
        lazy_gettext("How a number of the key was computed, for those who review."),
    )  # fmt: skip
    stimulus = SelectField(lazy_gettext("Case material"))
    #: the material to which title and text below belong: another choice must not write over it
    stimulus_of = HiddenField()
    stimulus_title = _line(lazy_gettext("Title of the material"), 200)
    stimulus_text = _rich(lazy_gettext("Text of the material"), 8)

    def offer(self, *, subjects: Sequence[tuple[str, str]], materials: Sequence[tuple[str, str]]) -> None:
        """What the lists offer; a stored value that they lack stays choosable, so that it is not lost."""
        none = [("", lazy_gettext("not said"))]
        for field, known in (
            (self.subject, [*subjects]),
            (self.cognitive, [*none, *COGNITIVE_NAMES.items()]),
            (self.difficulty, [*none, *DIFFICULTY_NAMES.items()]),
            (self.classification, [("", OPEN), ("reserved", CLASSIFICATION_NAMES["reserved"])]),
            (self.stimulus, [*materials]),
        ):
            value, choices = str(field.data or ""), [*known]
            lost = [] if value in {key for key, _name in choices} else [(value, value)]
            field.choices = _choices([*choices, *lost])


class CitationRow(Form):
    """What a question rests on."""

    source = _line(lazy_gettext("Law or document"), 200)
    article = _line(lazy_gettext("Article"), 80)


_SHARE = lazy_gettext("Own share")
_SHARE_HINT = lazy_gettext("1/2, 50% or -25% of the marks; empty for the usual.")


class OptionRow(Form):
    """An option of a choice question."""

    text = _rich(lazy_gettext("Words"), 2)
    right = BooleanField(lazy_gettext("Is right"))
    fixed = BooleanField(lazy_gettext("Keeps its place"))
    why = _rich(lazy_gettext("Why it is right or wrong"), 2)
    worth = _number(_SHARE, _SHARE_HINT)


class BlankRow(Form):
    """A blank [[1]] of a stem."""

    accept = _lines(lazy_gettext("Accepted answers"), 2, lazy_gettext("One a line; each counts as right."))
    numerals = BooleanField(lazy_gettext("三十 and 30 are the same here"))
    case = BooleanField(lazy_gettext("Small and capital letters differ"))
    pattern = BooleanField(lazy_gettext("A star stands for any characters"))
    weight = _number(lazy_gettext("Weight"))
    partly = _lines(
        lazy_gettext("Answers for a part of the marks"),
        2,
        lazy_gettext("One a line: 50% = words. Aa before the sign: capitals differ; *: a star stands for anything."),
    )


class GapRow(Form):
    """A gap [[1]] of a stem that offers choices."""

    choices = _lines(
        lazy_gettext("Choices"), 3, lazy_gettext("One a line; candidates see them in an order of their own.")
    )
    right = _number(lazy_gettext("Number of the right line"))
    weight = _number(lazy_gettext("Weight"))
    worths = _line(
        lazy_gettext("Own shares"), 400, lazy_gettext("One for each line, with commas; empty for the usual.")
    )


class UnitRow(Form):
    """Another unit in which a number may be typed."""

    unit = _line(lazy_gettext("Other unit"), 20)
    factor = _number(lazy_gettext("Times"), lazy_gettext("What one of it is in the unit above."))


class WithinRow(Form):
    """Numbers that earn a part of the marks."""

    low = _number(lazy_gettext("From"), lazy_gettext("Empty: without end."))
    high = _number(lazy_gettext("To"))
    worth = _number(_SHARE)


class SequenceRow(Form):
    """A line of an ordering."""

    text = _rich(lazy_gettext("Line"), 2)


class PairRow(Form):
    """A pair of a matching."""

    left = _rich(lazy_gettext("Left"), 2)
    right = _rich(lazy_gettext("Right"), 2)


class WorthRow(Form):
    """What a pair, right or wrong, earns or costs."""

    left = _rich(lazy_gettext("Left"), 1)
    right = _rich(lazy_gettext("Right"), 1)
    worth = _number(_SHARE)


class ExtraRow(Form):
    """A right-hand side without a left-hand one."""

    text = _rich(lazy_gettext("Right-hand side that fits nothing"), 2)


SHAPE_NAMES = {
    "rect": lazy_gettext("rectangle: x, y, width, height"),
    "circle": lazy_gettext("circle: x, y, radius"),
    "poly": lazy_gettext("polygon: x, y of each corner"),
}


class SpotRow(Form):
    """An area of a picture."""

    label = _line(lazy_gettext("Label"), 500, lazy_gettext("Candidates read it beside the letter of the area."))
    shape = SelectField(lazy_gettext("Shape"), choices=_choices(SHAPE_NAMES.items()))
    coords = _line(lazy_gettext("Pixels"), 500, lazy_gettext("From the upper left corner, with commas."))
    right = BooleanField(lazy_gettext("Is right"))
    worth = _number(_SHARE, _SHARE_HINT)


class PointRow(Form):
    """A point that a good answer makes."""

    text = _lines(lazy_gettext("Point"), 2)
    share = _number(lazy_gettext("Share in percent"))


class _Nothing(Form):
    """A type whose fields are all rows."""


class TruthFields(Form):
    """Whether a statement is true."""

    answer = RadioField(
        lazy_gettext("Right answer"), choices=_choices([(YES, lazy_gettext("true")), ("n", lazy_gettext("false"))])
    )


class BlanksFields(Form):
    """How the blanks of a stem go together."""

    ordered = BooleanField(lazy_gettext("Each answer belongs to its own blank"))


MODE_NAMES = {
    "absolute": lazy_gettext("so much more or less"),
    "relative": lazy_gettext("a share of the answer, 0.05 for 5 %"),
    "figures": lazy_gettext("this many significant figures must agree"),
}


class NumberFields(Form):
    """The right number."""

    answer = _number(lazy_gettext("Right answer"))
    unit = _line(lazy_gettext("Unit"), 20, lazy_gettext("Shown beside the field; candidates need not type it."))
    mode = SelectField(lazy_gettext("Tolerance is"), choices=_choices(MODE_NAMES.items()))
    tolerance = _number(lazy_gettext("Tolerance"))


class PairsFields(Form):
    """What wrong pairs cost."""

    wrong = _number(
        lazy_gettext("Share of any other wrong pair"), lazy_gettext("-25% takes a quarter; empty for none.")
    )


class SpotsFields(Form):
    """The picture whose areas are asked for."""

    picture = HiddenField()
    width = HiddenField()
    height = HiddenField()


class WrittenFields(Form):
    """What markers have before them."""

    model_answer = Area(lazy_gettext("Model answer"), render_kw={"rows": 6, "lang": "zh-CN"})


class FileFields(WrittenFields):
    """The same for a file, and which files may be sent."""

    endings = _Boxes(
        lazy_gettext("Files that may be sent"), choices=_choices((ending, f".{ending}") for ending in ENDINGS)
    )
    megabytes = _number(lazy_gettext("Largest size in megabytes"))


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one kind: how many an empty form has, how many there may be, and what pages call them."""

    name: str
    row: type[Form]
    first: int
    most: int
    title: LazyString
    add: LazyString
    #: the row's letter or number stands before it; a marked row is wide
    letters: bool = False


_OPTIONS = Group(
    "options", OptionRow, 4, MAX_OPTIONS, lazy_gettext("Options"), lazy_gettext("Add an option"), letters=True
)
_POINTS = Group("points", PointRow, 0, 30, lazy_gettext("Marking points"), lazy_gettext("Add a marking point"))
CITATIONS = Group(
    "citations", CitationRow, 1, MAX_CITATIONS, lazy_gettext("Rests on"), lazy_gettext("Add a law or document")
)


@dataclass(frozen=True, slots=True)
class KindFields:
    """The fields of a type: single ones, and groups of rows."""

    fields: type[Form]
    groups: tuple[Group, ...] = ()
    #: what an empty form says already
    fresh: tuple[tuple[str, str], ...] = ()


#: fields and groups that are shown only in questions that carry their own shares
SHARES = ("worth", "worths", "partly", "wrong")
FIELDS: dict[str, KindFields] = {
    "single_choice": KindFields(_Nothing, (_OPTIONS,)),
    "multiple_choice": KindFields(_Nothing, (_OPTIONS,)),
    "true_false": KindFields(TruthFields),
    "fill_in": KindFields(
        BlanksFields,
        (Group("blanks", BlankRow, 1, MAX_BLANKS, lazy_gettext("Blanks"), lazy_gettext("Add a blank")),),
        (("ordered", YES),),
    ),
    "inline_choice": KindFields(
        _Nothing, (Group("gaps", GapRow, 1, MAX_BLANKS, lazy_gettext("Gaps"), lazy_gettext("Add a gap")),)
    ),
    "numeric": KindFields(
        NumberFields,
        (
            Group("units", UnitRow, 0, 10, lazy_gettext("Other units"), lazy_gettext("Add a unit")),
            Group("partly", WithinRow, 0, MAX_PARTLY, lazy_gettext("Numbers for a part of the marks"),
                  lazy_gettext("Add numbers")),
        ),
        (("mode", "absolute"), ("tolerance", "0")),
    ),
    "ordering": KindFields(
        _Nothing,
        (Group("sequence", SequenceRow, 4, MAX_LINES, lazy_gettext("Lines in their right order"),
               lazy_gettext("Add a line")),),
    ),
    "matching": KindFields(
        PairsFields,
        (
            Group("pairs", PairRow, 3, MAX_LINES, lazy_gettext("Pairs"), lazy_gettext("Add a pair")),
            Group("extra", ExtraRow, 0, MAX_LINES, lazy_gettext("Right-hand sides that fit nothing"),
                  lazy_gettext("Add a right-hand side")),
            Group("worths", WorthRow, 0, MAX_LINES * MAX_LINES, lazy_gettext("Own shares of pairs"),
                  lazy_gettext("Add a pair with its share")),
        ),
    ),
    "hotspot": KindFields(
        SpotsFields,
        (Group("spots", SpotRow, 2, MAX_LINES, lazy_gettext("Areas"), lazy_gettext("Add an area"), letters=True),),
    ),
    "short_answer": KindFields(WrittenFields, (_POINTS,)),
    "essay": KindFields(WrittenFields, (_POINTS,)),
    "file_answer": KindFields(
        FileFields, (_POINTS,), (*(("endings", one) for one in NAMELESS), ("megabytes", "10"))
    ),
}  # fmt: skip


def groups_of(kind: str) -> tuple[Group, ...]:
    """The groups of rows in a question of a type."""
    return (*FIELDS[kind].groups, CITATIONS)
