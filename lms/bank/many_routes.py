"""Doing something with many questions of a pool at once: moves of their life, other particulars, taking that back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from lms import jobs
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import bulk, differences, life, queries
from lms.bank.bulk import BulkRow, Plan
from lms.bank.bulk_forms import BulkForm
from lms.bank.complaints import field_name, reason_of
from lms.bank.names import names
from lms.bank.policy import access_pool
from lms.bank.queries import PoolRow
from lms.bank.selection import Selection, public_ids
from lms.database import reading, writing
from lms.errors import NotFound
from lms.ids import new_public_id
from question_bank.life import Move

bp = Blueprint("bank_many", __name__, url_prefix="/bank", template_folder="templates")

MOVES = {"submit": Move.SUBMIT, "retire": Move.RETIRE, "restore": Move.RESTORE}
#: buttons that lead to a page
PAGES = {"change": "bank_many.change", "print": "bank_print.pool", "export": "bank_export.choose"}
#: moves of more than these are done by a job
MOST_MOVED = 200
MOVE_JOB = "bank.move"
SHOWN = 20


@bp.post("/pools/<pool_id>/many")
@requires(Act.SEE_BANK)
def act(pool_id: str) -> ResponseReturnValue:
    """What one of the buttons below the list asks for; the filters of the list stand in the address."""
    wanted = request.form.get("act", "")
    given = request.args.copy()
    given.setlist("item[]", request.form.getlist("item"))
    given["all"] = request.form.get("all", "")
    selection = Selection.of(given)
    back = url_for("bank.pool", pool_id=pool_id, **selection.chosen.to_address())
    if not selection.all and not selection.ticked:
        access_pool(reading(), viewer(), pool_id, Act.SEE_BANK)
        flash(gettext("Tick at least one question."), "warn")
        return redirect(back, 303)
    if wanted in PAGES:
        return redirect(url_for(PAGES[wanted], pool_id=pool_id, **selection.to_address()), 303)
    if wanted not in MOVES:
        raise NotFound
    return _moved(pool_id, selection, MOVES[wanted], back)


def _moved(pool_id: str, selection: Selection, move: Move, back: str) -> ResponseReturnValue:
    with writing() as session:
        pool = access_pool(session, viewer(), pool_id, Act.EDIT_BANK)
        ids = selection.ids(session, pool.id)
        if len(ids) > MOST_MOVED:
            payload = {"pool": pool_id, "ids": ids, "move": move.value, "by": viewer().id}
            return redirect(
                url_for("jobs.show", job_id=jobs.enqueue(session, MOVE_JOB, payload, owner=viewer().public_id)), 303
            )
        moved, refused = life.move_all(session, pool, public_ids(session, ids), move, by=viewer().id)
    if moved:
        flash(ngettext("%(num)s question was moved on.", "%(num)s questions were moved on.", moved), "good")
    if refused:
        words = ngettext("%(num)s question stays: its state does not allow it.", "%(num)s questions stay: their state does not allow it.", refused)  # fmt: skip
        flash(words, "warn")
    return redirect(back, 303)


@bp.route("/pools/<pool_id>/change", methods=["GET", "POST"])
@requires(Act.EDIT_BANK)
def change(pool_id: str) -> ResponseReturnValue:
    """Which particulars change, what that would do, and doing it. The selection stands in the address."""
    session = reading()
    pool = access_pool(session, viewer(), pool_id, Act.EDIT_BANK)
    selection = Selection.of(request.args)
    ids = selection.ids(session, pool.id)
    form = BulkForm()
    made: Plan | None = None
    if form.validate_on_submit() and not form.changes().none:
        made = bulk.plan(session, pool, ids, form.changes())
        if form.confirmed.data and form.expected.data == str(len(made.steps)) and made.steps:
            return _carried_out(pool_id, ids, made)
    elif form.is_submitted() and not form.errors:
        flash(gettext("Tick at least one field, or name a citation."), "warn")
    return _change_page(session, pool, selection, form, made=made, count=len(ids)), 422 if form.errors else 200


def _change_page(
    session: Session, pool: PoolRow, selection: Selection, form: BulkForm, *, made: Plan | None, count: int
) -> str:
    latest = bulk.bulks_of(session, pool.id, limit=5)
    return render_template(
        "bank/change.html",
        pool=pool,
        form=form,
        made=made,
        count=count,
        shown=SHOWN,
        latest=latest,
        people=accounts.people_by_ids(session, [row[1] for row in latest]),
        query=selection.to_address(),
        back=url_for("bank.pool", pool_id=pool.public_id, **selection.chosen.to_address()),
        field_name=field_name,
        reason_of=reason_of,
        **names(),
    )


def _carried_out(pool_id: str, ids: list[int], made: Plan) -> ResponseReturnValue:
    public_id = new_public_id()
    reading().rollback()
    with writing() as session:
        pool = access_pool(session, viewer(), pool_id, Act.EDIT_BANK)
        if len(made.steps) > bulk.AT_ONCE:
            payload = {
                "pool": pool_id,
                "ids": ids,
                "changes": made.changes.to_record(),
                "bulk": public_id,
                "by": viewer().id,
            }
            job = jobs.enqueue(session, bulk.JOB, payload, owner=viewer().public_id)
            return redirect(url_for("jobs.show", job_id=job), 303)
        bulk.apply(session, pool, made, public_id=public_id, by=viewer().id)
    return redirect(url_for("bank_many.bulk_change", bulk_id=public_id), 303)


@bp.get("/changes/<bulk_id>")
@requires(Act.EDIT_BANK)
def bulk_change(bulk_id: str) -> ResponseReturnValue:
    """What a change of many did, and the way back."""
    session = reading()
    found, pool = _bulk(session, bulk_id)
    stay = bulk.changed_since(session, found) if found.undone_at is None else []
    return render_template(
        "bank/bulk.html",
        found=found,
        pool=pool,
        stay=stay,
        shown=SHOWN,
        person=accounts.person_by_id(session, found.by),
        change_names=differences.NAMES,
        **names(),
    )


@bp.post("/changes/<bulk_id>/undo")
@requires(Act.EDIT_BANK)
def undo(bulk_id: str) -> ResponseReturnValue:
    """Take a change of many back as one."""
    with writing() as session:
        found, pool = _bulk(session, bulk_id)
        if len(found.versions) > bulk.AT_ONCE and found.undone_at is None:
            payload = {"bulk": bulk_id, "by": viewer().id}
            job = jobs.enqueue(session, bulk.UNDO_JOB, payload, owner=viewer().public_id, unique_key=f"undo {bulk_id}")
            return redirect(url_for("jobs.show", job_id=job), 303)
        count = bulk.undo(session, pool, found, by=viewer().id)
    flash(ngettext("%(num)s question says again what it said before.", "%(num)s questions say again what they said before.", count), "good")  # fmt: skip
    return redirect(url_for("bank_many.bulk_change", bulk_id=bulk_id), 303)


def _bulk(session: Session, public_id: str) -> tuple[BulkRow, PoolRow]:
    found = bulk.bulk_by_public_id(session, public_id)
    pool = queries.public_id_of(session, found.pool_id) if found else None
    if found is None or pool is None:
        raise NotFound
    return found, access_pool(session, viewer(), pool, Act.EDIT_BANK)
