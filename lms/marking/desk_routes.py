"""The marker's desk: answers to one question after the other, blindly."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.clock import now
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.exams import queries as exams
from lms.marking import marks, queries
from lms.marking.answer_files import PICTURES, response_of
from lms.marking.forms import MarkForm, points
from lms.marking.queries import Sheet
from lms.paging import paginate, requested_page
from lms.passages import Passage, passages
from lms.richtext import rendered

bp = Blueprint("marking_desk", __name__, url_prefix="/marking", template_folder="templates")


@bp.get("/")
@requires(Act.MARK)
def index() -> ResponseReturnValue:
    """What lies on one's desk."""
    return render_template("marking/desk.html", piles=queries.desk(reading(), viewer().id))


@bp.get("/<question_id>/next")
@requires(Act.MARK)
def next_(question_id: str) -> ResponseReturnValue:
    """The next answer to a question, or the list of those that were marked."""
    question, _done, _total = queries.pile_of(reading(), viewer().id, question_id)
    found = queries.next_script(reading(), viewer().id, question.id)
    if found is None:
        return redirect(url_for("marking_desk.pile", question_id=question_id), 303)
    return redirect(url_for("marking_desk.script", question_id=question_id, script_id=found), 303)


@bp.get("/<question_id>")
@requires(Act.MARK)
def pile(question_id: str) -> ResponseReturnValue:
    """What one has marked of a question."""
    session = reading()
    question, done, total = queries.pile_of(session, viewer().id, question_id)
    return render_template(
        "marking/pile.html",
        question=question,
        version=exams.snapshot_of(question.exam_id)[question.item_version_id],
        done=done,
        total=total,
        page=paginate(session, queries.marked(question.id, viewer().id), number=requested_page()),
    )


@bp.route("/<question_id>/answers/<script_id>", methods=["GET", "POST"])
@requires(Act.MARK)
def script(question_id: str, script_id: str) -> ResponseReturnValue:
    """An answer: read it, give its marks, go on to the next one."""
    form, sheet = MarkForm(), _sheet(question_id, script_id)
    if form.validate_on_submit():
        try:
            _give(form, question_id, script_id)
        except NotFound:
            raise
        except Refused as refusal:
            return _page(form, sheet, sentence_of(refusal)), refusal.status
        flash(gettext("Kept."), "good")
        return redirect(url_for("marking_desk.next_", question_id=question_id), 303)
    if not form.is_submitted() and sheet.mark is not None:
        form.comment.data, form.told.data = sheet.mark.comment, sheet.mark.told
    return _page(form, sheet, ""), 422 if form.errors else 200


@bp.get("/<question_id>/answers/<script_id>/file")
@requires(Act.MARK)
def file(question_id: str, script_id: str) -> ResponseReturnValue:
    """The copy of the file that was handed in."""
    found = _sheet(question_id, script_id).file
    if found is None or not found.path.is_file():
        raise NotFound
    return response_of(found, script_id)


def _give(form: MarkForm, question_id: str, script_id: str) -> None:
    typed = str(form.shown_at.data or "")
    seconds = int(now().timestamp()) - int(typed) if typed.isdecimal() else None
    with writing() as session:
        sheet = queries.sheet(session, viewer().id, script_id)
        if sheet.question.public_id != question_id:
            raise NotFound
        marks.give(
            session,
            sheet.task,
            points(request.form.getlist("points"), sheet.rubric.step),
            comment=str(form.comment.data or "").strip(),
            told=str(form.told.data or "").strip(),
            notes=form.read_notes(),
            length=len(sheet.text),
            seconds=seconds,
        )


def _sheet(question_id: str, script_id: str) -> Sheet:
    found = queries.sheet(reading(), viewer().id, script_id)
    if found.question.public_id != question_id:
        raise NotFound
    return found


def _page(form: MarkForm, sheet: Sheet, refused: str) -> str:
    _question, done, total = queries.pile_of(reading(), viewer().id, sheet.question.public_id)
    given = [f"{point:f}" for point in marks.points_of(sheet.mark)] if sheet.mark else []
    typed = request.form.getlist("points")
    stimulus = sheet.version.stimulus
    return render_template(
        "marking/script.html",
        sheet=sheet,
        form=form,
        refused=refused,
        typed=typed or given or [""] * len(sheet.rubric.criteria),
        stem=rendered(sheet.version.stem),
        stimulus=rendered(stimulus.text) if stimulus else None,
        model_answer=rendered(sheet.version.interaction.key_summary(sheet.version.body)),
        passages=_passages(sheet),
        notes=sheet.mark.notes if sheet.mark else [],
        pictures=PICTURES,
        shown_at=int(now().timestamp()),
        done=done,
        total=total,
    )


def _passages(sheet: Sheet) -> list[Passage]:
    return passages(sheet.text, [tuple(note) for note in sheet.mark.notes] if sheet.mark else [])
