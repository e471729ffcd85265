"""The training manager's plans: the list, the editor, and how far everybody is."""

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from courseware.audience import EVERYBODY, Rule
from courseware.audience import from_record as rule_of
from courseware.audience import to_record as rule_record
from courseware.errors import BadRule
from courseware.plans import ONCE, Plan
from courseware.rates import percent
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.clock import today
from lms.database import reading, writing
from lms.errors import sentence_of
from lms.paging import paginate, requested_page
from lms.plans import audience, board, queries, service, sheet
from lms.plans.forms import PlanForm, filled
from lms.plans.models import TrainingPlan
from lms.plans.policy import ACT, access_course, access_plan, may_change, paths_of
from lms.plans.words import (
    EXEMPTIONS,
    MEANING,
    PLAN_COLOURS,
    PLAN_STATES,
    STATE_COLOURS,
    STATE_NAMES,
    due_words,
    leaf_words,
    rule_words,
)
from lms.rates import paper

bp = Blueprint("plans", __name__, url_prefix="/plans", template_folder="templates")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COURSES = 200


@bp.get("/")
@requires(ACT)
def index() -> ResponseReturnValue:
    """The plans of one's part, and of parts above and below."""
    state = request.args.get("state", "")
    query = queries.plans(paths_of(viewer()), state=state if state in PLAN_STATES else "")
    page = paginate(reading(), query, number=requested_page())
    return render_template("plans/index.html", page=page, state=state, states=PLAN_STATES, colours=PLAN_COLOURS)


@bp.route("/new", methods=["GET", "POST"])
@requires(ACT)
def new() -> ResponseReturnValue:
    """A new plan, a draft."""
    return _edit(None, None)


@bp.route("/plan/<plan_id>/edit", methods=["GET", "POST"])
@requires(ACT)
def edit(plan_id: str) -> ResponseReturnValue:
    """The next version of a plan."""
    plan = access_plan(reading(), viewer(), plan_id, change=True)
    return _edit(plan, queries.plan_of(reading(), plan))


@bp.get("/plan/<plan_id>")
@requires(ACT)
def show(plan_id: str) -> ResponseReturnValue:
    """Participation and pass rate by unit; each number leads to names."""
    session = reading()
    plan = access_plan(session, viewer(), plan_id)
    says, units = queries.plan_of(session, plan), accounts.units(session, closed=True)
    looked = board.look(session, viewer(), plan, request.args, units)
    return render_template(
        "plans/show.html",
        plan=plan,
        says=says,
        meant=rule_words(says.audience, {unit.public_id: unit.name for unit in units}),
        due=due_words(says),
        looked=looked,
        may_change=may_change(viewer(), plan.owner_path),
        states=PLAN_STATES,
        colours=PLAN_COLOURS,
        percent=percent,
        cycle_choices=[(key, key) for key in looked.scope.cycles],
    )


@bp.get("/plan/<plan_id>/people")
@requires(ACT)
def people(plan_id: str) -> ResponseReturnValue:
    """Names, by where they stand."""
    session = reading()
    plan = access_plan(session, viewer(), plan_id)
    units = accounts.units(session, closed=True)
    looked = board.scope(session, viewer(), plan, request.args, units)
    wanted = request.args.get("state", "")
    page = paginate(session, board.names(session, plan, looked, wanted), number=requested_page())
    return render_template(
        "plans/people.html",
        plan=plan,
        page=page,
        lines=[queries.line(row) for row in page.items],
        looked=looked,
        wanted=wanted,
        unit_names={unit.id: unit.name for unit in units},
        unit_choices=[("", gettext("All my units")), *((unit.public_id, unit.name) for unit in looked.mine)],
        state_choices=board.state_choices(),
        cycle_choices=[(key, key) for key in looked.cycles],
        names=STATE_NAMES,
        colours=STATE_COLOURS,
        reasons=EXEMPTIONS,
    )


@bp.post("/plan/<plan_id>/open")
@requires(ACT)
def open_now(plan_id: str) -> ResponseReturnValue:
    """Let a draft count."""
    with writing() as session:
        plan = access_plan(session, viewer(), plan_id, change=True, lock=True)
        service.open_plan(session, plan, viewer())
    flash(gettext("The plan is open. Its people are being assigned."), "good")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@bp.post("/plan/<plan_id>/close")
@requires(ACT)
def close(plan_id: str) -> ResponseReturnValue:
    """Expect nothing more by it."""
    with writing() as session:
        service.close_plan(session, access_plan(session, viewer(), plan_id, change=True, lock=True))
    flash(gettext("The plan is closed."), "info")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@bp.post("/plan/<plan_id>/remind")
@requires(ACT)
def remind(plan_id: str) -> ResponseReturnValue:
    """Remind everybody of one's units who is late."""
    with writing() as session:
        plan = access_plan(session, viewer(), plan_id)
        ids = [unit.id for unit in accounts.units(session, paths=paths_of(viewer()), closed=True)]
        count = service.remind_late(session, viewer(), ids, [plan.id])
    board.tell_reminded(count)
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@bp.get("/plan/<plan_id>/rates.xlsx")
@requires(ACT)
def rates(plan_id: str) -> ResponseReturnValue:
    """The rates of every unit as a workbook."""
    session = reading()
    plan = access_plan(session, viewer(), plan_id)
    units = accounts.units(session, closed=True)
    looked = board.scope(session, viewer(), plan, request.args, units)
    tallies = board.tallies(session, plan, looked)
    headers = {"Content-Disposition": "attachment; filename=rates.xlsx"}
    return Response(sheet.workbook(plan.title, looked, tallies), mimetype=SHEET, headers=headers)


@bp.get("/plan/<plan_id>/print/rates.pdf")
@requires(ACT)
def rates_pdf(plan_id: str) -> ResponseReturnValue:
    """The table of the plan's page on paper, with its footnotes."""
    session = reading()
    plan = access_plan(session, viewer(), plan_id)
    looked = board.look(session, viewer(), plan, request.args, accounts.units(session, closed=True))
    seen, lines = looked.scope, [(unit.name, tally.rates) for unit, tally in looked.rows]
    if looked.own and lines:
        lines.append((gettext("in the unit itself"), looked.own.rates))
    about = board.about(seen.chosen, seen.cycle if seen.cycle != ONCE else "", str(today()))
    data = paper(plan.title, about, gettext("Organisation"), lines, whole=looked.whole.rates, meaning=MEANING)
    return send_file(BytesIO(data), mimetype="application/pdf", download_name="rates.pdf")


def _edit(plan: TrainingPlan | None, says: Plan | None) -> ResponseReturnValue:
    session, paths = reading(), paths_of(viewer())
    owner = plan.owner_path if plan else paths[0]
    courses = list(session.scalars(queries.courses(paths).limit(COURSES)))
    units = accounts.units(session)
    chosen = next((one.public_id for one in courses if plan and one.id == plan.course_id), "")
    form = PlanForm(data=filled(plan.title, chosen, says) if plan and says else {"starts": today()})
    form.offer(
        {one.public_id: one.title for one in courses},
        [(unit.public_id, "　" * unit.depth + unit.name) for unit in units if unit.path.startswith(owner)],
        audience.offered(session, owner, today()),
    )
    looking = request.form.get("do") == "look"
    if form.validate_on_submit() and not looking:
        try:
            return redirect(url_for("plans.show", plan_id=_save(plan, form, owner)), 303)
        except BadRule as refused:
            form.title.errors = (sentence_of(refused),)
    meant = _meant(form, says)
    names = {unit.public_id: unit.name for unit in units}
    body = render_template(
        "plans/edit.html",
        form=form,
        plan=plan,
        courses=courses,
        looking=looking,
        count=audience.size(session, meant, units, owner, today()),
        sample=[
            (one, [leaf_words(leaf, names) for leaf in one.why])
            for one in audience.sample(session, meant, units, owner, today())
        ],
        meant=rule_words(meant, names),
    )
    return body, 422 if form.errors and not looking else 200


def _meant(form: PlanForm, says: Plan | None) -> Rule:
    """Whom the page shows: those of the form, or of the plan where the form asks more than a rule may."""
    try:
        return rule_of(rule_record(form.rule())) if form.is_submitted() or says is None else says.audience
    except BadRule:
        return says.audience if says else EVERYBODY


def _save(plan: TrainingPlan | None, form: PlanForm, owner: str) -> str:
    with writing() as session:
        row = access_plan(session, viewer(), plan.public_id, change=True, lock=True) if plan else None
        course = access_course(session, viewer(), str(form.course.data))
        saved = service.save_plan(
            session,
            row,
            viewer(),
            title=str(form.title.data),
            course=course,
            says=form.plan(queries.course_of(session, course)),
            owner_path=owner,
        )
        flash(gettext("The plan is saved."), "good")
        return saved.public_id
