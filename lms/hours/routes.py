"""Hours in the browser: one's own, and those of one's people, with the reason for every line."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires, signed_in
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.accounts.queries import PersonRow
from lms.clock import BUREAU_ZONE, now
from lms.database import reading
from lms.hours import pages, queries
from lms.hours.policy import access_hours, reach, units_within
from lms.hours.queries import STATES, ListedRow
from lms.hours.rule_words import category_name
from lms.hours.words import COLOURS, OVERALL_NAMES
from lms.paging import paginate, requested_page

bp = Blueprint("hours", __name__, url_prefix="/hours", template_folder="templates")
SEARCH_LENGTH = 60


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """One's own hours."""
    return _person(accounts.person_by_id(reading(), viewer().id), own=True)


@bp.get("/people")
@requires(Act.MANAGE_HOURS)
def people() -> ResponseReturnValue:
    """People of one's units with where they stand, those who are behind if asked for."""
    session, today = reading(), now().astimezone(BUREAU_ZONE).date()
    units, words = units_within(session, viewer()), request.args.get("q", "")[:SEARCH_LENGTH]
    chosen = next((unit for unit in units if unit.public_id == request.args.get("unit")), None)
    year = today.year - 1 if request.args.get("year") == str(today.year - 1) else today.year
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    query = queries.listed(
        year, paths=reach(viewer()), unit_path=chosen.path if chosen else "", search=words, state=state
    )
    page = paginate(session, query, number=requested_page())
    rows = [ListedRow(*row) for row in page.items]
    rules = {
        row.id: row.rules for row in queries.versions_by_ids(session, list({r.rules_id for r in rows if r.rules_id}))
    }
    counts = queries.tally(session, year, paths=reach(viewer()))
    return render_template(
        "hours/people.html", page=page, people=rows, words=words, year=year, state=state, colours=COLOURS, names=OVERALL_NAMES,
        counts=counts, chosen=chosen, years=[(one, str(one)) for one in (today.year, today.year - 1)],
        states=[("", gettext("All")), *((one, OVERALL_NAMES[one]) for one in STATES)],
        unit_choices=[("", gettext("All my units")), *((unit.public_id, unit.name) for unit in units)],
        categories={row.id: category_name(rules.get(row.rules_id or 0), row.category) for row in rows},
    )  # fmt: skip


@bp.get("/people/<person_id>")
@requires(Act.MANAGE_HOURS)
def person(person_id: str) -> ResponseReturnValue:
    """The hours of somebody of one's units."""
    found = access_hours(reading(), viewer(), person_id)
    return _person(found, own=False)


def _person(found: PersonRow, *, own: bool) -> ResponseReturnValue:
    today = now().astimezone(BUREAU_ZONE).date()
    shown = pages.of_person(reading(), found.id, request.args.get("year", ""), today=today)
    return render_template(
        "hours/person.html",
        person=found,
        own=own,
        shown=shown,
        colours=COLOURS,
        names=OVERALL_NAMES,
        year_choices=[(year, str(year)) for year in shown.years],
    )
