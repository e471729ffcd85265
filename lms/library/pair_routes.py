"""Documents that may be one: the pairs, two texts side by side, and what a librarian decides."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.database import reading, writing
from lms.errors import sentence_of
from lms.library import desk_words
from lms.library.desk import beside, queries, service
from lms.library.desk.forms import JoinForm
from lms.library.desk.queries import DecidedRow, PairRow
from lms.library.errors import ComesWithProgram
from lms.library.names import names
from lms.paging import paginate, requested_page

bp = Blueprint("library_pairs", __name__, url_prefix="/library/desk", template_folder="templates")


@bp.get("/duplicates")
@requires(Act.MANAGE_LIBRARY)
def index() -> ResponseReturnValue:
    """Pairs on which nobody decided yet; with `why=apart` those told apart."""
    session, why = reading(), request.args.get("why", "")
    if why == "apart":
        page = paginate(session, queries.told_apart(), number=requested_page())
        decided = [DecidedRow(*row) for row in page.items]
        people = queries.names_of(session, [row.decided_by for row in decided])
        return render_template("library/desk_apart.html", page=page, decided=decided, people=people, why=why)
    why = why if why in desk_words.ALIKE_NAMES else ""
    page = paginate(session, queries.pairs(why), number=requested_page())
    pairs = [PairRow(*row) for row in page.items]
    return render_template(
        "library/desk_duplicates.html", page=page, pairs=pairs, why=why, alike_names=desk_words.ALIKE_NAMES
    )


@bp.get("/pairs/<pair_id>")
@requires(Act.MANAGE_LIBRARY)
def show(pair_id: str) -> ResponseReturnValue:
    """Two documents side by side."""
    return _show(pair_id, JoinForm())


@bp.post("/pairs/<pair_id>/apart")
@requires(Act.MANAGE_LIBRARY)
def apart(pair_id: str) -> ResponseReturnValue:
    """They are no duplicates."""
    with writing() as session:
        service.tell_apart(session, pair_id, by=viewer().id)
    flash(gettext("It is noted."), "good")
    return redirect(url_for("library_pairs.index"), 303)


@bp.post("/pairs/<pair_id>/join")
@requires(Act.MANAGE_LIBRARY)
def join(pair_id: str) -> ResponseReturnValue:
    """They are texts of one document."""
    form, pair = JoinForm(), queries.pair(reading(), pair_id)
    form.offer([(pair.first, pair.first_title), (pair.second, pair.second_title)])
    if not form.validate_on_submit():
        return _show(pair_id, form), 422
    try:
        with writing() as session:
            kept = service.join(session, pair_id, newer=str(form.newer.data), by=viewer().id)
    except ComesWithProgram as refusal:
        flash(sentence_of(refusal), "bad")
        return redirect(url_for("library_pairs.show", pair_id=pair_id), 303)
    flash(gettext("They are one document now. Its texts stand here."), "good")
    return redirect(url_for("library_versions.index", document_id=kept), 303)


@bp.post("/told-apart/<first_id>/<second_id>/ask-again")
@requires(Act.MANAGE_LIBRARY)
def ask_again(first_id: str, second_id: str) -> ResponseReturnValue:
    """Take back that two documents are no duplicates."""
    with writing() as session:
        service.ask_again(session, first_id, second_id)
    flash(gettext("It is taken back."), "good")
    return redirect(url_for("library_pairs.index"), 303)


def _show(pair_id: str, form: JoinForm) -> str:
    pair = queries.pair(reading(), pair_id)
    found = beside.beside(reading(), viewer(), pair)
    form.offer([(one.row.public_id, desk_words.text_label(one)) for one in found.both])
    form.newer.data = form.newer.data or found.newer
    everything = request.args.get("all") == "1"
    return render_template(
        "library/desk_pair.html",
        pair=pair,
        found=found,
        changed=sum(one.state != "same" for one in found.compared or ()),
        compared=[one for one in found.compared or () if everything or one.state != "same"],
        everything=everything,
        form=form,
        alike_names=desk_words.ALIKE_NAMES,
        **names(),
    )
