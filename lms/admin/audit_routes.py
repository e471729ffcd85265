"""The audit log for auditors."""

from datetime import date, datetime, time, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.admin import service
from lms.audit import queries as audit
from lms.clock import BUREAU_ZONE
from lms.database import reading, writing
from lms.paging import paginate, requested_page

bp = Blueprint("audit", __name__, url_prefix="/audit", template_folder="templates")

ROWS = 50
NOBODY = "-"


@bp.get("/")
@requires(Act.READ_AUDIT)
def index() -> ResponseReturnValue:
    """Entries, newest first, by person, act, thing and days."""
    session = reading()
    query = audit.entries(
        actor=_actor(),
        act=request.args.get("act", "").strip()[:64],
        thing_id=request.args.get("thing", "").strip()[:64],
        since=_midnight(request.args.get("from", ""), 0),
        until=_midnight(request.args.get("to", ""), 1),
    )
    page = paginate(session, query, number=requested_page(), size=ROWS)
    people = accounts.people_by_public_ids(session, {entry.actor for entry in page.items if entry.actor})
    return render_template("admin/audit.html", page=page, people=people, head=audit.head(session))


@bp.post("/verify")
@requires(Act.READ_AUDIT)
def verify() -> ResponseReturnValue:
    """Have the chain walked from its first entry to its last."""
    with writing() as session:
        job_id = service.begin_verifying(session, owner=viewer().public_id)
    return redirect(url_for("jobs.show", job_id=job_id), 303)


def _actor() -> str | None:
    """Public id of the person with the staff number asked for; of one who is not there no entry is shown."""
    number = request.args.get("person", "").strip().upper()[:40]
    if not number:
        return None
    found = accounts.person_by_staff_number(reading(), number)
    return found.public_id if found else NOBODY


def _midnight(text: str, days: int) -> datetime | None:
    """The beginning of a day of the bureau, some days later; None for what is no day."""
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day + timedelta(days=days), time(), BUREAU_ZONE)
    except (ValueError, OverflowError):
        return None
