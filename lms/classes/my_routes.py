"""A learner's own classes: what is coming, timetable, attendance, signing in, leave, result."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.classes import closing, queries, sheets, timetable, words
from lms.classes.forms import CodeForm, LeaveForm
from lms.classes.models import ClassSession, Learner, LeaveRequest, TrainingClass
from lms.classes.policy import access_own, access_request
from lms.classes.routes import phase_of, tabs
from lms.clock import now, today
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.paging import paginate, requested_page

bp = Blueprint("my_classes", __name__, url_prefix="/my-classes", template_folder="templates")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """The classes one is called to, the latest first."""
    session = reading()
    page = paginate(session, queries.mine(viewer().id), number=requested_page())
    return render_template(
        "classes/mine.html",
        page=page,
        phases={found.id: phase_of(found) for found, _learner in page.items},
        results=queries.results_of(session, [learner.id for _found, learner in page.items]),
        words=words,
    )


@bp.get("/<class_id>")
@signed_in
def show(class_id: str) -> ResponseReturnValue:
    """One class as its learner sees it."""
    return _page(class_id, CodeForm(formdata=None), LeaveForm(formdata=None))


def _page(class_id: str, code: CodeForm, leave: LeaveForm) -> ResponseReturnValue:
    session = reading()
    found, learner = access_own(session, viewer(), class_id)
    held, history = queries.sessions(session, found.id), queries.history(session, learner.id)
    marks = queries.marks_of(session, learner.id)
    leave.sessions.choices = _choices(held, marks.keys())
    body = render_template(
        "classes/my_class.html",
        found=found,
        phase=phase_of(found),
        learner=learner,
        line=closing.planned(session, found, [learner])[0],
        result=history[-1] if history else None,
        sessions=held,
        marks=marks,
        signable=[one for one in held if sheets.signable(one, now()) and one.id not in marks]
        if tabs(found)["held"]
        else [],
        requests=queries.requests_of(session, learner.id),
        code=code,
        leave=leave,
        held=tabs(found)["held"],
        clock=timetable.clock,
        words=words,
    )
    return body, 422 if code.errors or leave.errors else 200


def _choices(held: Sequence[ClassSession], marked: Collection[int]) -> list[SelectChoice]:
    """The sessions of which nothing is said yet and that are not over."""
    return [
        SelectChoice(one.public_id, f"{one.day} {timetable.clock(one.starts)} {one.title}")
        for one in held
        if one.day >= today() and one.id not in marked
    ]


@bp.post("/<class_id>/sessions/<session_id>")
@signed_in
def sign_in(class_id: str, session_id: str) -> ResponseReturnValue:
    """Sign in at a session with the code of the room."""
    found, learner = access_own(reading(), viewer(), class_id)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                found, learner = access_own(session, viewer(), class_id, lock=True)
                one = queries.session_of(session, found.id, session_id)
                kind = sheets.sign_in(session, found, one, learner, str(form.code.data), by=viewer())
            flash(gettext("You are signed in: %(mark)s.", mark=words.KINDS[kind.value]), "good")
        except NotFound:
            raise
        except Refused as refusal:
            flash(sentence_of(refusal), "bad")
        return redirect(url_for("my_classes.show", class_id=class_id), 303)
    return _page(class_id, form, LeaveForm(formdata=None))


@bp.post("/<class_id>/leave")
@signed_in
def ask_leave(class_id: str) -> ResponseReturnValue:
    """Ask for leave."""
    session = reading()
    found, learner = access_own(session, viewer(), class_id)
    form, held = LeaveForm(), queries.sessions(session, found.id)
    form.sessions.choices = _choices(held, queries.marks_of(session, learner.id).keys())
    if not form.validate_on_submit():
        return _page(class_id, CodeForm(formdata=None), form)
    wanted = [one.id for one in held if one.public_id in (form.sessions.data or ())]
    with writing() as session:
        found, learner = access_own(session, viewer(), class_id, lock=True)
        sheets.ask_leave(session, found, learner, wanted, str(form.reason.data))
    flash(gettext("Your request for leave is handed in."), "good")
    return redirect(url_for("my_classes.show", class_id=class_id), 303)


@bp.post("/<class_id>/leave/<request_id>/withdraw")
@signed_in
def withdraw(class_id: str, request_id: str) -> ResponseReturnValue:
    """Take a request back that nobody has decided on."""
    with writing() as session:
        found, learner = access_own(session, viewer(), class_id, lock=True)
        sheets.withdraw_leave(session, _own(access_request(session, found, request_id), learner), viewer())
    flash(gettext("Your request is withdrawn."), "info")
    return redirect(url_for("my_classes.show", class_id=class_id), 303)


def _own(asked: LeaveRequest, learner: Learner) -> LeaveRequest:
    if asked.learner_id != learner.id:
        raise NotFound
    return asked


@bp.get("/<class_id>/timetable.ics")
@signed_in
def calendar(class_id: str) -> Response:
    """The timetable for one's calendar (iCalendar, RFC 5545)."""
    session = reading()
    found, _learner = access_own(session, viewer(), class_id)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//shuyuan//classes//ZH"]
    for one in queries.sessions(session, found.id):
        lines += _event(found, one, now())
    response = make_response("\r\n".join([*lines, "END:VCALENDAR", ""]))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    return response


def _event(found: TrainingClass, one: ClassSession, at: datetime) -> list[str]:
    times = [
        f"{name}:{_utc(sheets.moment(one, minute))}" for name, minute in (("DTSTART", one.starts), ("DTEND", one.ends))
    ]
    words_of = [
        ("SUMMARY", f"{one.title}（{found.name}）"),
        ("LOCATION", one.place or found.place),
        ("DESCRIPTION", one.lecturer),
    ]
    told = [line for name, text in words_of if text for line in _folded(f"{name}:{_escaped(text)}")]
    return ["BEGIN:VEVENT", f"UID:{one.public_id}@shuyuan", f"DTSTAMP:{_utc(at)}", *times, *told, "END:VEVENT"]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    """Text of a property: what RFC 5545 3.3.11 gives a meaning is escaped."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r", "").replace("\n", "\\n")


def _folded(line: str, size: int = 24) -> list[str]:
    """A line in pieces of less than 75 octets, each further one after a blank (RFC 5545 3.1): 24 Chinese characters are 72."""
    return [line[:size], *(" " + line[start : start + size] for start in range(size, len(line), size))]
