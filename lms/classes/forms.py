"""Forms of classes."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import cast

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, DecimalField, RadioField, SelectField, TimeField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from courseware.classes.attendance import lasting
from courseware.classes.outcome import Assessment
from courseware.errors import BadHours
from courseware.hours import Hours
from lms.accounts.queries import UnitRow
from lms.classes import words
from lms.classes.closing import Correction
from lms.classes.models import ClassSession, TrainingClass
from lms.classes.service import Plan
from lms.classes.timetable import Slot
from lms.exams.queries import ExamRow
from lms.fields import CheckboxesField, LineField, MarksField, WordsField
from lms.spoken import MOST_TYPED
from question_bank.formats.sheets import ENDINGS

#: the longest class, and the years in which one may be
LONGEST = timedelta(days=400)
YEARS = range(1990, 2101)
#: study hours of the longest session: twelve hours of the clock
MOST_OF_A_SESSION = Decimal(16)


def _offered(names: dict[str, object]) -> list[SelectChoice]:
    return [SelectChoice(key, name) for key, name in names.items()]


class HoursField(DecimalField):
    """Study hours in whole quarters."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse what hours cannot be."""
        super().process_formdata([text.strip() for text in valuelist])
        try:
            self.data = None if self.data is None else Hours.of(self.data).decimal
        except BadHours:
            self.data = None
            raise ValueError(gettext("Please give study hours in quarters, e.g. 1.25.")) from None

    @property
    def hours(self) -> Hours:
        """What was given, none for nothing."""
        return Hours.of(self.data or 0)


class PlanForm(FlaskForm):
    """The plan of a class."""

    name = LineField(lazy_gettext("Name of the class"), [DataRequired(), Length(max=120)])
    name_en = LineField(lazy_gettext("English title"), [Length(max=120)])
    class_type = SelectField(lazy_gettext("Type of class"), choices=_offered({**words.TYPES}))
    level = SelectField(lazy_gettext("Level of the class"), choices=_offered({**words.LEVELS}), default="city")
    channel = SelectField(lazy_gettext("Channel"), choices=_offered({**words.CHANNELS}))
    required = RadioField(lazy_gettext("Compulsory or elective"), choices=_offered({**words.REQUIRED}), default="yes")
    unit = SelectField(lazy_gettext("Unit whose class it is"), [InputRequired()])
    organiser = LineField(lazy_gettext("Organiser"), [DataRequired(), Length(max=120)])
    host = LineField(lazy_gettext("Host"), [Length(max=120)])
    place = LineField(lazy_gettext("Place"), [Length(max=120)])
    first_day = DateField(lazy_gettext("First day"), [InputRequired()])
    last_day = DateField(lazy_gettext("Last day"), [InputRequired()])
    planned_hours = HoursField(lazy_gettext("Planned study hours"), [InputRequired()], places=2)
    called = WordsField(lazy_gettext("Who is called"), [DataRequired(), Length(max=500)])
    assessment = RadioField(
        lazy_gettext("What passing asks besides attendance"),
        choices=_offered({**words.ASSESSMENTS}),
        default=Assessment.ATTENDANCE.value,
    )
    maximum = MarksField(lazy_gettext("Full marks"), [Optional()], default=Decimal(100))
    pass_mark = MarksField(lazy_gettext("Pass mark"), [Optional()], default=Decimal(60))
    exam = SelectField(lazy_gettext("Exam"), default="")

    def offer(self, units: Sequence[UnitRow], exams: Sequence[ExamRow]) -> None:
        """Offer units and exams by their public ids."""
        self.unit.choices = [SelectChoice(unit.public_id, "　" * max(0, unit.depth) + unit.name) for unit in units]
        none = SelectChoice("", lazy_gettext("none"))
        self.exam.choices = [none, *(SelectChoice(exam.public_id, exam.title) for exam in exams)]

    def show(self, found: TrainingClass, unit: str, exam: str) -> None:
        """Show a plan, with the public ids of its unit and exam."""
        for name in (
            "name", "name_en", "class_type", "level", "channel", "organiser", "host", "place", "first_day", "last_day", "planned_hours",
            "called", "assessment", "maximum", "pass_mark",
        ):  # fmt: skip
            self[name].data = getattr(found, name)
        self.required.data = "yes" if found.required else "no"
        self.unit.data, self.exam.data = unit, exam

    def validate_last_day(self, field: DateField) -> None:
        """Not before the first day, not much later, in no year but ours."""
        first = self.first_day.data
        if not isinstance(first, date) or not isinstance(field.data, date):
            return
        if not first <= field.data <= first + LONGEST or first.year not in YEARS:
            raise ValidationError(gettext("The last day comes after the first one, within 400 days."))

    def validate_pass_mark(self, field: MarksField) -> None:
        """Where a mark is asked: more than nothing, at most full marks."""
        if self.assessment.data != Assessment.MARK:
            return
        if field.data is None or self.maximum.data is None or not 0 < field.data <= self.maximum.data:
            raise ValidationError(gettext("The pass mark is more than 0 and at most the full marks."))

    def plan(self, units: Sequence[UnitRow], exams: Sequence[ExamRow]) -> Plan:
        """The plan that was given."""
        mark, exam = self.assessment.data == Assessment.MARK, self.assessment.data == Assessment.EXAM
        return Plan(
            name=str(self.name.data),
            class_type=str(self.class_type.data),
            level=str(self.level.data),
            channel=str(self.channel.data),
            unit_id=next(unit.id for unit in units if unit.public_id == self.unit.data),
            organiser=str(self.organiser.data),
            host=str(self.host.data or ""),
            place=str(self.place.data or ""),
            first_day=cast(date, self.first_day.data),  # required
            last_day=cast(date, self.last_day.data),
            planned_hours=cast(Decimal, self.planned_hours.data),
            called=str(self.called.data),
            required=self.required.data == "yes",
            assessment=str(self.assessment.data),
            maximum=self.maximum.data if mark else None,
            pass_mark=self.pass_mark.data if mark else None,
            exam_id=next((one.id for one in exams if one.public_id == self.exam.data), None) if exam else None,
            name_en=str(self.name_en.data or "") or None,
        )


class SessionForm(FlaskForm):
    """A session of the timetable."""

    day = DateField(lazy_gettext("Day"), [InputRequired()])
    starts = TimeField(lazy_gettext("From"), [InputRequired()])
    ends = TimeField(lazy_gettext("Until"), [InputRequired()])
    title = LineField(lazy_gettext("What is taught"), [DataRequired(), Length(max=120)])
    lecturer = LineField(lazy_gettext("Lecturer"), [Length(max=80)])
    place = LineField(lazy_gettext("Room"), [Length(max=120)])
    hours = HoursField(lazy_gettext("Study hours"), [Optional()], places=2)

    def __init__(self, found: TrainingClass, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self._class = found

    def show(self, one: ClassSession) -> None:
        """Show a session."""
        for name in ("day", "title", "lecturer", "place", "hours"):
            self[name].data = getattr(one, name)
        self.starts.data, self.ends.data = _time(one.starts), _time(one.ends)

    def validate_day(self, field: DateField) -> None:
        """One of the days of the class."""
        if isinstance(field.data, date) and not self._class.first_day <= field.data <= self._class.last_day:
            raise ValidationError(gettext("This is none of the days of the class."))

    def validate_ends(self, field: TimeField) -> None:
        """Later than it begins."""
        if self.starts.data is not None and field.data is not None and field.data <= self.starts.data:
            raise ValidationError(gettext("It ends after it begins."))

    def validate_hours(self, field: HoursField) -> None:
        """More than nothing, and no longer than a day."""
        if field.data is not None and not 0 < field.data <= MOST_OF_A_SESSION:
            raise ValidationError(gettext("A session has at least a quarter and at most 16 study hours."))

    def slot(self) -> Slot:
        """The session that was given; hours that were left out follow from its times."""
        starts, ends = (_minute(cast(time, field.data)) for field in (self.starts, self.ends))
        by_time = max(Hours(1), lasting(starts, ends)).decimal
        return Slot(
            day=cast(date, self.day.data), starts=starts, ends=ends, title=str(self.title.data), lecturer=str(self.lecturer.data or ""),
            place=str(self.place.data or ""), hours=min(self.hours.data or by_time, MOST_OF_A_SESSION),
        )  # fmt: skip


class FileForm(FlaskForm):
    """A file of people."""

    file = FileField(
        lazy_gettext("File"),
        [FileRequired(lazy_gettext("Choose a file."))],
        render_kw={"accept": ",".join(ENDINGS)},
    )


class ExemptForm(FlaskForm):
    """Why somebody need not take part."""

    exempt = SelectField(
        lazy_gettext("Exempt because of"),
        choices=[SelectChoice("", lazy_gettext("not exempt")), *_offered({**words.EXEMPTIONS})],
    )
    note = LineField(lazy_gettext("Note"), [Length(max=200)])

    def validate_note(self, field: LineField) -> None:
        """Another reason says which."""
        if self.exempt.data == "other" and not field.data:
            raise ValidationError(gettext("Please say why."))


class LeaveForm(FlaskForm):
    """What a learner asks to be away from, and why."""

    sessions = CheckboxesField(lazy_gettext("Which sessions"), [DataRequired()])
    reason = WordsField(lazy_gettext("Why"), [DataRequired(), Length(2, 500)])


class CodeForm(FlaskForm):
    """The code of the room."""

    code = LineField(
        lazy_gettext("Code of the room"),
        [DataRequired(), Length(max=MOST_TYPED)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class CorrectionForm(FlaskForm):
    """What is right of a learner after the closing."""

    leave = HoursField(lazy_gettext("Hours on leave"), [InputRequired()], places=2)
    absent = HoursField(lazy_gettext("Hours missing without leave"), [InputRequired()], places=2)
    score = MarksField(lazy_gettext("Mark"), [Optional()])
    exempt = SelectField(
        lazy_gettext("Exempt because of"),
        choices=[SelectChoice("", lazy_gettext("not exempt")), *_offered({**words.EXEMPTIONS})],
    )
    why = WordsField(lazy_gettext("Why it is corrected"), [DataRequired(), Length(2, 500)])

    def given(self) -> Correction:
        """The correction that was given."""
        return Correction(
            self.leave.hours, self.absent.hours, self.score.data, str(self.exempt.data or ""), str(self.why.data)
        )


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
