"""The roster of a class: who is called, by search, by unit or by file; who is exempt."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.accounts.queries import PersonRow
from lms.classes import closing, queries, roster, upload, words
from lms.classes.forms import ExemptForm, FileForm
from lms.classes.policy import access_class, access_learner, access_upload, managed
from lms.classes.routes import phase_of, tabs
from lms.database import reading, writing
from lms.errors import Refused, sentence_of
from lms.paging import paginate, requested_page

bp = Blueprint("class_roster", __name__, url_prefix="/classes/<class_id>/roster", template_folder="templates")

ROWS = 60
SEARCH_LENGTH, MOST_FOUND, MOST_ADDED = 60, 20, 200
#: rows of a file that a page shows
LINES = 100


@bp.get("")
@requires(Act.MANAGE_CLASSES)
def index(class_id: str) -> ResponseReturnValue:
    """Who is on it, and ways to put more people on it."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    search, call = (request.args.get(name, "")[:SEARCH_LENGTH] for name in ("search", "call"))
    page = paginate(session, queries.learners(found.id, search=search), number=requested_page(), size=ROWS)
    units = accounts.units(session, paths=managed(viewer()))
    return render_template(
        "classes/roster.html",
        found=found,
        phase=phase_of(found),
        tabs=tabs(found),
        page=page,
        lines=closing.planned(session, found, page.items),
        people=accounts.people_by_ids(session, [one.person_id for one in page.items]),
        unit_names={unit.id: unit.name for unit in accounts.units(session, closed=True)},
        units=units,
        search=search,
        call=call,
        callable_people=_callable(call) if call.strip() else [],
        form=FileForm(),
        words=words,
    )


def _callable(search: str) -> list[PersonRow]:
    query = accounts.people(search=search, paths=managed(viewer()), enabled=True).limit(MOST_FOUND)
    return [PersonRow(*row) for row in reading().execute(query)]


@bp.post("/people")
@requires(Act.MANAGE_CLASSES)
def add(class_id: str) -> ResponseReturnValue:
    """Call the people who were ticked, of those the viewer may call."""
    ticked = request.form.getlist("person")[:MOST_ADDED]
    session, paths = reading(), managed(viewer())
    access_class(session, viewer(), class_id)
    people = accounts.people_by_public_ids(session, ticked)
    ordered = sorted(people.values(), key=lambda one: one.staff_number)
    mine = [one.id for one in ordered if "/" in paths or (one.unit_path or "-").startswith(paths)]
    return _add(class_id, mine)


@bp.post("/units")
@requires(Act.MANAGE_CLASSES)
def add_unit(class_id: str) -> ResponseReturnValue:
    """Call everybody who serves in a unit of the viewer's, or below it."""
    session = reading()
    access_class(session, viewer(), class_id)
    units = accounts.units(session, paths=managed(viewer()))
    unit = next((one for one in units if one.public_id == request.form.get("unit")), None)
    return _add(class_id, [key for key, _public_id in accounts.ids_in(session, [unit.id])] if unit else [])


def _add(class_id: str, person_ids: list[int]) -> ResponseReturnValue:
    try:
        with writing() as session:
            count = roster.add(session, access_class(session, viewer(), class_id, lock=True), person_ids)
        flash(
            ngettext("%(num)s person was put on the roster.", "%(num)s people were put on the roster.", count), "good"
        )
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("class_roster.index", class_id=class_id), 303)


@bp.route("/people/<learner_id>", methods=["GET", "POST"])
@requires(Act.MANAGE_CLASSES)
def person(class_id: str, learner_id: str) -> ResponseReturnValue:
    """One person on the roster: attendance session by session, exemption, results."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    learner = access_learner(session, found, learner_id)
    form = ExemptForm(exempt=learner.exempt, note=learner.exempt_note)
    if form.validate_on_submit():
        with writing() as session:
            found = access_class(session, viewer(), class_id, lock=True)
            learner = access_learner(session, found, learner_id)
            roster.exempt(session, found, learner, str(form.exempt.data or ""), str(form.note.data or ""))
        flash(gettext("Kept."), "good")
        return redirect(url_for("class_roster.person", class_id=class_id, learner_id=learner_id), 303)
    body = render_template(
        "classes/person.html",
        found=found,
        tabs=tabs(found),
        line=closing.planned(session, found, [learner])[0],
        person=accounts.person_by_id(session, learner.person_id),
        sessions=queries.sessions(session, found.id),
        marks=queries.marks_of(session, learner.id),
        history=queries.history(session, learner.id),
        form=form,
        words=words,
    )
    return body, 422 if form.errors else 200


@bp.post("/people/<learner_id>/remove")
@requires(Act.MANAGE_CLASSES)
def remove(class_id: str, learner_id: str) -> ResponseReturnValue:
    """Take somebody off the roster."""
    reached = "class_roster.index"
    with writing() as session:
        found = access_class(session, viewer(), class_id, lock=True)
        roster.remove(session, found, access_learner(session, found, learner_id))
    flash(gettext("Taken off the roster."), "good")
    return redirect(url_for(reached, class_id=class_id), 303)


@bp.post("/files")
@requires(Act.MANAGE_CLASSES)
def send(class_id: str) -> ResponseReturnValue:
    """Send a file of people."""
    access_class(reading(), viewer(), class_id)
    form = FileForm()
    if not form.validate_on_submit():
        flash(gettext("Choose a file."), "bad")
        return redirect(url_for("class_roster.index", class_id=class_id), 303)
    sent = form.file.data
    try:
        with writing() as session:
            found = access_class(session, viewer(), class_id, lock=True)
            made = upload.begin(session, found, str(sent.filename), sent.read(upload.MOST_BYTES + 1), viewer())
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
        return redirect(url_for("class_roster.index", class_id=class_id), 303)
    return redirect(url_for("class_roster.file", class_id=class_id, upload_id=made), 303)


@bp.get("/files/<upload_id>")
@requires(Act.MANAGE_CLASSES)
def file(class_id: str, upload_id: str) -> ResponseReturnValue:
    """What each row of a file would do; the bad ones first."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    held = access_upload(session, viewer(), found, upload_id)
    lines = upload.lines_of(held)
    counts = {action: sum(line.action == action for line in lines) for action in (upload.NEW, upload.HELD, upload.BAD)}
    return render_template(
        "classes/file.html",
        found=found,
        upload=held,
        counts=counts,
        bad=[line for line in lines if line.action == upload.BAD][:LINES],
        good=[line for line in lines if line.action != upload.BAD][:LINES],
        titles={column.name: column.title for column in upload.COLUMNS},
        reasons=words.ROW_REASONS,
    )


@bp.post("/files/<upload_id>/take")
@requires(Act.MANAGE_CLASSES)
def take(class_id: str, upload_id: str) -> ResponseReturnValue:
    """Put the good rows on the roster."""
    with writing() as session:
        found = access_class(session, viewer(), class_id, lock=True)
        held = access_upload(session, viewer(), found, upload_id)
        count = upload.take(session, found, held, viewer())
    flash(ngettext("%(num)s person was put on the roster.", "%(num)s people were put on the roster.", count), "good")
    return redirect(url_for("class_roster.index", class_id=class_id), 303)
