"""Forms of supervision."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from lms.admission import service
from lms.clock import BUREAU_ZONE
from lms.fields import LineField, WholeField
from lms.supervision.service import MOST_SIDE
from question_bank.attempt import Kind

MOST_MINUTES = 480
MOST_LIST = 200_000

KIND_NAMES = {
    Kind.EXTEND: lazy_gettext("Give more time"),
    Kind.PAUSE: lazy_gettext("Pause"),
    Kind.RESUME: lazy_gettext("Resume"),
    Kind.RELEASE: lazy_gettext("Release for another computer"),
    Kind.FORCE: lazy_gettext("Hand in for the candidate"),
    Kind.VOID: lazy_gettext("Declare void"),
}
KIND_WORDS = {
    Kind.EXTEND: lazy_gettext("The deadline moves. The candidate sees the new time within ten seconds."),
    Kind.PAUSE: lazy_gettext("The time stands still and the paper is covered until you resume. Answers that are still on their way are kept and count."),
    Kind.RESUME: lazy_gettext("The paper is shown again, with as much time left as there was at the pause."),
    Kind.RELEASE: lazy_gettext("The present computer can no longer write. The candidate signs in at another one and goes on there with everything that was saved."),
    Kind.FORCE: lazy_gettext("The attempt ends now and what was saved is graded. This cannot be taken back."),
    Kind.VOID: lazy_gettext("The attempt ends now. Its answers are kept as evidence and are not scored. This cannot be taken back."),
}  # fmt: skip

FAULTS: dict[str, Callable[..., str]] = {
    "shape": lambda fault: gettext("Line %(line)s is no address or range such as 10.1.2.0/24.", line=fault.line),
    "host": lambda fault: gettext(
        "Line %(line)s does not begin a range; it lies in %(range)s.", line=fault.line, range=fault.meant
    ),
    "many": lambda fault: gettext(
        "Line %(line)s is too much: a room has at most %(most)s ranges.", line=fault.line, most=service.MOST_RANGES
    ),
}


class MeasureForm(FlaskForm):
    """Why, and for an extension how many minutes."""

    key = HiddenField(validators=[DataRequired()])
    minutes = WholeField(lazy_gettext("Minutes"), validators=[Optional(), NumberRange(1, MOST_MINUTES)])
    reason = LineField(lazy_gettext("Reason"), validators=[DataRequired(), Length(max=200)])


class RoomForm(FlaskForm):
    """A new room."""

    name = LineField(lazy_gettext("Name of the room"), validators=[DataRequired(), Length(max=40)])
    seat_rows = WholeField(lazy_gettext("Rows of seats"), validators=[InputRequired(), NumberRange(1, MOST_SIDE)])
    seat_columns = WholeField(lazy_gettext("Seats in a row"), validators=[InputRequired(), NumberRange(1, MOST_SIDE)])


class SeatForm(FlaskForm):
    """Somebody's seat in a room."""

    staff_number = LineField(lazy_gettext("Staff number"), validators=[DataRequired(), Length(max=40)])
    number = WholeField(lazy_gettext("Seat"), validators=[InputRequired(), NumberRange(1, MOST_SIDE * MOST_SIDE)])


class SeatListForm(FlaskForm):
    """Many seats at once."""

    lines = TextAreaField(
        lazy_gettext("Lines of staff number;room;seat"), validators=[DataRequired(), Length(max=MOST_LIST)]
    )


class AllowanceForm(FlaskForm):
    """More time for a person."""

    staff_number = LineField(lazy_gettext("Staff number"), validators=[DataRequired(), Length(max=40)])
    minutes = WholeField(lazy_gettext("Minutes more"), validators=[Optional(), NumberRange(0, MOST_MINUTES)], default=0)
    percent = SelectField(
        lazy_gettext("Share of the usual time"),
        choices=[SelectChoice(share, f"{share} %") for share in ("100", "125", "150", "200")],
    )
    approver = LineField(lazy_gettext("Approved by"), validators=[DataRequired(), Length(max=60)])
    reason = LineField(lazy_gettext("Reason"), validators=[DataRequired(), Length(max=200)])

    def validate_minutes(self, field: IntegerField) -> None:
        """It must be more time than everybody has."""
        if not field.data and self.percent.data == "100":
            raise ValidationError(gettext("Give minutes or a share of more than 100 %."))


class RoomRuleForm(FlaskForm):
    """What a room asks for."""

    ranges = TextAreaField(
        lazy_gettext("Addresses of the computers"), validators=[Length(max=service.MOST_RANGES * 80)]
    )
    every_time = BooleanField(lazy_gettext("Ask for the code again after every log-in, at another computer too"))

    found: list[str]

    def validate_ranges(self, field: TextAreaField) -> None:
        """Each line is a range; those that are none are named."""
        self.found, faults = service.read_ranges(str(field.data or ""))
        if faults:
            raise ValidationError(" ".join(FAULTS[fault.why](fault) for fault in faults[:5]))


class LetInForm(FlaskForm):
    """Why somebody is let in by hand."""

    reason = LineField(lazy_gettext("Reason"), validators=[DataRequired(), Length(max=200)])


class IncidentForm(FlaskForm):
    """What happened."""

    happened_at = DateTimeLocalField(lazy_gettext("When"), validators=[InputRequired()])
    place = LineField(lazy_gettext("Room or place"), validators=[Length(max=40)])
    people = LineField(lazy_gettext("Staff numbers of the people concerned"), validators=[Length(max=400)])
    text = TextAreaField(
        lazy_gettext("What happened, and what was done"), validators=[DataRequired(), Length(max=4000)]
    )

    def moment(self) -> datetime:
        """When, in UTC."""
        local: datetime = self.happened_at.data  # type: ignore[assignment]  # validated before
        return local.replace(tzinfo=BUREAU_ZONE).astimezone(UTC)

    def numbers(self) -> list[str]:
        """The staff numbers, each once."""
        words = str(self.people.data or "").translate({ord(c): " " for c in ",;，；、"}).upper().split()
        return list(dict.fromkeys(words))
