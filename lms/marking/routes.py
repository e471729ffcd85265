"""The examiner's pages on marking: rules, markers, criteria, progress, how far markers agree, bringing marks in."""

from collections.abc import Callable, Collection

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
from lms.exams import queries as exams
from lms.exams.policy import access_exam, refuse_archived
from lms.exams.queries import ExamRow
from lms.marking import allotting, closing, figures, marks, plans, queries
from lms.marking.answer_files import response_of
from lms.marking.forms import MarkerForm, RubricForm, RulesForm, SendBackForm
from lms.marking.models import Plan
from lms.paging import paginate, requested_page
from lms.richtext import rendered
from lms.sitting import queries as sitting
from question_bank.interactions.file_answer import FileAsked
from question_bank.moderation import Marking, Rubric

bp = Blueprint("marking", __name__, url_prefix="/exams/<exam_id>/marking", template_folder="templates")
#: people offered as markers
FOUND = 50


@bp.get("")
@requires(Act.MANAGE_EXAMS)
def index(exam_id: str) -> ResponseReturnValue:
    """How the exam is marked and how far it is."""
    exam = access_exam(reading(), viewer(), exam_id)
    marking = _marking(exam)
    return _index(exam, RulesForm(formdata=None, data=RulesForm.filled(marking)), MarkerForm(formdata=None)), 200


@bp.post("/rules")
@requires(Act.MANAGE_EXAMS)
def rules(exam_id: str) -> ResponseReturnValue:
    """Keep by which rules it is marked."""
    exam, form = access_exam(reading(), viewer(), exam_id), RulesForm()
    if not form.validate_on_submit():
        return _index(exam, form, MarkerForm(formdata=None)), 422
    return _done(
        exam_id, lambda session, exam: plans.set_rules(session, exam, form.marking(), viewer()), gettext("Kept.")
    )


@bp.post("/markers")
@requires(Act.MANAGE_EXAMS)
def add_marker(exam_id: str) -> ResponseReturnValue:
    """Somebody marks from now on."""
    exam, form = access_exam(reading(), viewer(), exam_id), MarkerForm()
    form.offer(_people([person.person_id for person in plans.markers(reading(), exam.id)]))
    if not form.validate_on_submit():
        return _index(exam, RulesForm(formdata=None, data=RulesForm.filled(_marking(exam))), form), 422

    def add(session: Session, exam: ExamRow) -> None:
        person = accounts.person_by_public_id(session, str(form.person.data))
        plans.add_marker(session, exam, person, viewer(), adjudicates=bool(form.adjudicates.data))
        if session.get(Plan, exam.id) is not None:
            marks.adjudicate(session, exam, marks.waiting_for_adjudicator(session, exam))

    return _done(exam_id, add, gettext("Added."))


@bp.post("/markers/<person_id>/off")
@requires(Act.MANAGE_EXAMS)
def take_off(exam_id: str, person_id: str) -> ResponseReturnValue:
    """Somebody marks no more; what they have not marked goes to others."""

    def off(session: Session, exam: ExamRow) -> None:
        person = accounts.person_by_public_id(session, person_id)
        plans.take_off(session, exam, person)
        plan = session.get(Plan, exam.id)
        if plan is not None and plan.allotted_at is not None:
            marks.hand_over(session, exam, person.id)

    return _done(exam_id, off, gettext("Taken off. What was not marked is with others now."))


@bp.post("/draw")
@requires(Act.MANAGE_EXAMS)
def draw(exam_id: str) -> ResponseReturnValue:
    """Draw the answers among the markers."""
    return _done(exam_id, allotting.ask, "")


@bp.post("/take-back")
@requires(Act.MANAGE_EXAMS)
def take_back(exam_id: str) -> ResponseReturnValue:
    """Take all answers off the desks, as long as no mark was given."""
    return _done(
        exam_id, allotting.take_back, gettext("The answers are taken back. Rules, criteria and markers can be changed.")
    )


@bp.post("/bring-in")
@requires(Act.MANAGE_EXAMS)
def bring_in(exam_id: str) -> ResponseReturnValue:
    """Close marking; the change of results that it means is shown next."""
    try:
        with writing() as session:
            exam = access_exam(session, viewer(), exam_id)
            refuse_archived(session, exam.id)
            change = closing.bring_in(session, exam, viewer())
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
        return redirect(url_for("marking.index", exam_id=exam_id), 303)
    return redirect(url_for("remark.preview", exam_id=exam_id, change_id=change), 303)


@bp.post("/open-again")
@requires(Act.MANAGE_EXAMS)
def open_again(exam_id: str) -> ResponseReturnValue:
    """Let marks be changed once more."""
    return _done(exam_id, closing.open_again, gettext("Marking is open again."))


@bp.route("/questions/<question_id>/criteria", methods=["GET", "POST"])
@requires(Act.MANAGE_EXAMS)
def criteria(exam_id: str, question_id: str) -> ResponseReturnValue:
    """The criteria of a question."""
    exam = access_exam(reading(), viewer(), exam_id)
    question = plans.question_of(reading(), exam.id, question_id)
    kept = RubricForm.filled(Rubric.from_record(question.rubric))
    form = RubricForm(data=None if request.method == "POST" else kept)
    if "add" in request.form and len(form.criteria) < (form.criteria.max_entries or 0):
        form.criteria.append_entry()
    elif form.validate_on_submit():
        found = form.rubric(question.marks)
        if found is not None:
            said = gettext("The criteria were kept.")
            return _done(exam_id, lambda session, exam: plans.set_rubric(session, exam, question_id, found), said)
    version = exams.snapshot_of(exam.id)[question.item_version_id]
    return render_template(
        "marking/criteria.html",
        exam=exam,
        question=question,
        version=version,
        stem=rendered(version.stem),
        model_answer=rendered(version.interaction.key_summary(version.body)),
        form=form,
        plan=plans.of_exam(reading(), exam.id),
    ), 422 if form.form_errors or form.errors else 200


@bp.get("/questions/<question_id>")
@requires(Act.MANAGE_EXAMS)
def answers(exam_id: str, question_id: str) -> ResponseReturnValue:
    """The answers to a question and who gave them what; not whose they are."""
    session = reading()
    exam = access_exam(session, viewer(), exam_id)
    question, plan = plans.question_with_plan(session, exam.id, question_id)
    state = request.args.get("state", "")
    page = paginate(session, queries.scripts(question.id, state), number=requested_page())
    scripts = page.items
    given = queries.given(session, [script.id for script in scripts])
    version = exams.snapshot_of(exam.id)[question.item_version_id]
    asks_file = isinstance(version.body, FileAsked)
    return render_template(
        "marking/answers.html",
        exam=exam,
        question=question,
        stem=rendered(version.stem),
        page=page,
        scripts=scripts,
        given=given,
        texts={} if asks_file else queries.texts_of(session, scripts),
        files=queries.files_of(session, scripts) if asks_file else {},
        people=accounts.people_by_ids(session, sorted({one.person_id for rows in given.values() for one in rows})),
        state=state,
        plan=plan,
        form=SendBackForm(formdata=None),
    )


@bp.get("/answers/<script_id>/file")
@requires(Act.MANAGE_EXAMS)
def file(exam_id: str, script_id: str) -> ResponseReturnValue:
    """The copy of the file that was handed in, as markers get it."""
    exam = access_exam(reading(), viewer(), exam_id)
    found = queries.file_of(reading(), queries.script_of(reading(), exam.id, script_id))
    if found is None or not found.path.is_file():
        raise NotFound
    return response_of(found, script_id)


@bp.post("/answers/<script_id>/send-back")
@requires(Act.MANAGE_EXAMS)
def send_back(exam_id: str, script_id: str) -> ResponseReturnValue:
    """Have an answer marked once more by somebody who has marked it."""
    form = SendBackForm()
    if not form.validate_on_submit():
        flash(gettext("Give a reason of at most 200 characters."), "bad")
        return redirect(url_for("marking.index", exam_id=exam_id), 303)

    def back(session: Session, exam: ExamRow) -> None:
        person = accounts.person_by_public_id(session, str(form.person.data))
        marks.send_back(session, exam, script_id, person.id, str(form.reason.data))

    return _done(exam_id, back, gettext("It is on the marker's desk again."))


@bp.post("/answers/<script_id>/review")
@requires(Act.MANAGE_EXAMS)
def review(exam_id: str, script_id: str) -> ResponseReturnValue:
    """Have an answer marked by somebody who has not seen it."""
    said = gettext("It is on another marker's desk.")
    return _done(exam_id, lambda session, exam: marks.review(session, exam, script_id), said)


@bp.get("/figures")
@requires(Act.MANAGE_EXAMS)
def figures_(exam_id: str) -> ResponseReturnValue:
    """How far markers agree."""
    session = reading()
    exam = access_exam(session, viewer(), exam_id)
    found = figures.rows(session, exam.id)
    own = figures.of_markers(found)
    return render_template(
        "marking/figures.html",
        exam=exam,
        markers=own,
        pairs=figures.of_pairs(found, _marking(exam)),
        people=accounts.people_by_ids(session, sorted(own)),
    )


def _done(exam_id: str, act: Callable[[Session, ExamRow], object], said: str) -> ResponseReturnValue:
    """Do something in a transaction and go back to the page, which says what came of it."""
    try:
        with writing() as session:
            exam = access_exam(session, viewer(), exam_id)
            refuse_archived(session, exam.id)
            act(session, exam)
        if said:
            flash(said, "good")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("marking.index", exam_id=exam_id), 303)


def _marking(exam: ExamRow) -> Marking:
    plan = plans.of_exam(reading(), exam.id)
    return plans.marking_of(plan) if plan else Marking()


def _people(mark: Collection[int]) -> dict[str, str]:
    """Who can be added, by public id: those with the role of a marker beside these, who mark the exam."""
    words = request.args.get("q", "").strip()[:60]
    found = accounts.holders_of(reading(), Act.MARK, now=now(), search=words, limit=FOUND + len(mark))
    return {
        person.public_id: f"{person.name} ({person.unit_name or '-'}, {person.staff_number})"
        for person in found
        if person.id not in mark
    }


def _index(exam: ExamRow, form: RulesForm, marker: MarkerForm) -> str:
    session = reading()
    plan, rows = plans.of_exam(session, exam.id), queries.marker_rows(session, exam.id)
    drawn = plan is not None and plan.allotted_at is not None
    questions = queries.questions(session, exam) if plan else []
    missing = sum(row.answers - row.final for row in questions)
    offered = {} if plan is None or plan.remarking else _people({row.person_id for row in rows if row.left_at is None})
    marker.offer(offered)
    return render_template(
        "marking/index.html",
        exam=exam,
        plan=plan,
        form=form,
        marker=marker,
        offered=len(offered),
        words=request.args.get("q", ""),
        rows=rows,
        people=accounts.people_by_ids(session, [row.person_id for row in rows]),
        questions=questions,
        missing=missing,
        reviewed=sum(map(len, closing.reviewed(session, exam).values())) if exam.marked_at else 0,
        stuck=len(marks.waiting_for_adjudicator(session, exam)) if missing else 0,
        complete=not drawn and sitting.complete(session, exam),
        at_work=not drawn and allotting.under_way(session, exam),
        adjudicators=sum(row.adjudicates and row.left_at is None for row in rows),
    )
