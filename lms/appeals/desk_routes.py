"""The examiner's pages on the appeals of an exam: the list, one of them, looking at it, confirming what was found."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.appeals import errors, queries, service
from lms.appeals.forms import DaysForm, FindingForm
from lms.appeals.models import Appeal
from lms.appeals.policy import access_appeal
from lms.appeals.words import FINDING_NAMES, STAGE_COLOURS, STAGE_NAMES, STEP_NAMES
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.exams.policy import access_exam
from lms.exams.queries import ExamRow
from lms.marking import queries as marking
from lms.paging import paginate, requested_page
from lms.richtext import rendered_stem
from lms.sitting import queries as sitting
from lms.sitting import service as sitting_service
from lms.sitting.queries import Graded
from question_bank.assembly import Form
from question_bank.item import ItemVersion

bp = Blueprint("appeal_desk", __name__, url_prefix="/exams/<exam_id>/appeals", template_folder="templates")


@bp.route("", methods=["GET", "POST"])
@requires(Act.MANAGE_EXAMS)
def index(exam_id: str) -> ResponseReturnValue:
    """The appeals of an exam, and for how long they may be made."""
    session, exam = reading(), access_exam(reading(), viewer(), exam_id)
    form = DaysForm(days=queries.days_of(session, exam.id))
    if form.validate_on_submit():
        with writing() as session:
            service.set_days(session, access_exam(session, viewer(), exam_id), form.days.data or 0)
        flash(gettext("Kept."), "good")
        return redirect(url_for("appeal_desk.index", exam_id=exam_id), 303)
    stage, sort = request.args.get("stage", ""), request.args.get("sort", "made")
    order = request.args.get("order", "asc")
    query = queries.of_exam(exam.id, stage=stage if stage in STAGE_NAMES else "", sort=sort, descending=order == "desc")
    page, counts = paginate(session, query, number=requested_page()), queries.counts(session, exam.id)
    body = render_template(
        "appeals/desk.html", exam=exam, form=form, page=page, stage=stage, sort=sort, order=order,
        counts=counts, waiting=queries.undecided(session, exam.id),
        people=accounts.people_by_ids(session, sorted(_people(page.items))),
        names=STAGE_NAMES, colours=STAGE_COLOURS, stages=[(key, f"{STAGE_NAMES[key]} ({counts[key]})") for key in STAGE_NAMES if key in counts],
    )  # fmt: skip
    return body, 422 if form.errors else 200


@bp.get("/<appeal_id>")
@requires(Act.MANAGE_EXAMS)
def show(exam_id: str, appeal_id: str) -> ResponseReturnValue:
    """One appeal: what is asked, the questions with answer, key and score, every grading, what can be done."""
    appeal, exam = access_appeal(reading(), viewer(), exam_id, appeal_id)
    return _page(appeal, exam, FindingForm(formdata=None)), 200


@bp.post("/<appeal_id>/finding")
@requires(Act.MANAGE_EXAMS)
def find(exam_id: str, appeal_id: str) -> ResponseReturnValue:
    """Write what was found."""
    appeal, exam = access_appeal(reading(), viewer(), exam_id, appeal_id)
    form = FindingForm()
    if not form.validate_on_submit():
        return _page(appeal, exam, form), 422
    finding, words, seen = str(form.finding.data), str(form.words.data), str(form.grading.data)
    return _done(
        exam_id, appeal_id, lambda session, one: service.find(session, one, finding, words, viewer(), seen=int(seen) if seen.isdecimal() else 0),
        gettext("The finding is written. Somebody else must confirm it."),
    )  # fmt: skip


@bp.post("/<appeal_id>/<kind>")
@requires(Act.MANAGE_EXAMS)
def step(exam_id: str, appeal_id: str, kind: str) -> ResponseReturnValue:
    """Take it on; confirm what was found, or return it."""
    steps: dict[str, tuple[Callable[[Session, Appeal], None], str]] = {
        "take": (lambda session, one: service.take(session, one, viewer()), gettext("You look at this appeal.")),
        "confirm": (
            lambda session, one: service.decide(session, one, viewer(), confirm=True),
            gettext("Confirmed. The candidate reads it."),
        ),
        "return": (
            lambda session, one: service.decide(session, one, viewer(), confirm=False),
            gettext("Returned to whoever looks at it."),
        ),
    }
    if kind not in steps:
        raise NotFound
    return _done(exam_id, appeal_id, *steps[kind])


def _done(exam_id: str, appeal_id: str, act: Callable[[Session, Appeal], None], said: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            appeal, _exam = access_appeal(session, viewer(), exam_id, appeal_id, lock=True)
            act(session, appeal)
        flash(said, "good")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("appeal_desk.show", exam_id=exam_id, appeal_id=appeal_id), 303)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of the paper: its number and reference, what was answered, the key, what it earned."""

    number: int
    ref: str
    stem: Markup
    answer: str
    key: str
    earned: Decimal
    marks: Decimal
    #: public id of the answer where people mark it
    script: str | None = None


def _page(appeal: Appeal, exam: ExamRow, form: FindingForm) -> str:
    session, me = reading(), viewer()
    steps, gradings = queries.steps(session, appeal.id), sitting.gradings(session, appeal.attempt_id, exam.id)
    _public_id, paper = sitting.paper_of(session, appeal.attempt_id)
    outcome, decided = queries.outcome(appeal, gradings), sitting.in_force(session, exam.id)
    obstacle: Refused | None = None
    if me.id in sitting.deciders(decided, paper, gradings, appeal.questions):
        obstacle = errors.Decided()
    if sitting.has_sat(session, exam.id, me.id):
        obstacle = errors.SatIt()
    stage, form.grading.data = "changed" if outcome else appeal.state, str(gradings[-1].revision)
    people = {step.person_id for step in steps} | {appeal.person_id}
    return render_template(
        "appeals/one.html",
        appeal=appeal,
        exam=exam,
        form=form,
        stage=stage,
        steps=steps,
        obstacle=sentence_of(obstacle) if obstacle else "",
        takeable=stage in service.TAKEABLE and not obstacle and not (stage == "taken" and appeal.taken_by == me.id),
        mine=appeal.taken_by == me.id,
        confirmable=appeal.taken_by != me.id and not isinstance(obstacle, errors.SatIt),
        gradings=gradings,
        newer=gradings[-1].revision > appeal.revision,
        questions=_asked(appeal, exam, sitting_service.versions_in_force(session, exam, decided), paper, gradings[-1]),
        outcome=outcome,
        people=accounts.people_by_ids(session, sorted(people)),
        names=STAGE_NAMES, colours=STAGE_COLOURS, step_names=STEP_NAMES, finding_names=FINDING_NAMES,
    )  # fmt: skip


def _asked(
    appeal: Appeal, exam: ExamRow, versions: Mapping[int, ItemVersion], paper: Form, graded: Graded
) -> list[_Asked]:
    """The questions that the appeal names, or all of them."""
    answers = sitting.answers_of(reading(), [appeal.attempt_id], None).get(appeal.attempt_id, {})
    scripts = marking.scripts_of(reading(), appeal.attempt_id) if exam.marked_by_people else {}
    found = []
    for slot, (earned, marks) in zip(paper.slots, graded.earned(), strict=True):
        if appeal.questions and slot.number not in appeal.questions:
            continue
        version, response = versions[slot.version], answers.get(slot.number)
        answer = "" if response is None else version.interaction.summary(version.body, response)
        key = version.interaction.key_summary(version.body)
        script = scripts.get(slot.number, (None, None))[1]
        stem = rendered_stem(version.stem)
        found.append(_Asked(slot.number, version.ref, stem, answer, key, earned, marks, script))
    return found


def _people(rows: Iterable[tuple[Appeal, str]]) -> set[int]:
    both = {(appeal.person_id, appeal.taken_by) for appeal, _stage in rows}
    return {person for pair in both for person in pair if person is not None}
