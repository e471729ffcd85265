"""The versions of a question: what changed between any two, bringing an older one back, copying into another pool."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import editing, queries
from lms.bank.differences import NAMES, PARTS
from lms.bank.forms import CLASSIFICATION_NAMES, COGNITIVE_NAMES, DIFFICULTY_NAMES
from lms.bank.policy import access_item, access_pool, may_pool
from lms.bank.queries import VersionRow
from lms.database import reading, writing
from lms.errors import NotFound
from lms.i18n import locale_code
from lms.question_types import TYPE_NAMES
from lms.subjects import SUBJECTS
from question_bank.difference import difference

bp = Blueprint("bank_history", __name__, url_prefix="/bank/items", template_folder="templates")

#: names that the other differences have no need of
MORE_FIELDS = {"ordered_blanks": lazy_gettext("Each answer belongs to its own blank")}
MORE_PARTS = {"left": lazy_gettext("Left"), "share": lazy_gettext("Share")}


@bp.get("/<item_id>/versions")
@requires(Act.SEE_BANK)
def index(item_id: str) -> ResponseReturnValue:
    """Every version, and the difference between two of them: as asked for, else the newest and the one before."""
    session = reading()
    item, pool = access_item(session, viewer(), item_id, Act.SEE_BANK)
    versions = queries.versions_of(session, item.id)
    before, after = _asked(versions)
    return render_template(
        "bank/history.html",
        item=item,
        pool=pool,
        versions=versions,
        before=before,
        after=after,
        fields=difference(before.version, after.version),
        authors=accounts.people_by_ids(session, [row.created_by for row in versions if row.created_by]),
        may_edit=may_pool(viewer(), pool, Act.EDIT_BANK),
        field_names=NAMES | MORE_FIELDS,
        part_names=PARTS | MORE_PARTS,
        value_names=_values(),
    )


@bp.post("/<item_id>/versions/<int(max=999999):number>/restore")
@requires(Act.EDIT_BANK)
def restore(item_id: str, number: int) -> ResponseReturnValue:
    """An older wording becomes the newest version; nothing goes away."""
    based = request.form.get("based_on", "")
    with writing() as session:
        item, pool = access_item(session, viewer(), item_id, Act.EDIT_BANK)
        based_on = int(based) if based.isascii() and based.isdigit() and len(based) < 7 else 0
        kept = editing.bring_back(session, pool, item, number, based_on=based_on, by=viewer().id)
    if kept.changed:
        flash(gettext("The wording of version %(number)s is the newest again.", number=number), "good")
    else:
        flash(gettext("Nothing had changed: there is no new version."), "info")
    return redirect(url_for("bank_history.index", item_id=item_id), 303)


@bp.route("/<item_id>/copy", methods=["GET", "POST"])
@requires(Act.EDIT_BANK)
def copy(item_id: str) -> ResponseReturnValue:
    """Copy a question into a pool of one's own, to change it there."""
    session = reading()
    item, pool = access_item(session, viewer(), item_id, Act.SEE_BANK)
    if request.method == "GET":
        pools = [one for one in queries.pools_for(session, viewer(), Act.EDIT_BANK) if one.id != pool.id]
        return render_template("bank/copy.html", item=item, pool=pool, pools=pools)
    with writing() as session:
        item, pool = access_item(session, viewer(), item_id, Act.SEE_BANK)
        target = access_pool(session, viewer(), request.form.get("pool", ""), Act.EDIT_BANK)
        newest = queries.versions_of(session, item.id)[0].version
        kept = editing.copy(session, newest, target, by=viewer().id)
    flash(gettext("The question was copied. Change it here as you like."), "good")
    return redirect(url_for("bank_editor.edit", item_id=kept.public_id), 303)


def _asked(versions: Sequence[VersionRow]) -> tuple[VersionRow, VersionRow]:
    """The two versions that the address names, the older one first; raises NotFound for one that never was."""
    numbers = {str(row.number): row for row in versions}
    after = request.args.get("after", str(versions[0].number))
    before = request.args.get("before", str(max(1, versions[0].number - 1)))
    if after not in numbers or before not in numbers:
        raise NotFound
    first, second = sorted((numbers[before], numbers[after]), key=lambda row: row.number)
    return first, second


def _values() -> dict[str, dict[str, object]]:
    """Codes as people call them, by field."""
    return {
        "type": dict(TYPE_NAMES),
        "subject": {one.code: one.name(locale_code()) for one in SUBJECTS},
        "cognitive": dict(COGNITIVE_NAMES),
        "difficulty": dict(DIFFICULTY_NAMES),
        "classification": dict(CLASSIFICATION_NAMES),
    }
