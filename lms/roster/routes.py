"""Bringing the organisation and its people: send a file, look at the dry run, take the good rows."""

from dataclasses import replace
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.database import reading, writing
from lms.errors import NotFound, sentence_of
from lms.paging import paginate, requested_page
from lms.roster import queries, sealed, service, workbooks
from lms.roster.check import ACTIONS
from lms.roster.columns import COLUMNS, KINDS
from lms.roster.complaints import UNFIT, column_name, reason_of
from lms.roster.errors import NothingToTake, RosterUnfit
from lms.roster.forms import KIND_NAMES, UploadForm
from lms.roster.policy import access_import, reach
from lms.roster.queries import ImportRow

bp = Blueprint("roster", __name__, url_prefix="/roster", template_folder="templates")

ROWS = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATE_NAMES = {"units": "机构导入模板.xlsx", "people": "人员导入模板.xlsx", "files": "人员信息导入模板.xlsx"}


@bp.route("/", methods=["GET", "POST"])
@requires(Act.IMPORT_PEOPLE)
def index() -> ResponseReturnValue:
    """Send a file; the files one sent before."""
    form, paths = UploadForm(), reach(viewer())
    if form.validate_on_submit():
        try:
            with writing() as session:
                made = service.begin(session, form.upload(), paths=paths, by=viewer().id, owner=viewer().public_id)
            return redirect(url_for("roster.show", import_id=made), 303)
        except RosterUnfit as refusal:
            form.file.errors = (*form.file.errors, sentence_of(refusal))
    page = paginate(reading(), queries.imports_of(viewer().id), number=requested_page())
    files = [ImportRow(*row) for row in page.items]
    body = render_template(
        "roster/index.html", form=form, page=page, files=files, kind_names=KIND_NAMES, columns=COLUMNS
    )
    return body, 422 if form.errors else 200


@bp.get("/template/<kind>.xlsx")
@requires(Act.IMPORT_PEOPLE)
def template_file(kind: str) -> ResponseReturnValue:
    """The empty sheet to fill in."""
    if kind not in KINDS:
        raise NotFound
    return _download(workbooks.template(kind), TEMPLATE_NAMES[kind])


@bp.get("/<import_id>")
@requires(Act.IMPORT_PEOPLE)
def show(import_id: str) -> ResponseReturnValue:
    """What each row would do, or did."""
    found = access_import(reading(), viewer(), import_id)
    counts = queries.tally(reading(), found.id)
    shown = request.args.get("show", "")
    shown = shown if shown in ACTIONS else next((a for a in ("bad", "new", "changed") if counts.get(a)), "unchanged")
    page = paginate(reading(), queries.lines(found.id, action=shown), number=requested_page(), size=ROWS)
    rows = [queries.line_of(row) for row in page.items]
    return render_template(
        "roster/import.html",
        found=found,
        counts=counts,
        shown=shown,
        page=page,
        rows=[replace(row, cells=sealed.hidden(row.cells)) for row in rows],
        names=[
            column.name
            for column in COLUMNS[found.kind]
            if column.required or any(row.cells.get(column.name) for row in rows)
        ],
        column_name=column_name,
        reason_of=reason_of,
        unfit=_unfit(found),
        kind_name=KIND_NAMES[found.kind],
    )


@bp.post("/<import_id>/take")
@requires(Act.IMPORT_PEOPLE)
def take(import_id: str) -> ResponseReturnValue:
    """Carry out the good rows."""
    try:
        with writing() as session:
            found = access_import(session, viewer(), import_id)
            service.begin_taking(session, found, owner=viewer().public_id)
    except NothingToTake as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("roster.show", import_id=import_id), 303)


@bp.get("/<import_id>/bad.xlsx")
@requires(Act.IMPORT_PEOPLE)
def bad_file(import_id: str) -> ResponseReturnValue:
    """The bad rows with what is wrong with them."""
    found = access_import(reading(), viewer(), import_id)
    rows = [queries.line_of(row) for row in reading().execute(queries.lines(found.id, action="bad"))]
    if not rows:
        raise NotFound
    name = gettext("%(file)s - to be mended.xlsx", file=found.file_name.rpartition(".")[0])
    return _download(workbooks.bad_rows(found.kind, rows), name)


@bp.post("/<import_id>/discard")
@requires(Act.IMPORT_PEOPLE)
def discard(import_id: str) -> ResponseReturnValue:
    """Forget a file; what was taken stays."""
    with writing() as session:
        service.discard(session, access_import(session, viewer(), import_id))
    flash(gettext("The file is forgotten."), "good")
    return redirect(url_for("roster.index"), 303)


def _unfit(found: ImportRow) -> str | None:
    if not found.unfit:
        return None
    return str(UNFIT[found.unfit["code"]]) % {"columns": "、".join(found.unfit["missing"])}


def _download(data: bytes, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)
