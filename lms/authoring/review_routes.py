"""From draft to version: submitting, looking at what changed, deciding, saying something."""

from collections.abc import Callable

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from courseware.drafting import State
from courseware.record import digest
from courseware.unit import Unit
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.authoring import checking, drafts, errors, queries, service, showing
from lms.authoring.forms import CommentForm, DecisionForm
from lms.authoring.models import CourseDraft
from lms.authoring.policy import access_draft, may_review, wrote
from lms.authoring.routes import names
from lms.authoring.words import PAGE_COLOURS, PAGE_KINDS, STATE_COLOURS, STATE_NAMES, field_name, sentence
from lms.courses import telling
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.i18n import locale_code

bp = Blueprint("authoring_review", __name__, url_prefix="/authoring/drafts", template_folder="templates")


@bp.get("/<draft_id>/review")
@requires(Act.MANAGE_COURSES, Act.REVIEW_COURSES)
def show(draft_id: str) -> ResponseReturnValue:
    """What the draft changes of the version in force, what that means for learners, and the decision."""
    return _page(access_draft(reading(), draft_id), DecisionForm(formdata=None)), 200


@bp.post("/<draft_id>/steps/<kind>")
@requires(Act.MANAGE_COURSES)
def step(draft_id: str, kind: str) -> ResponseReturnValue:
    """A step of the authors: submit, take back, follow the newer version, give up."""
    steps: dict[str, tuple[Callable[[Session, CourseDraft], None], str]] = {
        "submit": (lambda s, one: service.submit(s, one, viewer()), gettext("Submitted. Somebody else reviews it.")),
        "take-back": (
            lambda s, one: service.take_back(s, one, viewer()),
            gettext("Taken back. You can go on writing."),
        ),
        "catch-up": (
            lambda s, one: service.catch_up(s, one, viewer()),
            gettext("The draft follows the newer version now."),
        ),
        "drop": (lambda s, one: service.drop(s, one, viewer()), gettext("Given up. The record of it stays.")),
    }
    if kind not in steps:
        raise NotFound
    act, said = steps[kind]
    try:
        with writing() as session:
            act(session, access_draft(session, draft_id, lock=True))
        flash(said, "good")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("authoring_drafts.show", draft_id=draft_id), 303)


@bp.post("/<draft_id>/decision")
@requires(Act.REVIEW_COURSES)
def decide(draft_id: str) -> ResponseReturnValue:
    """Approve the draft as the next version, or send it back."""
    draft, form = access_draft(reading(), draft_id), DecisionForm()
    if wrote(reading(), draft.id, viewer().id):
        raise errors.OwnWork
    if not form.validate_on_submit():
        return _page(draft, form), 422
    words, folder = str(form.words.data or ""), current_app.extensions["config"].media
    try:
        with writing() as session:
            draft = access_draft(session, draft_id, lock=True)
            if form.decision.data == "approve":
                seen = str(form.seen.data or "")
                number = service.approve(session, draft, viewer(), words=words, seen=seen, media=folder)
                said = gettext("Approved: it is version %(number)s, and learners read it from now on.", number=number)
            else:
                service.send_back(session, draft, viewer(), words=words)
                said = gettext("Sent back to its authors.")
    except errors.ReasonNeeded as refusal:
        form.words.errors = [sentence_of(refusal)]
        return _page(draft, form), refusal.status
    flash(said, "good")
    return redirect(url_for("authoring_review.show", draft_id=draft_id), 303)


@bp.post("/<draft_id>/comments")
@requires(Act.MANAGE_COURSES, Act.REVIEW_COURSES)
def comment(draft_id: str) -> ResponseReturnValue:
    """Say something about the draft."""
    draft, form = access_draft(reading(), draft_id), CommentForm()
    if not form.validate_on_submit():
        return _page(draft, DecisionForm(formdata=None), form), 422
    with writing() as session:
        service.comment(session, access_draft(session, draft_id), viewer(), str(form.words.data))
    return redirect(url_for("authoring_review.show", draft_id=draft_id, _anchor="history"), 303)


def _page(draft: CourseDraft, form: DecisionForm, comment_form: CommentForm | None = None) -> str:
    session, unit = reading(), drafts.unit_of(draft)
    held = telling.by_code(session, draft.code) if draft.state != State.APPROVED else None
    before = held.unit if held else _before(session, draft)
    events, hands = queries.events(session, draft.id), queries.hands(session, draft.id)
    return render_template(
        "authoring/review.html",
        draft=draft,
        unit=unit,
        form=form,
        comment_form=comment_form or CommentForm(formdata=None),
        seen=digest(unit),
        compared=showing.compared(
            session,
            before,
            unit,
            unit_id=draft.unit_id or (held.id if held else None),
            page=request.args.get("page", ""),
        ),
        link=lambda key: url_for("authoring_review.show", draft_id=draft.public_id, page=key, _anchor="page"),
        found=checking.look_over(session, unit),
        estimate=checking.estimate(unit),
        events=events,
        people=accounts.people_by_ids(session, sorted({one.by for one in events})),
        may_review=may_review(viewer(), draft, hands),
        wrote=viewer().id in hands,
        behind=draft.state != State.APPROVED and service.is_behind(draft, held),
        sentence=sentence,
        field_name=field_name,
        page_kinds=PAGE_KINDS,
        page_colours=PAGE_COLOURS,
        title=queries.name_of(draft, locale_code()),
        state_names=STATE_NAMES,
        state_colours=STATE_COLOURS,
        **names(session),
    )


def _before(session: Session, draft: CourseDraft) -> Unit | None:
    """Of an approved draft the version that it followed."""
    if draft.unit_id is None or not draft.based_on:
        return None
    return telling.version(session, draft.unit_id, draft.based_on)
