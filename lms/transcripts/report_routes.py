"""Reports on units, which jobs write: the personnel archive, all transcripts as PDF, the month."""

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from lms import exports
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act, may, unit_paths
from lms.accounts.queries import UnitRow
from lms.clock import today
from lms.database import reading, writing
from lms.errors import Forbidden, NotFound
from lms.transcripts import service
from lms.transcripts.forms import ArchiveForm, MonthlyForm, UnitForm
from lms.transcripts.routes import site_of_request
from lms.transcripts.words import REPORT_NAMES

bp = Blueprint("transcript_reports", __name__, url_prefix="/transcript-reports", template_folder="templates")


@bp.get("/")
@requires(Act.SEE_TRANSCRIPTS)
def index() -> ResponseReturnValue:
    """What can be asked for, and what was written of late."""
    return _page()


@bp.post("/archive")
@requires(Act.SEE_TRANSCRIPTS)
def archive() -> ResponseReturnValue:
    """Have the personnel archive written: one row an entry, for the people of a unit."""
    units, form = _units(), ArchiveForm(prefix="archive")
    form.offer(units)
    if not form.validate_on_submit():
        return _page(archive=form), 422
    unit = form.chosen(units)
    if form.numbers.data and not may(viewer(), Act.IMPORT_PEOPLE, unit_path=unit.path):
        raise Forbidden
    return _asked("archive", unit, **form.asked())


@bp.post("/prints")
@requires(Act.SEE_TRANSCRIPTS)
def prints() -> ResponseReturnValue:
    """Have the transcripts of all people of a unit drawn."""
    units, form = _units(), UnitForm(prefix="prints")
    form.offer(units)
    if not form.validate_on_submit():
        return _page(prints=form), 422
    return _asked("prints", form.chosen(units), site=site_of_request())


@bp.post("/monthly")
@requires(Act.SEE_TRANSCRIPTS)
def monthly() -> ResponseReturnValue:
    """Have the report on a month written, as a workbook and as PDF."""
    units, form = _units(), MonthlyForm(prefix="monthly")
    form.offer(units)
    if not form.validate_on_submit():
        return _page(monthly=form), 422
    return _asked("monthly", form.chosen(units), month=str(form.month.data))


@bp.get("/files/<name>")
@requires(Act.SEE_TRANSCRIPTS)
def file(name: str) -> ResponseReturnValue:
    """A report that was written for whoever asks."""
    path = exports.waiting_file(service.exports_of(viewer().public_id), name)
    if path is None:
        raise NotFound
    shown = f"{REPORT_NAMES[name.partition('-')[0]]}{path.suffix}"
    return send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=shown, max_age=0)


def _units() -> list[UnitRow]:
    return accounts.units(reading(), paths=unit_paths(viewer(), Act.SEE_TRANSCRIPTS))


def _asked(kind: str, unit: UnitRow, **asked: str | bool) -> ResponseReturnValue:
    with writing() as session:
        job = service.ask_report(session, viewer(), kind, unit, **asked)
    return redirect(url_for("jobs.show", job_id=job), 303)


def _page(
    archive: ArchiveForm | None = None, prints: UnitForm | None = None, monthly: MonthlyForm | None = None
) -> str:
    units = _units()
    forms: dict[str, UnitForm] = {
        "archive": archive or ArchiveForm(formdata=None, prefix="archive"),
        "prints": prints or UnitForm(formdata=None, prefix="prints"),
        "monthly": monthly or MonthlyForm(formdata=None, prefix="monthly", month=MonthlyForm.before(today())),
    }
    for form in forms.values():
        form.offer(units)
    files = exports.waiting_files(service.exports_of(viewer().public_id))
    return render_template(
        "transcripts/reports.html",
        **forms, numbers=Act.IMPORT_PEOPLE in viewer().acts,
        files=[(path.name, REPORT_NAMES[path.name.partition("-")[0]], path.suffix[1:], *service.told_of(path)) for path in files],
    )  # fmt: skip
