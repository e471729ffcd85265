"""Review: what waits, looking at it beside what was approved before, and deciding."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import differences, life, preview, queries, review_queries
from lms.bank.errors import MoveRefused
from lms.bank.names import names
from lms.bank.policy import access_discussion, access_item
from lms.bank.queries import PoolRow, VersionRow
from lms.bank.review_queries import EventRow, QueueFilter, QueueRow, ReturnedRow
from lms.bank.telling import explained
from lms.clock import today
from lms.database import reading, writing
from lms.errors import NotFound
from lms.paging import paginate, requested_page
from question_bank.life import Move

bp = Blueprint("bank_review", __name__, url_prefix="/bank", template_folder="templates")

#: what a reviewer decides
DECISIONS = {move.value: move for move in (Move.APPROVE, Move.TRY, Move.SEND_BACK, Move.CLEAR)}
DONE: dict[str, LazyString] = {
    "approve": lazy_gettext("Approved: papers may hold it."),
    "try": lazy_gettext("Approved for a field test."),
    "send_back": lazy_gettext("Sent back to the author."),
    "clear": lazy_gettext("Checked: papers may hold it again."),
    "submit": lazy_gettext("Handed in. Somebody else will look at it."),
    "withdraw": lazy_gettext("Withdrawn: it is a draft again."),
}
REFUSED: dict[str, LazyString] = {
    "author": lazy_gettext("You wrote this wording yourself; somebody else approves it."),
    "comment": lazy_gettext("Sending back needs a comment: say what is to be mended."),
    "state": lazy_gettext("Somebody has moved this question on meanwhile; look at its state again."),
}
MOST_TICKED = 100


@bp.get("/review")
@requires(Act.REVIEW_ITEMS)
def index() -> ResponseReturnValue:
    """What waits in all pools one may review, the longest waiting first."""
    session = reading()
    chosen = QueueFilter.of(request.args)
    pools = queries.pools_for(session, viewer(), Act.REVIEW_ITEMS)
    ids = [pool.id for pool in pools]
    authors = accounts.people_by_ids(session, review_queries.waiting_authors(session, ids))
    queued = review_queries.queue(ids, chosen, author_id=_id_of(authors, chosen.author))
    page = paginate(session, queued, number=requested_page())
    return render_template(
        "bank/review.html",
        chosen=chosen,
        pools=pools,
        authors=authors,
        page=page,
        rows=[QueueRow(*row) for row in page.items],
        tally=review_queries.tally(session, ids),
        **names(),
    )


@bp.get("/review/items/<item_id>")
@requires(Act.REVIEW_ITEMS)
def show(item_id: str) -> ResponseReturnValue:
    """A question as candidates see it, its key, what changed since the approved wording, and what was said."""
    session = reading()
    found, pool = access_item(session, viewer(), item_id, Act.REVIEW_ITEMS)
    chosen = QueueFilter.of(request.args)
    versions = queries.versions_of(session, found.id)
    events = review_queries.history(session, found.id)
    author = review_queries.author_of(events, {row.number: row.created_by for row in versions})
    moves = found.standing.moves(author=author == viewer().id, reviewed=pool.reviewed)
    return render_template(
        "bank/review_item.html",
        item=found,
        pool=pool,
        shown=versions[0],
        question=preview.preview(versions[0].version),
        key=preview.key(versions[0].version, explained(session, [versions[0].version], on=today())[0]),
        **_compared(versions, events, found.drawn),
        events=events,
        moves=[move.value for move in moves if move.value in DECISIONS],
        own=author == viewer().id and pool.reviewed,
        people=accounts.people_by_ids(session, _named(versions, events)),
        author=author,
        query=chosen.to_address(),
        following=_following(session, found.id, chosen),
        **names(),
    )


@bp.post("/items/<item_id>/judgement")
@requires(Act.REVIEW_ITEMS)
def judge(item_id: str) -> ResponseReturnValue:
    """Approve, approve for a field test, send back, or clear; then on to the next in the queue."""
    decision = DECISIONS.get(request.form.get("decision", ""))
    chosen = QueueFilter.of(request.args)
    if decision is None:
        raise NotFound
    with writing() as session:
        found, pool = access_item(session, viewer(), item_id, Act.REVIEW_ITEMS)
        after = _following(session, found.id, chosen)
        done = _try(session, pool, item_id, decision, request.form.get("comment", ""))
    if not done:
        return redirect(url_for("bank_review.show", item_id=item_id, **chosen.to_address()), 303)
    if after is None:
        return redirect(url_for("bank_review.index", **chosen.to_address()), 303)
    return redirect(url_for("bank_review.show", item_id=after, **chosen.to_address()), 303)


@bp.post("/review/many")
@requires(Act.REVIEW_ITEMS)
def judge_many() -> ResponseReturnValue:
    """Decide on the ticked ones; each by the rights in its own pool."""
    decision = DECISIONS.get(request.form.get("decision", ""))
    if decision is None:
        raise NotFound
    moved = refused = 0
    with writing() as session:
        for item_id in dict.fromkeys(request.form.getlist("item")[:MOST_TICKED]):
            _found, pool = access_item(session, viewer(), item_id, Act.REVIEW_ITEMS)
            one, other = life.move_all(
                session, pool, [item_id], decision, by=viewer().id, comment=request.form.get("comment", "")
            )
            moved, refused = moved + one, refused + other
    if moved:
        flash(ngettext("%(num)s question was decided.", "%(num)s questions were decided.", moved), "good")
    if refused or not moved:
        flash(gettext("Some stay: nothing was ticked, you wrote them yourself, or the comment is missing."), "warn")
    return redirect(url_for("bank_review.index", **QueueFilter.of(request.args).to_address()), 303)


@bp.post("/items/<item_id>/hand-in")
@requires(Act.EDIT_BANK)
def hand_in(item_id: str) -> ResponseReturnValue:
    """Hand a draft in for review."""
    return _edited(item_id, Move.SUBMIT)


@bp.post("/items/<item_id>/withdraw")
@requires(Act.EDIT_BANK)
def withdraw(item_id: str) -> ResponseReturnValue:
    """Take a wording back from review."""
    return _edited(item_id, Move.WITHDRAW)


@bp.post("/items/<item_id>/comment")
@requires(Act.EDIT_BANK, Act.REVIEW_ITEMS)
def comment(item_id: str) -> ResponseReturnValue:
    """Say something about a question."""
    words = request.form.get("comment", "").strip()
    with writing() as session:
        _found, pool = access_discussion(session, viewer(), item_id)
        if words:
            life.comment(session, pool, item_id, words, by=viewer().id)
    flash(*((gettext("Your comment is there."), "good") if words else (gettext("Write something first."), "warn")))
    back = "bank_review.show" if request.form.get("back") == "review" else "bank.item"
    return redirect(url_for(back, item_id=item_id, _anchor="history", **QueueFilter.of(request.args).to_address()), 303)


@bp.get("/returned")
@requires(Act.EDIT_BANK)
def returned() -> ResponseReturnValue:
    """What was sent back to oneself, with the words of the reviewer."""
    session = reading()
    page = paginate(session, review_queries.returned(viewer().id), number=requested_page())
    rows = [ReturnedRow(*row) for row in page.items]
    people = accounts.people_by_ids(session, [row.by for row in rows if row.by])
    return render_template("bank/returned.html", page=page, rows=rows, people=people)


def _edited(item_id: str, move: Move) -> ResponseReturnValue:
    with writing() as session:
        _found, pool = access_item(session, viewer(), item_id, Act.EDIT_BANK)
        _try(session, pool, item_id, move, "")
    return redirect(url_for("bank.item", item_id=item_id), 303)


def _try(session: Session, pool: PoolRow, item_id: str, move: Move, words: str) -> bool:
    """Move an item on and say so, or say why not."""
    try:
        life.move(session, pool, item_id, move, by=viewer().id, comment=words)
    except MoveRefused as refusal:
        flash(str(REFUSED[str(refusal.facts["reason"])]), "bad")
        return False
    flash(str(DONE[move.value]), "good")
    return True


def _following(session: Session, item_id: int, chosen: QueueFilter) -> str | None:
    pools = [pool.id for pool in queries.pools_for(session, viewer(), Act.REVIEW_ITEMS)]
    author = accounts.people_by_public_ids(session, [chosen.author] if chosen.author else [])
    author_id = author[chosen.author].id if author else None
    queued = review_queries.queue(pools, chosen, author_id=author_id)
    event = review_queries.entered_at(session, item_id, chosen.kind)
    return review_queries.following(session, queued, item_id, event)


def _compared(versions: Sequence[VersionRow], events: Sequence[EventRow], drawn: int | None) -> dict[str, object]:
    """What the page says about an earlier wording."""
    earlier = _earlier(versions, events, drawn)
    changes = differences.changed(earlier.version, versions[0].version) if earlier else []
    return {"earlier": earlier, "changes": changes, "part_names": differences.PARTS}


def _earlier(versions: Sequence[VersionRow], events: Sequence[EventRow], drawn: int | None) -> VersionRow | None:
    """The wording to compare with: the approved one, else the one that was sent back last; None for a first one."""
    newest = versions[0].number
    sent_back = [event.number for event in events if event.act == Move.SEND_BACK and event.number < newest]
    number = drawn if drawn and drawn != newest else (sent_back[-1] if sent_back and not drawn else None)
    return next((row for row in versions if row.number == number), None)


def _named(versions: Sequence[VersionRow], events: Sequence[EventRow]) -> list[int]:
    ids = {row.created_by for row in versions} | {event.by for event in events}
    return sorted(one for one in ids if one is not None)


def _id_of(people: Mapping[int, accounts.PersonRow], public_id: str) -> int | None:
    return next((person.id for person in people.values() if person.public_id == public_id), None)
