"""A candidate's exams: the list, the door, the player, the result; and the examiner's list of results."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from lms.access import by_ticket, requires, signed_in
from lms.accounts.gate import issue_ticket, ticket, viewer
from lms.accounts.policy import Act
from lms.clock import now
from lms.database import dumps, reading, writing
from lms.errors import describe, wants_json
from lms.exams import queries as exams
from lms.exams.policy import access_exam
from lms.paging import paginate, requested_page
from lms.security import csrf
from lms.sitting import journal, page, papers, queries, quick, sent, service, waiting
from lms.sitting.forms import incoming
from lms.sitting.paper import material, review, shown_answers
from lms.sitting.policy import Sat, access_own_attempt, access_sittable_exam
from question_bank.assembly import Form
from question_bank.attempt import Attempt as State
from question_bank.attempt import receipt_code, replay
from question_bank.item import ItemVersion
from question_bank.timing import GRACE

bp = Blueprint("sitting", __name__, url_prefix="/sitting", template_folder="templates")

#: an attempt in which nothing has happened but its start
EMPTY = State(last=1)

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
    """Begin, or go on with the attempt there is. The script of the waiting room asks for JSON."""
    exam = access_sittable_exam(viewer(), exam_id)
    address = url_for("sitting.attempt", attempt_id=service.start(exam, viewer()))
    return jsonify(next=address) if wants_json() else redirect(address)


@bp.get("/<attempt_id>")
@signed_in
def attempt(attempt_id: str) -> ResponseReturnValue:
    """The player; the result when it is over; a question when it goes on elsewhere."""
    sat = _current(attempt_id)
    if sat.attempt.ended_at is not None:
        return redirect(url_for("sitting.result", attempt_id=attempt_id))
    if sat.attempt.session_id != viewer().session_id:
        return render_template("sitting/elsewhere.html", sat=sat), 409
    return _player(sat)


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
@signed_in
def evidence(attempt_id: str) -> ResponseReturnValue:
    """Keep what a browser still held of an attempt that is over; it counts nothing."""
    sat = access_own_attempt(viewer(), attempt_id)
    return jsonify(kept=service.keep_evidence(sat.attempt.public_id, incoming(request.get_json())))


@bp.get("/<attempt_id>/result")
@signed_in
def result(attempt_id: str) -> ResponseReturnValue:
    """What the release policy lets the candidate see."""
    sat = _current(attempt_id)
    if sat.attempt.ended_at is None:
        return redirect(url_for("sitting.attempt", attempt_id=attempt_id))
    visible = sat.exam.score_visible(now())
    outcome = quick.outcome(sat.attempt.id) if visible and sat.attempt.ended_how != "void" else None
    reviewed: list[Markup] = []
    if outcome is not None:
        versions, form = exams.snapshot_of(sat.exam.id), papers.sat(attempt_id).form
        reviewed = review(sat.exam, form, versions, quick.answers(sat.attempt.id), outcome.scores)
    return render_template(
        "sitting/result.html",
        sat=sat,
        outcome=outcome,
        reviewed=reviewed,
        receipt=receipt_code(quick.end_hash(sat.attempt.id)),
    )


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


def _player(sat: Sat) -> str:
    """The page of an attempt that goes on here: pieces that are kept, filled with this candidate's paper."""
    form = papers.sat(sat.attempt.public_id).form
    versions = exams.snapshot_of(sat.exam.id)
    state = replay(journal.events(reading(), sat.attempt.id)) if sat.attempt.last_event > 1 else EMPTY
    numbers = [
        [slot.number for slot in form.slots if slot.section == n] for n in range(len(sat.exam.blueprint.sections))
    ]
    sections = [(part.title, part.marks, own) for part, own in zip(sat.exam.blueprint.sections, numbers, strict=True)]
    person = viewer()
    return page.filled(
        page.shell(sat.exam.id, sat.exam.title, sections),
        str(escape(f"{person.name} · {person.unit_name or ''}")),
        htmlsafe_json_dumps(_settings(sat, form, versions, state), dumps=dumps),
        page.paper_html(form, versions),
    )


def _settings(sat: Sat, form: Form, versions: Mapping[int, ItemVersion], state: State) -> dict[str, Any]:
    public_id = sat.attempt.public_id
    here = f"{request.script_root}/sitting/{public_id}"
    return {
        "attempt": public_id,
        "last": sat.attempt.last_event,
        "remaining": sent.remaining(sat.attempt.time),
        "paused": sat.attempt.paused_at is not None,
        "extra": sat.attempt.extra_seconds,
        "grace": int(GRACE.total_seconds() * 1000) + 1500,
        "answers": shown_answers(form, versions, state.answers),
        "flags": sorted(state.flagged),
        "presentation": sat.exam.blueprint.presentation,
        "material": material(form, versions),
        "headers": issue_ticket(public_id),
        "eventsUrl": f"{here}/events",
        "stateUrl": f"{here}/state",
        "handInUrl": f"{here}/hand-in",
        "resultUrl": f"{here}/result",
        "selfUrl": here,
        "words": page.kept_words(_words),
    }


def _words() -> dict[str, str]:
    """What the script says."""
    return {
        "saved": gettext("Saved"),
        "sending": gettext("Saving"),
        "unsaved": gettext("Not saved yet: kept on this computer"),
        "unkept": gettext("Not saved yet: keep this page open"),
        "minutesLeft": gettext("{minutes} minutes left"),
        "minuteLeft": gettext("One minute left"),
        "moreTime": gettext("The invigilator has given you {minutes} more minutes."),
        "goesOn": gettext("The exam goes on. You have as much time as before the pause."),
    }
