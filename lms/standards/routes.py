"""The examiner's pages on where the pass mark comes from: worksheets, their panels and rounds, what they came to."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.clock import now
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.exams.policy import access_exam, refuse_archived
from lms.exams.queries import ExamRow
from lms.richtext import rendered_stem
from lms.standards import queries, service
from lms.standards.forms import SHORT_NAMES, BeginForm, JudgeForm, SettleForm
from lms.standards.models import Sheet
from question_bank.cut_scores import ANGOFF, Standard

bp = Blueprint("standards", __name__, url_prefix="/exams/<exam_id>/standards", template_folder="templates")
#: people offered as judges, and the longest search for them
FOUND, SEARCH_LENGTH = 50, 60


@bp.route("", methods=["GET", "POST"])
@requires(Act.MANAGE_EXAMS)
def index(exam_id: str) -> ResponseReturnValue:
    """The worksheets of an exam, and beginning one."""
    exam, form = access_exam(reading(), viewer(), exam_id), BeginForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                exam = access_exam(session, viewer(), exam_id)
                refuse_archived(session, exam.id)
                made = service.begin(session, exam, str(form.method.data), viewer())
            return redirect(url_for("standards.show", exam_id=exam_id, sheet_id=made), 303)
        except NotFound:
            raise
        except Refused as refusal:
            form.method.errors = (sentence_of(refusal),)
    sheets = queries.of_exam(reading(), exam.id)
    body = render_template(
        "standards/index.html",
        exam=exam,
        form=form,
        sheets=sheets,
        standards={sheet.id: Standard.from_record(sheet.standard) for sheet in sheets if sheet.standard},
        names=SHORT_NAMES,
    )
    return body, 422 if form.errors else 200


@bp.get("/<sheet_id>")
@requires(Act.MANAGE_EXAMS)
def show(exam_id: str, sheet_id: str) -> ResponseReturnValue:
    """A worksheet: panel, rounds, questions, what it came to."""
    exam = access_exam(reading(), viewer(), exam_id)
    return _page(exam, queries.sheet_of(reading(), exam.id, sheet_id), SettleForm(formdata=None)), 200


@bp.post("/<sheet_id>/judges")
@requires(Act.MANAGE_EXAMS)
def add_judge(exam_id: str, sheet_id: str) -> ResponseReturnValue:
    """Somebody judges from now on."""
    exam, form = access_exam(reading(), viewer(), exam_id), JudgeForm()
    queries.sheet_of(reading(), exam.id, sheet_id)
    form.offer(_people(()))
    if not form.validate_on_submit():
        flash(gettext("Choose a person."), "bad")
        return redirect(url_for("standards.show", exam_id=exam_id, sheet_id=sheet_id), 303)

    def add(session: Session, exam: ExamRow, sheet: Sheet) -> None:
        person = accounts.person_by_public_id(session, str(form.person.data))
        service.add_judge(session, exam, sheet, person.id, viewer())

    return _done(exam_id, sheet_id, add, gettext("Added."))


@bp.post("/<sheet_id>/judges/<person_id>/off")
@requires(Act.MANAGE_EXAMS)
def take_off(exam_id: str, sheet_id: str, person_id: str) -> ResponseReturnValue:
    """Somebody who has not judged yet judges no more."""

    def off(session: Session, exam: ExamRow, sheet: Sheet) -> None:
        service.take_off(session, exam, sheet, accounts.person_by_public_id(session, person_id).id)

    return _done(exam_id, sheet_id, off, gettext("Taken off."))


@bp.post("/<sheet_id>/round")
@requires(Act.MANAGE_EXAMS)
def next_round(exam_id: str, sheet_id: str) -> ResponseReturnValue:
    """Let everybody judge once more."""
    return _done(
        exam_id, sheet_id, service.next_round, gettext("The next round is open. Judges now see what all said.")
    )


@bp.post("/<sheet_id>/settle")
@requires(Act.MANAGE_EXAMS)
def settle(exam_id: str, sheet_id: str) -> ResponseReturnValue:
    """Keep what the last round came to."""
    exam, form = access_exam(reading(), viewer(), exam_id), SettleForm()
    if not form.validate_on_submit():
        return _page(exam, queries.sheet_of(reading(), exam.id, sheet_id), form), 422
    reason = str(form.reason.data)
    return _done(
        exam_id,
        sheet_id,
        lambda session, exam, sheet: service.settle(session, exam, sheet, reason, viewer()),
        gettext("Settled."),
    )


@bp.post("/<sheet_id>/take")
@requires(Act.MANAGE_EXAMS)
def take(exam_id: str, sheet_id: str) -> ResponseReturnValue:
    """Take it as the pass mark of the exam."""
    change = list[str | None]()
    said = _done(
        exam_id,
        sheet_id,
        lambda session, exam, sheet: change.append(service.take(session, exam, sheet, viewer())),
        gettext("It is the pass mark."),
    )
    if change and change[0]:
        return redirect(url_for("remark.preview", exam_id=exam_id, change_id=change[0]), 303)
    return said


def _done(
    exam_id: str, sheet_id: str, act: Callable[[Session, ExamRow, Sheet], object], said: str
) -> ResponseReturnValue:
    try:
        with writing() as session:
            exam = access_exam(session, viewer(), exam_id)
            refuse_archived(session, exam.id)
            act(session, exam, queries.sheet_of(session, exam.id, sheet_id, lock=True))
        flash(said, "good")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("standards.show", exam_id=exam_id, sheet_id=sheet_id), 303)


def _people(judges: tuple[int, ...] | list[int]) -> dict[str, str]:
    """Who can judge: reviewers and examiners, beside those who do; as far as the words of the address find them."""
    found, words = dict[str, str](), request.args.get("q", "").strip()[:SEARCH_LENGTH]
    for act in (Act.REVIEW_ITEMS, Act.MANAGE_EXAMS):
        for person in accounts.holders_of(reading(), act, now=now(), search=words, limit=FOUND + len(judges)):
            if person.id not in judges:
                found[person.public_id] = f"{person.name} ({person.unit_name or '-'}, {person.staff_number})"
    return found


def _page(exam: ExamRow, sheet: Sheet, form: SettleForm) -> str:
    session = reading()
    judges, given = queries.judges(session, sheet.id), queries.judgements(session, sheet)
    of_angoff = sheet.method == ANGOFF
    versions = queries.versions(session, exam, sheet) if of_angoff else {}
    judge = JudgeForm(formdata=None)
    judge.offer(_people(judges))
    return render_template(
        "standards/sheet.html",
        exam=exam,
        sheet=sheet,
        form=form,
        judge=judge,
        judges=judges,
        judged={person for one in given.values() for person in one},
        words=request.args.get("q", ""),
        people=accounts.people_by_ids(session, judges),
        given=given.get(sheet.round, {}),
        numbers=sorted(given),
        rounds=queries.rounds(session, exam, sheet) if of_angoff else [],
        questions=[(versions[key].ref, rendered_stem(versions[key].stem), worth) for key, worth in sheet.content],
        known=queries.facilities(session, exam, sheet) if of_angoff else [],
        compromise=_compromise(exam, sheet, given.get(sheet.round, {})),
        standard=Standard.from_record(sheet.standard) if sheet.standard else None,
        names=SHORT_NAMES,
        over=exam.phase(now()) == "over",
    )


def _compromise(exam: ExamRow, sheet: Sheet, given: dict[int, list[int]]) -> object:
    """Where Hofstee's bounds meet the results so far, None where that cannot be said."""
    if sheet.method == ANGOFF or not given:
        return None
    try:
        return service.compromise(reading(), exam, given)
    except Refused:
        return None
