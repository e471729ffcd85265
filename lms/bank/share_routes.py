"""Giving a pool to single persons, and taking it back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.accounts.queries import PersonRow
from lms.bank import sharing
from lms.bank.forms import RIGHT_NAMES, ShareForm
from lms.bank.policy import access_shares
from lms.bank.tabs import tabs
from lms.clock import now
from lms.database import reading, writing
from lms.errors import BadRequest, NotFound

bp = Blueprint("bank_share", __name__, url_prefix="/bank/pools/<pool_id>/shares", template_folder="templates")

FOUND = 10
SEARCH_LENGTH = 40


@bp.get("")
@requires(Act.EDIT_BANK)
def index(pool_id: str) -> ResponseReturnValue:
    """To whom a pool is given, and a search for somebody else."""
    session = reading()
    pool = access_shares(session, viewer(), pool_id)
    shares = sharing.shares_of(session, pool.id)
    words = request.args.get("q", "").replace("\0", "").strip()[:SEARCH_LENGTH]
    found = _candidates(session, words, without={row.person_id for row in shares})
    named = {row.person_id for row in shares} | {row.given_by for row in shares}
    return render_template(
        "bank/shares.html",
        pool=pool,
        tabs=tabs(viewer(), pool),
        shares=shares,
        people=accounts.people_by_ids(session, sorted(named)),
        words=words,
        found=found[:FOUND],
        more=len(found) > FOUND,
        form=ShareForm(access="view"),
        right_names=RIGHT_NAMES,
    )


@bp.post("")
@requires(Act.EDIT_BANK)
def give(pool_id: str) -> ResponseReturnValue:
    """Give somebody a right in the pool, or another one than they have."""
    form = ShareForm()
    with writing() as session:
        pool = access_shares(session, viewer(), pool_id)
        person = _holder(session, str(form.person.data or ""))
        if not form.validate_on_submit():
            raise BadRequest
        sharing.share(session, pool, person.id, str(form.access.data), by=viewer().id)
    words = {"name": person.name, "right": RIGHT_NAMES[str(form.access.data)]}
    flash(gettext("%(name)s has the right: %(right)s.", **words), "good")
    return redirect(url_for("bank_share.index", pool_id=pool_id), 303)


@bp.post("/<person_id>/end")
@requires(Act.EDIT_BANK)
def end(pool_id: str, person_id: str) -> ResponseReturnValue:
    """Take a right back; twice does no harm."""
    with writing() as session:
        pool = access_shares(session, viewer(), pool_id)
        person = accounts.person_by_public_id(session, person_id)
        sharing.unshare(session, pool, person.id)
    flash(gettext("The pool is no longer shared with %(name)s.", name=person.name), "good")
    return redirect(url_for("bank_share.index", pool_id=pool_id), 303)


def _candidates(session: Session, words: str, *, without: set[int]) -> list[PersonRow]:
    """Who may be given a pool, by name, pinyin or staff number; one more than is shown tells that there are more."""
    if not words:
        return []
    rows = accounts.holders_of(session, Act.SEE_BANK, now=now(), search=words, limit=FOUND + 1 + len(without) + 1)
    return [row for row in rows if row.id not in without and row.id != viewer().id][: FOUND + 1]


def _holder(session: Session, public_id: str) -> PersonRow:
    """Somebody whose role lets them see pools at all; raises NotFound for everybody else, and for oneself."""
    person = accounts.person_by_public_id(session, public_id)
    if person.id == viewer().id or not accounts.holds(session, person.id, Act.SEE_BANK, now=now()):
        raise NotFound
    return person
