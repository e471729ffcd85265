"""Beats of pages, and the ledger: one's own, and that of people of one's units."""

from datetime import date
from io import BytesIO

from flask import Blueprint, jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue

from courseware.witness import Verdict
from lms.access import by_ticket, signed_in
from lms.accounts import queries as accounts
from lms.accounts.gate import ticket, viewer
from lms.accounts.queries import PersonRow
from lms.clock import now
from lms.courses import queries as courses
from lms.courses.queries import StudiedUnit
from lms.database import reading
from lms.i18n import locale_code
from lms.paging import paginate, requested_page
from lms.security import csrf
from lms.study import forms, queries, service
from lms.study.policy import access_learner
from lms.study.sheet import MOST_ROWS, sheet
from lms.study.words import VERDICTS

bp = Blueprint("study", __name__, url_prefix="/study", template_folder="templates")

#: how many days stand beside the ledger
DAYS = 31
FILTERS = frozenset({"day", "unit", "verdict"})


@bp.post("/beats/<person_id>")
@csrf.exempt
@by_ticket
def beats(person_id: str) -> ResponseReturnValue:
    """Judge and keep how long pages were read. The ticket says whose they are, and that our page asks."""
    return jsonify(service.witness(ticket(), forms.sent(request.get_json())))


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """One's own time of study."""
    return _ledger(accounts.person_by_id(reading(), viewer().id))


@bp.get("/people/<person_id>")
@signed_in
def person(person_id: str) -> ResponseReturnValue:
    """The time of study of somebody of one's units."""
    return _ledger(access_learner(reading(), viewer(), person_id))


@bp.get("/people/<person_id>/study.xlsx")
@signed_in
def workbook(person_id: str) -> ResponseReturnValue:
    """The same as a file of Excel, with the filters of the page."""
    session = reading()
    found = access_learner(session, viewer(), person_id)
    units = courses.studied_units(session, found.id)
    asked = _asked(units)
    rows = session.execute(queries.intervals(found.id, **asked).limit(MOST_ROWS))
    data = sheet((queries.row_of(row) for row in rows), {unit.id: unit.name(locale_code()) for unit in units})
    return send_file(BytesIO(data), as_attachment=True, download_name=f"{found.staff_number}.xlsx")


def _ledger(found: PersonRow) -> ResponseReturnValue:
    session, language = reading(), locale_code()
    units = courses.studied_units(session, found.id)
    page = paginate(session, queries.intervals(found.id, **_asked(units)), number=requested_page())
    days = queries.days(session, found.id, limit=DAYS)
    return render_template(
        "study/ledger.html",
        person=found,
        own=found.id == viewer().id,
        today=queries.counted_on(session, found.id, now()),
        forged=queries.forged(session, found.id),
        days=days,
        units=units,
        by_id={unit.id: unit for unit in units},
        page=page,
        intervals=[queries.row_of(row) for row in page.items],
        verdicts=VERDICTS,
        day_choices=[(day.day.isoformat(), day.day.isoformat()) for day in days],
        unit_choices=[(unit.public_id, unit.name(language)) for unit in units],
        verdict_choices=[(str(verdict), words) for verdict, words in VERDICTS.items()],
        filters={name: value for name, value in request.args.items() if name in FILTERS},
    )


def _asked(units: list[StudiedUnit]) -> queries.Asked:
    """The filters in the address; nonsense is none."""
    verdict, unit = request.args.get("verdict", ""), request.args.get("unit", "")
    return {
        "day": _day(request.args.get("day", "")),
        "unit_id": next((one.id for one in units if one.public_id == unit), None),
        "verdict": Verdict(verdict) if verdict in VERDICTS else None,
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
