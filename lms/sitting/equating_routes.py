"""The examiner's page on the own pass marks of an exam's papers: what they would change, and deciding on them."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.exams.policy import access_exam
from lms.exams.queries import ExamRow
from lms.paging import SIZE, Page, requested_page
from lms.sitting import decisions, equating
from lms.sitting.forms import ProposalForm
from lms.sitting.models import Decision
from question_bank.equating import Facts

bp = Blueprint("equating", __name__, url_prefix="/sitting/exam/<exam_id>/pass-marks", template_folder="templates")


@bp.get("")
@requires(Act.MANAGE_EXAMS)
def index(exam_id: str) -> ResponseReturnValue:
    """Figures, papers, decisions."""
    return _page(access_exam(reading(), viewer(), exam_id), ProposalForm(formdata=None)), 200


@bp.post("/work-out")
@requires(Act.MANAGE_EXAMS)
def work_out(exam_id: str) -> ResponseReturnValue:
    """Have them worked out again."""
    try:
        with writing() as session:
            equating.ask(session, access_exam(session, viewer(), exam_id))
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("equating.index", exam_id=exam_id), 303)


@bp.post("/propose")
@requires(Act.MANAGE_EXAMS)
def propose(exam_id: str) -> ResponseReturnValue:
    """Propose that they count, or that the exam's counts again."""
    exam, form = access_exam(reading(), viewer(), exam_id), ProposalForm()
    if not form.validate_on_submit():
        return _page(exam, form), 422
    try:
        with writing() as session:
            exam = access_exam(session, viewer(), exam_id)
            equating.propose(session, exam, str(form.kind.data), str(form.reason.data), viewer())
        flash(gettext("It is proposed. Another examiner must agree."), "good")
    except Refused as refusal:
        form.reason.errors = (sentence_of(refusal),)
        return _page(exam, form), refusal.status
    return redirect(url_for("equating.index", exam_id=exam_id), 303)


@bp.post("/<decision_id>/<answer>")
@requires(Act.MANAGE_EXAMS)
def decide(exam_id: str, decision_id: str, answer: str) -> ResponseReturnValue:
    """Agree to a proposal or decline it."""
    if answer not in {"agree", "decline"}:
        raise NotFound
    try:
        with writing() as session:
            exam = access_exam(session, viewer(), exam_id)
            equating.decide(session, exam, decision_id, viewer(), agree=answer == "agree")
        flash(gettext("Agreed. The results follow in a moment.") if answer == "agree" else gettext("Declined."), "good")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("equating.index", exam_id=exam_id), 303)


def _page(exam: ExamRow, form: ProposalForm) -> str:
    session = reading()
    worked, found = equating.latest(session, exam.id), decisions.all_of(session, exam.id)
    everybody = request.args.get("show") == "all"
    ids: Sequence[int] = () if worked is None else worked.attempts if everybody else worked.changed
    number = min(requested_page(), max(1, -(-len(ids) // SIZE)))
    some = ids[(number - 1) * SIZE : number * SIZE]
    rows = equating.papers(session, worked, some) if worked and some else []
    people = accounts.people_by_ids(session, sorted({row.person_id for row in rows} | _deciders(found)))
    return render_template(
        "sitting/pass_marks.html",
        exam=exam,
        form=form,
        worked=worked,
        known=Facts.from_record(worked.facts) if worked else None,
        possible=equating.possible(session, exam),
        at_work=equating.at_work(session, exam, found),
        page=Page(rows, number, SIZE, len(ids)),
        everybody=everybody,
        people=people,
        decisions=found,
        in_force=equating.in_force(found),
        pending=next((one for one in found if one.agreed is None and one.remarking_id is None), None),
        me=viewer().id,
    )


def _deciders(found: Sequence[Decision]) -> set[int]:
    both = {one.proposed_by for one in found} | {one.decided_by for one in found}
    return {person for person in both if person is not None}
