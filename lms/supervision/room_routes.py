"""Rooms and seats: the list, the plan of a room, and the ways to fill it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.admission import service as admission
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.exams.queries import ExamRow
from lms.sitting import queries as sitting
from lms.supervision import queries, service
from lms.supervision.errors import NoCandidate
from lms.supervision.forms import RoomForm, SeatForm, SeatListForm
from lms.supervision.policy import access_supervised
from lms.supervision.queries import RoomRow
from lms.supervision.words import COMPLAINTS

bp = Blueprint("rooms", __name__, url_prefix="/supervision/<exam_id>", template_folder="templates")


@bp.route("/rooms", methods=["GET", "POST"])
@requires(Act.SUPERVISE)
def index(exam_id: str) -> ResponseReturnValue:
    """The rooms of an exam, and a form for another one."""
    exam, form = access_supervised(reading(), viewer(), exam_id), RoomForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                access_supervised(session, viewer(), exam_id)
                admission.add_room(
                    session, exam.id, str(form.name.data), rows=int(form.seat_rows.data or 0),
                    columns=int(form.seat_columns.data or 0),
                )  # fmt: skip
            return redirect(url_for("rooms.index", exam_id=exam_id), 303)
        except Refused as refusal:
            form.name.errors = (sentence_of(refusal),)
    return _list(exam, form, SeatListForm(formdata=None), 422 if form.errors else 200)


@bp.post("/seats/list")
@requires(Act.SUPERVISE)
def seat_by_list(exam_id: str) -> ResponseReturnValue:
    """Seats from pasted lines: all of them, or none and the faults."""
    exam, form = access_supervised(reading(), viewer(), exam_id), SeatListForm()
    complaints: list[service.Complaint] = []
    if form.validate_on_submit():
        with writing() as session:
            count, complaints = service.seat_by_list(session, exam, str(form.lines.data))
        if not complaints:
            flash(ngettext("%(num)s person has a seat.", "%(num)s people have a seat.", count), "good")
            return redirect(url_for("rooms.index", exam_id=exam_id), 303)
    form.lines.errors = (
        *form.lines.errors,
        *(gettext("Line %(line)s: %(why)s", line=one.line, why=COMPLAINTS[one.why]) for one in complaints),
    )
    return _list(exam, RoomForm(formdata=None), form, 422)


@bp.post("/seats/by-unit")
@requires(Act.SUPERVISE)
def seat_by_unit(exam_id: str) -> ResponseReturnValue:
    """Seat everybody who has no seat, unit after unit."""
    with writing() as session:
        count = service.seat_by_unit(session, access_supervised(session, viewer(), exam_id))
    flash(ngettext("%(num)s person has a seat.", "%(num)s people have a seat.", count), "good")
    return redirect(url_for("rooms.index", exam_id=exam_id), 303)


@bp.post("/deal")
@requires(Act.SUPERVISE)
def deal(exam_id: str) -> ResponseReturnValue:
    """Have the papers dealt anew for these seats."""
    try:
        with writing() as session:
            service.deal_for_seats(session, access_supervised(session, viewer(), exam_id))
        flash(gettext("The papers are being dealt for these seats."), "good")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("rooms.index", exam_id=exam_id), 303)


@bp.get("/rooms/<room_id>")
@requires(Act.SUPERVISE)
def room(exam_id: str, room_id: str) -> ResponseReturnValue:
    """The seat plan; printed it is the sheet for the door and the slips for the desks."""
    exam = access_supervised(reading(), viewer(), exam_id)
    return _plan(exam, _room(reading(), exam, room_id), SeatForm(formdata=None), 200)


@bp.post("/rooms/<room_id>/seats")
@requires(Act.SUPERVISE)
def give_seat(exam_id: str, room_id: str) -> ResponseReturnValue:
    """Seat one person."""
    exam, form = access_supervised(reading(), viewer(), exam_id), SeatForm()
    found = _room(reading(), exam, room_id)
    if form.validate_on_submit():
        number = str(form.staff_number.data).upper()
        try:
            with writing() as session:
                person = queries.by_staff_number(queries.candidates(session, exam.id)).get(number)
                if person is None:
                    raise NoCandidate(number=number)
                admission.give_seat(session, exam.id, found, person, int(form.number.data or 0))
            return redirect(url_for("rooms.room", exam_id=exam_id, room_id=room_id), 303)
        except Refused as refusal:
            form.staff_number.errors = (sentence_of(refusal),)
    return _plan(exam, found, form, 422)


@bp.post("/rooms/<room_id>/seats/<int:number>/free")
@requires(Act.SUPERVISE)
def free_seat(exam_id: str, room_id: str, number: int) -> ResponseReturnValue:
    """Nobody sits there any more."""
    with writing() as session:
        exam = access_supervised(session, viewer(), exam_id)
        admission.free_seat(session, _room(session, exam, room_id), min(number, service.MOST_SIDE**2))
    return redirect(url_for("rooms.room", exam_id=exam_id, room_id=room_id), 303)


@bp.post("/rooms/<room_id>/remove")
@requires(Act.SUPERVISE)
def remove(exam_id: str, room_id: str) -> ResponseReturnValue:
    """Take a room away."""
    with writing() as session:
        exam = access_supervised(session, viewer(), exam_id)
        admission.remove_room(session, _room(session, exam, room_id))
    flash(gettext("The room was removed."), "good")
    return redirect(url_for("rooms.index", exam_id=exam_id), 303)


def _room(session: Session, exam: ExamRow, room_id: str) -> RoomRow:
    found = queries.room(session, exam.id, room_id)
    if found is None:
        raise NotFound
    return found


def _list(exam: ExamRow, form: RoomForm, lines: SeatListForm, status: int) -> ResponseReturnValue:
    session = reading()
    seated, everybody = len(queries.seats(session, exam.id)), len(queries.candidates(session, exam.id))
    body = render_template(
        "supervision/rooms.html", exam=exam, rooms=queries.rooms(session, exam.id), form=form, lines=lines,
        seated=seated, everybody=everybody, elsewhere=queries.sits_elsewhere(session, exam),
        dealing=sitting.being_dealt(session, exam),
    )  # fmt: skip
    return body, status


def _plan(exam: ExamRow, found: RoomRow, form: SeatForm, status: int) -> ResponseReturnValue:
    session = reading()
    taken = {seat.number: seat.person_id for seat in queries.seats(session, exam.id) if seat.room_id == found.id}
    people = accounts.people_by_ids(session, sorted(taken.values()))
    body = render_template(
        "supervision/room.html", exam=exam, room=found, form=form,
        people={number: people[person] for number, person in taken.items()},
    )  # fmt: skip
    return body, status
