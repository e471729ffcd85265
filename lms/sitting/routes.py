"""A candidate's exams: the list, the door, the player, the result; and the examiner's list of results."""

from collections.abc import Mapping

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lms.access import by_ticket, requires, signed_in
from lms.accounts.gate import issue_ticket, signed_in_viewer, ticket, viewer
from lms.accounts.policy import Act
from lms.admission import gate
from lms.clock import now
from lms.database import reading, writing
from lms.errors import describe, wants_json
from lms.exams.policy import access_exam
from lms.i18n import chosen_theme
from lms.paging import paginate, requested_page
from lms.security import allow_camera, csrf
from lms.sitting import ahead, page, queries, quick, sent, service, waiting
from lms.sitting.forms import incoming
from lms.sitting.player import player
from lms.sitting.policy import Sat, access_own_attempt, access_sittable_exam
from lms.sitting.receipt import outcome_of, receipt_page, review_page

bp = Blueprint("sitting", __name__, url_prefix="/sitting", template_folder="templates")

describe({"bank.bad_response": lazy_gettext("This is not an answer to the question.")}, status=400)


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """One's own exams."""
    me = viewer()
    rows = queries.standings(reading(), person_id=me.id, unit_path=me.unit_path)
    return render_template("sitting/index.html", standings=rows, now=now())


@bp.get("/exam/<exam_id>")
@signed_in
def door(exam_id: str) -> ResponseReturnValue:
    """What the candidate should know before the start."""
    exam = access_sittable_exam(viewer(), exam_id)
    standing = quick.standing(exam, viewer().id)
    page.warm(exam.id, exam.blueprint)
    phase, over = standing.phase(now()), exam.phase(now()) == "over"
    if phase in {"soon", "open", "begun"} and gate.missing(exam, viewer()):
        return redirect(url_for("admission.door", exam_id=exam_id))
    if phase == "soon":
        ahead.prepare(exam, viewer().id, chosen_theme())
    return render_template(
        "sitting/door.html",
        exam=exam,
        standing=standing,
        phase=phase,
        over=over,
        entry=waiting.entry(reading(), exam, viewer()),
        settings=waiting.settings(exam, phase),
    )


@bp.get("/exam/<exam_id>/clock")
@signed_in
def clock(exam_id: str) -> ResponseReturnValue:
    """The server's time and the bell, for a page that waits; asked at most once a minute."""
    return jsonify(waiting.clock(access_sittable_exam(viewer(), exam_id)))


@bp.post("/exam/<exam_id>/start")
@signed_in
def start(exam_id: str) -> ResponseReturnValue:
    """Begin, or go on with the attempt there is. The script of the waiting room asks for JSON, and takes the paper itself
    where it is a new one.
    """
    exam = access_sittable_exam(viewer(), exam_id)
    stopped = gate.stop(exam, viewer())
    if stopped is not None:
        return stopped
    begun = service.begin(exam, viewer())
    address = url_for("sitting.attempt", attempt_id=begun.public_id)
    if not wants_json():
        return redirect(address)
    if begun.attempt is None or not request.accept_mimetypes["text/html"] or gate.takes_pictures(exam, viewer()):
        return jsonify(next=address)
    answer = make_response(_drawn(Sat(begun.attempt, exam)))
    answer.content_location = address
    return answer


@bp.get("/<attempt_id>")
@signed_in
def attempt(attempt_id: str) -> ResponseReturnValue:
    """The player; the result when it is over; a question when it goes on elsewhere."""
    sat = _current(attempt_id)
    if sat.attempt.ended_at is not None:
        return redirect(url_for("sitting.result", attempt_id=attempt_id))
    stopped = gate.stop(sat.exam, viewer())
    if stopped is None and sat.attempt.session_id != viewer().session_id:
        return render_template("sitting/elsewhere.html", sat=sat), 409
    if stopped is not None:
        return stopped
    camera = gate.camera_settings() if gate.takes_pictures(sat.exam, viewer()) else None
    answer = make_response(_drawn(sat, camera))
    if camera:
        allow_camera(answer)
    return answer


def _drawn(sat: Sat, camera: Mapping[str, object] | None = None) -> bytes:
    """The page of an attempt that goes on."""
    headers = issue_ticket(sat.attempt.public_id)
    return player(sat, viewer(), headers=headers, root=request.script_root, theme=chosen_theme(), camera=camera)


@bp.post("/<attempt_id>/events")
@csrf.exempt
@by_ticket
def events(attempt_id: str) -> ResponseReturnValue:
    """Keep answers; what is answered here is on disk. The ticket says whose attempt it is, and that our page asks."""
    return jsonify(sent.events(ticket(), request.get_json()))


@bp.get("/<attempt_id>/state")
@by_ticket
def state(attempt_id: str) -> ResponseReturnValue:
    """The server's clock, whether the time stands still, and whether this log-in may still write."""
    return jsonify(sent.state(ticket()))


@bp.post("/<attempt_id>/take-over")
@signed_in
def take_over(attempt_id: str) -> ResponseReturnValue:
    """Go on here."""
    stopped = gate.stop(access_own_attempt(viewer(), attempt_id).exam, viewer())
    if stopped is not None:
        return stopped
    with writing() as session:
        service.take_over(session, attempt_id, viewer())
    return redirect(url_for("sitting.attempt", attempt_id=attempt_id))


@bp.post("/<attempt_id>/hand-in")
@csrf.exempt
@by_ticket
def hand_in(attempt_id: str) -> ResponseReturnValue:
    """End the attempt."""
    return jsonify(sent.hand_in(ticket(), request.script_root))


@bp.post("/<attempt_id>/evidence")
@csrf.exempt
@by_ticket
def evidence(attempt_id: str) -> ResponseReturnValue:
    """Keep what a browser still held of an attempt that is over; it counts nothing. The ticket says that our page asks, the
    log-in whose attempt it is.
    """
    sat = access_own_attempt(signed_in_viewer(), attempt_id)
    return jsonify(kept=service.keep_evidence(sat.attempt.public_id, incoming(request.get_json())))


@bp.get("/<attempt_id>/result")
@signed_in
def result(attempt_id: str) -> ResponseReturnValue:
    """The receipt, and of the result what the release policy lets the candidate see."""
    sat = _current(attempt_id)
    if sat.attempt.ended_at is None:
        return redirect(url_for("sitting.attempt", attempt_id=attempt_id))
    root, headers = request.script_root, issue_ticket(attempt_id)
    return make_response(receipt_page(sat, viewer(), outcome_of(sat), headers=headers, root=root, theme=chosen_theme()))


@bp.get("/<attempt_id>/review")
@signed_in
def reviewed(attempt_id: str) -> ResponseReturnValue:
    """Question by question, as far as the release policy lets the candidate see it."""
    sat = _current(attempt_id)
    outcome = None if sat.attempt.ended_at is None else outcome_of(sat)
    if outcome is None:
        return redirect(url_for("sitting.result", attempt_id=attempt_id))
    return make_response(review_page(sat, viewer(), outcome, root=request.script_root, theme=chosen_theme()))


@bp.get("/exam/<exam_id>/results")
@requires(Act.MANAGE_EXAMS)
def results(exam_id: str) -> ResponseReturnValue:
    """The results of an exam, for those who manage it."""
    session = reading()
    exam = access_exam(session, viewer(), exam_id)
    listed = paginate(session, queries.results(exam.id), number=requested_page())
    return render_template(
        "sitting/results.html",
        exam=exam,
        page=listed,
        rows=queries.with_names(session, listed.items),
        tally=queries.tally(session, exam.id),
        over=exam.phase(now()) == "over",
    )


def _current(attempt_id: str) -> Sat:
    """The viewer's attempt; closed first if its time is over and nobody has done so yet."""
    sat = access_own_attempt(viewer(), attempt_id)
    if sat.attempt.ended_at is None and not sat.attempt.time.is_open(now()):
        service.close_if_due(attempt_id)
        sat = access_own_attempt(viewer(), attempt_id)
    return sat
