"""The timetable of a class: sessions, what they clash with, and on paper."""

from collections.abc import Sequence
from io import BytesIO

from flask import Blueprint, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act, may
from lms.classes import paper, queries, timetable, words
from lms.classes.forms import SessionForm
from lms.classes.models import ClassSession, TrainingClass
from lms.classes.policy import access_class
from lms.classes.routes import phase_of, tabs
from lms.config import Config
from lms.database import reading, writing

bp = Blueprint("class_timetable", __name__, url_prefix="/classes/<class_id>/timetable", template_folder="templates")


@bp.route("", methods=["GET", "POST"])
@requires(Act.MANAGE_CLASSES)
def index(class_id: str) -> ResponseReturnValue:
    """The sessions, how far each sheet is, what clashes; a form for one more."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    form = SessionForm(found)
    if form.validate_on_submit():
        with writing() as session:
            timetable.add(session, access_class(session, viewer(), class_id, lock=True), form.slot())
        flash(gettext("The session is on the timetable."), "good")
        return redirect(url_for("class_timetable.index", class_id=class_id), 303)
    held = queries.sessions(session, found.id)
    if not form.is_submitted():
        form.day.data = held[-1].day if held else found.first_day
    return _page(found, held, form), 422 if form.errors else 200


def _page(found: TrainingClass, held: Sequence[ClassSession], form: SessionForm) -> str:
    session, (people, exempt) = reading(), queries.counts(reading(), found.id)
    paths = {unit.id: unit.path for unit in accounts.units(session, closed=True)}
    return render_template(
        "classes/timetable.html",
        found=found,
        phase=phase_of(found),
        tabs=tabs(found),
        form=form,
        sessions=held,
        total=timetable.total(held),
        marked=queries.marked(session, found.id),
        expected=people - exempt,
        clashes=timetable.clashes(session, found),
        known=lambda unit_id: may(viewer(), Act.MANAGE_CLASSES, unit_path=paths.get(unit_id, "-")),
        clock=timetable.clock,
        words=words,
    )


@bp.route("/<session_id>", methods=["GET", "POST"])
@requires(Act.MANAGE_CLASSES)
def change(class_id: str, session_id: str) -> ResponseReturnValue:
    """Change a session."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    one, form = queries.session_of(session, found.id, session_id), SessionForm(found)
    if form.validate_on_submit():
        with writing() as session:
            found = access_class(session, viewer(), class_id, lock=True)
            timetable.change(session, found, queries.session_of(session, found.id, session_id), form.slot())
        flash(gettext("Kept."), "good")
        return redirect(url_for("class_timetable.index", class_id=class_id), 303)
    if not form.is_submitted():
        form.show(one)
    body = render_template("classes/session.html", found=found, one=one, form=form, tabs=tabs(found))
    return body, 422 if form.errors else 200


@bp.post("/<session_id>/remove")
@requires(Act.MANAGE_CLASSES)
def remove(class_id: str, session_id: str) -> ResponseReturnValue:
    """Take a session off the timetable."""
    with writing() as session:
        found = access_class(session, viewer(), class_id, lock=True)
        timetable.remove(session, found, queries.session_of(session, found.id, session_id))
    flash(gettext("The session is off the timetable."), "good")
    return redirect(url_for("class_timetable.index", class_id=class_id), 303)


@bp.get("/print/timetable.pdf")
@requires(Act.MANAGE_CLASSES)
def pdf(class_id: str) -> ResponseReturnValue:
    """The timetable on paper."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    data = paper.timetable(found, queries.sessions(session, found.id), invented=_invented())
    return send_file(BytesIO(data), mimetype="application/pdf", download_name="timetable.pdf")


@bp.get("/<session_id>/print/sheet.pdf")
@requires(Act.MANAGE_CLASSES)
def sheet_pdf(class_id: str, session_id: str) -> ResponseReturnValue:
    """The sheet of a session on paper, to be signed by hand."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    one = queries.session_of(session, found.id, session_id)
    learners = queries.all_learners(session, found.id)
    people = accounts.people_by_ids(session, [learner.person_id for learner in learners])
    named = [people[learner.person_id] for learner in learners if not learner.exempt]
    data = paper.sheet(found, one, named, invented=_invented())
    return send_file(BytesIO(data), mimetype="application/pdf", download_name="sheet.pdf")


def _invented() -> bool:
    config: Config = current_app.extensions["config"]
    return config.demonstration
