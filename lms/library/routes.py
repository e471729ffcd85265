"""The library in the browser: search, browse, read."""

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires, signed_in
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.clock import today
from lms.database import reading, writing
from lms.errors import NotFound
from lms.library import queries, service, standing
from lms.library import search_json as search_json_values
from lms.library.addresses import catalogue_record, whole
from lms.library.desk.queries import LOOKED_BACK
from lms.library.forms import RepealForm
from lms.library.harvest import queries as harvest_queries
from lms.library.models import ELSEWHERE, READERS
from lms.library.names import names
from lms.library.policy import may_manage
from lms.library.search import log, suggest
from lms.library.search.plan import CAP, search
from lms.library.search.tokens import QUERY_LENGTH
from lms.paging import Page, paginate, requested_page
from lms.subjects import SUBJECTS

bp = Blueprint("library", __name__, url_prefix="/library", template_folder="templates")

HITS = 20
FILTERS = ("subject", "kind", "status")
#: what else a search is narrowed by, and how long it may be
NARROW = {"issuer": 120, "number": 80, "since": 10, "until": 10}
#: documents found are at most so many pages
LAST_PAGE = 100


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """Search; without words, the subjects to browse."""
    asked = request.args.get("q", "").strip()[:QUERY_LENGTH]
    chosen = _narrowed()
    if not asked:
        return _subjects()
    number = min(requested_page(), LAST_PAGE)
    found = search(reading(), asked, only=chosen, first=(number - 1) * HITS, size=HITS)
    page = render_template(
        "library/results.html",
        asked=asked,
        chosen=chosen,
        narrowed=any(chosen.values()),
        cap=CAP,
        found=found,
        as_json=whole("library.search_json", q=asked, **{name: value for name, value in chosen.items() if value}),
        page=Page(found.hits, number, HITS, found.total),
        **names(),
    )
    if number == 1:
        log.note(current_app, found.asked, found.total)
    return page


@bp.get("/search.json")
@signed_in
def search_json() -> ResponseReturnValue:
    """What the page of a search shows, for programs of whoever is signed in; their searches are not counted."""
    chosen = _narrowed()
    search_json_values.check(request.args, filters=chosen, longest=QUERY_LENGTH, last_page=LAST_PAGE)
    asked, number = request.args["q"].strip(), requested_page()
    first = (number - 1) * HITS
    found = search(reading(), asked, only=chosen, first=first, size=HITS)
    kept = {name: value for name, value in chosen.items() if value}
    more = first + HITS < found.total and number < LAST_PAGE
    return jsonify(
        q=asked,
        filters=kept,
        page=number,
        next=whole("library.search_json", q=asked, **kept, page=number + 1) if more else None,
        **search_json_values.values(found, first=first),
    )


def _subjects() -> str:
    counts, managing = queries.counts(reading()), may_manage(viewer())
    total = sum(counts.values())
    return render_template("library/index.html", subjects=SUBJECTS, counts=counts, total=total, may_manage=managing)


@bp.get("/suggestions")
@signed_in
def suggestions() -> ResponseReturnValue:
    """Documents for the words typed so far, as JSON: titles and addresses."""
    found = suggest.suggestions(reading(), request.args.get("q", "").strip()[:QUERY_LENGTH])
    return jsonify(
        [{"title": one.title, "url": url_for("library.document", document_id=one.public_id)} for one in found]
    )


@bp.get("/searches")
@requires(Act.MANAGE_LIBRARY)
def searches() -> ResponseReturnValue:
    """What people searched for, the most frequent first; with `which=nothing` what the library had no answer to."""
    nothing = request.args.get("which") == "nothing"
    query = log.most_searched(since=today() - LOOKED_BACK, only_without=nothing)
    page = paginate(reading(), query, number=requested_page())
    return render_template("library/searches.html", page=page, nothing=nothing, days=LOOKED_BACK.days)


@bp.get("/documents")
@signed_in
def documents() -> ResponseReturnValue:
    """Documents by subject and kind."""
    chosen = _chosen()
    page = paginate(reading(), queries.documents(only=chosen, restricted=may_manage(viewer())), number=requested_page())
    rows = [queries.row_of(row) for row in page.items]
    return render_template("library/documents.html", page=page, documents=rows, chosen=chosen, **names())


@bp.get("/documents/<document_id>")
@signed_in
def document(document_id: str) -> ResponseReturnValue:
    """Read a document."""
    return _read(document_id, RepealForm(day=today()))


@bp.post("/documents/<document_id>/repeal")
@requires(Act.MANAGE_LIBRARY)
def repeal(document_id: str) -> ResponseReturnValue:
    """Say that a document no longer stands from a day on."""
    form = RepealForm()
    if not form.validate_on_submit():
        return _read(document_id, form), 422
    with writing() as session:
        service.repeal(session, document_id, day=form.chosen_day, reason=form.chosen_reason)
    flash(
        gettext("It is noted. Questions that rest on it leave the draw on that day, until a reviewer has looked."),
        "good",
    )
    return redirect(url_for("library.document", document_id=document_id), 303)


@bp.post("/documents/<document_id>/reinstate")
@requires(Act.MANAGE_LIBRARY)
def reinstate(document_id: str) -> ResponseReturnValue:
    """Take back that a document was repealed."""
    with writing() as session:
        service.reinstate(session, document_id)
    flash(gettext("It is taken back. Questions that left the draw wait for a reviewer."), "good")
    return redirect(url_for("library.document", document_id=document_id), 303)


def _read(document_id: str, form: RepealForm) -> str:
    manages = may_manage(viewer())
    found = queries.opened(reading(), document_id, restricted=manages)
    if found is None:
        raise NotFound
    stands = standing.standing(
        today(), begins_on=found.facts.effective_on, ends_on=found.facts.ends_on, status=found.row.status
    )
    elsewhere = found.row.kind == ELSEWHERE
    return render_template(
        "library/document.html",
        found=found,
        document=found.row,
        facts_known=found.facts,
        stands=stands,
        canonical=whole("library.document", document_id=document_id),
        record=catalogue_record(document_id) if found.facts.access == READERS and not elsewhere else None,
        link=harvest_queries.link_of(reading(), document_id) if elsewhere else None,
        form=form,
        may_manage=manages,
        **names(),
    )


def _narrowed() -> dict[str, str]:
    """What the address narrows a search by."""
    return _chosen() | {name: request.args.get(name, "").strip()[:longest] for name, longest in NARROW.items()}


def _chosen() -> dict[str, str]:
    return {name: request.args.get(name, "")[:60] for name in FILTERS}
