"""Whose attempt it is, and who may look at it."""

from dataclasses import dataclass
from datetime import datetime

from lms.accounts.policy import Viewer
from lms.direct import ask, moment_of
from lms.errors import NotFound
from lms.exams import quick
from lms.exams.queries import ExamRow
from lms.sitting import papers
from question_bank.timing import Time

_OWN = (
    "SELECT id, exam_id, public_id, started_at, deadline_at, ended_at, ended_how, paused_at, extra_seconds, session_id,"
    " last_event, answered, CAST(form AS TEXT) FROM attempt WHERE public_id = ? AND person_id = ?"
)


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt as its candidate's pages need it, by the names of `lms.sitting.models.Attempt`."""

    id: int
    exam_id: int
    public_id: str
    started_at: datetime
    deadline_at: datetime
    ended_at: datetime | None
    ended_how: str | None
    paused_at: datetime | None
    extra_seconds: int
    session_id: int
    last_event: int
    answered: int

    @property
    def time(self) -> Time:
        """What it has of time."""
        return Time(self.deadline_at, self.paused_at)

    def is_fresh(self, session_id: int, at: datetime) -> bool:
        """Whether it goes on for this log-in and nothing has happened in it but its start."""
        alive = self.ended_at is None and self.session_id == session_id and self.time.is_open(at)
        return alive and self.last_event == 1


@dataclass(frozen=True, slots=True)
class Sat:
    """An attempt and its exam."""

    attempt: AttemptRow
    exam: ExamRow


def access_own_attempt(viewer: Viewer, public_id: str) -> Sat:
    """The viewer's own attempt; raises NotFound for any other."""
    rows = ask(_OWN, (public_id, viewer.id))
    exam = quick.by_id(rows[0][1]) if rows else None
    if exam is None:
        raise NotFound
    *fields, form = rows[0]
    for place in (3, 4, 5, 7):
        fields[place] = None if fields[place] is None else moment_of(fields[place])
    papers.met(public_id, exam.id, form)
    return Sat(AttemptRow(*fields), exam)


def access_sittable_exam(viewer: Viewer, public_id: str) -> ExamRow:
    """A published exam for whose audience the viewer counts; raises NotFound for any other."""
    exam = quick.sittable(public_id, viewer.unit_path)
    if exam is None:
        raise NotFound
    return exam
