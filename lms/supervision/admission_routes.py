"""Admission at the invigilator's desk: codes and computers of the rooms, who was refused, letting in by hand."""

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.accounts.queries import PersonRow
from lms.admission import queries as admission
from lms.admission import service
from lms.database import reading, writing
from lms.errors import NotFound
from lms.exams.queries import ExamRow
from lms.ids import is_public_id
from lms.paging import paginate, requested_page
from lms.supervision import queries
from lms.supervision.forms import LetInForm, RoomRuleForm
from lms.supervision.policy import access_supervised
from lms.supervision.words import FAULT_NAMES, LACK_NAMES

bp = Blueprint("admission_desk", __name__, url_prefix="/supervision/<exam_id>", template_folder="templates")


@bp.get("/admission")
@requires(Act.SUPERVISE)
def index(exam_id: str) -> ResponseReturnValue:
    """What the exam asks for, the codes of its rooms, who was refused and whom somebody let in."""
    session = reading()
    exam = access_supervised(session, viewer(), exam_id)
    page = paginate(session, admission.refusals(exam.id), number=requested_page())
    let_in = admission.let_in(session, exam.id)
    rules = {row.room_id: row for row in admission.room_rules(session, exam.id)}
    named = {row.person_id for row in page.items} | {who for row in let_in for who in (row.person_id, row.by)}
    return render_template(
        "supervision/admission.html",
        exam=exam,
        rule=admission.rule_of(session, exam.id),
        rooms=admission.rooms(session, exam.id),
        rules=rules,
        ranges=any(row.ranges for row in rules.values()),
        page=page,
        let_in=let_in,
        people=accounts.people_by_ids(session, sorted(named)),
        lack_names=LACK_NAMES,
    )


@bp.route("/rooms/<room_id>/admission", methods=["GET", "POST"])
@requires(Act.SUPERVISE)
def room(exam_id: str, room_id: str) -> ResponseReturnValue:
    """Code and computers of one room; printed it is the sheet for whoever supervises there."""
    session = reading()
    exam = access_supervised(session, viewer(), exam_id)
    found = _room(session, exam, room_id)
    kept = next(row for row in admission.room_rules(session, exam.id) if row.room_id == found.id)
    filled = {"ranges": "\n".join(kept.ranges), "every_time": kept.every_time}
    form = RoomRuleForm(data=None if request.method == "POST" else filled)
    if form.validate_on_submit():
        with writing() as session:
            exam = access_supervised(session, viewer(), exam_id)
            room = _room(session, exam, room_id)
            service.set_room(session, room, every_time=bool(form.every_time.data), ranges=form.found)
        return redirect(url_for("admission_desk.index", exam_id=exam_id), 303)
    rule = admission.rule_of(session, exam.id)
    body = render_template("supervision/room_admission.html", exam=exam, room=found, kept=kept, rule=rule, form=form)
    return body, 422 if form.errors else 200


@bp.post("/rooms/<room_id>/code")
@requires(Act.SUPERVISE)
def renew(exam_id: str, room_id: str) -> ResponseReturnValue:
    """Another code for a room."""
    with writing() as session:
        exam = access_supervised(session, viewer(), exam_id)
        service.renew_code(session, _room(session, exam, room_id))
    flash(gettext("The room has a new code. Who gave the old one stays admitted."), "good")
    return redirect(url_for("admission_desk.room", exam_id=exam_id, room_id=room_id), 303)


@bp.route("/people/<person_id>/let-in", methods=["GET", "POST"])
@requires(Act.SUPERVISE)
def let_in(exam_id: str, person_id: str) -> ResponseReturnValue:
    """Let one person in by hand, with a reason."""
    exam, form = access_supervised(reading(), viewer(), exam_id), LetInForm()
    person = _candidate(reading(), exam, person_id)
    if form.validate_on_submit():
        with writing() as session:
            access_supervised(session, viewer(), exam_id)
            service.let_in(session, exam, person, reason=str(form.reason.data), by=viewer())
        flash(gettext("%(name)s can enter now.", name=person.name), "good")
        return redirect(url_for("admission_desk.index", exam_id=exam_id), 303)
    body = render_template("supervision/let_in.html", exam=exam, person=person, form=form)
    return body, 422 if form.errors else 200


@bp.post("/people/<person_id>/ask-again")
@requires(Act.SUPERVISE)
def ask_again(exam_id: str, person_id: str) -> ResponseReturnValue:
    """Take it back that somebody was let in by hand."""
    with writing() as session:
        exam = access_supervised(session, viewer(), exam_id)
        service.ask_again(session, exam, _candidate(session, exam, person_id))
    return redirect(url_for("admission_desk.index", exam_id=exam_id), 303)


@bp.get("/people/<person_id>/pictures")
@requires(Act.SUPERVISE)
def pictures(exam_id: str, person_id: str) -> ResponseReturnValue:
    """The pictures that somebody's page took."""
    session = reading()
    exam = access_supervised(session, viewer(), exam_id)
    person = _candidate(session, exam, person_id)
    page = paginate(session, admission.snapshots(exam.id, person.id), number=requested_page())
    rule, entry = admission.rule_of(session, exam.id), admission.entry_of(session, exam.id, person.id)
    return render_template(
        "supervision/pictures.html", exam=exam, person=person, page=page, fault_names=FAULT_NAMES, consent=entry.camera,
        days=min(rule.camera_days, entry.camera_days or rule.camera_days),
    )  # fmt: skip


@bp.get("/pictures/<picture_id>")
@requires(Act.SUPERVISE)
def picture(exam_id: str, picture_id: str) -> ResponseReturnValue:
    """One picture of this exam."""
    exam = access_supervised(reading(), viewer(), exam_id)
    file = service.snapshot_path(picture_id)
    if not is_public_id(picture_id) or not admission.has_snapshot(reading(), exam.id, picture_id) or not file.is_file():
        raise NotFound
    return send_file(file, mimetype="image/jpeg")


def _room(session: Session, exam: ExamRow, room_id: str) -> admission.RoomRow:
    found = admission.room(session, exam.id, room_id)
    if found is None:
        raise NotFound
    return found


def _candidate(session: Session, exam: ExamRow, person_id: str) -> PersonRow:
    found = queries.candidate(session, exam.id, person_id)
    if found is None:
        raise NotFound
    return found
