"""The home page."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.access import public
from lms.accounts.gate import viewer
from lms.appeals import queries as appeals
from lms.bank import queries as bank
from lms.clock import BUREAU_ZONE, now
from lms.courses import queries as courses
from lms.database import reading
from lms.i18n import locale_code
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
    standings = sitting.standings(session, person_id=me.id, unit_path=me.unit_path)
    return render_template(
        "home/index.html",
        today=local,
        part_of_day=part_of_day(local.hour),
        due=[s for s in standings if s.phase(moment) in ("open", "begun", "soon")][:SHOWN],
        sat=[s for s in reversed(standings) if s.phase(moment) == "done"][:SHOWN],
        begun=courses.recent(session, me.id, state="begun", limit=SHOWN),
        suggested=courses.suggested(session, me.id, limit=SHOWN),
        done=courses.recent(session, me.id, state="done", limit=LATEST),
        hours=transcripts.hours_of_year(session, me.id, local.year),
        year=local.year,
        to_review=to_review,
        returned=returned,
        appeals=appeals.waiting_for(session, me)[:SHOWN],
        to_judge=standards.waiting(session, me.id),
        now=moment,
        zone=BUREAU_ZONE,
        subject_names={code: subject.name(locale_code()) for code, subject in BY_CODE.items()},
    )


def part_of_day(hour: int) -> str:
    """morning, afternoon or evening; nobody is wished a good morning before five."""
    if not MORNING <= hour < EVENING:
        return "evening"
    return "morning" if hour < NOON else "afternoon"
