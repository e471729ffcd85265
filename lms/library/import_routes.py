"""Bringing documents into the library: send a file or an archive, look at what it holds, take it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.database import reading, writing
from lms.errors import sentence_of
from lms.library import import_queries, importing
from lms.library.errors import ImportNotReady
from lms.library.forms import UploadForm
from lms.library.import_queries import ImportRow
from lms.library.import_words import note_of, reason_of
from lms.library.names import kinds_to_choose, subjects_to_choose
from lms.paging import paginate, requested_page

bp = Blueprint("library_import", __name__, url_prefix="/library/imports", template_folder="templates")

OUTCOMES = ("new", "changed", "unchanged", "refused")


@bp.route("/", methods=["GET", "POST"])
@requires(Act.MANAGE_LIBRARY)
def index() -> ResponseReturnValue:
    """Send a file; what was sent before."""
    form = UploadForm()
    form.offer(
        subjects=subjects_to_choose(gettext("unclassified")), kinds=kinds_to_choose(gettext("recognise by itself"))
    )
    if form.validate_on_submit():
        upload = form.upload()
        with writing() as session:
            made = importing.begin(session, upload, by=viewer().id, owner=viewer().public_id)
        return redirect(url_for("library_import.show", import_id=made), 303)
    page = paginate(reading(), import_queries.imports(), number=requested_page())
    earlier = [ImportRow(*row) for row in page.items]
    body = render_template("library/imports.html", form=form, page=page, earlier=earlier)
    return body, 422 if form.errors else 200


@bp.get("/<import_id>")
@requires(Act.MANAGE_LIBRARY)
def show(import_id: str) -> ResponseReturnValue:
    """What a file holds and what became of it."""
    found = import_queries.access_import(reading(), import_id)
    counts = importing.counts(reading(), found.id)
    shown = request.args.get("show", "")
    shown = shown if shown in OUTCOMES else ""
    page = paginate(reading(), import_queries.files(found.id, outcome=shown), number=requested_page())
    return render_template(
        "library/import.html",
        found=found,
        counts=counts,
        good=import_queries.to_take(reading(), found.id),
        shown=shown,
        page=page,
        files=[import_queries.file_of(row) for row in page.items],
        reason_of=reason_of,
        note_of=note_of,
    )


@bp.post("/<import_id>/take")
@requires(Act.MANAGE_LIBRARY)
def take(import_id: str) -> ResponseReturnValue:
    """Bring in what can be read."""
    try:
        with writing() as session:
            importing.take(session, import_id, owner=viewer().public_id)
    except ImportNotReady as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("library_import.show", import_id=import_id), 303)


@bp.post("/<import_id>/go-on")
@requires(Act.MANAGE_LIBRARY)
def go_on(import_id: str) -> ResponseReturnValue:
    """Go on where the work on it failed."""
    try:
        with writing() as session:
            importing.go_on(session, import_id, owner=viewer().public_id)
    except ImportNotReady as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("library_import.show", import_id=import_id), 303)


@bp.post("/<import_id>/drop")
@requires(Act.MANAGE_LIBRARY)
def drop(import_id: str) -> ResponseReturnValue:
    """Do not bring it in."""
    try:
        with writing() as session:
            importing.drop(session, import_id)
        flash(gettext("Nothing of it was brought in. The record stays."), "good")
    except ImportNotReady as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("library_import.show", import_id=import_id), 303)
