"""Practising in the browser: choosing, answering one question after another, seeing what was right, the summary."""

from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.clock import BUREAU_ZONE, now
from lms.database import reading, writing
from lms.errors import NotFound
from lms.i18n import locale_code
from lms.practice import errors, page, posted, queries, service
from lms.practice.forms import choice_of, whole
from lms.practice.models import Round
from lms.practice.queries import Question
from lms.question_types import TYPE_NAMES
from lms.sitting import queries as sitting
from lms.subjects import SUBJECTS

bp = Blueprint("practice", __name__, url_prefix="/practice", template_folder="templates")

WAY_NAMES = {
    "all": lazy_gettext("Any question"),
    "due": lazy_gettext("What is due"),
    "mistakes": lazy_gettext("My mistakes"),
    "favourites": lazy_gettext("My favourites"),
}
#: how rounds came about
ROUND_NAMES = WAY_NAMES | {"one": lazy_gettext("One question")}
ROUNDS_SHOWN = 8


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """Where one stands, the form of a round, the latest rounds."""
    session = reading()
    held = queries.subjects(session)
    return render_template(
        "practice/index.html",
        counts=queries.counts(session, viewer().id, now=now(), midnight=_midnight()),
        ways=WAY_NAMES,
        sizes=service.SIZES,
        total=sum(held.values()),
        subjects=[(one.code, one.name(locale_code()), held[one.code]) for one in SUBJECTS if one.code in held],
        rounds=queries.rounds(session, viewer().id, limit=ROUNDS_SHOWN),
        round_names=ROUND_NAMES,
        subject_names=subject_names(),
    )


@bp.post("/rounds")
@signed_in
def start() -> ResponseReturnValue:
    """Begin a round, or say that no question fits."""
    try:
        _refuse_candidates()
        with writing() as session:
            made = service.start(session, viewer().id, choice_of(request.form)).public_id
    except (errors.NothingToPractise, errors.WhileSitting) as refusal:
        flash(str(refusal.sentence), "warn")
        return redirect(url_for("practice.index"), 303)
    return redirect(url_for("practice.show", round_id=made), 303)


@bp.get("/rounds/<round_id>")
@signed_in
def show(round_id: str) -> ResponseReturnValue:
    """The next question of a round, or its summary when there is none."""
    session = reading()
    held = _round(session, round_id)
    place = None if held.ended_at else queries.next_place(session, held)
    found = queries.question(session, held.items[place - 1]) if place else None
    if place is None or found is None:
        return _summary(session, held)
    return render_template(
        "practice/question.html",
        round=held,
        place=place,
        found=found,
        q=page.asked(found.version, page.seed_of(held.seed, place)),
        shown_at=int(now().timestamp()),
        starred=queries.is_favourite(session, viewer().id, found.item_id),
        **_names(held),
    )


@bp.post("/rounds/<round_id>/<int:place>")
@signed_in
def answer(round_id: str, place: int) -> ResponseReturnValue:
    """Keep an answer; on to what was right."""
    with writing() as session:
        held = _round(session, round_id, lock=True)
        found = _question_at(session, held, place)
        given, complaint = posted.given(found, page.seed_of(held.seed, place), request.form)
        if complaint:
            flash(complaint, "warn")
            return redirect(url_for("practice.show", round_id=round_id), 303)
        service.answer(session, held, place, found, response=given, seconds=posted.seconds(request.form))
    return redirect(url_for("practice.place", round_id=round_id, place=place), 303)


@bp.get("/rounds/<round_id>/<int:place>")
@signed_in
def place(round_id: str, place: int) -> ResponseReturnValue:
    """What was right at a place of a round; before it was answered it leads to the round."""
    session = reading()
    held = _round(session, round_id)
    found = _question_at(session, held, place)
    given = queries.answers(session, held.id).get(place)
    if given is None:
        return redirect(url_for("practice.show", round_id=round_id), 303)
    return render_template(
        "practice/feedback.html",
        round=held,
        place=place,
        found=found,
        told=page.told(session, viewer().id, given),
        given=given,
        starred=queries.is_favourite(session, viewer().id, found.item_id),
        **_names(held),
    )


@bp.post("/rounds/<round_id>/end")
@signed_in
def end(round_id: str) -> ResponseReturnValue:
    """End a round before its last question."""
    with writing() as session:
        service.end(_round(session, round_id, lock=True))
    return redirect(url_for("practice.show", round_id=round_id), 303)


@bp.post("/questions/<item_id>/star")
@signed_in
def star(item_id: str) -> ResponseReturnValue:
    """Make a question a favourite or none any more; back to where it was asked or shown."""
    with writing() as session:
        found = queries.question_by_public_id(session, item_id)
        if found is None:
            raise NotFound
        service.star(session, viewer().id, found.item_id, on=request.form.get("on") == "1")
    round_id, place = request.form.get("round", ""), whole(request.form.get("place"))
    if round_id and place is not None:
        return redirect(url_for("practice.place", round_id=round_id, place=place), 303)
    if request.form.get("listed"):
        return redirect(url_for("practice_lists.question", item_id=item_id), 303)
    return redirect(url_for("practice.index"), 303)


def subject_names() -> dict[str, str]:
    """The names of subjects by code, in the language of the request."""
    return {one.code: one.name(locale_code()) for one in SUBJECTS}


def _round(session: Session, round_id: str, *, lock: bool = False) -> Round:
    held = queries.round_of(session, viewer().id, round_id, lock=lock)
    if held is None:
        raise NotFound
    _refuse_candidates()
    return held


def _refuse_candidates() -> None:
    """Raise WhileSitting for somebody who sits an exam: practice tells keys."""
    if sitting.is_sitting(reading(), viewer().id, now()):
        raise errors.WhileSitting


def _question_at(session: Session, held: Round, place: int) -> Question:
    found = queries.question(session, held.items[place - 1]) if 1 <= place <= len(held.items) else None
    if found is None:
        raise NotFound
    return found


def _summary(session: Session, held: Round) -> ResponseReturnValue:
    stems = queries.stems(session, held.items)
    given = queries.answers(session, held.id)
    rows = [
        (place, stems.get(item), page.outcome(given[place].share) if place in given else None)
        for place, item in enumerate(held.items, 1)
    ]
    return render_template("practice/summary.html", round=held, rows=rows, **_names(held))


def _names(held: Round) -> dict[str, object]:
    subject = subject_names().get(held.subject, "")
    title = " · ".join(filter(None, (str(ROUND_NAMES[held.way]), subject, held.point)))
    return {"title": title, "type_names": TYPE_NAMES}


def _midnight() -> datetime:
    """The end of the day."""
    local = now().astimezone(BUREAU_ZONE)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
