"""Deciding on claims: the list of a manager, one claim with its evidence and what it may repeat, each decision."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act, unit_paths
from lms.accounts.queries import PersonRow
from lms.channels import CHANNEL_NAMES, LEVEL_NAMES
from lms.claims import evidence, queries, service
from lms.claims.forms import CorrectionForm, HoursForm, ReasonForm, whole_hours
from lms.claims.models import Claim
from lms.claims.policy import access_at_desk, claimants, is_above
from lms.claims.routes import sent_file
from lms.claims.service import CHANNELS
from lms.claims.words import STATE_COLOURS, STATE_NAMES, STEP_NAMES, TWIN_NAMES
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.paging import paginate, requested_page

bp = Blueprint("claim_desk", __name__, url_prefix="/claim-desk", template_folder="templates")


@bp.get("/")
@requires(Act.APPROVE_CLAIMS)
def index() -> ResponseReturnValue:
    """Claims that wait for this manager, the longest waiting first; on demand all others."""
    session, show, channel = reading(), request.args.get("show", "waiting"), request.args.get("channel", "")
    page = paginate(session, queries.at_desk(viewer(), show=show, channel=channel), number=requested_page())
    people = claimants(session, sorted({claim.person_id for claim, _said in page.items}))
    return render_template(
        "claims/desk.html", page=page, people=people, show=show, channel=channel, names=STATE_NAMES, colours=STATE_COLOURS,
        channels=CHANNEL_NAMES, claimed_choices=[(str(one), CHANNEL_NAMES[one]) for one in CHANNELS],
    )  # fmt: skip


@bp.get("/<claim_id>")
@requires(Act.APPROVE_CLAIMS)
def show(claim_id: str) -> ResponseReturnValue:
    """One claim with everything a decision needs."""
    claim, person = access_at_desk(reading(), viewer(), claim_id)
    return _page(claim, person)


@bp.get("/<claim_id>/files/<file_id>")
@requires(Act.APPROVE_CLAIMS)
def file(claim_id: str, file_id: str) -> ResponseReturnValue:
    """A file of evidence."""
    claim, _person = access_at_desk(reading(), viewer(), claim_id)
    return sent_file(claim, queries.file_by(reading(), claim, file_id))


@bp.post("/<claim_id>/confirm")
@requires(Act.APPROVE_CLAIMS)
def confirm(claim_id: str) -> ResponseReturnValue:
    """The first decision."""
    return _done(
        claim_id,
        lambda session, claim, person: service.confirm(session, claim, person, viewer()),
        gettext("Confirmed. A manager above decides next."),
    )


@bp.post("/<claim_id>/approve")
@requires(Act.APPROVE_CLAIMS)
def approve(claim_id: str) -> ResponseReturnValue:
    """The second decision."""
    claim, person = access_at_desk(reading(), viewer(), claim_id)
    form = HoursForm()
    if not form.validate_on_submit():
        return _page(claim, person, hours=form), 422
    return _done(
        claim_id,
        lambda session, claim, person: service.approve(session, claim, person, viewer(), whole_hours(form.hours)),
        gettext("Approved. The transcript has it in a moment."),
    )


@bp.post("/<claim_id>/correct")
@requires(Act.APPROVE_CLAIMS)
def correct(claim_id: str) -> ResponseReturnValue:
    """Other hours for an approved claim."""
    claim, person = access_at_desk(reading(), viewer(), claim_id)
    form = CorrectionForm()
    if not form.validate_on_submit():
        return _page(claim, person, correction=form), 422
    hours, reason = whole_hours(form.hours), str(form.reason.data)
    return _done(
        claim_id,
        lambda session, claim, person: service.correct(session, claim, person, viewer(), hours=hours, reason=reason),
        gettext("Corrected. The transcript keeps both revisions."),
    )


@bp.post("/<claim_id>/no/<kind>")
@requires(Act.APPROVE_CLAIMS)
def no(claim_id: str, kind: str) -> ResponseReturnValue:
    """Send it back, refuse it, or take an approval back; each with its reason."""
    acts = {"return": service.send_back, "refuse": service.refuse, "take-back": service.take_back}
    claim, person = access_at_desk(reading(), viewer(), claim_id)
    if kind not in acts:
        raise NotFound
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(claim, person, reason=form), 422
    act, reason = acts[kind], str(form.reason.data)
    return _done(
        claim_id, lambda session, claim, person: act(session, claim, person, viewer(), reason), gettext("Done.")
    )


def _done(claim_id: str, act: Callable[[Session, Claim, PersonRow], None], said: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            claim, person = access_at_desk(session, viewer(), claim_id, lock=True)
            service.refuse_unread(claim, request.args.get("version"))
            act(session, claim, person)
        flash(said, "good")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("claim_desk.show", claim_id=claim_id), 303)


def _page(
    claim: Claim, person: PersonRow, *, hours: HoursForm | None = None, reason: ReasonForm | None = None,
    correction: CorrectionForm | None = None,
) -> str:  # fmt: skip
    session, me = reading(), viewer()
    said, steps = queries.version_of(session, claim), queries.steps(session, claim.id)
    twins = queries.twins(session, claim, said, unit_paths(me, Act.APPROVE_CLAIMS))
    seen = {step.person_id for step in steps} | {other.person_id for other, _version, _why in twins}
    above = is_above(me, claim, person)
    return render_template(
        "claims/one.html",
        claim=claim, person=person, said=said, steps=steps, twins=twins, above=above,
        files=evidence.files_of(session, claim.id, said.files),
        decides=claim.state == "submitted" or (claim.state == "confirmed" and above),
        hours=hours or HoursForm(formdata=None, hours=said.hours), reason=reason or ReasonForm(formdata=None),
        correction=correction or CorrectionForm(formdata=None, hours=claim.hours),
        people=accounts.people_by_ids(session, sorted(seen)),
        names=STATE_NAMES, colours=STATE_COLOURS, step_names=STEP_NAMES, twin_names=TWIN_NAMES, channels=CHANNEL_NAMES,
        levels=LEVEL_NAMES,
    )  # fmt: skip
