"""The librarian's list of other words for the same."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.database import reading, writing
from lms.library.forms import SynonymForm
from lms.library.search import synonyms
from lms.library.search.tokens import QUERY_LENGTH
from lms.paging import paginate, requested_page

bp = Blueprint("library_synonyms", __name__, url_prefix="/library/synonyms", template_folder="templates")


@bp.get("/")
@requires(Act.MANAGE_LIBRARY)
def index() -> ResponseReturnValue:
    """The list; `word` fills the form, `q` narrows."""
    return _page(SynonymForm(word=request.args.get("word", "")[: synonyms.LONGEST]))


@bp.post("/")
@requires(Act.MANAGE_LIBRARY)
def add() -> ResponseReturnValue:
    """Say what texts call a word."""
    form = SynonymForm()
    if not form.validate_on_submit():
        return _page(form), 422
    with writing() as session:
        added = synonyms.add(session, form.word.data or "", form.meaning.data or "", by=viewer().id)
    flash(gettext("It is noted.") if added else gettext("That was said already."), "good" if added else "info")
    return redirect(url_for("library_synonyms.index", q=form.word.data), 303)


@bp.post("/<synonym_id>/remove")
@requires(Act.MANAGE_LIBRARY)
def remove(synonym_id: str) -> ResponseReturnValue:
    """Take one away."""
    with writing() as session:
        synonyms.remove(session, synonym_id)
    flash(gettext("It is taken back."), "good")
    return redirect(url_for("library_synonyms.index"), 303)


def _page(form: SynonymForm) -> str:
    asked = request.args.get("q", "").strip()[:QUERY_LENGTH]
    page = paginate(reading(), synonyms.listed(asked), number=requested_page())
    authors = accounts.people_by_ids(reading(), [row.made_by for row in page.items if row.made_by])
    return render_template("library/synonyms.html", page=page, asked=asked, form=form, authors=authors)
