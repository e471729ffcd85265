"""The health of a pool and what the law changed in it, as examiners and reviewers see them."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import health, law_queries, life
from lms.bank.errors import MoveRefused
from lms.bank.health_sheet import sheet
from lms.bank.health_words import CATEGORIES, GROUPS, sentence
from lms.bank.law_queries import Waiting
from lms.bank.names import names
from lms.bank.policy import access_pool, access_suspended, may_clear, may_pool
from lms.bank.tabs import tabs
from lms.database import reading, writing
from lms.errors import NotFound
from lms.i18n import locale_code
from lms.paging import paginate, requested_page
from lms.subjects import SUBJECTS
from question_bank.life import Move

bp = Blueprint("bank_health", __name__, url_prefix="/bank", template_folder="templates")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ON_A_PAGE = 10
#: the category whose findings are laws, each with all its questions
UNKNOWN = "law_unknown"


@bp.get("/pools/<pool_id>/health")
@requires(Act.SEE_BANK)
def index(pool_id: str) -> ResponseReturnValue:
    """The last report by category, and how far the next one is."""
    session = reading()
    pool = access_pool(session, viewer(), pool_id, Act.SEE_BANK)
    return render_template(
        "bank/health.html",
        pool=pool,
        report=health.latest(session, pool.id),
        running=health.at_work(session, pool.id),
        waiting=law_queries.count_waiting(session, pool.id),
        groups=GROUPS,
        categories=CATEGORIES,
        tabs=tabs(viewer(), pool),
    )


@bp.post("/pools/<pool_id>/health")
@requires(Act.SEE_BANK)
def examine(pool_id: str) -> ResponseReturnValue:
    """Have the pool examined."""
    with writing() as session:
        pool = access_pool(session, viewer(), pool_id, Act.SEE_BANK)
        health.ask(session, pool, owner=viewer().public_id)
    return redirect(url_for("bank_health.index", pool_id=pool_id), 303)


@bp.get("/pools/<pool_id>/health/<category>")
@requires(Act.SEE_BANK)
def findings(pool_id: str, category: str) -> ResponseReturnValue:
    """The findings of one category, each with the way to its questions."""
    session = reading()
    pool = access_pool(session, viewer(), pool_id, Act.SEE_BANK)
    report = health.latest(session, pool.id)
    if report is None or category not in CATEGORIES:
        raise NotFound
    page = paginate(session, health.findings(report.id, category), number=requested_page())
    return render_template(
        "bank/findings.html",
        pool=pool,
        report=report,
        category=CATEGORIES[category],
        page=page,
        rows=health.rows_of(session, page.items, shown=health.SHOWN_OF_LAW if category == UNKNOWN else health.SHOWN),
        say=lambda row: sentence(row.category, row.facts, subject_names()),
        may_edit=may_pool(viewer(), pool, Act.EDIT_BANK),
        tabs=tabs(viewer(), pool),
    )


@bp.get("/pools/<pool_id>/health.xlsx")
@requires(Act.SEE_BANK)
def download(pool_id: str) -> ResponseReturnValue:
    """The findings as a workbook."""
    session = reading()
    pool = access_pool(session, viewer(), pool_id, Act.SEE_BANK)
    report = health.latest(session, pool.id)
    if report is None:
        raise NotFound
    data = sheet(
        session, report, pool.name, subject_names(), lambda item: url_for("bank.item", item_id=item, _external=True)
    )
    name = gettext("Health of %(pool)s", pool=pool.name) + ".xlsx"
    return send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/pools/<pool_id>/law")
@requires(Act.SEE_BANK)
def law(pool_id: str) -> ResponseReturnValue:
    """Questions that are out of the draw because of the law, with the old and the new words side by side."""
    session = reading()
    pool = access_pool(session, viewer(), pool_id, Act.SEE_BANK)
    page = paginate(session, law_queries.waiting(pool.id), number=requested_page(), size=ON_A_PAGE)
    rows = [Waiting(*row) for row in page.items]
    return render_template(
        "bank/law.html",
        pool=pool,
        page=page,
        rows=rows,
        changes=law_queries.changes_of(session, [row.id for row in rows]),
        may_edit=may_pool(viewer(), pool, Act.EDIT_BANK),
        may_clear=may_clear(viewer(), pool),
        tabs=tabs(viewer(), pool),
        **names(),
    )


@bp.post("/items/<item_id>/clear")
@requires(Act.REVIEW_ITEMS)
def clear(item_id: str) -> ResponseReturnValue:
    """Put a question back into the draw: it stands under the law as it is now."""
    said = request.form.get("comment", "")
    with writing() as session:
        _item, pool = access_suspended(session, viewer(), item_id)
        try:
            life.move(session, pool, item_id, Move.CLEAR, by=viewer().id, comment=said)
            flash(gettext("Checked: papers may hold it again."), "good")
        except MoveRefused:
            flash(gettext("Somebody has moved this question on meanwhile; look at its state again."), "warn")
    return redirect(url_for("bank_health.law", pool_id=pool.public_id), 303)


def subject_names() -> dict[str, str]:
    """Names of subjects by code, in the language of the page."""
    return {subject.code: subject.name(locale_code()) for subject in SUBJECTS} | {"": gettext("unclassified")}
