"""The bank's pages on calibrations: all of them, one with its questions, and asking for another."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.analysis import calibration, calibration_words
from lms.bank import queries as bank
from lms.bank.queries import calibrations
from lms.database import reading, writing
from lms.errors import NotFound
from lms.i18n import moment
from lms.paging import paginate, requested_page
from lms.question_types import TYPE_NAMES

bp = Blueprint("calibration", __name__, url_prefix="/bank/calibrations", template_folder="templates")


@bp.get("")
@requires(Act.SEE_BANK)
def index() -> ResponseReturnValue:
    """All calibrations, and how many attempts there are for the next one."""
    page = paginate(reading(), calibrations.runs(), number=requested_page())
    runs = [calibrations.run_of(row) for row in page.items]
    return render_template(
        "analysis/calibrations.html",
        page=page,
        runs=runs,
        people=accounts.people_by_ids(reading(), [run.created_by for run in runs if run.created_by]),
        ready=calibration.ready(reading()),
        least=calibration.LEAST_ATTEMPTS,
        running=calibration.at_work(reading()),
    )


@bp.post("")
@requires(Act.SEE_BANK)
def ask() -> ResponseReturnValue:
    """Have the questions calibrated."""
    with writing() as session:
        calibration.ask(session, owner=viewer().public_id)
    return redirect(url_for("calibration.index"), 303)


@bp.get("/<run_id>")
@requires(Act.SEE_BANK)
def show(run_id: str) -> ResponseReturnValue:
    """One of them: what it says as a whole, and of the questions in the pools that one may see."""
    session = reading()
    run = calibrations.by_public_id(session, run_id)
    if run is None:
        raise NotFound
    before = calibrations.by_id(session, run.anchored_to) if run.anchored_to else None
    sort, order = request.args.get("sort", "p"), request.args.get("order", "asc")
    words = request.args.get("q", "").strip()[: bank.SEARCH_LENGTH]
    pools = [pool.id for pool in bank.pools_for(session, viewer())]
    query = calibrations.rows(run.id, pools, sort=sort, descending=order == "desc", search=words)
    page = paginate(session, query, number=requested_page())
    return render_template(
        "analysis/calibration.html",
        run=run,
        by=accounts.people_by_ids(session, [run.created_by]) if run.created_by else {},
        page=page,
        rows=[calibrations.row_of(row) for row in page.items],
        marks=calibration_words.marks,
        all_marks=calibration_words.MARKS,
        said=calibration_words.whole(run, before, moment(before.created_at) if before else ""),
        sort=sort,
        order=order,
        words=words,
        type_names=TYPE_NAMES,
    )
