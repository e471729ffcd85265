"""Transcripts in the browser: one's own, those of one's units, and prints."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select

from lms.access import requires, signed_in
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act, unit_paths
from lms.accounts.queries import PersonRow, UnitRow
from lms.channels import CHANNEL_NAMES
from lms.clock import BUREAU_ZONE, now
from lms.config import Config
from lms.database import reading, writing
from lms.errors import NotFound
from lms.i18n import locale_code
from lms.paging import paginate, requested_page
from lms.subjects import BY_CODE
from lms.transcripts import queries, service, sums
from lms.transcripts.code import grouped
from lms.transcripts.policy import Sight, access_certificate, access_print, access_transcript
from lms.transcripts.queries import EntryRow, Totals
from lms.transcripts.words import KIND_NAMES
from lms.transcripts.work import path_of

bp = Blueprint("transcripts", __name__, template_folder="templates")


@bp.get("/transcripts/")
@signed_in
def index() -> ResponseReturnValue:
    """One's own transcript."""
    return _transcript(Sight(accounts.person_by_id(reading(), viewer().id), own=True))


@bp.get("/transcripts/people")
@requires(Act.SEE_TRANSCRIPTS, Act.READ_AUDIT)
def people() -> ResponseReturnValue:
    """People who serve in one's units, retired from there or moved on, with what they have earned this year."""
    session, manages = reading(), Act.SEE_TRANSCRIPTS in viewer().acts
    mine = unit_paths(viewer(), Act.SEE_TRANSCRIPTS if manages else Act.READ_AUDIT)
    units = accounts.units(session, paths=mine, closed=True)
    chosen = next((unit for unit in units if unit.public_id == request.args.get("unit")), None)
    who = request.args.get("who", "")
    query = people_query(who, mine, chosen, request.args.get("q", "")[:60])
    page = paginate(session, query, number=requested_page())
    rows, year = [PersonRow(*row) for row in page.items], now().astimezone(BUREAU_ZONE).year
    inside = [unit.id for unit in units] if who == "moved" else None
    ids = [row.id for row in rows] if manages else []
    return render_template(
        "transcripts/people.html",
        page=page, people=rows, nothing=Totals(), words=request.args.get("q", "")[:60], who=who, chosen=chosen, year=year,
        manages=manages, totals=queries.totals(session, ids, year=year, units=inside),
        unit_choices=[("", gettext("All my units")), *((unit.public_id, unit.name) for unit in units)],
    )  # fmt: skip


@bp.get("/transcripts/people/<person_id>")
@signed_in
def person(person_id: str) -> ResponseReturnValue:
    """The transcript of somebody, as far as one may see it."""
    return _transcript(_seen(person_id))


@bp.get("/transcripts/people/<person_id>/entries/<entry_id>")
@signed_in
def entry(person_id: str, entry_id: str) -> ResponseReturnValue:
    """An entry with every revision it had: what was changed, when, and why where somebody said it."""
    sight = _seen(person_id)
    found = queries.revisions_of_entry(reading(), sight.person.id, entry_id, sight.units)
    if not found:
        raise NotFound
    return render_template(
        "transcripts/entry.html",
        sight=sight, person=sight.person, revisions=found, last=found[-1], kind_names=KIND_NAMES,
        channel_names=CHANNEL_NAMES, subject_names=_subjects(),
    )  # fmt: skip


@bp.post("/transcripts/people/<person_id>/print")
@signed_in
def issue(person_id: str) -> ResponseReturnValue:
    """Freeze a transcript and have it drawn."""
    with writing() as session:
        code = service.issue(session, viewer(), access_print(session, viewer(), person_id), site=site_of_request())
    flash(gettext("The print is being drawn."), "info")
    return redirect(url_for("transcripts.printed", code=code))


@bp.get("/transcripts/prints/<code>")
@signed_in
def printed(code: str) -> ResponseReturnValue:
    """A print: the file, or that it is being drawn."""
    found = access_certificate(reading(), viewer(), code)
    ready = path_of(found.code).is_file()
    return render_template(
        "transcripts/print.html",
        found=found,
        code=grouped(found.code),
        ready=ready,
        own=found.person_id == viewer().id,
        holder=accounts.person_by_id(reading(), found.person_id),
    )


@bp.get("/transcripts/prints/<code>/transcript.pdf")
@signed_in
def pdf(code: str) -> ResponseReturnValue:
    """The file of a print."""
    found = access_certificate(reading(), viewer(), code)
    path = path_of(found.code)
    if not path.is_file():
        return redirect(url_for("transcripts.printed", code=found.code))
    name = f"学习档案-{found.printed.name}-{found.printed.issued[:10]}.pdf"
    return send_file(path, mimetype="application/pdf", as_attachment=True, download_name=name)


def people_query(who: str, mine: Sequence[str], chosen: UnitRow | None, words: str) -> Select[*tuple[Any, ...]]:
    """People of the units of these paths, or of the one that was chosen: serving (""), "retired" or "moved" on."""
    paths = (chosen.path,) if chosen else mine
    if who == "retired":
        return accounts.people(search=words, among=accounts.retired(paths))
    if who == "moved":
        return accounts.people(search=words, among=queries.moved_on(paths))
    return accounts.people(search=words, paths=mine, unit_path=chosen.path if chosen else "")


def site_of_request() -> str:
    """The address people reach us by, without a slash at its end."""
    config: Config = current_app.extensions["config"]
    return (config.public_url or request.url_root).rstrip("/")


def _seen(person_id: str) -> Sight:
    """What one may see of a transcript; that an auditor reads is written down. Raises NotFound."""
    sight = access_transcript(reading(), viewer(), person_id)
    if sight.audited:
        with writing() as session:
            service.note_reading(session, sight.person)
    return sight


def _subjects() -> dict[str, str]:
    return {code: subject.name(locale_code()) for code, subject in BY_CODE.items()}


def _transcript(sight: Sight) -> ResponseReturnValue:
    session, person = reading(), sight.person
    rows = queries.counted(session, person.id, sight.units)
    years = sorted({row.year for row in rows}, reverse=True)
    asked, kind = request.args.get("year", ""), request.args.get("kind", "")
    year = next((one for one in years if str(one) == asked), None)
    sat = [row for row in rows if row.kind == "exam" and not row.void and year in (None, row.year)]
    query = queries.entries(person.id, year=year, kind=kind if kind in KIND_NAMES else "", units=sight.units)
    page = paginate(session, query, number=requested_page())
    return render_template(
        "transcripts/show.html",
        sight=sight, person=person, own=sight.own, page=page, entries=[EntryRow(*row) for row in page.items],
        total=sums.total(row for row in rows if year in (None, row.year)),
        passed=sum(row.passed for row in sat),
        sat=len(sat),
        by_year=sums.grouped(rows, lambda row: row.year),
        by_kind=sums.grouped(rows, lambda row: row.kind),
        by_both=sums.grouped(rows, lambda row: (row.year, row.kind)),
        whole=sums.total(rows), years=years, year=year, chosen_kind=kind, year_choices=[(one, str(one)) for one in years],
        prints=queries.certificates(session, person.id) if sight.prints else (),
        grouped=grouped, kind_names=KIND_NAMES, channel_names=CHANNEL_NAMES, subject_names=_subjects(),
        last_served=None if person.unit_id else next(iter(accounts.postings(session, person.id)), None),
    )  # fmt: skip
