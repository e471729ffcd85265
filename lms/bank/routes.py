"""Pools and their questions, as examiners and reviewers see them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import drafts, life, listing, preview, queries, review_queries, service, statistics
from lms.bank.forms import PoolForm
from lms.bank.listing import ItemFilter
from lms.bank.names import names
from lms.bank.policy import access_item, access_pool, keeping_path, may_export, may_make_pools, may_pool
from lms.bank.queries import VersionRow
from lms.bank.tabs import tabs
from lms.bank.telling import explained
from lms.clock import today
from lms.database import reading, writing
from lms.errors import NotFound
from lms.paging import requested_page
from question_bank.life import Move

bp = Blueprint("bank", __name__, url_prefix="/bank", template_folder="templates")

DRAWS = 9


@bp.get("/")
@requires(Act.SEE_BANK)
def index() -> ResponseReturnValue:
    """The pools one may see, and what waits for oneself in them."""
    session = reading()
    pools = queries.pools_for(session, viewer())
    waiting, returned = queries.waiting_for(session, viewer())
    return render_template(
        "bank/index.html",
        pools=pools,
        keepers=accounts.people_by_ids(session, [found.created_by for found in pools if found.created_by]),
        may_make=may_make_pools(viewer()),
        may_import=Act.EDIT_BANK in viewer().acts,
        waiting=waiting,
        returned=returned,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Act.EDIT_BANK)
def new() -> ResponseReturnValue:
    """Make an empty pool."""
    owner_path = keeping_path(viewer())
    form = PoolForm()
    if not form.validate_on_submit():
        return render_template("bank/edit.html", form=form, pool=None), 422 if form.errors else 200
    with writing() as session:
        made = service.create_pool(
            session,
            name=form.chosen_name,
            purpose=form.chosen_purpose,
            owner_path=owner_path,
            by=viewer().id,
            reviewed=bool(form.reviewed.data),
        )
    flash(gettext("The pool is there. Write its first question, or import a file."), "good")
    return redirect(url_for("bank.pool", pool_id=made.public_id), 303)


@bp.route("/pools/<pool_id>/edit", methods=["GET", "POST"])
@requires(Act.EDIT_BANK)
def edit(pool_id: str) -> ResponseReturnValue:
    """Rename a pool."""
    found = access_pool(reading(), viewer(), pool_id, Act.EDIT_BANK)
    form = PoolForm(obj=found)
    if not form.validate_on_submit():
        return render_template("bank/edit.html", form=form, pool=found), 422 if form.errors else 200
    with writing() as session:
        found = access_pool(session, viewer(), pool_id, Act.EDIT_BANK)
        service.change_pool(
            session, found, name=form.chosen_name, purpose=form.chosen_purpose, reviewed=bool(form.reviewed.data)
        )
    flash(gettext("The pool was changed."), "good")
    return redirect(url_for("bank.pool", pool_id=pool_id), 303)


@bp.get("/pools/<pool_id>")
@requires(Act.SEE_BANK)
def pool(pool_id: str) -> ResponseReturnValue:
    """The questions of a pool, filtered, sorted and paged by the database."""
    session = reading()
    found = access_pool(session, viewer(), pool_id, Act.SEE_BANK)
    chosen = ItemFilter.of(request.args)
    authors = accounts.people_by_ids(session, listing.authors_of(session, found.id))
    author_id = next((person.id for person in authors.values() if person.public_id == chosen.author), None)
    page = listing.page_of(session, found.id, chosen, author_id=author_id, number=requested_page())
    return render_template(
        "bank/pool.html",
        pool=found,
        page=page,
        chosen=chosen,
        authors=authors.values(),
        tabs=tabs(viewer(), found),
        may_edit=may_pool(viewer(), found, Act.EDIT_BANK),
        may_export=may_export(viewer(), found),
        drafts=drafts.of_pool(session, found.id, viewer().id) if may_pool(viewer(), found, Act.EDIT_BANK) else [],
        **names(),
    )


@bp.get("/pools/<pool_id>/coverage")
@requires(Act.SEE_BANK)
def coverage(pool_id: str) -> ResponseReturnValue:
    """How many questions of a pool papers may hold, by subject, type and difficulty."""
    session = reading()
    found = access_pool(session, viewer(), pool_id, Act.SEE_BANK)
    return render_template(
        "bank/coverage.html",
        pool=found,
        matrix=listing.matrix(listing.coverage(session, found.id)),
        tabs=tabs(viewer(), found),
        **names(),
    )


@bp.get("/items/<item_id>")
@requires(Act.SEE_BANK)
def item(item_id: str) -> ResponseReturnValue:
    """A question as candidates see it, its key, and its versions; an older one when the address names it."""
    session = reading()
    found, its_pool = access_item(session, viewer(), item_id, Act.SEE_BANK)
    versions = queries.versions_of(session, found.id)
    shown = _asked_version(versions)
    draw_number = _asked_draw()
    events = review_queries.history(session, found.id)
    people = {row.created_by for row in versions} | {event.by for event in events}
    return render_template(
        "bank/item.html",
        item=found,
        pool=its_pool,
        versions=versions,
        shown=shown,
        question=preview.preview(shown.version, draw=draw_number),
        key=preview.key(shown.version, explained(session, [shown.version], on=today())[0]),
        next_draw=draw_number % DRAWS + 1,
        authors=accounts.people_by_ids(session, sorted(one for one in people if one is not None)),
        events=events,
        statistics=statistics.of_item(session, found.id),
        may_edit=may_pool(viewer(), its_pool, Act.EDIT_BANK),
        may_review=may_pool(viewer(), its_pool, Act.REVIEW_ITEMS),
        may_copy=Act.EDIT_BANK in viewer().acts,
        **names(),
    )


@bp.post("/items/<item_id>/retire")
@requires(Act.EDIT_BANK)
def retire(item_id: str) -> ResponseReturnValue:
    """Take a question out of the draw."""
    with writing() as session:
        _found, its_pool = access_item(session, viewer(), item_id, Act.EDIT_BANK)
        life.move(session, its_pool, item_id, Move.RETIRE, by=viewer().id)
    flash(gettext("The question is retired: no new paper will hold it."), "good")
    return redirect(url_for("bank.item", item_id=item_id), 303)


@bp.post("/items/<item_id>/restore")
@requires(Act.EDIT_BANK)
def restore(item_id: str) -> ResponseReturnValue:
    """Put a question back into the draw."""
    with writing() as session:
        _found, its_pool = access_item(session, viewer(), item_id, Act.EDIT_BANK)
        life.move(session, its_pool, item_id, Move.RESTORE, by=viewer().id)
    flash(gettext("The question is back: new papers may hold it."), "good")
    return redirect(url_for("bank.item", item_id=item_id), 303)


def _asked_draw() -> int:
    draw = request.args.get("draw", "1")
    return int(draw) if draw in map(str, range(1, DRAWS + 1)) else 1


def _asked_version(versions: list[VersionRow]) -> VersionRow:
    asked = request.args.get("version")
    if asked is None:
        return versions[0]
    for row in versions:
        if str(row.number) == asked:
            return row
    raise NotFound
