"""The pages on candidates who answered alike: the list by seats, and a pair, whose names are told on asking and written down."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.analysis import copying, copying_page
from lms.analysis.models import CopyingPair
from lms.analysis.policy import access_compared
from lms.audit.service import record
from lms.clock import now
from lms.database import reading, writing
from lms.errors import NotFound
from lms.exams.queries import ExamRow
from lms.paging import paginate, requested_page

bp = Blueprint("copying", __name__, url_prefix="/exams/<exam_id>/analysis/copying", template_folder="templates")


@bp.get("")
@requires(Act.MANAGE_EXAMS)
def index(exam_id: str) -> ResponseReturnValue:
    """The pairs to look at, by their seats."""
    session = reading()
    exam = access_compared(session, viewer(), exam_id)
    return render_template(
        "analysis/copying.html",
        exam=exam,
        found=copying.of_exam(session, exam.id),
        at_work=copying.under_way(session, exam),
        over=exam.phase(now()) == "over",
        least=copying.LEAST_CANDIDATES,
        page=paginate(session, copying.pairs(exam.id), number=requested_page()),
        seat_words=copying_page.seat_words,
        one_in=copying_page.one_in,
    )


@bp.post("")
@requires(Act.MANAGE_EXAMS)
def compare(exam_id: str) -> ResponseReturnValue:
    """Have the candidates compared."""
    with writing() as session:
        exam = access_compared(session, viewer(), exam_id)
        if exam.phase(now()) == "over":
            copying.ask(session, exam)
            record(session, "exam.copying.ask", thing="exam", thing_id=exam.public_id)
    return redirect(url_for("copying.index", exam_id=exam_id), 303)


@bp.get("/<pair_id>")
@requires(Act.MANAGE_EXAMS)
def show(exam_id: str, pair_id: str) -> ResponseReturnValue:
    """A pair by its seats, without names."""
    return _page(reading(), *_pair(reading(), exam_id, pair_id), None)


@bp.post("/<pair_id>")
@requires(Act.MANAGE_EXAMS)
def look(exam_id: str, pair_id: str) -> ResponseReturnValue:
    """The pair with names and answers; that it was looked at stands in the audit log."""
    with writing() as session:
        exam, pair = _pair(session, exam_id, pair_id)
        opened = copying_page.opened(session, exam, pair)
        after = {"exam": exam.public_id, "attempts": opened.attempts}
        record(session, "exam.copying.look", thing="pair", thing_id=pair.public_id, after=after)
    return _page(reading(), exam, pair, opened)


def _pair(session: Session, exam_id: str, pair_id: str) -> tuple[ExamRow, CopyingPair]:
    exam = access_compared(session, viewer(), exam_id)
    pair = copying.pair(session, exam.id, pair_id)
    if pair is None:
        raise NotFound
    return exam, pair


def _page(session: Session, exam: ExamRow, pair: CopyingPair, opened: copying_page.Pair | None) -> str:
    return render_template(
        "analysis/copying_pair.html",
        exam=exam,
        pair=pair,
        opened=opened,
        plan=copying_page.plan_of(session, exam, pair),
        seat_words=copying_page.seat_words,
        one_in=copying_page.one_in,
        clock=copying_page.clock,
    )
