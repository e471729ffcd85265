"""Attendance of a class: sheets in the browser, the code on the screen of the room, requests for leave."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from courseware.classes.attendance import Kind, Mark
from courseware.errors import BadHours
from courseware.hours import Hours
from lms import spoken
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.classes import queries, sheets, timetable, words
from lms.classes.models import ClassSession, Learner, TrainingClass
from lms.classes.policy import access_class, access_request
from lms.classes.routes import phase_of, tabs
from lms.clock import now
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.paging import paginate, requested_page

bp = Blueprint("class_attendance", __name__, url_prefix="/classes/<class_id>", template_folder="templates")

ROWS = 100


@bp.get("/sheets/<session_id>")
@requires(Act.MANAGE_CLASSES)
def sheet(class_id: str, session_id: str) -> ResponseReturnValue:
    """The sheet of a session."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    held = queries.sessions(session, found.id)
    one = next((one for one in held if one.public_id == session_id), None)
    if one is None:
        raise NotFound
    page = paginate(session, queries.learners(found.id), number=requested_page(), size=ROWS)
    ids, (expected, seen) = [learner.id for learner in page.items], queries.coverage(session, found.id, one.id)
    return render_template(
        "classes/sheet.html",
        found=found,
        one=one,
        tabs=tabs(found),
        page=page,
        marks=queries.marks(session, one.id, ids),
        tallies=queries.tallies(session, found.id, ids, held=held),
        people=accounts.people_by_ids(session, [learner.person_id for learner in page.items]),
        seen=seen,
        expected=expected,
        markings=queries.markings(session, one.id),
        sessions=held,
        clock=timetable.clock,
        started=sheets.moment(one, one.starts) - sheets.EARLY <= now(),
        words=words,
    )


@bp.post("/sheets/<session_id>")
@requires(Act.MANAGE_CLASSES)
def keep(class_id: str, session_id: str) -> ResponseReturnValue:
    """Keep what the page of a sheet says."""

    def write(session: Session, found: TrainingClass, one: ClassSession) -> int:
        named = request.form.getlist("learner")[:ROWS]
        query = queries.learners(found.id).where(Learner.public_id.in_(named))
        said = {row.id: _said(row.public_id) for row in session.scalars(query)}
        return sheets.mark(session, found, one, {key: mark for key, mark in said.items() if mark is not None}, viewer())

    return _write(class_id, session_id, write)


def _said(learner: str) -> Mark | None:
    """The mark that a form gives to a learner; of leave without hours it is the whole session. None where nothing is said, or
    what the page said already: others may have written meanwhile what whoever keeps the page did not see.
    """
    kind, hours = request.form.get(f"kind-{learner}", ""), request.form.get(f"leave-{learner}", "").strip()
    if kind not in list(Kind) or f"{kind} {hours}" == request.form.get(f"was-{learner}"):
        return None
    return Mark(Kind(kind), Hours.of(hours) if hours else Hours.of(1000))


@bp.post("/sheets/<session_id>/all")
@requires(Act.MANAGE_CLASSES)
def all_present(class_id: str, session_id: str) -> ResponseReturnValue:
    """Everybody without a mark was there."""
    return _write(class_id, session_id, lambda session, found, one: sheets.all_present(session, found, one, viewer()))


@bp.post("/sheets/<session_id>/undo")
@requires(Act.MANAGE_CLASSES)
def undo(class_id: str, session_id: str) -> ResponseReturnValue:
    """Take the newest marking back, where it is the one that the page showed."""
    seen = request.form.get("markings", "")
    return _write(
        class_id, session_id, lambda session, found, one: sheets.undo(session, found, one, viewer(), seen=seen)
    )


def _write(
    class_id: str, session_id: str, act: Callable[[Session, TrainingClass, ClassSession], int]
) -> ResponseReturnValue:
    try:
        with writing() as session:
            found = access_class(session, viewer(), class_id, lock=True)
            count = act(session, found, queries.session_of(session, found.id, session_id))
        flash(ngettext("%(num)s mark was changed.", "%(num)s marks were changed.", count), "good" if count else "info")
    except NotFound:
        raise
    except (Refused, BadHours) as refusal:
        flash(sentence_of(refusal), "bad")
    at = url_for("class_attendance.sheet", class_id=class_id, session_id=session_id, page=requested_page())
    return redirect(at, 303)


@bp.get("/sheets/<session_id>/code")
@requires(Act.MANAGE_CLASSES)
def code(class_id: str, session_id: str) -> Response:
    """The code for the screen of the room; the page asks for the next one by itself."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    one = queries.session_of(session, found.id, session_id)
    shown, seconds = sheets.code_of(one, now())
    expected, seen = queries.coverage(session, found.id, one.id)
    body = render_template(
        "classes/code.html",
        found=found,
        one=one,
        open=sheets.signable(one, now()) and tabs(found)["held"],
        code=spoken.grouped(shown),
        seconds=seconds,
        seen=seen,
        expected=expected,
        clock=timetable.clock,
    )
    response = make_response(body)
    response.headers["Refresh"] = str(seconds)
    return response


@bp.get("/leave")
@requires(Act.MANAGE_CLASSES)
def leave(class_id: str) -> ResponseReturnValue:
    """Requests for leave, each with what the learner has missed already."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    page = paginate(session, queries.requests(found.id), number=requested_page())
    return render_template(
        "classes/leave.html",
        found=found,
        phase=phase_of(found),
        tabs=tabs(found),
        page=page,
        people=accounts.people_by_ids(session, [person for _asked, person in page.items]),
        sessions={one.id: one for one in queries.sessions(session, found.id)},
        tallies=queries.tallies(session, found.id, [asked.learner_id for asked, _person in page.items]),
        clock=timetable.clock,
        words=words,
    )


@bp.post("/leave/<request_id>/<kind>")
@requires(Act.MANAGE_CLASSES)
def decide(class_id: str, request_id: str, kind: str) -> ResponseReturnValue:
    """Grant a request, or refuse it."""
    if kind not in ("grant", "refuse"):
        raise NotFound
    said = request.form.get("words", "").replace("\0", "").strip()[:500]
    with writing() as session:
        found = access_class(session, viewer(), class_id, lock=True)
        asked = access_request(session, found, request_id)
        sheets.decide_leave(session, found, asked, viewer(), grant=kind == "grant", words=said)
    flash(gettext("Decided."), "good")
    return redirect(url_for("class_attendance.leave", class_id=class_id), 303)
