"""What if: a version tried on a year, who would stand elsewhere; nothing is changed by it."""

from io import BytesIO

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms import jobs
from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.clock import BUREAU_ZONE, now
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.hours import queries, service, sheet
from lms.hours.forms import TrialForm
from lms.hours.policy import access_rules, access_trial, reach
from lms.hours.queries import STATES, TrialLineRow, TrialRow
from lms.hours.rule_words import set_name
from lms.hours.words import COLOURS, OVERALL_NAMES
from lms.paging import paginate, requested_page

bp = Blueprint("hours_trials", __name__, url_prefix="/hours/trials", template_folder="templates")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: rows of a workbook
MOST_ROWS = 50_000


@bp.route("", methods=["GET", "POST"])
@requires(Act.MANAGE_HOURS)
def index() -> ResponseReturnValue:
    """One's trials, and asking for another."""
    session, form = reading(), TrialForm(rules=request.args.get("rules"))
    rows = queries.versions(session)
    whole = [row for row in rows if row.rules.is_whole]
    form.offer(
        [(row.public_id, f"{set_name(row.rules)} · {row.number}") for row in whole],
        now().astimezone(BUREAU_ZONE).date(),
    )
    if form.validate_on_submit():
        try:
            with writing() as writer:
                version = access_rules(writer, viewer(), str(form.rules.data))
                made = service.begin_trial(writer, viewer(), version, int(form.year.data), reach(viewer()))
            return redirect(url_for("hours_trials.show", trial_id=made), 303)
        except NotFound:
            raise
        except Refused as refusal:
            form.rules.errors = (sentence_of(refusal),)
    page = paginate(session, queries.trials(viewer().id), number=requested_page())
    names = {row.id: f"{set_name(row.rules)} · {row.number}" for row in rows}
    trials = [TrialRow(*row) for row in page.items]
    body = render_template("hours/trials.html", form=form, page=page, trials=trials, names=names)
    return body, 422 if form.errors else 200


@bp.get("/<trial_id>")
@requires(Act.MANAGE_HOURS)
def show(trial_id: str) -> ResponseReturnValue:
    """What came of one, or how far it is."""
    session = reading()
    trial = access_trial(session, viewer(), trial_id)
    (version,) = queries.versions_by_ids(session, [trial.rules_id])
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    query = queries.trial_lines(trial.id, paths=reach(viewer()), changed=request.args.get("of") != "all", state=state)
    page = paginate(session, query, number=requested_page())
    return render_template(
        "hours/trial.html", trial=trial, name=f"{set_name(version.rules)} · {version.number}", version=version,
        working=bool(trial.job) and trial.finished_at is None and jobs.is_open(session, trial.job or ""),
        page=page, lines=[TrialLineRow(*row) for row in page.items], names=OVERALL_NAMES, colours=COLOURS,
        moves=sorted(queries.trial_moves(session, trial.id).items()), changed=queries.trial_changed(session, trial.id),
        state=state, of=request.args.get("of", ""),
        states=[("", gettext("All")), *((one, OVERALL_NAMES[one]) for one in STATES)],
    )  # fmt: skip


@bp.get("/<trial_id>/trial.xlsx")
@requires(Act.MANAGE_HOURS)
def workbook(trial_id: str) -> ResponseReturnValue:
    """The same as a workbook."""
    trial = access_trial(reading(), viewer(), trial_id)
    query = queries.trial_lines(trial.id, paths=reach(viewer()), changed=False).limit(MOST_ROWS)
    rows = [TrialLineRow(*row) for row in reading().execute(query)]
    name = gettext("Trial of rules %(year)s.xlsx", year=trial.year)
    return send_file(BytesIO(sheet.workbook(rows)), mimetype=XLSX, as_attachment=True, download_name=name)
