"""Mistakes and favourites as lists, and a single question of them, opened again."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.clock import now
from lms.database import reading, writing
from lms.errors import NotFound
from lms.i18n import locale_code
from lms.paging import paginate, requested_page
from lms.practice import errors, list_queries, page, queries, service
from lms.practice.forms import list_arguments, wanted_of
from lms.practice.queries import Question
from lms.question_types import TYPE_NAMES
from lms.sitting import queries as sitting
from lms.subjects import SUBJECTS

bp = Blueprint("practice_lists", __name__, url_prefix="/practice", template_folder="templates")


@bp.get("/mistakes")
@signed_in
def mistakes() -> ResponseReturnValue:
    """What was wrong and has not been right on two days since."""
    wanted = wanted_of(request.args)
    found = paginate(reading(), list_queries.mistakes(viewer().id, wanted), number=requested_page())
    rows = [list_queries.row_of(row) for row in found.items]
    return render_template("practice/mistakes.html", page=found, rows=rows, wanted=wanted, **_names())


@bp.get("/favourites")
@signed_in
def favourites() -> ResponseReturnValue:
    """What was starred; just after something was taken off, how to put it back."""
    session, wanted = reading(), wanted_of(request.args)
    found = paginate(session, list_queries.favourites(viewer().id, wanted), number=requested_page())
    removed = queries.question_by_public_id(session, request.args.get("removed", ""))
    gone = removed is not None and not queries.is_favourite(session, viewer().id, removed.item_id)
    return render_template(
        "practice/favourites.html",
        page=found,
        rows=[list_queries.row_of(row) for row in found.items],
        wanted=wanted,
        removed=removed if gone else None,
        arguments=list_arguments(request.args),
        **_names(),
    )


@bp.post("/favourites/<item_id>")
@signed_in
def keep(item_id: str) -> ResponseReturnValue:
    """Take a question off the favourites, or put it back; back to the list as it was."""
    on = request.form.get("on") == "1"
    with writing() as session:
        service.star(session, viewer().id, _question(session, item_id).item_id, on=on)
    arguments: dict[str, Any] = list_arguments(request.args) | ({} if on else {"removed": item_id})
    return redirect(url_for("practice_lists.favourites", **arguments), 303)


@bp.get("/questions/<item_id>")
@signed_in
def question(item_id: str) -> ResponseReturnValue:
    """A question with what was answered last and what is right; without an answer its words alone."""
    session = reading()
    found = _question(session, item_id)
    _refuse_candidates(session)
    given = queries.last_answer(session, viewer().id, found.item_id)
    return render_template(
        "practice/item.html",
        found=found,
        given=given,
        told=page.told(session, viewer().id, given) if given else None,
        stem=page.stem(found.version),
        starred=queries.is_favourite(session, viewer().id, found.item_id),
        **_names(),
    )


@bp.post("/questions/<item_id>/again")
@signed_in
def again(item_id: str) -> ResponseReturnValue:
    """A round of this question alone."""
    with writing() as session:
        found = _question(session, item_id)
        _refuse_candidates(session)
        made = service.start_one(session, viewer().id, found.item_id).public_id
    return redirect(url_for("practice.show", round_id=made), 303)


def _question(session: Session, item_id: str) -> Question:
    found = queries.question_by_public_id(session, item_id)
    if found is None:
        raise NotFound
    return found


def _refuse_candidates(session: Session) -> None:
    if sitting.is_sitting(session, viewer().id, now()):
        raise errors.WhileSitting


def _names() -> dict[str, object]:
    names = {one.code: one.name(locale_code()) for one in SUBJECTS}
    return {"type_names": TYPE_NAMES, "subject_names": names}
