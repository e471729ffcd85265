"""Transcripts in the browser: one's own, those of one's units, prints, and the page that confirms a print."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import public, requires, signed_in
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act, unit_paths
from lms.accounts.queries import PersonRow
from lms.clock import BUREAU_ZONE, now
from lms.config import Config
from lms.database import reading, writing
from lms.i18n import locale_code
from lms.paging import paginate, requested_page
from lms.subjects import BY_CODE
from lms.transcripts import queries, service
from lms.transcripts.code import grouped, read_code
from lms.transcripts.policy import access_certificate, access_transcript
from lms.transcripts.queries import EntryRow, Totals
from lms.transcripts.work import path_of

bp = Blueprint("transcripts", __name__, template_folder="templates")


@bp.get("/transcripts/")
@signed_in
def index() -> ResponseReturnValue:
    """One's own transcript."""
    return _transcript(accounts.person_by_id(reading(), viewer().id), own=True)


@bp.get("/transcripts/people")
@requires(Act.SEE_TRANSCRIPTS)
def people() -> ResponseReturnValue:
    """People of one's units with what they have earned this year."""
    session, words = reading(), request.args.get("q", "")[:60]
    units = accounts.units(session, paths=unit_paths(viewer(), Act.SEE_TRANSCRIPTS))
    chosen = next((unit for unit in units if unit.public_id == request.args.get("unit")), None)
    query = accounts.people(
        search=words,
        paths=unit_paths(viewer(), Act.SEE_TRANSCRIPTS),
        unit_path=chosen.path if chosen else "",
    )
    page = paginate(session, query, number=requested_page())
    rows = [PersonRow(*row) for row in page.items]
    year = now().astimezone(BUREAU_ZONE).year
    return render_template(
        "transcripts/people.html",
        page=page,
        people=rows,
        totals=queries.totals(session, [row.id for row in rows], year=year),
        nothing=Totals(),
        words=words,
        chosen=chosen,
        unit_choices=[("", gettext("All my units")), *((unit.public_id, unit.name) for unit in units)],
        year=year,
    )


@bp.get("/transcripts/people/<person_id>")
@signed_in
def person(person_id: str) -> ResponseReturnValue:
    """The transcript of somebody of one's units."""
    found = access_transcript(reading(), viewer(), person_id)
    return _transcript(found, own=found.id == viewer().id)


@bp.post("/transcripts/people/<person_id>/print")
@signed_in
def issue(person_id: str) -> ResponseReturnValue:
    """Freeze a transcript and have it drawn."""
    config: Config = current_app.extensions["config"]
    site = (config.public_url or request.url_root).rstrip("/")
    with writing() as session:
        code = service.issue(session, viewer(), access_transcript(session, viewer(), person_id), site=site)
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


@bp.get("/verify")
@public
def verify_form() -> ResponseReturnValue:
    """Type the code of a paper."""
    typed = request.args.get("code", "")[:40]
    code = read_code(typed)
    if code:
        return redirect(url_for("transcripts.verify", code=code))
    return render_template("transcripts/verify_form.html", typed=typed), 422 if typed else 200


@bp.get("/verify/<code>")
@public
def verify(code: str) -> ResponseReturnValue:
    """Confirm a paper: whoever has its code may read what it must say."""
    read = read_code(code)
    found = queries.certificate(reading(), read) if read else None
    if found is None:
        return render_template("transcripts/verify_form.html", typed=code[:40], unknown=True), 404
    response = current_app.make_response(
        render_template(
            "transcripts/verify.html",
            found=found,
            paper=found.printed,
            code=grouped(found.code),
            newer=queries.newer_entries(reading(), found),
        )
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _transcript(person: PersonRow, *, own: bool) -> ResponseReturnValue:
    session = reading()
    years = queries.years(session, person.id)
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in years else None
    kind = request.args.get("kind", "")
    page = paginate(session, queries.entries(person.id, year=year, kind=kind), number=requested_page())
    return render_template(
        "transcripts/show.html",
        person=person,
        own=own,
        page=page,
        entries=[EntryRow(*row) for row in page.items],
        totals=queries.totals(session, [person.id], year=year).get(person.id, Totals()),
        year=year,
        year_choices=[(one, str(one)) for one in years],
        kind=kind,
        prints=queries.certificates(session, person.id),
        grouped=grouped,
        subject_names={code: subject.name(locale_code()) for code, subject in BY_CODE.items()},
    )
