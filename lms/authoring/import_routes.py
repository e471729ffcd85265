"""Bringing a unit in as a ZIP file of its folder: read, look at what it would change, make a draft of it."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from courseware.problem import Problem
from courseware.record import from_record
from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.authoring import checking, drafts, errors, importing, showing
from lms.authoring.forms import ArchiveForm
from lms.authoring.policy import access_import
from lms.authoring.routes import names
from lms.authoring.words import PAGE_COLOURS, PAGE_KINDS, field_name, sentence
from lms.courses import telling
from lms.database import reading, writing
from lms.errors import sentence_of
from question_bank.formats.inline import printable

bp = Blueprint("authoring_import", __name__, url_prefix="/authoring/imports", template_folder="templates")

#: complaints that the page shows
SHOWN = 100


@bp.route("/", methods=["GET", "POST"])
@requires(Act.MANAGE_COURSES)
def index() -> ResponseReturnValue:
    """Send a ZIP file; what is wrong with it, by file, line and field."""
    form = ArchiveForm()
    problems: tuple[Problem, ...] = ()
    if form.validate_on_submit():
        sent, folder = form.file.data, current_app.extensions["config"].media
        try:
            reading_, files = importing.read_archive(sent.read(importing.MOST_BYTES + 1))
        except errors.BadArchive as refusal:
            form.file.errors = [sentence_of(refusal)]
        else:
            problems = reading_.problems
            if reading_.unit is not None:
                name = printable(str(sent.filename or "")) or gettext("Nameless")
                with writing() as session:
                    made = importing.keep(session, reading_.unit, files, name, viewer(), media=folder)
                return redirect(url_for("authoring_import.show", import_id=made.public_id), 303)
    body = render_template(
        "authoring/import.html", form=form, problems=problems[:SHOWN], more=max(0, len(problems) - SHOWN),
        sentence=sentence, **names(reading()),
    )  # fmt: skip
    return body, 422 if form.errors or problems else 200


@bp.get("/<import_id>")
@requires(Act.MANAGE_COURSES)
def show(import_id: str) -> ResponseReturnValue:
    """What the unit would be or change, and its pages as learners would read them."""
    session = reading()
    found = access_import(session, viewer(), import_id)
    unit = from_record(found.record)
    held = telling.by_code(session, unit.code)
    return render_template(
        "authoring/imported.html",
        found=found,
        unit=unit,
        held=held,
        same=held is not None and not showing.compared(session, held.unit, unit, unit_id=held.id, page="").difference,
        compared=showing.compared(
            session, held.unit if held else None, unit, unit_id=held.id if held else None, page=""
        ),
        pages=[(page, showing.html_of(unit, page.markdown)) for page in unit.pages],
        findings=checking.look_over(session, unit),
        estimate=checking.estimate(unit),
        draft=drafts.open_draft(session, unit.code),
        sentence=sentence,
        field_name=field_name,
        page_kinds=PAGE_KINDS,
        page_colours=PAGE_COLOURS,
        **names(session),
    )


@bp.post("/<import_id>/take")
@requires(Act.MANAGE_COURSES)
def take(import_id: str) -> ResponseReturnValue:
    """Make a draft of it."""
    try:
        with writing() as session:
            draft = importing.take(session, access_import(session, viewer(), import_id, lock=True), viewer())
        return redirect(url_for("authoring_drafts.show", draft_id=draft.public_id), 303)
    except (errors.DraftOpen, errors.NotNow) as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("authoring_import.show", import_id=import_id), 303)


@bp.post("/<import_id>/drop")
@requires(Act.MANAGE_COURSES)
def drop(import_id: str) -> ResponseReturnValue:
    """Make no draft of it."""
    try:
        with writing() as session:
            importing.drop(session, access_import(session, viewer(), import_id, lock=True))
        flash(gettext("No draft was made of it."), "good")
    except errors.NotNow as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("authoring_import.index"), 303)
