"""The pages on essays with passages in common: the list without names, and a pair, which is opened on asking and written down."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.analysis import copying_page, essays, essays_page
from lms.analysis.models import EssayPair
from lms.analysis.policy import access_essays
from lms.audit.service import record
from lms.clock import now
from lms.database import reading, writing
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.paging import paginate, requested_page
from lms.richtext import rendered_stem
from question_bank.analysis.similarity import LEAST_COMMON, LEAST_LETTERS
from question_bank.interactions.base import TEXT_LENGTH

bp = Blueprint("essays", __name__, url_prefix="/exams/<exam_id>/analysis/essays", template_folder="templates")


@bp.get("")
@requires(Act.MANAGE_EXAMS)
def index(exam_id: str) -> ResponseReturnValue:
    """The pairs to look at, without names."""
    session = reading()
    exam = access_essays(session, viewer(), exam_id)
    ref = request.args.get("ref", "")
    sort, order = request.args.get("sort", "share"), request.args.get("order", "desc")
    query = essays.pairs(exam.id, ref=ref, sort=sort, descending=order == "desc")
    return render_template(
        "analysis/essays.html",
        exam=exam,
        found=essays.of_exam(session, exam.id),
        at_work=essays.under_way(session, exam),
        over=exam.phase(now()) == "over",
        page=paginate(session, query, number=requested_page()),
        offered=[("", gettext("all")), *((one, one) for one in essays.refs(session, exam.id))],
        ref=ref,
        sort=sort,
        order=order,
        seat_words=copying_page.seat_words,
        limits={
            "least": LEAST_LETTERS, "common": LEAST_COMMON, "longest": TEXT_LENGTH, "most": essays.MOST_TEXTS,
            "pairs": essays.MOST_PAIRS,
        },
    )  # fmt: skip


@bp.post("")
@requires(Act.MANAGE_EXAMS)
def compare(exam_id: str) -> ResponseReturnValue:
    """Have the essays compared."""
    with writing() as session:
        exam = access_essays(session, viewer(), exam_id)
        if exam.phase(now()) == "over":
            essays.ask(session, exam)
            record(session, "exam.essays.ask", thing="exam", thing_id=exam.public_id)
    return redirect(url_for("essays.index", exam_id=exam_id), 303)


@bp.get("/<pair_id>")
@requires(Act.MANAGE_EXAMS)
def show(exam_id: str, pair_id: str) -> ResponseReturnValue:
    """A pair without names and texts."""
    return _page(*_pair(reading(), exam_id, pair_id), None)


@bp.post("/<pair_id>")
@requires(Act.MANAGE_EXAMS)
def look(exam_id: str, pair_id: str) -> ResponseReturnValue:
    """The pair with names and texts; that it was looked at stands in the audit log."""
    with writing() as session:
        exam, pair = _pair(session, exam_id, pair_id)
        opened = essays_page.opened(session, pair)
        after = {"exam": exam.public_id, "question": pair.ref, "attempts": [side.attempt for side in opened.sides]}
        record(session, "exam.essays.look", thing="pair", thing_id=pair.public_id, after=after)
    return _page(exam, pair, opened)


def _pair(session: Session, exam_id: str, pair_id: str) -> tuple[ExamRow, EssayPair]:
    exam = access_essays(session, viewer(), exam_id)
    pair = essays.pair(session, exam.id, pair_id)
    if pair is None:
        raise NotFound
    return exam, pair


def _page(exam: ExamRow, pair: EssayPair, opened: essays_page.Pair | None) -> str:
    version = next((one for one in exams.snapshot_of(exam.id).values() if one.ref == pair.ref), None)
    return render_template(
        "analysis/essay_pair.html",
        exam=exam,
        pair=pair,
        opened=opened,
        stem=rendered_stem(version.stem) if version else "",
        seat_words=copying_page.seat_words,
    )
