"""Packages of evidence about several people of one's units: choosing them, and the packages one had made."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act, unit_paths
from lms.accounts.queries import PersonRow, UnitRow
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.evidence import queries, service, work
from lms.evidence.policy import MOST_PEOPLE, access_chosen
from lms.evidence.routes import site
from lms.paging import paginate, requested_page
from lms.transcripts.service import grouped

bp = Blueprint("evidence_packages", __name__, url_prefix="/evidence-packages", template_folder="templates")

SEARCH_LENGTH = 60
#: people on one page; as many as a package holds, so that one page can be chosen whole
ROWS = MOST_PEOPLE


@bp.get("/")
@requires(Act.SEE_TRANSCRIPTS)
def index() -> ResponseReturnValue:
    """People to choose from, and the packages one had made."""
    return _page()


@bp.post("/")
@requires(Act.SEE_TRANSCRIPTS)
def pack() -> ResponseReturnValue:
    """Have one package made about the people who were ticked, or about all of a unit."""
    try:
        with writing() as session:
            people = access_chosen(session, viewer(), _chosen())
            job = service.ask_for_package(session, viewer(), people, site=site())
    except Refused as refusal:
        return _page(refusal)
    return redirect(url_for("jobs.show", job_id=job), 303)


def _chosen() -> list[str]:
    """Public ids of the people who were asked for; raises NotFound for a unit that is none of one's own."""
    if not request.form.get("whole"):
        return request.form.getlist("person")[: MOST_PEOPLE + 1]
    unit = _unit(_units(), request.form.get("whole", ""))
    if unit is None:
        raise NotFound
    return [public_id for _id, public_id in accounts.ids_in(reading(), [unit.id])]


def _page(refusal: Refused | None = None) -> ResponseReturnValue:
    session, units = reading(), _units()
    words = request.args.get("q", "")[:SEARCH_LENGTH]
    chosen = _unit(units, request.args.get("unit", ""))
    found = accounts.people(
        search=words, paths=unit_paths(viewer(), Act.SEE_TRANSCRIPTS), unit_path=chosen.path if chosen else ""
    )
    page = paginate(session, found, number=requested_page(), size=ROWS)
    made = queries.packages_by(session, viewer().id)
    body = render_template(
        "evidence/several.html",
        page=page,
        people=[PersonRow(*row) for row in page.items],
        ticked=frozenset(request.form.getlist("person")),
        words=words,
        unit_choices=[
            ("", gettext("All my units")),
            *((unit.public_id, "　" * max(0, unit.depth) + unit.name) for unit in units),
        ],
        chosen=chosen,
        whole=len(accounts.ids_in(session, [chosen.id])) if chosen else 0,
        most=MOST_PEOPLE,
        made=made,
        ready={one.code for one in made if work.package_path(one.code).is_file()},
        grouped=grouped,
        days=work.KEPT.days,
        refused=sentence_of(refusal) if refusal else None,
    )
    return body, refusal.status if refusal else 200


def _units() -> list[UnitRow]:
    return accounts.units(reading(), paths=unit_paths(viewer(), Act.SEE_TRANSCRIPTS))


def _unit(units: list[UnitRow], public_id: str) -> UnitRow | None:
    return next((unit for unit in units if unit.public_id == public_id), None)
