"""Pools and their questions, as examiners and reviewers see them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import life, preview, queries, service
from lms.bank.forms import COGNITIVE_NAMES, DIFFICULTY_NAMES, STATE_NAMES, UNCLASSIFIED, ItemFilter, PoolForm
from lms.bank.policy import access_item, access_pool, keeping_path, may_make_pools, may_pool
from lms.bank.queries import ItemRow, VersionRow
from lms.database import reading, writing
from lms.errors import NotFound
from lms.i18n import locale_code
from lms.paging import paginate, requested_page
from lms.question_types import TYPE_NAMES
from lms.subjects import SUBJECTS
from question_bank.life import Move

bp = Blueprint("bank", __name__, url_prefix="/bank", template_folder="templates")

DRAWS = 9


@bp.get("/")
@requires(Act.SEE_BANK)
def index() -> ResponseReturnValue:
    """The pools one may see."""
    session = reading()
    pools = queries.pools_for(session, viewer())
    return render_template(
        "bank/index.html",
        pools=pools,
        keepers=accounts.people_by_ids(session, [found.created_by for found in pools if found.created_by]),
        may_make=may_make_pools(viewer()),
        may_import=Act.EDIT_BANK in viewer().acts,
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
    flash(gettext("The pool is there. Import questions into it."), "good")
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
    """The questions of a pool, filtered and paged by the database, and how many there are of which kind."""
    session = reading()
    found = access_pool(session, viewer(), pool_id, Act.SEE_BANK)
    chosen = ItemFilter.of(request.args)
    listed = queries.items(
        found.id,
        text=chosen.words,
        subject=chosen.subject,
        kind=chosen.kind,
        difficulty=chosen.difficulty,
        state=chosen.state,
    )
    page = paginate(session, listed, number=requested_page())
    return render_template(
        "bank/pool.html",
        pool=found,
        page=page,
        items=[ItemRow(*row) for row in page.items],
        chosen=chosen,
        matrix=_matrix(queries.counts(session, found.id)),
        may_edit=may_pool(viewer(), found, Act.EDIT_BANK),
        **_names(),
    )


@bp.get("/items/<item_id>")
@requires(Act.SEE_BANK)
def item(item_id: str) -> ResponseReturnValue:
    """A question as candidates see it, its key, and its versions; an older one when the address names it."""
    session = reading()
    found, its_pool = access_item(session, viewer(), item_id, Act.SEE_BANK)
    versions = queries.versions_of(session, found.id)
    shown = _asked_version(versions)
    draw = request.args.get("draw", "1")
    draw_number = int(draw) if draw in map(str, range(1, DRAWS + 1)) else 1
    return render_template(
        "bank/item.html",
        item=found,
        pool=its_pool,
        versions=versions,
        shown=shown,
        question=preview.preview(shown.version, draw=draw_number),
        key=preview.key(shown.version),
        next_draw=draw_number % DRAWS + 1,
        authors=accounts.people_by_ids(session, [row.created_by for row in versions if row.created_by]),
        may_edit=may_pool(viewer(), its_pool, Act.EDIT_BANK),
        **_names(),
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


def _asked_version(versions: list[VersionRow]) -> VersionRow:
    asked = request.args.get("version")
    if asked is None:
        return versions[0]
    for row in versions:
        if str(row.number) == asked:
            return row
    raise NotFound


def _matrix(counts: dict[tuple[str, str], int]) -> dict[str, object]:
    """Counts by subject (rows) and type (columns), in the order of the lists; only those that have any."""
    kinds = [kind for kind in TYPE_NAMES if any(key[1] == kind for key in counts)]
    codes = [code for code in (*(subject.code for subject in SUBJECTS), "") if any(key[0] == code for key in counts)]
    return {
        "kinds": kinds,
        "rows": [(code, [counts.get((code, kind), 0) for kind in kinds]) for code in codes],
        "sums": [sum(counts.get((code, kind), 0) for code in codes) for kind in kinds],
    }


def _names() -> dict[str, object]:
    subjects = {subject.code: subject.name(locale_code()) for subject in SUBJECTS}
    return {
        "subject_names": subjects | {"": gettext("unclassified")},
        "subject_choices": [*subjects.items(), (UNCLASSIFIED, gettext("unclassified"))],
        "type_names": TYPE_NAMES,
        "difficulty_names": DIFFICULTY_NAMES,
        "state_names": STATE_NAMES,
        "cognitive_names": COGNITIVE_NAMES,
        "unclassified": UNCLASSIFIED,
    }
