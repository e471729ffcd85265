"""Export: choose a format, see what it would lose, take the file."""

from io import BytesIO

from flask import Blueprint, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lms import exports, jobs
from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import export
from lms.bank.complaints import field_name, reason_of
from lms.bank.format_names import written_name
from lms.bank.policy import access_export
from lms.bank.selection import Selection
from lms.config import Config
from lms.database import reading, writing
from lms.errors import NotFound
from question_bank.formats.registry import Format

bp = Blueprint("bank_export", __name__, url_prefix="/bank", template_folder="templates")


@bp.get("/pools/<pool_id>/export")
@requires(Act.EDIT_BANK)
def choose(pool_id: str) -> ResponseReturnValue:
    """The formats; of the chosen one what it would lose. The selection stands in the address."""
    session = reading()
    pool = access_export(session, viewer(), pool_id)
    selection = Selection.of(request.args)
    ids = selection.ids(session, pool.id)
    one = _format(request.args["format"]) if request.args.get("format") else None
    lost = export.losses(one, export.newest(session, ids)) if one else []
    return render_template(
        "bank/export.html",
        pool=pool,
        count=len(ids),
        one=one,
        formats=export.writable(),
        lost=[(loss, field_name(loss.field), reason_of(export.as_refusal(loss))) for loss in lost],
        written_name=written_name,
        query=selection.to_address(),
        back=url_for("bank.pool", pool_id=pool_id, **selection.chosen.to_address()),
    )


@bp.post("/pools/<pool_id>/export")
@requires(Act.EDIT_BANK)
def write(pool_id: str) -> ResponseReturnValue:
    """The file at once, or a job that writes it."""
    one = _format(request.form.get("format", ""))
    session = reading()
    pool = access_export(session, viewer(), pool_id)
    ids = Selection.of(request.args).ids(session, pool.id)
    if not ids:
        raise NotFound
    if len(ids) > export.MOST_AT_ONCE:
        payload = {"pool": pool_id, "ids": ids, "format": one.key, "person": viewer().public_id}
        session.rollback()
        with writing() as session:
            job = jobs.enqueue(session, export.JOB, payload, owner=viewer().public_id)
        return redirect(url_for("jobs.show", job_id=job), 303)
    data = export.written(one, export.newest(session, ids), media=_config().media)
    session.rollback()
    with writing() as session:
        export.note(session, access_export(session, viewer(), pool_id), one, len(ids), data)
    name = export.file_name(pool, one)
    return send_file(BytesIO(data), mimetype=one.media_type, as_attachment=True, download_name=name)


@bp.get("/pools/<pool_id>/export/<name>")
@requires(Act.EDIT_BANK)
def file(pool_id: str, name: str) -> ResponseReturnValue:
    """A file that a job wrote for whoever asks."""
    pool = access_export(reading(), viewer(), pool_id)
    path = exports.waiting_file(exports.folder_of(_config().data, pool_id, viewer().public_id), name)
    if path is None:
        raise NotFound
    one = next((one for one in export.writable() if one.ending == path.suffix), None)
    shown = export.file_name(pool, one) if one else name
    return send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=shown)


def _format(key: str) -> Format:
    found = next((one for one in export.writable() if one.key == key), None)
    if found is None:
        raise NotFound
    return found


def _config() -> Config:
    config: Config = current_app.extensions["config"]
    return config
