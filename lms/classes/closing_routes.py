"""Results of a class: marks, what closing would write or wrote for each person, corrections."""

from decimal import Decimal, InvalidOperation
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from courseware.classes.states import State
from lms import jobs
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.classes import closing, marks, queries, readiness, report, rescored, words, workbooks
from lms.classes.forms import CorrectionForm
from lms.classes.models import Learner, TrainingClass
from lms.classes.policy import access_class, access_learner, may_decide
from lms.classes.routes import phase_of, tabs
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.paging import paginate, requested_page

bp = Blueprint("class_closing", __name__, url_prefix="/classes/<class_id>/results", template_folder="templates")

ROWS = 50


@bp.get("")
@requires(Act.MANAGE_CLASSES)
def results(class_id: str) -> ResponseReturnValue:
    """What is, or is to be, written for each person, with what is missing."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    page = paginate(session, queries.learners(found.id), number=requested_page(), size=ROWS)
    closed = found.state == State.CLOSED
    changed = rescored.rescored(session, found)
    ids = [learner.id for learner in page.items]
    return render_template(
        "classes/results.html",
        found=found,
        phase=phase_of(found),
        tabs=tabs(found),
        page=page,
        people=accounts.people_by_ids(
            session, [learner.person_id for learner in (*page.items, *(mark.learner for mark in changed))]
        ),
        lines=closing.planned(session, found, page.items),
        results=queries.results(session, found.id, ids) if closed else {},
        lacking=readiness.lacking(session, found) if found.state == State.APPROVED else [],
        rescored=changed,
        may_decide=closed and may_decide(session, viewer(), found),
        writing=found.job_id if closed and found.job_id and jobs.is_open(session, found.job_id) else None,
        words=words,
    )


@bp.post("")
@requires(Act.MANAGE_CLASSES)
def enter(class_id: str) -> ResponseReturnValue:
    """Enter marks by hand."""
    try:
        with writing() as session:
            found = access_class(session, viewer(), class_id, lock=True)
            count = marks.enter(session, found, _scores(session, found))
        flash(ngettext("%(num)s mark was changed.", "%(num)s marks were changed.", count), "good" if count else "info")
    except NotFound:
        raise
    except (Refused, ValueError) as refusal:
        bad = (
            sentence_of(refusal)
            if isinstance(refusal, Refused)
            else gettext("A mark is a number from 0 to the full marks.")
        )
        flash(bad, "bad")
    return redirect(url_for("class_closing.results", class_id=class_id, page=requested_page()), 303)


def _scores(session: Session, found: TrainingClass) -> dict[int, Decimal | None]:
    """The marks of the form that are not what the page said already, by key of the learner; raises ValueError for what is none."""
    named = request.form.getlist("learner")[:ROWS]
    query = queries.learners(found.id).where(Learner.public_id.in_(named))
    said = {row: request.form.get(f"score-{row.public_id}", "") for row in session.scalars(query)}
    return {
        row.id: _score(text, found) for row, text in said.items() if text != request.form.get(f"was-{row.public_id}")
    }


def _score(text: str, found: TrainingClass) -> Decimal | None:
    try:
        score = Decimal(text.strip()[:12]) if text.strip() else None
    except InvalidOperation:
        raise ValueError(text) from None
    if score is not None and not (score.is_finite() and 0 <= score <= (found.maximum or 0) and score * 100 % 1 == 0):
        raise ValueError(text)
    return score


@bp.post("/exam")
@requires(Act.MANAGE_CLASSES)
def take_exam(class_id: str) -> ResponseReturnValue:
    """Take the results of the exam; in a closed class they are corrections."""
    try:
        with writing() as session:
            found = access_class(session, viewer(), class_id, lock=True)
            closed = found.state == State.CLOSED
            count = rescored.take(session, found, viewer()) if closed else marks.take_exam(session, found)
        flash(ngettext("%(num)s mark was changed.", "%(num)s marks were changed.", count), "good" if count else "info")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("class_closing.results", class_id=class_id), 303)


@bp.route("/people/<learner_id>", methods=["GET", "POST"])
@requires(Act.MANAGE_CLASSES)
def correct(class_id: str, learner_id: str) -> ResponseReturnValue:
    """Every result of a person in a closed class; a correction where the viewer may decide."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    learner = access_learner(session, found, learner_id)
    history, form = queries.history(session, learner.id), CorrectionForm()
    if not history:
        raise NotFound
    if form.validate_on_submit():
        with writing() as session:
            found = access_class(session, viewer(), class_id, lock=True)
            closing.correct(session, found, access_learner(session, found, learner_id), form.given(), viewer())
        flash(gettext("The correction is written; it goes to the transcript."), "good")
        return redirect(url_for("class_closing.correct", class_id=class_id, learner_id=learner_id), 303)
    last = history[-1]
    if not form.is_submitted():
        form.leave.data, form.absent.data, form.score.data, form.exempt.data = (
            last.leave,
            last.absent,
            last.score,
            last.exempt,
        )
    body = render_template(
        "classes/correct.html", found=found, history=history, form=form, person=accounts.person_by_id(session, learner.person_id),
        may=may_decide(session, viewer(), found), tabs=tabs(found), words=words,
    )  # fmt: skip
    return body, 422 if form.errors else 200


@bp.get("/print/results.xlsx")
@requires(Act.MANAGE_CLASSES)
def workbook(class_id: str) -> ResponseReturnValue:
    """The same of everybody as a workbook."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    rows = [[*row[:-2], str(words.OUTCOMES[row[-2]]), row[-1]] for row in report.rows(session, found)]
    heads = [
        gettext("Name"), gettext("Staff number"), gettext("Unit"), gettext("Hours attended"), gettext("Hours on leave"),
        gettext("Hours missing without leave"), gettext("Hours granted"), gettext("Mark"), gettext("Result"), gettext("Certificate number"),
    ]  # fmt: skip
    data = workbooks.table(gettext("Results"), heads, rows)
    return send_file(BytesIO(data), mimetype=workbooks.XLSX, as_attachment=True, download_name=f"{found.name}.xlsx")
