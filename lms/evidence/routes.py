"""Evidence in the browser: what was issued about somebody, certificates, packages, revoking, credentials of others."""

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires, signed_in
from lms.accounts.gate import viewer
from lms.accounts.policy import Act, may
from lms.accounts.queries import PersonRow
from lms.clock import now
from lms.config import Config
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.evidence import judging, queries, service, work
from lms.evidence.forms import CredentialForm, RevokeForm
from lms.evidence.policy import access_document, access_revocable
from lms.evidence.queries import CERTIFICATE, PACKAGE
from lms.evidence.record import PASSED, latest
from lms.evidence.words import FAULTS, OUTCOMES
from lms.transcripts import queries as transcripts
from lms.transcripts.policy import access_print
from lms.transcripts.service import grouped

bp = Blueprint("evidence", __name__, url_prefix="/evidence", template_folder="templates")


def site() -> str:
    """The address people reach us by, without a slash at its end."""
    config: Config = current_app.extensions["config"]
    return (config.public_url or request.url_root).rstrip("/")


@bp.get("/people/<person_id>")
@signed_in
def person(person_id: str) -> ResponseReturnValue:
    """What was issued about somebody, and what may be."""
    session = reading()
    found = access_print(session, viewer(), person_id)
    documents = queries.documents_of(session, found.id)
    prints = transcripts.certificates(session, found.id)
    codes = [*(one.code for one in documents), *(one.code for one in prints)]
    packages = [one for one in documents if one.kind == PACKAGE]
    shared = queries.shared(session, [one.code for one in packages])
    held = {one.entry: one for one in reversed(documents) if one.kind == CERTIFICATE}
    return render_template(
        "evidence/person.html",
        person=found,
        own=found.id == viewer().id,
        entries=[
            row
            for row in reversed(latest(transcripts.revisions(session, [found.id])))
            if row.kind in PASSED and row.passed
        ],
        held=held,
        packages=[one for one in packages if one.code not in shared],
        prints=prints,
        revoked=queries.revocations(session, codes),
        may_revoke=sees_revocable(found.unit_path),
        again=may_issue_again(found),
        grouped=grouped,
    )


def may_issue_again(person: PersonRow) -> bool:
    """Whether the viewer may issue what was revoked by decision: whoever may revoke, not of themselves."""
    return person.id != viewer().id and sees_revocable(person.unit_path)


def sees_revocable(unit_path: str | None) -> bool:
    """Whether the viewer may revoke what is about somebody of a unit."""
    return may(viewer(), Act.REVOKE_EVIDENCE, unit_path=unit_path or "/")


@bp.post("/people/<person_id>/certificates/<entry_id>")
@signed_in
def certify(person_id: str, entry_id: str) -> ResponseReturnValue:
    """Issue the certificate of an entry."""
    with writing() as session:
        found = access_print(session, viewer(), person_id)
        row = transcripts.entry_in_force(session, found.id, entry_id)
        if row is None:
            raise NotFound
        again = may_issue_again(found)
        code = service.certify(session, viewer().id, found, row, site=site(), again=again)
        service.ask_for_drawing(session, viewer(), code)
    return redirect(url_for("evidence.certificate", code=code), 303)


@bp.post("/people/<person_id>/package")
@signed_in
def pack(person_id: str) -> ResponseReturnValue:
    """Have a package made."""
    with writing() as session:
        found = access_print(session, viewer(), person_id)
        job = service.ask_for_package(session, viewer(), [found], site=site())
    return redirect(url_for("jobs.show", job_id=job), 303)


@bp.get("/certificates/<code>")
@signed_in
def certificate(code: str) -> ResponseReturnValue:
    """A certificate: its files, or that it is being drawn."""
    found, people = access_document(reading(), viewer(), code, CERTIFICATE)
    return render_template(
        "evidence/certificate.html",
        found=found,
        paper=found.content["paper"],
        person=people[0],
        own=people[0].id == viewer().id,
        code=grouped(found.code),
        ready=work.certificate_path(found.code).is_file(),
        revoked=queries.revocation(reading(), found.code),
        may_revoke=sees_revocable(people[0].unit_path),
    )


@bp.post("/certificates/<code>/draw")
@signed_in
def draw(code: str) -> ResponseReturnValue:
    """Have the PDF of a certificate drawn."""
    with writing() as session:
        found, _people = access_document(session, viewer(), code, CERTIFICATE)
        service.ask_for_drawing(session, viewer(), found.code)
    return redirect(url_for("evidence.certificate", code=found.code), 303)


@bp.get("/certificates/<code>/certificate.pdf")
@signed_in
def pdf(code: str) -> ResponseReturnValue:
    """The PDF of a certificate."""
    found, _people = access_document(reading(), viewer(), code, CERTIFICATE)
    path = work.certificate_path(found.code)
    if not path.is_file():
        return redirect(url_for("evidence.certificate", code=found.code))
    paper = found.content["paper"]
    name = f"{paper['title']}-{paper['name']}.pdf"
    return send_file(path, mimetype="application/pdf", as_attachment=True, download_name=name)


@bp.get("/certificates/<code>/credential.json")
@signed_in
def credential(code: str) -> ResponseReturnValue:
    """The signed credential of a certificate."""
    found, _people = access_document(reading(), viewer(), code, CERTIFICATE)
    return attached(jsonify(found.content["credential"]), f"{found.code}.json")


@bp.get("/packages/<code>")
@signed_in
def package(code: str) -> ResponseReturnValue:
    """A package: the file while it waits, its sum and key for ever."""
    found, people = access_document(reading(), viewer(), code, PACKAGE)
    return render_template(
        "evidence/package.html",
        found=found,
        people=people,
        own=[one.id for one in people] == [viewer().id],
        code=grouped(found.code),
        ready=work.package_path(found.code).is_file(),
        days=work.KEPT.days,
        key=judging.fingerprint_of(found.content["key"]),
        revoked=queries.revocation(reading(), found.code),
        may_revoke=all(sees_revocable(one.unit_path) for one in people),
    )


@bp.get("/packages/<code>/evidence.zip")
@signed_in
def file(code: str) -> ResponseReturnValue:
    """The file of a package."""
    found, _people = access_document(reading(), viewer(), code, PACKAGE)
    path = work.package_path(found.code)
    if not path.is_file():
        return redirect(url_for("evidence.package", code=found.code))
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name=f"evidence-{found.code}.zip")


@bp.route("/revoke/<code>", methods=["GET", "POST"])
@requires(Act.REVOKE_EVIDENCE)
def revoke(code: str) -> ResponseReturnValue:
    """Say that a certificate, package or print holds no more."""
    read, people = access_revocable(reading(), viewer(), code)
    form = RevokeForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with writing() as session:
                access_revocable(session, viewer(), read)
                service.revoke(session, viewer(), read, str(form.reason.data))
            flash(gettext("It is revoked. Whoever checks its code is told so."), "good")
            return redirect(_home(people), 303)
        except Refused as refusal:
            form.reason.errors, status = (sentence_of(refusal),), refusal.status
    return render_template(
        "evidence/revoke.html", form=form, code=grouped(read), people=people, home=_home(people)
    ), status


@bp.route("/credential", methods=["GET", "POST"])
@requires(Act.SEE_TRANSCRIPTS)
def judge() -> ResponseReturnValue:
    """What is to be thought of a credential that somebody brings."""
    form, found = CredentialForm(), None
    if form.validate_on_submit():
        found = judging.judge(str(form.text.data), now=now())
    return render_template(
        "evidence/credential.html", form=form, found=found, words=FAULTS, outcomes=OUTCOMES
    ), 422 if form.errors else 200


def _home(people: list[PersonRow]) -> str:
    """The page of whomever it is about; of several people, that of packages."""
    if len(people) > 1:
        return url_for("evidence_packages.index")
    return url_for("evidence.person", person_id=people[0].public_id)


def attached(response: Response, name: str) -> Response:
    """An answer that is saved as a file."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
