"""What one person has to do, as the training manager of their unit sees it: steps, reminders, exemptions."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from courseware.courses import progress
from courseware.plans import Assignment, cycle_of, state_on
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.clock import today
from lms.database import reading, writing
from lms.plans import board, queries, service
from lms.plans.forms import ExemptForm, ExpectForm
from lms.plans.policy import ACT, access_assignment
from lms.plans.routes import lines_of
from lms.plans.words import EXEMPTIONS, STATE_COLOURS, STATE_NAMES, STEP_NAMES

bp = Blueprint("plan_people", __name__, url_prefix="/plans/assignment", template_folder="templates")


@bp.get("/<assignment_id>")
@requires(ACT)
def show(assignment_id: str) -> ResponseReturnValue:
    """Where somebody stands, item by item, and every step."""
    return _page(assignment_id, ExemptForm(formdata=None), ExpectForm(formdata=None)), 200


@bp.post("/<assignment_id>/remind")
@requires(ACT)
def remind(assignment_id: str) -> ResponseReturnValue:
    """Remind them, once a day."""
    with writing() as session:
        row = access_assignment(session, viewer(), assignment_id, lock=True)
        count = service.remind_one(session, row, viewer())
    if count:
        board.tell_reminded(count)
    else:
        flash(gettext("Nobody was reminded: it was done today already, or nothing is expected."), "info")
    return redirect(url_for("plan_people.show", assignment_id=assignment_id), 303)


@bp.post("/<assignment_id>/exempt")
@requires(ACT)
def exempt(assignment_id: str) -> ResponseReturnValue:
    """Expect nothing of them, for a reason."""
    access_assignment(reading(), viewer(), assignment_id)
    form = ExemptForm()
    if not form.validate_on_submit():
        return _page(assignment_id, form, ExpectForm(formdata=None)), 422
    with writing() as session:
        row = access_assignment(session, viewer(), assignment_id, lock=True)
        service.exempt(session, row, str(form.reason.data), str(form.words.data), viewer())
    flash(gettext("Exempted."), "good")
    return redirect(url_for("plan_people.show", assignment_id=assignment_id), 303)


@bp.post("/<assignment_id>/expect")
@requires(ACT)
def expect(assignment_id: str) -> ResponseReturnValue:
    """Take the exemption back."""
    access_assignment(reading(), viewer(), assignment_id)
    form = ExpectForm()
    if not form.validate_on_submit():
        return _page(assignment_id, ExemptForm(formdata=None), form), 422
    with writing() as session:
        row = access_assignment(session, viewer(), assignment_id, lock=True)
        service.expect(session, row, str(form.words.data), viewer())
    flash(gettext("The exemption is taken back."), "good")
    return redirect(url_for("plan_people.show", assignment_id=assignment_id), 303)


def _page(assignment_id: str, exempt_form: ExemptForm, expect_form: ExpectForm) -> str:
    session = reading()
    row = access_assignment(session, viewer(), assignment_id)
    (held,) = queries.mine(session, row.person_id, only=row.id)
    cycle = cycle_of(held.plan, row.cycle)
    learned = queries.learned(session, [row.person_id], [held.plan.course]).get(row.person_id, ())
    state = progress(held.plan.course, learned, since=cycle.since, until=cycle.until)
    standing = Assignment(row.due_on, row.left_on, state.begun, state.completed_on, row.exempt or "")
    events = queries.events(session, row.id)
    people = accounts.people_by_ids(session, sorted({row.person_id, *(one.by for one in events if one.by)}))
    return render_template(
        "plans/assignment.html",
        row=row,
        held=held,
        plan_id=queries.plan_id_of(session, row),
        person=people[row.person_id],
        people=people,
        state=state_on(standing, today()),
        lines=lines_of(held.plan.course, state),
        events=events,
        exempt_form=exempt_form,
        expect_form=expect_form,
        names=STATE_NAMES,
        colours=STATE_COLOURS,
        steps=STEP_NAMES,
        reasons=EXEMPTIONS,
        reminded_today=row.reminded_on == today(),
    )
