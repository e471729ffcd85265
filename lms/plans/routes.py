"""One's own required training, and courses as learners see them."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from courseware.courses import Course, Item, Kind, Progress, progress
from courseware.plans import Assignment, State, cycle_of, state_on
from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.clock import today
from lms.database import reading
from lms.i18n import locale_code
from lms.plans import queries
from lms.plans.policy import access_own
from lms.plans.queries import Mine
from lms.plans.words import STATE_COLOURS, STATE_NAMES, item_words

bp = Blueprint("training", __name__, url_prefix="/my-training", template_folder="templates")


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item on a page: what it asks, where one goes on with it ("": nowhere), whether it is done and may be begun."""

    words: str
    url: str
    required: bool
    done_on: date | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One assignment as its person sees it; `days`: until the last day, negative behind it; `lacks`: what is missing, in words."""

    held: Mine
    state: State
    days: int
    since: date | None
    lines: tuple[ItemLine, ...]
    missing: int
    asked: int
    next: ItemLine | None
    lacks: tuple[str, ...]

    @property
    def waits(self) -> bool:
        """Whether something is expected."""
        return self.state in (State.LATE, State.BEGUN, State.NOT_BEGUN) and self.held.plan_state == "open"


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """What is due when, what is missing, what was done."""
    standings = _standings(queries.mine(reading(), viewer().id))
    return render_template(
        "plans/mine.html",
        waiting=[one for one in standings if one.waits],
        over=[one for one in reversed(standings) if not one.waits],
        names=STATE_NAMES,
        colours=STATE_COLOURS,
    )


@bp.get("/<assignment_id>")
@signed_in
def show(assignment_id: str) -> ResponseReturnValue:
    """One of them, item by item."""
    session = reading()
    row = access_own(session, viewer(), assignment_id)
    (standing,) = _standings(queries.mine(session, viewer().id, only=row.id))
    return render_template(
        "plans/own.html",
        one=standing,
        events=queries.events(session, row.id),
        names=STATE_NAMES,
        colours=STATE_COLOURS,
    )


def _standings(held: list[Mine]) -> list[Standing]:
    learned = queries.learned(reading(), [viewer().id], [one.plan.course for one in held]) if held else {}
    found = []
    for one in held:
        cycle = cycle_of(one.plan, one.row.cycle)
        state = progress(one.plan.course, learned.get(viewer().id, ()), since=cycle.since, until=cycle.until)
        found.append(_standing(one, state))
    return found


def _standing(one: Mine, state: Progress) -> Standing:
    row, day = one.row, today()
    held = Assignment(row.due_on, row.left_on, state.begun, state.completed_on, row.exempt or "")
    lines = lines_of(one.plan.course, state)
    following = state.next
    return Standing(
        held=one,
        state=state_on(held, day),
        days=(row.due_on - day).days,
        since=cycle_of(one.plan, row.cycle).since,
        lines=lines,
        missing=asked(one.plan.course) - done(one.plan.course, state),
        asked=asked(one.plan.course),
        next=None if following is None else _line(following, state),
        lacks=tuple(item_words(item, locale_code()) for item in state.missing),
    )


def asked(course: Course) -> int:
    """How many items have to be done."""
    return sum(item.required for item in course.items) + course.electives


def done(course: Course, state: Progress) -> int:
    """How many of those are done; elective ones beyond what is asked do not count."""
    elective = sum(item.key in state.done for item in course.items if not item.required)
    return sum(item.key in state.done for item in course.items if item.required) + min(elective, course.electives)


def lines_of(course: Course, state: Progress) -> tuple[ItemLine, ...]:
    """The items of a course for somebody who is so far."""
    return tuple(_line(item, state) for item in course.items)


def _line(item: Item, state: Progress) -> ItemLine:
    return ItemLine(
        words=item_words(item, locale_code()),
        url=_url(item),
        required=item.required,
        done_on=state.done.get(item.key),
        is_open=item.key in state.open,
    )


#: where one goes on with what is not named
_LISTS = {Kind.CLASS: "my_classes.index", Kind.OUTSIDE: "claims.index", Kind.HOURS: "courses.index"}


def _url(item: Item) -> str:
    if item.kind is Kind.UNIT:
        return url_for("courses.unit", unit_id=item.ref)
    if item.kind is Kind.EXAM:
        return url_for("sitting.door", exam_id=item.ref)
    return url_for(_LISTS[item.kind])
