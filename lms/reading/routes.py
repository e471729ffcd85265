"""Keeping places and marks: asked by the page's script as JSON, or sent as forms where no script runs."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.bank import queries as bank
from lms.database import reading, writing
from lms.errors import NotFound, wants_json
from lms.library.policy import access_document, may_manage
from lms.library.queries import DocumentRow
from lms.paging import paginate, requested_page
from lms.reading import citing, queries, service
from lms.reading.forms import MarkForm, NoteForm, PlaceForm
from lms.reading.queries import MarkRow

bp = Blueprint("reading", __name__, url_prefix="/library/reading", template_folder="templates")

KIND_NAMES = {
    queries.BOOKMARK: lazy_gettext("Bookmarks"),
    queries.PASSAGE: lazy_gettext("Highlighted passages"),
    queries.NOTE: lazy_gettext("With a note"),
}


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """What one read last, and everything one marked."""
    session, person = reading(), viewer().id
    chosen = {"kind": request.args.get("kind", "")[:20], "q": request.args.get("q", "").strip()[:60]}
    page = paginate(session, queries.marks(person, kind=chosen["kind"], words=chosen["q"]), number=requested_page())
    return render_template(
        "reading/index.html",
        page=page,
        marks=[queries.row_of(row) for row in page.items],
        recent=queries.recent(session, person),
        chosen=chosen,
        mark_kinds=[("", gettext("All of them")), *KIND_NAMES.items()],
        removed=queries.removed(session, person, request.args.get("removed", "")[:22]),
    )


@bp.get("/documents/<document_id>")
@signed_in
def of_document(document_id: str) -> ResponseReturnValue:
    """The place and the marks in one document; without a script, the list of marks of it."""
    session, person = reading(), viewer().id
    document = _document(document_id)
    place = queries.place_in(session, person, document.id)
    marks = queries.marks_in(session, person, document.id)
    if not wants_json():
        return redirect(url_for("reading.index", q=document.title))
    return jsonify(place=asdict(place) if place else None, marks=[_shown(one) for one in marks])


@bp.get("/documents/<document_id>/cited")
@signed_in
def cited(document_id: str) -> ResponseReturnValue:
    """What a document or one article of it rests on, and what rests on it; questions only for those who may see them."""
    session = reading()
    document, facts = access_document(session, viewer(), document_id)
    article = request.args.get("article", "").strip()[:20]
    found = citing.related(session, viewer(), document, facts, article)
    questions = paginate(session, found.questions, number=requested_page()) if found.questions is not None else None
    return render_template(
        "reading/cited.html",
        document=document,
        facts=facts,
        may_manage=may_manage(viewer()),
        article=article,
        found=found,
        page=questions,
        questions=[bank.citing_row(row) for row in questions.items] if questions else [],
    )


@bp.post("/documents/<document_id>/place")
@signed_in
def place(document_id: str) -> ResponseReturnValue:
    """Keep where one is."""
    document, form = _document(document_id), PlaceForm()
    if not form.validate():
        return _refused(form)
    with writing() as session:
        service.keep_place(
            session,
            viewer().id,
            document,
            anchor=form.anchor.data or "",
            label=form.label.data or "",
            share=form.share.data or 0,
        )
    return "", 204


@bp.post("/documents/<document_id>/marks")
@signed_in
def mark(document_id: str) -> ResponseReturnValue:
    """Bookmark a place or highlight a passage."""
    document, form = _document(document_id), MarkForm()
    if not form.validate():
        return _refused(form)
    with writing() as session:
        made = service.mark(
            session,
            viewer().id,
            document,
            anchor=form.anchor.data or "",
            label=form.label.data or "",
            quote=form.quote.data or "",
            offset=form.offset.data or 0,
            note=form.note.data or "",
        )
    if wants_json():
        return jsonify(id=made), 201
    flash(gettext("The bookmark is kept under My reading."), "good")
    return redirect(url_for("library.document", document_id=document_id, _anchor=form.anchor.data or None), 303)


@bp.post("/marks/<mark_id>/note")
@signed_in
def note(mark_id: str) -> ResponseReturnValue:
    """Write a note to a mark, or other words in its place."""
    if not queries.is_own(reading(), viewer().id, mark_id):
        raise NotFound
    form = NoteForm()
    if not form.validate():
        return _refused(form)
    with writing() as session:
        service.note(session, viewer().id, mark_id, form.note.data or "")
    return _done(gettext("The note is kept."))


@bp.post("/marks/<mark_id>/remove")
@signed_in
def remove(mark_id: str) -> ResponseReturnValue:
    """Take a mark away; the list offers to put it back."""
    with writing() as session:
        service.remove(session, viewer().id, mark_id)
    return ("", 204) if wants_json() else redirect(url_for("reading.index", removed=mark_id), 303)


@bp.post("/marks/<mark_id>/restore")
@signed_in
def restore(mark_id: str) -> ResponseReturnValue:
    """Put a mark back."""
    with writing() as session:
        service.put_back(session, viewer().id, mark_id)
    return _done(gettext("It is back."))


def _refused(form: FlaskForm) -> ResponseReturnValue:
    if wants_json():
        return jsonify(errors=form.errors), 422
    flash("".join(str(words) for field in form.errors.values() for words in field), "bad")
    return redirect(url_for("reading.index"), 303)


def _done(words: str) -> ResponseReturnValue:
    if wants_json():
        return "", 204
    flash(words, "good")
    return redirect(url_for("reading.index"), 303)


def _document(public_id: str) -> DocumentRow:
    return access_document(reading(), viewer(), public_id)[0]


def _shown(one: MarkRow) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "anchor": one.anchor,
        "label": one.label,
        "quote": one.quote,
        "offset": one.offset,
        "note": one.note,
    }
