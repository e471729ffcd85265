"""One's own claims: writing them, adding evidence, following them."""

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.answer_files import room
from lms.answer_files.kinds import MEDIA_TYPES
from lms.channels import CHANNEL_NAMES, LEVEL_NAMES
from lms.claims import evidence, queries, service
from lms.claims.errors import FILE_REASONS, BadEvidence
from lms.claims.forms import ClaimForm, FileForm
from lms.claims.models import Claim, ClaimFile
from lms.claims.policy import access_own
from lms.claims.words import STATE_COLOURS, STATE_NAMES, STEP_NAMES
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.paging import paginate, requested_page

bp = Blueprint("claims", __name__, url_prefix="/claims", template_folder="templates")
#: what a browser may do with a file that is opened by itself: nothing
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


@bp.route("/", methods=["GET", "POST"])
@signed_in
def index() -> ResponseReturnValue:
    """One's claims, and a form to begin another."""
    form = ClaimForm()
    if form.validate_on_submit():
        with writing() as session:
            made = service.begin(session, viewer(), form.learning())
        return redirect(url_for("claims.show", claim_id=made), 303)
    page = paginate(reading(), queries.mine(viewer().id), number=requested_page())
    body = render_template(
        "claims/index.html", form=form, page=page, names=STATE_NAMES, colours=STATE_COLOURS, channels=CHANNEL_NAMES
    )
    return body, 422 if form.errors else 200


@bp.route("/<claim_id>", methods=["GET", "POST"])
@signed_in
def show(claim_id: str) -> ResponseReturnValue:
    """A claim: what it says, how it went; a draft can be changed."""
    claim = access_own(reading(), viewer(), claim_id)
    form = ClaimForm.of(queries.version_of(reading(), claim), sent=True)
    if form.validate_on_submit():
        with writing() as session:
            service.change(session, access_own(session, viewer(), claim_id, lock=True), form.learning())
        flash(gettext("Kept."), "good")
        return redirect(url_for("claims.show", claim_id=claim_id), 303)
    return _page(claim, form, FileForm(formdata=None)), 422 if form.errors else 200


@bp.post("/<claim_id>/files")
@signed_in
def add_file(claim_id: str) -> ResponseReturnValue:
    """Add a file of evidence to a draft."""
    claim, form = access_own(reading(), viewer(), claim_id), FileForm()
    if claim.state != "draft" or not form.validate_on_submit():
        return _page(claim, ClaimForm.of(queries.version_of(reading(), claim), sent=False), form), 422
    number, sent = claim.id, form.file.data
    reading().rollback()
    try:
        made = evidence.take(number, claim_id, str(sent.filename), sent.stream)
        with writing() as session:
            service.add_file(session, access_own(session, viewer(), claim_id, lock=True), made)
    except BadEvidence as refusal:
        form.file.errors = (*form.file.errors, str(FILE_REASONS[str(refusal.facts["reason"])]))
        claim = access_own(reading(), viewer(), claim_id)
        return _page(claim, ClaimForm.of(queries.version_of(reading(), claim), sent=False), form), 422
    flash(gettext("The file is kept."), "good")
    return redirect(url_for("claims.show", claim_id=claim_id), 303)


@bp.get("/<claim_id>/files/<file_id>")
@signed_in
def file(claim_id: str, file_id: str) -> ResponseReturnValue:
    """A file of evidence of one's own claim."""
    claim = access_own(reading(), viewer(), claim_id)
    return sent_file(claim, queries.file_by(reading(), claim, file_id))


@bp.post("/<claim_id>/files/<file_id>/out")
@signed_in
def remove_file(claim_id: str, file_id: str) -> ResponseReturnValue:
    """Leave a file out of a draft."""
    with writing() as session:
        service.remove_file(session, access_own(session, viewer(), claim_id, lock=True), file_id)
    return redirect(url_for("claims.show", claim_id=claim_id), 303)


@bp.post("/<claim_id>/submit")
@signed_in
def submit(claim_id: str) -> ResponseReturnValue:
    """Ask for a decision."""
    try:
        with writing() as session:
            service.submit(session, access_own(session, viewer(), claim_id, lock=True), viewer())
        flash(gettext("The claim is submitted. The manager of your unit looks at it first."), "good")
    except Refused as refusal:
        if isinstance(refusal, NotFound):
            raise
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("claims.show", claim_id=claim_id), 303)


@bp.post("/<claim_id>/withdraw")
@signed_in
def withdraw(claim_id: str) -> ResponseReturnValue:
    """Take it back."""
    with writing() as session:
        service.withdraw(session, access_own(session, viewer(), claim_id, lock=True), viewer())
    flash(gettext("The claim is withdrawn."), "info")
    return redirect(url_for("claims.show", claim_id=claim_id), 303)


def sent_file(claim: Claim, found: ClaimFile | None) -> ResponseReturnValue:
    """The copy of a file of evidence, of which nothing runs; raises NotFound."""
    path = None if found is None else room.copy_of(evidence.folder_of(claim.public_id), found.sha256)
    if found is None or path is None or not path.is_file():
        raise NotFound
    response = send_file(
        path, mimetype=MEDIA_TYPES[found.kind], as_attachment=True, download_name=found.name, max_age=0
    )
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(claim: Claim, form: ClaimForm, file_form: FileForm) -> str:
    session = reading()
    held = queries.version_of(session, claim)
    return render_template(
        "claims/show.html",
        claim=claim, said=held, form=form if claim.state == "draft" else None, file_form=file_form,
        files=evidence.files_of(session, claim.id, held.files), steps=queries.steps(session, claim.id),
        withdrawable=claim.state in service.WITHDRAWABLE, names=STATE_NAMES, colours=STATE_COLOURS, step_names=STEP_NAMES,
        channels=CHANNEL_NAMES, levels=LEVEL_NAMES,
    )  # fmt: skip
