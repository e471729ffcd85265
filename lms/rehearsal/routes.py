"""The page of an exam's rehearsals, for those who manage the exam."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.config import Config
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.exams.policy import access_exam
from lms.rehearsal import errors, queries, service
from lms.rehearsal.forms import RehearsalForm

bp = Blueprint("rehearsal", __name__, url_prefix="/exams", template_folder="templates")

#: how a rehearsal ended, in words, with the colour of its badge
ENDS = {
    "played": (lazy_gettext("Played"), "good"),
    "failed": (lazy_gettext("Failed"), "bad"),
    "stopped": (lazy_gettext("Stopped"), "warn"),
    "interrupted": (lazy_gettext("Interrupted"), "warn"),
}
#: why no larger cohort was played
STOPS = {
    "done": lazy_gettext("Even twice as many as expected were served in time."),
    "target": lazy_gettext("The next cohort had to wait longer than the target, or met errors."),
    "time": lazy_gettext("There was no time for a larger cohort."),
    "files": lazy_gettext("This machine lets a process open too few files for a larger cohort."),
}
#: why it was stopped, where whoever asked did not stop it
WHYS = {"exam": lazy_gettext("An exam was opened meanwhile."), "busy": errors.AtWork.sentence}


@bp.get("/<exam_id>/rehearsals")
@requires(Act.MANAGE_EXAMS)
def index(exam_id: str) -> ResponseReturnValue:
    """What rehearsals found, and how far the present one is."""
    session = reading()
    exam = access_exam(session, viewer(), exam_id)
    running = queries.at_work(session)
    return render_template(
        "rehearsal/index.html",
        exam=exam,
        form=RehearsalForm(candidates=service.expected(session, exam)),
        refusal=_refusal() if running is None else None,
        running=running,
        rehearsals=queries.ended(session, exam.id),
        target=service.Target(),
        minutes=int(service.LIMIT.total_seconds() // 60),
        ends=ENDS,
        stops=STOPS,
        whys=WHYS,
    )


@bp.post("/<exam_id>/rehearsals")
@requires(Act.MANAGE_EXAMS)
def ask(exam_id: str) -> ResponseReturnValue:
    """Have the exam rehearsed; a refusal is shown on the page."""
    form = RehearsalForm()
    here = redirect(url_for("rehearsal.index", exam_id=exam_id), 303)
    try:
        with writing() as session:
            exam = access_exam(session, viewer(), exam_id)
            if not form.validate_on_submit():
                raise errors.TooMany(most=service.MOST)
            service.ask(session, _config(), exam, form.candidates.data or 0, owner=viewer().public_id)
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return here


def _refusal() -> str | None:
    """Why no rehearsal can begin now, None where one can."""
    try:
        service.refuse(reading(), _config())
    except Refused as refusal:
        return sentence_of(refusal)
    return None


def _config() -> Config:
    found: Config = current_app.extensions["config"]
    return found
