"""The organisation's year in the browser, and the rows behind each figure."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from courseware.hours import Hours
from courseware.rates import percent
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act, unit_paths
from lms.accounts.queries import UnitRow
from lms.bank import queries as bank
from lms.clock import today
from lms.database import reading
from lms.i18n import locale_code
from lms.overview import summary
from lms.paging import Page, paginate, requested_page
from lms.subjects import BY_CODE
from lms.transcripts import quick
from lms.transcripts.queries import KIND_NAMES
from lms.transcripts.quick import NOWHERE, Scope

bp = Blueprint("overview", __name__, url_prefix="/overview", template_folder="templates")

FIRST, LAST, DECEMBER = 2000, 2099, 12
SIZE, WEAKEST = 25, 12
#: in addresses: the unit by itself; no unit, no subject
OWN, WITHOUT = "1", "none"


@bp.get("/")
@requires(Act.SEE_TRANSCRIPTS)
def index() -> ResponseReturnValue:
    """The year of one's units: people, person-times, hours, pass rates, by month, unit, kind and subject."""
    session, units = reading(), _units()
    chosen = _chosen(units)
    scope = _scope(chosen)
    found = summary.of_year(session, scope, *_parts(units, chosen))
    return render_template(
        "overview/index.html",
        scope=scope,
        chosen=chosen,
        above=next((unit for unit in units if chosen and unit.id == chosen.parent_id), None),
        found=found,
        month_bars=[(month, one.entries, one.passed) for month, one in found.months],
        month_top=max(one.entries for _month, one in found.months),
        weakest=bank.weakest_points(session, year=scope.year, limit=WEAKEST),
        **_choices(units),
    )


@bp.get("/entries")
@requires(Act.SEE_TRANSCRIPTS)
def entries() -> ResponseReturnValue:
    """The entries behind a figure; as many as the figure says."""
    session, units = reading(), _units()
    chosen = _chosen(units)
    scope, passed = _scope(chosen), {"yes": True, "no": False}.get(request.args.get("passed", ""))
    found = quick.figures(session, scope)
    total = {None: found.entries, True: found.passed, False: found.entries - found.passed}[passed]
    page = _page(quick.entries(scope, passed=passed), total)
    return render_template(
        "overview/entries.html", scope=scope, chosen=chosen, page=page, passed=request.args.get("passed", ""),
        found=found, **_choices(units),
    )  # fmt: skip


@bp.get("/people")
@requires(Act.SEE_TRANSCRIPTS)
def people() -> ResponseReturnValue:
    """The people behind a figure, each once."""
    units = _units()
    chosen = _chosen(units)
    scope = _scope(chosen)
    page = paginate(reading(), quick.people(scope), number=requested_page())
    return render_template("overview/people.html", scope=scope, chosen=chosen, page=page, **_choices(units))


@bp.get("/points")
@requires(Act.SEE_TRANSCRIPTS)
def points() -> ResponseReturnValue:
    """The exams in which a knowledge point was answered."""
    subject, point = (request.args.get(name, "")[:80] for name in ("subject", "point"))
    year = _scope(None).year
    found = bank.exams_of_point(reading(), subject=subject, point=point, year=year)
    return render_template(
        "overview/points.html",
        year=year,
        subject=BY_CODE.get(subject),
        point=point,
        found=found,
        language=locale_code(),
    )


def _units() -> list[UnitRow]:
    return accounts.units(reading(), paths=unit_paths(viewer(), Act.SEE_TRANSCRIPTS), closed=True)


def _parts(units: list[UnitRow], chosen: UnitRow | None) -> tuple[list[UnitRow], UnitRow | None]:
    """The units right below the one that is chosen, or below the one at the top of all one's own; and that one."""
    own = {unit.id for unit in units}
    tops = [unit for unit in units if unit.parent_id not in own]
    if chosen is None and len(tops) > 1:
        return tops, None
    above = chosen or (tops[0] if tops else None)
    below = [unit for unit in units if above and unit.parent_id == above.id]
    return (below, above) if below or above is None else ([above], None)


def _chosen(units: list[UnitRow]) -> UnitRow | None:
    """The unit of the address, if it is one of one's own."""
    return next((unit for unit in units if unit.public_id == request.args.get("unit")), None)


def _scope(chosen: UnitRow | None) -> Scope:
    """What the address asks for, within one's units; nonsense counts as not asked."""
    kind, subject, own = (request.args.get(name, "") for name in ("kind", "subject", "own"))
    paths = (chosen.path,) if chosen else unit_paths(viewer(), Act.SEE_TRANSCRIPTS)
    return Scope(
        paths=paths,
        year=_number("year", FIRST, LAST) or today().year,
        month=_number("month", 1, DECEMBER),
        kind=kind if kind in KIND_NAMES else "",
        subject="" if subject == WITHOUT else subject if subject in BY_CODE else None,
        own=chosen.id if chosen and own == OWN else NOWHERE if own == WITHOUT and paths == ("/",) else None,
    )


def _number(name: str, least: int, most: int) -> int:
    text = request.args.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < len(str(LAST)) + 1 else 0
    return number if least <= number <= most else 0


def _page(query: quick.Rows, total: int) -> Page[object]:
    """One page of so many rows as the tallies say: counting them anew would take longer than reading them."""
    number = min(requested_page(), max(1, -(-total // SIZE)))
    rows = reading().execute(query.limit(SIZE).offset((number - 1) * SIZE)).all()
    return Page(items=rows, number=number, size=SIZE, total=total)


def _choices(units: list[UnitRow]) -> dict[str, object]:
    language, years = locale_code(), quick.years(reading())
    return {
        "years": [(year, str(year)) for year in sorted({*years, today().year}, reverse=True)],
        "unit_choices": [("", gettext("All my units")), *((unit.public_id, unit.name) for unit in units)],
        "subject_names": {code: subject.name(language) for code, subject in BY_CODE.items()}
        | {WITHOUT: gettext("Without a subject")},
        "months": [(month, str(month)) for month in summary.MONTHS],
        "kind_names": KIND_NAMES,
        "percent": percent,
        "hours_of": Hours,
        "language": language,
    }
