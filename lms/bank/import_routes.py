"""Bringing questions from files: upload, look at each, mend the bad ones, take the good ones."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import import_queries, imports, preview, queries, service
from lms.bank.complaints import field_name, reason_of
from lms.bank.errors import BadRowsLeft, NothingToTake, UploadUnfit
from lms.bank.files import columns_of, readable
from lms.bank.format_names import format_name, place
from lms.bank.import_forms import TakeForm, UploadForm, cells_of
from lms.bank.import_queries import ImportRow
from lms.bank.policy import access_import, access_pool, keeping_path, may_make_pools
from lms.bank.queries import PoolRow
from lms.database import reading, writing
from lms.errors import NotFound, sentence_of
from lms.i18n import locale_code
from lms.paging import paginate, requested_page
from lms.question_types import TYPE_NAMES
from lms.subjects import SUBJECTS
from question_bank.formats.template import template

bp = Blueprint("bank_import", __name__, url_prefix="/bank/imports", template_folder="templates")

ROWS = 10
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: which rows a page shows: good or bad ones; once they were taken also by what became of them
SHOWS: dict[str, bool | None] = {
    "bad": False,
    "good": True,
    "all": None,
    "new": True,
    "changed": True,
    "unchanged": True,
}
OUTCOMES = ("new", "changed", "unchanged")


@bp.route("/", methods=["GET", "POST"])
@requires(Act.EDIT_BANK)
def index() -> ResponseReturnValue:
    """Send a file; the files one sent before."""
    form = _upload_form()
    if form.validate_on_submit():
        try:
            return redirect(url_for("bank_import.show", import_id=_begin(form)), 303)
        except UploadUnfit as refusal:
            form.file.errors = (*form.file.errors, sentence_of(refusal))
    earlier = import_queries.imports_of(reading(), viewer().id)
    return render_template("bank/imports.html", form=form, earlier=earlier), 422 if form.errors else 200


@bp.get("/template.xlsx")
@requires(Act.EDIT_BANK)
def template_file() -> ResponseReturnValue:
    """The empty sheet to fill in."""
    return send_file(BytesIO(template()), mimetype=XLSX, as_attachment=True, download_name="试题导入模板.xlsx")


@bp.get("/<import_id>")
@requires(Act.EDIT_BANK)
def show(import_id: str) -> ResponseReturnValue:
    """What a file holds: bad rows to mend, good rows as candidates will see them."""
    found = access_import(reading(), viewer(), import_id)
    return _page(found, _take_form(found))


@bp.post("/<import_id>/rows/<int(max=9999999):number>")
@requires(Act.EDIT_BANK)
def mend(import_id: str, number: int) -> ResponseReturnValue:
    """Correct the cells of a row; it is read again at once."""
    with writing() as session:
        found = access_import(session, viewer(), import_id)
        before = import_queries.line(session, found.id, number)
        if before is None or before.cells is None:
            raise NotFound
        line = imports.mend(session, found, number, cells_of(request.form, columns_of(before.cells)))
    if line.item is not None:
        flash(gettext("%(place)s is good now.", place=line.place), "good")
    else:
        flash(gettext("%(place)s is not good yet.", place=line.place), "bad")
    shown = request.args.get("show", "")
    anchor = f"row-{number}" if line.item is None or shown != "bad" else None
    return redirect(_address(import_id, show=shown, page=requested_page(), _anchor=anchor), 303)


@bp.post("/<import_id>/take")
@requires(Act.EDIT_BANK)
def take(import_id: str) -> ResponseReturnValue:
    """Store the rows in a pool: all when every one is good, else the good ones if the examiner says so."""
    found = access_import(reading(), viewer(), import_id)
    form = _take_form(found)
    if not form.validate_on_submit():
        return _page(found, form)
    try:
        with writing() as session:
            found = access_import(session, viewer(), import_id)
            pool, person = _target(session, form), viewer()
            imports.take(
                session, found, pool, by=person.id, owner=person.public_id, good_only=form.which.data == "good"
            )
    except (NothingToTake, BadRowsLeft) as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("bank_import.show", import_id=import_id), 303)


@bp.post("/<import_id>/discard")
@requires(Act.EDIT_BANK)
def discard(import_id: str) -> ResponseReturnValue:
    """Forget a file; questions that were taken stay."""
    with writing() as session:
        imports.discard(session, access_import(session, viewer(), import_id))
    flash(gettext("The file is forgotten."), "good")
    return redirect(url_for("bank_import.index"), 303)


def _upload_form() -> UploadForm:
    form = UploadForm(pool=request.args.get("pool", ""))
    subjects = [(subject.code, subject.name(locale_code())) for subject in SUBJECTS]
    pools = [(pool.public_id, pool.name) for pool in queries.pools_for(reading(), viewer(), Act.EDIT_BANK)]
    formats = [(one.key, format_name(one.key)) for one in sorted(readable(), key=place)]
    form.offer(
        subjects=[("", gettext("unclassified")), *subjects],
        pools=[("", gettext("decide later")), *pools],
        formats=[("", gettext("recognise by itself")), *formats],
    )
    return form


def _begin(form: UploadForm) -> str:
    upload = form.upload()
    with writing() as session:
        chosen = str(form.pool.data or "")
        pool = access_pool(session, viewer(), chosen, Act.EDIT_BANK) if chosen else None
        return imports.begin(session, upload, pool=pool, by=viewer().id, owner=viewer().public_id)


def _take_form(found: ImportRow) -> TakeForm:
    form = TakeForm(pool=found.pool_public_id, name=found.file_name.rpartition(".")[0][:120])
    pools = [(pool.public_id, pool.name) for pool in queries.pools_for(reading(), viewer(), Act.EDIT_BANK)]
    form.offer([*([("", gettext("a new pool"))] if may_make_pools(viewer()) else []), *pools])
    return form


def _target(session: Session, form: TakeForm) -> PoolRow:
    if form.pool.data:
        return access_pool(session, viewer(), str(form.pool.data), Act.EDIT_BANK)
    name = str(form.name.data).strip()
    return service.create_pool(session, name=name, purpose=None, owner_path=keeping_path(viewer()), by=viewer().id)


def _page(found: ImportRow, form: TakeForm) -> ResponseReturnValue:
    session = reading()
    good, bad = import_queries.tally(session, found.id)
    shown = request.args.get("show", "")
    shown = shown if shown in SHOWS else ("bad" if bad and found.state == "ready" else "good")
    outcome = shown if shown in OUTCOMES else ""
    listed = import_queries.lines(found.id, good=SHOWS[shown], outcome=outcome)
    page = paginate(session, listed, number=requested_page(), size=ROWS)
    rows = [import_queries.line_of(row) for row in page.items]
    body = render_template(
        "bank/import.html",
        found=found,
        form=form,
        good=good,
        bad=bad,
        shown=shown,
        page=page,
        rows=rows,
        previews={row.number: preview.preview(row.version, number=row.number) for row in rows if row.version},
        keys={row.number: preview.key(row.version) for row in rows if row.version},
        columns_of=columns_of,
        field_name=field_name,
        reason_of=reason_of,
        format_name=format_name,
        type_names=TYPE_NAMES,
        may_make=may_make_pools(viewer()),
    )
    return body, 422 if form.errors else 200


def _address(import_id: str, *, show: str, page: int, _anchor: str | None) -> str:
    return url_for(
        "bank_import.show",
        import_id=import_id,
        show=show if show in SHOWS else None,
        page=page if page > 1 else None,
        _anchor=_anchor,
    )
