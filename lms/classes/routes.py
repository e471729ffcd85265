"""The training manager's pages on classes: the list, a plan, one class, the steps it takes."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from courseware.classes.outcome import Assessment
from courseware.classes.states import DECISIONS, OPEN, REASONED, Move, State, moves, phase
from courseware.errors import BadMove
from courseware.rates import Rates, percent
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.classes import closing, queries, rates, readiness, service, timetable, words
from lms.classes.forms import PlanForm
from lms.classes.models import ClassSession, TrainingClass
from lms.classes.policy import access_class, access_with_unit, decides_on, managed
from lms.classes.queries import Wanted
from lms.clock import today
from lms.database import reading, writing
from lms.errors import NotFound, Refused, describe, sentence_of
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.paging import paginate, requested_page
from lms.rates import footnotes

bp = Blueprint("classes", __name__, url_prefix="/classes", template_folder="templates")
describe({"courseware.bad_move": lazy_gettext("This class has gone on meanwhile. Load the page again.")}, status=409)

#: exams that are offered, and characters of a reason
MOST_EXAMS, WHY = 200, 500
#: the choice, among the states of a list, of what waits for a decision of whoever looks
DECIDING = "deciding"


@bp.get("/")
@requires(Act.MANAGE_CLASSES)
def index() -> ResponseReturnValue:
    """Classes of one's units, by state, type, level, year and unit."""
    session, mine = reading(), managed(viewer())
    units = accounts.units(session, paths=mine, closed=True)
    chosen = next((unit for unit in units if unit.public_id == request.args.get("unit")), None)
    wanted = Wanted(
        phase=_key("state", words.PHASES),
        class_type=_key("type", words.TYPES),
        level=_key("level", words.LEVELS),
        year=asked_year(),
        unit_path=chosen.path if chosen else "",
        deciding=viewer() if request.args.get("state") == DECIDING else None,
    )
    page = paginate(session, queries.classes(mine, wanted, today=today()), number=requested_page())
    return render_template(
        "classes/index.html",
        page=page,
        wanted=wanted,
        chosen=chosen,
        units=units,
        names={unit.id: unit.name for unit in units},
        years=queries.years(session, mine),
        phases={found.id: phase_of(found) for found, _count in page.items},
        words=words,
    )


@bp.get("/<class_id>")
@requires(Act.MANAGE_CLASSES)
def show(class_id: str) -> ResponseReturnValue:
    """One class: what is planned, how far it is, what comes next, its rates."""
    session = reading()
    found, unit = access_with_unit(session, viewer(), class_id)
    held, steps = queries.sessions(session, found.id), queries.steps(session, found.id)
    figures, deciding = _figures(session, found, held), decides_on(viewer(), found, unit)
    approved = found.state == State.APPROVED
    return render_template(
        "classes/show.html",
        found=found,
        phase=phase_of(found),
        unit=unit,
        exam=exams.by_ids(session, [found.exam_id]).get(found.exam_id) if found.exam_id else None,
        sessions=len(held),
        hours=timetable.total(held),
        figures=figures,
        notes=footnotes(figures, words.MEANING),
        percent=percent,
        steps=steps,
        people=accounts.people_by_ids(session, sorted({one.person_id for one in steps})),
        moves=[move for move in moves(State(found.state)) if move not in DECISIONS or deciding],
        waits=found.state in (State.SUBMITTED, State.CLOSING) and not deciding,
        reasoned=REASONED,
        lacking=readiness.lacking_of(session, found, held, expected=figures.expected) if approved else [],
        asked=queries.waiting_requests(session, found.id) if approved else 0,
        words=words,
    )


def _figures(session: Session, found: TrainingClass, held: Sequence[ClassSession]) -> Rates:
    """The rates of a closed class, or those it would have."""
    if found.state == State.CLOSED:
        return rates.whole(session, rates.Asked(("/",), class_id=found.id))
    return closing.forecast(session, found, held)


@bp.route("/<class_id>/plan", methods=["GET", "POST"])
@requires(Act.MANAGE_CLASSES)
def plan(class_id: str) -> ResponseReturnValue:
    """Change a plan that nobody waits for."""
    session = reading()
    found = access_class(session, viewer(), class_id)
    form, units, offered = plan_form()
    if form.validate_on_submit():
        with writing() as session:
            found = access_class(session, viewer(), class_id, lock=True)
            service.edit(session, found, form.plan(units, offered), viewer())
        flash(gettext("Kept."), "good")
        return redirect(url_for("classes.show", class_id=class_id), 303)
    if not form.is_submitted():
        unit = next((one.public_id for one in units if one.id == found.unit_id), "")
        form.show(found, unit, next((one.public_id for one in offered if one.id == found.exam_id), ""))
    return render_template("classes/plan.html", form=form, found=found), 422 if form.errors else 200


@bp.post("/<class_id>/steps/<kind>")
@requires(Act.MANAGE_CLASSES)
def step(class_id: str, kind: str) -> ResponseReturnValue:
    """Take a class on, or send it back."""
    if kind not in list(Move):
        raise NotFound
    why = request.form.get("why", "").replace("\0", "").strip()[:WHY]
    try:
        with writing() as session:
            service.step(session, access_class(session, viewer(), class_id, lock=True), Move(kind), viewer(), why)
        flash(str(words.STEPS[kind]), "good")
    except NotFound:
        raise
    except (Refused, BadMove) as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("classes.show", class_id=class_id), 303)


def plan_form() -> tuple[PlanForm, list[accounts.UnitRow], list[ExamRow]]:
    """The form of a plan with the units and exams that the viewer may name."""
    session, mine, form = reading(), managed(viewer()), PlanForm()
    units = accounts.units(session, paths=mine)
    found = session.execute(exams.rows(paths=mine, states=("published",)).limit(MOST_EXAMS)) if mine else ()
    offered = [exams.row_of(row) for row in found]
    form.offer(units, offered)
    return form, units, offered


def phase_of(found: TrainingClass) -> str:
    """How far a class is, as a key of words.PHASES."""
    return phase(State(found.state), found.first_day, found.last_day, today())


def tabs(found: TrainingClass) -> dict[str, bool]:
    """What of the pages of a class may be written on now: roster and timetable ("open"), sheets and marks ("held")."""
    return {
        "open": State(found.state) in OPEN,
        "held": found.state == State.APPROVED,
        "marks": found.assessment == Assessment.MARK,
    }


def _key(name: str, known: Mapping[str, object]) -> str:
    asked = request.args.get(name, "")
    return asked if asked in known else ""


def asked_year() -> int | None:
    """The year in the address, None for all."""
    asked = request.args.get("year", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 and int(asked) > 0 else None
