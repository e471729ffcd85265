"""One's own notes: written on the page of a unit, listed together."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.courses import notes
from lms.courses.forms import NoteForm
from lms.courses.policy import access_unit
from lms.database import reading, writing
from lms.paging import paginate, requested_page

bp = Blueprint("course_notes", __name__, url_prefix="/course-notes", template_folder="templates")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """All one's notes, newest first."""
    words = request.args.get("q", "").strip()[:60]
    page = paginate(reading(), notes.standing(viewer().id, words), number=requested_page())
    return render_template(
        "courses/notes.html", page=page, notes=[notes.row_of(row) for row in page.items], words=words
    )


@bp.post("/units/<unit_id>/<page_key>")
@signed_in
def add(unit_id: str, page_key: str) -> ResponseReturnValue:
    """Keep a note on a page."""
    found, form = access_unit(reading(), viewer(), unit_id), NoteForm()
    if found.unit.page(page_key) is not None and not form.validate():
        return _refused(form, unit_id, page_key)
    with writing() as session:
        notes.add(session, viewer().id, found, page_key, form.text.data or "")
    return _back(unit_id, page_key)


@bp.post("/notes/<note_id>")
@signed_in
def change(note_id: str) -> ResponseReturnValue:
    """Write other words."""
    unit_id, page_key = notes.page_of(reading(), viewer().id, note_id)
    form = NoteForm()
    if not form.validate():
        return _refused(form, unit_id, page_key)
    with writing() as session:
        notes.change(session, viewer().id, note_id, form.text.data or "")
    return _back(unit_id, page_key)


@bp.post("/notes/<note_id>/remove")
@signed_in
def remove(note_id: str) -> ResponseReturnValue:
    """Take a note away; the page offers to put it back."""
    unit_id, page_key = notes.page_of(reading(), viewer().id, note_id)
    with writing() as session:
        notes.remove(session, viewer().id, note_id)
    return _back(unit_id, page_key, removed=note_id)


@bp.post("/notes/<note_id>/undo")
@signed_in
def undo(note_id: str) -> ResponseReturnValue:
    """Have back what was changed or taken away last."""
    unit_id, page_key = notes.page_of(reading(), viewer().id, note_id)
    with writing() as session:
        notes.undo(session, viewer().id, note_id)
    flash(gettext("It is back."), "good")
    return _back(unit_id, page_key)


def _back(unit_id: str, page_key: str, *, removed: str | None = None) -> ResponseReturnValue:
    address = url_for("courses.page", unit_id=unit_id, page_key=page_key, removed=removed, _anchor="notes")
    return redirect(address, 303)


def _refused(form: NoteForm, unit_id: str, page_key: str) -> ResponseReturnValue:
    flash("".join(str(words) for words in form.text.errors), "bad")
    return _back(unit_id, page_key)
