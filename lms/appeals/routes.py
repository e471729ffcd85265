"""A candidate's own appeals: making one, reading how far it is, taking it back."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.appeals import queries, service
from lms.appeals.forms import AppealForm
from lms.appeals.policy import access_own
from lms.appeals.service import Possible
from lms.appeals.words import STAGE_COLOURS, STAGE_NAMES, STAGE_WORDS, STEP_NAMES
from lms.database import reading, writing
from lms.errors import Refused, sentence_of
from lms.exams import queries as exams
from lms.i18n import plain
from lms.paging import paginate, requested_page
from lms.sitting import queries as sitting
from lms.sitting.policy import Sat, access_own_attempt
from lms.sitting.queries import Graded

bp = Blueprint("appeals", __name__, url_prefix="/appeals", template_folder="templates")
#: what of its steps a candidate reads
TOLD = ("made", "taken", "found", "confirmed", "withdrawn")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """One's own appeals."""
    page = paginate(reading(), queries.mine(viewer().id), number=requested_page())
    found = exams.by_ids(reading(), sorted({appeal.exam_id for appeal, _stage in page.items}))
    return render_template("appeals/index.html", page=page, exams=found, names=STAGE_NAMES, colours=STAGE_COLOURS)


@bp.route("/attempt/<attempt_id>", methods=["GET", "POST"])
@signed_in
def attempt(attempt_id: str) -> ResponseReturnValue:
    """What there was of appeals against the result of an attempt, and a form for another one where it is possible."""
    sat, form = access_own_attempt(viewer(), attempt_id), AppealForm()
    chance, refusal = _chance(sat)
    form.offer(_labels(chance.graded) if chance else {})
    if form.validate_on_submit():
        with writing() as session:
            made = service.make(session, sat, form.numbers(), str(form.reason.data), viewer())
        flash(gettext("Your appeal has been handed in."), "good")
        return redirect(url_for("appeals.show", appeal_id=made), 303)
    body = render_template(
        "appeals/attempt.html",
        exam=sat.exam,
        attempt_id=attempt_id,
        form=form,
        refusal=refusal,
        until=chance.until if chance else None,
        appeals=queries.of_attempt(reading(), sat.attempt.id),
        names=STAGE_NAMES,
        colours=STAGE_COLOURS,
    )
    return body, 422 if form.errors else 200


@bp.get("/<appeal_id>")
@signed_in
def show(appeal_id: str) -> ResponseReturnValue:
    """How far an appeal is, and what came of it; never by whom."""
    session = reading()
    appeal, exam = access_own(session, viewer(), appeal_id)
    found = sitting.gradings(session, appeal.attempt_id, exam.id)
    stage = "changed" if queries.outcome(appeal, found) else appeal.state
    return render_template(
        "appeals/show.html",
        appeal=appeal,
        exam=exam,
        stage=stage,
        attempt_id=sitting.paper_of(session, appeal.attempt_id)[0],
        steps=[step for step in queries.steps(session, appeal.id) if step.kind in TOLD],
        outcome=queries.outcome(appeal, found),
        settled=stage in ("kept", "mending", "changed"),
        withdrawable=stage in service.WITHDRAWABLE,
        names=STAGE_NAMES,
        colours=STAGE_COLOURS,
        words=STAGE_WORDS,
        step_names=STEP_NAMES,
    )


@bp.post("/<appeal_id>/withdraw")
@signed_in
def withdraw(appeal_id: str) -> ResponseReturnValue:
    """Take it back."""
    with writing() as session:
        appeal, _exam = access_own(session, viewer(), appeal_id, lock=True)
        service.withdraw(session, appeal, viewer())
    flash(gettext("Your appeal is withdrawn."), "info")
    return redirect(url_for("appeals.show", appeal_id=appeal_id), 303)


def _chance(sat: Sat) -> tuple[Possible | None, str]:
    """What an appeal would be about; or why there can be none."""
    try:
        return service.possible(reading(), sat), ""
    except Refused as refusal:
        return None, sentence_of(refusal)


def _labels(graded: Graded) -> dict[int, str]:
    """The questions by number, with what they earned."""
    return {
        number: gettext(
            "Question %(number)s (%(earned)s of %(marks)s marks)",
            number=number, earned=plain(earned), marks=plain(marks),
        )
        for number, (earned, marks) in enumerate(graded.earned(), 1)
    }  # fmt: skip
