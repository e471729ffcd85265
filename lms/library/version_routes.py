"""The texts that a document has had: which stood when, what one says, what differs between two, and their files."""

import re
from datetime import date

from flask import Blueprint, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lms.access import requires, signed_in
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.clock import today
from lms.database import reading, writing
from lms.errors import NotFound
from lms.library import importing, originals, queries, service, standing, version_queries
from lms.library.addresses import whole
from lms.library.errors import HeldElsewhere, NoSuchText
from lms.library.forms import NewerTextForm
from lms.library.models import ELSEWHERE
from lms.library.names import names
from lms.library.policy import access_document, may_manage
from lms.library.queries import DocumentFacts, DocumentRow
from lms.library.version_queries import VersionRow

bp = Blueprint("library_versions", __name__, url_prefix="/library/documents", template_folder="templates")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"[1-9]\d{0,5}")


@bp.get("/<document_id>/versions")
@signed_in
def index(document_id: str) -> ResponseReturnValue:
    """All texts of a document, and which of them stood on a day."""
    return _index(document_id, NewerTextForm())


@bp.post("/<document_id>/versions")
@requires(Act.MANAGE_LIBRARY)
def newer(document_id: str) -> ResponseReturnValue:
    """Send a newer text; it is looked at before it becomes one."""
    if access_document(reading(), viewer(), document_id)[0].kind == ELSEWHERE:
        raise HeldElsewhere
    form = NewerTextForm()
    if not form.validate_on_submit():
        return _index(document_id, form), 422
    upload = form.upload(document_id)
    with writing() as session:
        made = importing.begin(session, upload, by=viewer().id, owner=viewer().public_id)
    return redirect(url_for("library_import.show", import_id=made), 303)


@bp.get("/<document_id>/versions/<int(max=999999):number>")
@signed_in
def version(document_id: str, number: int) -> ResponseReturnValue:
    """Read one text."""
    row, facts = access_document(reading(), viewer(), document_id)
    markdown = version_queries.text_of(reading(), document_id, number)
    if markdown is None:
        raise NotFound
    articles, html, contents = queries.of_text(markdown, row.kind)
    return render_template(
        "library/version.html",
        document=row,
        facts_known=facts,
        number=number,
        canonical=whole("library.document", document_id=document_id)
        if number == facts.version
        else whole("library_versions.version", document_id=document_id, number=number),
        stood=_stood(row, facts, number),
        articles=articles,
        html=html,
        contents=contents,
        **names(),
    )


@bp.get("/<document_id>/comparison")
@signed_in
def comparison(document_id: str) -> ResponseReturnValue:
    """Two texts article by article; without numbers the present one and the one before it."""
    row, facts = access_document(reading(), viewer(), document_id)
    newest = facts.version
    before, after = _number("before", max(newest - 1, 1)), _number("after", newest)
    old = version_queries.text_of(reading(), document_id, before)
    new = version_queries.text_of(reading(), document_id, after)
    if old is None or new is None:
        raise NoSuchText
    compared = version_queries.compare(old, new)
    everything = request.args.get("all") == "1"
    return render_template(
        "library/comparison.html",
        document=row,
        before=before,
        after=after,
        newest=newest,
        changed=sum(one.state != "same" for one in compared),
        compared=[one for one in compared if everything or one.state != "same"],
        everything=everything,
    )


@bp.post("/<document_id>/versions/<int(max=999999):number>/file")
@signed_in
def original(document_id: str, number: int) -> ResponseReturnValue:
    """Fetch the file that a text was read from; the log says who did."""
    access_document(reading(), viewer(), document_id)
    found = next((v for v in version_queries.versions_of(reading(), document_id) if v.number == number), None)
    path = (
        originals.path_of(current_app.extensions["config"].media, found.original) if found and found.original else None
    )
    if found is None or path is None or not path.is_file():
        raise NotFound
    with writing() as session:
        service.note_download(session, document_id, found)
    name = (found.file_name or "original").rpartition("/")[2]
    return send_file(path, mimetype=found.media_type, as_attachment=True, download_name=name)


def _stood(row: DocumentRow, facts: DocumentFacts, number: int) -> date | None:
    """The day that the address asks for, where this is the text of that day and the document was in force."""
    if "on" not in request.args:
        return None
    day, versions = _day(), version_queries.versions_of(reading(), row.public_id)
    text = standing.text_on(day, version_queries.corrected(versions, row, facts))
    over = facts.ends_on is not None and facts.ends_on <= day
    return day if text and text.number == number and not over else None


def _index(document_id: str, form: NewerTextForm) -> str:
    row, facts = access_document(reading(), viewer(), document_id)
    versions = version_queries.corrected(version_queries.versions_of(reading(), document_id), row, facts)
    day = _day()
    stood = standing.text_on(day, versions)
    first = min((begins for one in versions if (begins := one.begins_on)), default=None)
    return render_template(
        "library/versions.html",
        document=row,
        versions=versions,
        kept=_kept(versions),
        day=day,
        stood=stood,
        stands=standing.standing(day, begins_on=facts.effective_on or first, ends_on=facts.ends_on, status=row.status),
        form=form,
        may_manage=may_manage(viewer()),
        **names(),
    )


def _kept(versions: tuple[VersionRow, ...]) -> set[int]:
    """The numbers of the texts whose files are there."""
    media = current_app.extensions["config"].media
    return {one.number for one in versions if one.original and originals.path_of(media, one.original).is_file()}


def _day() -> date:
    asked = request.args.get("on", "")
    try:
        return date.fromisoformat(asked) if _DAY.fullmatch(asked) else today()
    except ValueError:
        return today()


def _number(name: str, default: int) -> int:
    asked = request.args.get(name, "")
    return int(asked) if _NUMBER.fullmatch(asked) else default
