"""The home page."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from lms.access import public
from lms.accounts.gate import viewer
from lms.accounts.policy import Act, Viewer, may, unit_paths
from lms.appeals import queries as appeals
from lms.authoring import queries as authoring
from lms.bank import queries as bank
from lms.claims import queries as claims
from lms.classes import queries as classes
from lms.clock import BUREAU_ZONE, now, today
from lms.courses import queries as courses
from lms.database import reading
from lms.i18n import locale_code
from lms.plans import queries as plans
from lms.sitting import queries as sitting
from lms.standards import queries as standards
from lms.subjects import BY_CODE
from lms.transcripts import queries as transcripts

MORNING, NOON, EVENING = 5, 12, 18

bp = Blueprint("home", __name__, template_folder="templates")

SHOWN = 6
LATEST = 8


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """What is due, begun and done; who is not signed in is asked to."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in"))
    me, session, moment = viewer(), reading(), now()
    local = moment.astimezone(BUREAU_ZONE)
    to_review, returned = bank.waiting_for(session, me)
    begun, done = courses.recent_of_both(session, me.id, begun=SHOWN, done=LATEST)
    standings = sitting.standings(session, person_id=me.id, unit_path=me.unit_path)
    return render_template(
        "home/index.html",
        today=local,
        part_of_day=part_of_day(local.hour),
        due=[s for s in standings if s.phase(moment) in ("open", "begun", "soon")][:SHOWN],
        sat=[s for s in reversed(standings) if s.phase(moment) == "done"][:SHOWN],
        begun=begun,
        suggested=courses.suggested(session, me.id, limit=SHOWN),
        done=done,
        hours=transcripts.hours_of_year(session, me.id, local.year),
        year=local.year,
        to_review=to_review,
        returned=returned,
        **_wanted(session, me),
        now=moment,
        zone=BUREAU_ZONE,
        subject_names={code: subject.name(locale_code()) for code, subject in BY_CODE.items()},
    )  # fmt: skip


def _wanted(session: Session, me: Viewer) -> dict[str, object]:
    """What waits for somebody: standards to judge, appeals, claims, required training."""
    return {
        "to_judge": standards.waiting(session, me.id),
        "claims": claims.waiting_for(session, me),
        "appeals": appeals.waiting_for(session, me)[:SHOWN],
        "training": plans.due_for(session, me.id, limit=SHOWN),
        **_managed(session, me),
    }


def _managed(session: Session, me: Viewer) -> dict[str, object]:
    """What waits for those who manage others' learning: people who are late, classes, units to review; one query."""
    if not me.acts & {Act.MANAGE_PLANS, Act.MANAGE_CLASSES, Act.REVIEW_COURSES}:
        return {"late": 0, "classes": (0, 0), "units": 0}
    day = today()
    late = plans.late_below(unit_paths(me, Act.MANAGE_PLANS), day)
    units = authoring.to_review(me.id) if may(me, Act.REVIEW_COURSES) else literal(0)
    row = session.execute(select(late, classes.to_close(me, day), classes.to_decide(me), units)).one()
    return {"late": row[0], "classes": (row[1], row[2]), "units": row[3]}


def part_of_day(hour: int) -> str:
    """morning, afternoon or evening; nobody is wished a good morning before five."""
    if not MORNING <= hour < EVENING:
        return "evening"
    return "morning" if hour < NOON else "afternoon"
