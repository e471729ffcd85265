"""Catalogues of other libraries that are harvested: name one, change, stop and resume it, harvest it, look what came of it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms import jobs
from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.database import reading, writing
from lms.errors import sentence_of
from lms.library.errors import HarvestRuns, SourceStopped
from lms.library.harvest import queries, sources
from lms.library.harvest.keeping import OUTCOMES
from lms.library.harvest.queries import HarvestRow, SourceRow
from lms.library.harvest_forms import RHYTHMS, SourceForm
from lms.library.harvest_words import reason_of, refusal_of
from lms.library.names import subjects_to_choose
from lms.paging import paginate, requested_page

bp = Blueprint("library_harvest", __name__, url_prefix="/library/sources", template_folder="templates")


@bp.route("/", methods=["GET", "POST"])
@requires(Act.MANAGE_LIBRARY)
def index() -> ResponseReturnValue:
    """The catalogues that are harvested, and naming one."""
    form = _offered(SourceForm())
    if form.validate_on_submit():
        with writing() as session:
            made = sources.add(session, form.said(), by=viewer().id)
        return redirect(url_for("library_harvest.show", source_id=made), 303)
    page = paginate(reading(), queries.sources(), number=requested_page())
    rows = [SourceRow(*row) for row in page.items]
    body = render_template("library/sources.html", form=form, page=page, sources=rows, rhythms=RHYTHMS)
    return body, 422 if form.errors else 200


@bp.route("/<source_id>", methods=["GET", "POST"])
@requires(Act.MANAGE_LIBRARY)
def show(source_id: str) -> ResponseReturnValue:
    """One catalogue with its harvests, and changing it."""
    source = queries.access_source(reading(), source_id)
    form = _offered(SourceForm(obj=source, days=str(source.days), subject=source.subject or ""))
    if form.validate_on_submit():
        with writing() as session:
            sources.change(session, source_id, form.said())
        flash(gettext("It is noted."), "good")
        return redirect(url_for("library_harvest.show", source_id=source_id), 303)
    page = paginate(reading(), queries.harvests(source.id), number=requested_page())
    rows = [HarvestRow(*row) for row in page.items]
    body = render_template(
        "library/source.html", source=source, form=form, page=page, harvests=rows, rhythms=RHYTHMS, reason_of=reason_of
    )
    return body, 422 if form.errors else 200


@bp.post("/<source_id>/harvest")
@requires(Act.MANAGE_LIBRARY)
def harvest(source_id: str) -> ResponseReturnValue:
    """Harvest it now."""
    queries.access_source(reading(), source_id)
    try:
        with writing() as session:
            made = sources.begin(session, source_id, by=viewer().id, owner=viewer().public_id)
    except (HarvestRuns, SourceStopped) as refusal:
        flash(sentence_of(refusal), "bad")
        return redirect(url_for("library_harvest.show", source_id=source_id), 303)
    return redirect(url_for("library_harvest.record", source_id=source_id, harvest_id=made), 303)


@bp.post("/<source_id>/stop")
@requires(Act.MANAGE_LIBRARY)
def stop(source_id: str) -> ResponseReturnValue:
    """Harvest it no more; a harvest that runs ends."""
    queries.access_source(reading(), source_id)
    with writing() as session:
        sources.stop(session, source_id, stopped=True)
    flash(gettext("It is harvested no more. What came from it stays."), "good")
    return redirect(url_for("library_harvest.show", source_id=source_id), 303)


@bp.post("/<source_id>/resume")
@requires(Act.MANAGE_LIBRARY)
def resume(source_id: str) -> ResponseReturnValue:
    """Harvest it again."""
    queries.access_source(reading(), source_id)
    with writing() as session:
        sources.stop(session, source_id, stopped=False)
    flash(gettext("It is harvested again."), "good")
    return redirect(url_for("library_harvest.show", source_id=source_id), 303)


@bp.get("/<source_id>/harvests/<harvest_id>")
@requires(Act.MANAGE_LIBRARY)
def record(source_id: str, harvest_id: str) -> ResponseReturnValue:
    """One harvest: how far it is, what came of it, what was refused."""
    source = queries.access_source(reading(), source_id)
    found = queries.access_harvest(reading(), source.id, harvest_id)
    page = paginate(reading(), queries.refusals(found.id), number=requested_page())
    return render_template(
        "library/harvest.html",
        source=source,
        harvest=found,
        works=found.state == "running" and bool(found.job_id) and jobs.is_open(reading(), found.job_id or ""),
        mine=found.begun_by == viewer().id,
        counts={name: found.counts.get(name, 0) for name in OUTCOMES},
        page=page,
        reason_of=reason_of,
        refusal_of=refusal_of,
    )


def _offered(form: SourceForm) -> SourceForm:
    form.offer(subjects=subjects_to_choose(gettext("unclassified")))
    return form
