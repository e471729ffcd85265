"""The invigilator's desk: exams, the live board, one candidate, measures, outages."""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.accounts.queries import PersonRow
from lms.admission import queries as admission
from lms.clock import now
from lms.database import reading
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.ids import new_public_id
from lms.paging import paginate, requested_page
from lms.sitting import queries as sitting
from lms.supervision import queries, service
from lms.supervision.board import board_of, listed, state_of
from lms.supervision.forms import KIND_NAMES, KIND_WORDS, MeasureForm
from lms.supervision.policy import access_supervised, supervised_ids, supervised_paths
from lms.supervision.service import Order
from lms.supervision.words import EVENT_NAMES, STATE_NAMES
from question_bank.attempt import MEASURES, Kind

bp = Blueprint("supervision", __name__, url_prefix="/supervision", template_folder="templates")


@bp.get("/")
@requires(Act.SUPERVISE)
def index() -> ResponseReturnValue:
    """The published exams one supervises, newest window first."""
    found = exams.rows(paths=supervised_paths(viewer()), thing_ids=supervised_ids(viewer()), states=("published",))
    page = paginate(reading(), found, number=requested_page())
    rows = [exams.row_of(row) for row in page.items]
    return render_template("supervision/index.html", page=page, exams=rows, now=now())


@bp.get("/<exam_id>")
@requires(Act.SUPERVISE)
def board(exam_id: str) -> ResponseReturnValue:
    """The live board; its script asks for what changes."""
    session = reading()
    exam = access_supervised(session, viewer(), exam_id)
    rooms = queries.rooms(session, exam.id)
    return render_template(
        "supervision/board.html",
        exam=exam,
        phase=exam.phase(now()),
        rooms_by_id={room.public_id: room.name for room in rooms},
        candidates=listed(queries.candidates(session, exam.id), rooms, queries.seats(session, exam.id)),
        outages=[outage for outage in sitting.outages(session, exam.id) if outage.decided_at is None],
        state_names={state: str(name) for state, name in STATE_NAMES.items()},
    )


@bp.get("/<exam_id>/live")
@requires(Act.SUPERVISE)
def live(exam_id: str) -> ResponseReturnValue:
    """What changed since the mark a page has seen."""
    session = reading()
    exam = access_supervised(session, viewer(), exam_id)
    board = board_of(exam.id)
    mark, lines, whole = board.since(session, exam.id, request.args.get("since", ""))
    answer: Response = jsonify(mark=mark, whole=whole, lines=lines, refused=board.refused)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/<exam_id>/people/<person_id>")
@requires(Act.SUPERVISE)
def candidate(exam_id: str, person_id: str) -> ResponseReturnValue:
    """One candidate: how the attempt stands, what can be done, what its journal says."""
    session = reading()
    exam = access_supervised(session, viewer(), exam_id)
    person = _candidate(session, exam, person_id)
    row = next((row for row in sitting.board(session, exam.id) if row.person_id == person.id), None)
    seat = next((seat for seat in queries.seats(session, exam.id) if seat.person_id == person.id), None)
    return render_template(
        "supervision/candidate.html",
        exam=exam,
        person=person,
        row=row,
        state=state_of(row, now()) if row else "waiting",
        state_names=STATE_NAMES,
        seat=seat,
        room=next((room for room in queries.rooms(session, exam.id) if seat and room.id == seat.room_id), None),
        offered=_kinds(state_of(row, now()) if row else "waiting"),
        kind_names=KIND_NAMES,
        journal=sitting.told_events(session, row.public_id) if row else (),
        event_names=EVENT_NAMES,
        camera=admission.rule_of(session, exam.id).camera if exam.guarded else "off",
    )


@bp.route("/<exam_id>/measures/<kind>", methods=["GET", "POST"])
@requires(Act.SUPERVISE)
def measure(exam_id: str, kind: str) -> ResponseReturnValue:
    """Do something to one attempt, those of a room or all: first whom it will reach, then with a reason."""
    session, form = reading(), MeasureForm(key=new_public_id())
    exam = access_supervised(session, viewer(), exam_id)
    what = _kind(kind)
    reach, name, attempts = _reached(session, exam)
    if what is Kind.EXTEND and form.is_submitted() and not form.minutes.data:
        form.minutes.errors = (gettext("Say how many minutes."),)
    elif form.validate_on_submit():
        seconds = 60 * (form.minutes.data or 0) if what is Kind.EXTEND else 0
        order = Order(str(form.key.data), what, str(form.reason.data), reach, attempts, seconds)
        count = service.carry_out(exam, order, viewer())
        flash(f"{KIND_NAMES[what]}: {ngettext('%(num)s attempt', '%(num)s attempts', count)}", "good")
        return redirect(url_for("supervision.board", exam_id=exam_id), 303)
    body = render_template(
        "supervision/measure.html", exam=exam, form=form, kind=what, kind_names=KIND_NAMES, kind_words=KIND_WORDS,
        name=name, count=len(attempts),
    )  # fmt: skip
    return body, 422 if form.is_submitted() else 200


@bp.get("/<exam_id>/measures")
@requires(Act.SUPERVISE)
def measures(exam_id: str) -> ResponseReturnValue:
    """What was done, by whom and why; the measured outages."""
    session = reading()
    exam = access_supervised(session, viewer(), exam_id)
    page = paginate(session, queries.measures(exam.id), number=requested_page())
    people = accounts.people_by_ids(session, sorted({row.created_by for row in page.items}))
    return render_template(
        "supervision/measures.html", exam=exam, page=page, people=people, kind_names=KIND_NAMES,
        outages=sitting.outages(session, exam.id),
    )  # fmt: skip


@bp.post("/<exam_id>/outages/<outage_id>")
@requires(Act.SUPERVISE)
def compensate(exam_id: str, outage_id: str) -> ResponseReturnValue:
    """Give back the time of an outage to everybody it hit."""
    exam = access_supervised(reading(), viewer(), exam_id)
    count = service.compensate(exam, outage_id, viewer(), gettext("Time of an outage of the server"))
    flash(ngettext("%(num)s attempt has its time back.", "%(num)s attempts have their time back.", count), "good")
    return redirect(url_for("supervision.board", exam_id=exam_id), 303)


def _kind(word: str) -> Kind:
    if word not in MEASURES:
        raise NotFound
    return Kind(word)


def _candidate(session: Session, exam: ExamRow, person_id: str) -> PersonRow:
    person = queries.candidate(session, exam.id, person_id)
    if person is None:
        raise NotFound
    return person


def _reached(session: Session, exam: ExamRow) -> tuple[str, str, Sequence[str]]:
    """For the record, for the page, and the attempts: of the person or room in the address, or all."""
    attempts = sitting.attempts_of(session, exam.id)
    if person_id := request.args.get("person"):
        person = _candidate(session, exam, person_id)
        own = [attempts[person.id]] if person.id in attempts else []
        return f"person:{person.staff_number}", f"{person.name} {person.staff_number}", own
    if room_id := request.args.get("room"):
        room = queries.room(session, exam.id, room_id)
        if room is None:
            raise NotFound
        seated = [seat.person_id for seat in queries.seats(session, exam.id) if seat.room_id == room.id]
        return f"room:{room.name}", room.name, [attempts[who] for who in seated if who in attempts]
    return "all", gettext("everybody in this exam"), list(attempts.values())


def _kinds(state: str) -> list[Kind]:
    """What makes sense for an attempt in this state."""
    if state in {"waiting", "void"}:
        return []
    if state in {"handed_in", "closed", "forced"}:
        return [Kind.VOID]
    order = [Kind.EXTEND, Kind.PAUSE, Kind.RESUME, Kind.RELEASE, Kind.FORCE, Kind.VOID]
    return [kind for kind in order if kind is not (Kind.PAUSE if state == "paused" else Kind.RESUME)]
