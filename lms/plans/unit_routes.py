"""The training manager's own page: who of one's units is late, by plan and by unit, with one click to remind."""

from io import BytesIO

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from courseware.rates import percent
from lms import rates
from lms.access import requires
from lms.accounts.gate import viewer
from lms.database import reading, writing
from lms.paging import paginate, requested_page
from lms.plans import board, queries, service, unit_board
from lms.plans.policy import ACT
from lms.plans.words import EXEMPTIONS, MEANING, STATE_COLOURS, STATE_NAMES

bp = Blueprint("unit_training", __name__, url_prefix="/my-unit", template_folder="templates")


@bp.get("/")
@requires(ACT)
def index() -> ResponseReturnValue:
    """Who is late, by plan and by unit; each number opens its names."""
    session = reading()
    looked = unit_board.look(session, viewer(), request.args)
    page = paginate(session, unit_board.names(looked), number=requested_page())
    return render_template(
        "plans/unit.html",
        looked=looked,
        page=page,
        lines=[queries.line(row) for row in page.items],
        plan_choices=[("", gettext("All plans")), *((plan.public_id, plan.title) for plan in looked.plans)],
        unit_choices=[("", gettext("All my units")), *((unit.public_id, unit.name) for unit in looked.mine)],
        state_choices=[one for one in board.state_choices() if one[0]],
        unit_names={unit.id: unit.name for unit in looked.mine},
        names=STATE_NAMES,
        colours=STATE_COLOURS,
        reasons=EXEMPTIONS,
        percent=percent,
    )


@bp.get("/print/rates.pdf")
@requires(ACT)
def rates_pdf() -> ResponseReturnValue:
    """The rates of what the page shows on paper, by plan, or of one plan by unit, with the footnotes."""
    looked = unit_board.look(reading(), viewer(), request.args)
    by_unit = [(unit.name, tally.rates) for unit, tally in looked.by_unit]
    if looked.rest.rates.called:
        by_unit.append((gettext("in the unit itself"), looked.rest.rates))
    by_plan = [(plan.title, tally.rates) for plan, tally in looked.by_plan]
    return send_file(
        BytesIO(
            rates.paper(
                gettext("Participation and pass rates of required training"),
                board.about(looked.unit, looked.plan.title if looked.plan else "", str(looked.day)),
                gettext("Organisation") if looked.plan else gettext("Plan"),
                by_unit if looked.plan else by_plan,
                whole=looked.whole.rates,
                meaning=MEANING,
            )
        ),
        mimetype="application/pdf",
        download_name="rates.pdf",
    )


@bp.post("/remind")
@requires(ACT)
def remind() -> ResponseReturnValue:
    """Remind everybody who is late, in the plan and unit that the page shows."""
    with writing() as session:
        looked = unit_board.look(session, viewer(), request.form)
        count = service.remind_late(session, viewer(), looked.unit_ids, looked.plan_ids)
    board.tell_reminded(count)
    plan, unit = request.form.get("plan") or None, request.form.get("unit") or None
    return redirect(url_for("unit_training.index", plan=plan, unit=unit), 303)
