"""The personal test in the browser: choosing subjects, one question at a time, the report at its end."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.clock import now
from lms.database import reading, writing
from lms.errors import NotFound
from lms.i18n import locale_code
from lms.practice import adaptive_service, errors, page, posted, queries
from lms.practice.adaptive_service import KIND
from lms.practice.forms import subjects_of
from lms.practice.models import Round
from lms.practice.report import report
from lms.question_types import TYPE_NAMES
from lms.sitting import queries as sitting
from lms.subjects import SUBJECTS

bp = Blueprint("practice_tests", __name__, url_prefix="/practice/tests", template_folder="templates")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """What the test is, and the subjects to choose from."""
    session = reading()
    held = queries.subjects(session)
    return render_template(
        "practice/test_new.html",
        subjects=[(one.code, one.name(locale_code()), held[one.code]) for one in SUBJECTS if one.code in held],
        tests=queries.tests(session, viewer().id, KIND),
        pass_mark=adaptive_service.PASS_MARK,
    )


@bp.post("/")
@signed_in
def start() -> ResponseReturnValue:
    """Begin a test, or say why there is none."""
    try:
        with writing() as session:
            _refuse_candidates(session)
            made = adaptive_service.start(session, viewer().id, subjects_of(request.form)).public_id
    except (errors.TooFewForTest, errors.WhileSitting) as refusal:
        flash(str(refusal.sentence), "warn")
        return redirect(url_for("practice_tests.index"), 303)
    return redirect(url_for("practice_tests.show", round_id=made), 303)


@bp.get("/<round_id>")
@signed_in
def show(round_id: str) -> ResponseReturnValue:
    """The question that waits, or the report."""
    session = reading()
    held = _test(session, round_id)
    place = adaptive_service.waiting(held)
    if place is None:
        return _report(session, held)
    found = queries.question(session, held.items[place - 1])
    return render_template(
        "practice/test_question.html",
        round=held,
        place=place,
        plan=adaptive_service.plan_of(held),
        found=found,
        q=page.asked(found.version, page.seed_of(held.seed, place)) if found else None,
        shown_at=int(now().timestamp()),
        type_names=TYPE_NAMES,
    )


@bp.post("/<round_id>/<int:place>")
@signed_in
def answer(round_id: str, place: int) -> ResponseReturnValue:
    """Keep an answer; instead of a question that was taken out of practice meanwhile another one is asked."""
    with writing() as session:
        held = _test(session, round_id, lock=True)
        if place == adaptive_service.waiting(held):
            found = queries.question(session, held.items[place - 1])
            if found is None:
                adaptive_service.replace(session, held)
            else:
                given, complaint = posted.given(found, page.seed_of(held.seed, place), request.form)
                if complaint:
                    flash(complaint, "warn")
                else:
                    spent = posted.seconds(request.form)
                    adaptive_service.answer(session, held, found, response=given, seconds=spent)
    return redirect(url_for("practice_tests.show", round_id=round_id), 303)


@bp.post("/<round_id>/end")
@signed_in
def end(round_id: str) -> ResponseReturnValue:
    """End a test before it can tell."""
    with writing() as session:
        adaptive_service.end(session, _test(session, round_id, lock=True))
    return redirect(url_for("practice_tests.show", round_id=round_id), 303)


@bp.get("/<round_id>/<int:place>")
@signed_in
def place(round_id: str, place: int) -> ResponseReturnValue:
    """What was right at a place of a test that has ended; before it leads to the question that waits."""
    session = reading()
    held = _test(session, round_id)
    if held.ended_at is None:
        return redirect(url_for("practice_tests.show", round_id=round_id), 303)
    return page.answered_page(
        session, held, place, gettext("Personal test"), url_for("practice_tests.show", round_id=round_id)
    )


def _report(session: Session, held: Round) -> ResponseReturnValue:
    given = queries.answers(session, held.id)
    stems = queries.stems(session, held.items)
    found = report(
        adaptive_service.plan_of(held), adaptive_service.outcome_of(held), adaptive_service.asked_of(held), given
    )
    return render_template(
        "practice/test_report.html",
        round=held,
        report=found,
        rows=[(place, stems.get(one.item_id), page.outcome(one.share)) for place, one in sorted(given.items())],
        chosen=[name for code, name in _subject_names().items() if code in held.record["subjects"]],
        subject_names=_subject_names(),
        pass_mark=adaptive_service.PASS_MARK,
        least=adaptive_service.LEAST,
    )


def _subject_names() -> dict[str, str]:
    return {one.code: one.name(locale_code()) for one in SUBJECTS}


def _test(session: Session, round_id: str, *, lock: bool = False) -> Round:
    held = queries.round_of(session, viewer().id, round_id, test=KIND, lock=lock)
    if held is None:
        raise NotFound
    _refuse_candidates(session)
    return held


def _refuse_candidates(session: Session) -> None:
    if sitting.is_sitting(session, viewer().id, now()):
        raise errors.WhileSitting
