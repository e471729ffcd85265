"""The page that the code of a paper leads to: whoever has the paper can compare it; who has not learns little."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.access import public
from lms.accounts.gate import owes_nothing, viewer
from lms.accounts.queries import PersonRow
from lms.database import reading
from lms.evidence import judging, pace, queries
from lms.evidence.policy import people_of, sees
from lms.evidence.queries import CERTIFICATE, DocumentRow
from lms.transcripts import queries as transcripts
from lms.transcripts.queries import CertificateRow
from lms.transcripts.service import Printed, grouped, read_code

bp = Blueprint("verification", __name__, template_folder="templates")


@bp.get("/verify")
@public
def form() -> ResponseReturnValue:
    """Type the code of a paper."""
    typed = request.args.get("code", "")[:40]
    code = read_code(typed)
    if code:
        return redirect(url_for("verification.code", code=code))
    return render_template("evidence/verify_form.html", typed=typed), 422 if typed else 200


@bp.get("/verify/<code>")
@public
def code(code: str) -> ResponseReturnValue:
    """Confirm a paper, or say that it is revoked. Nobody else's reasons are told to a stranger, and no number whole."""
    address = request.remote_addr or ""
    pace.refuse_many(address)
    session, read = reading(), read_code(code)
    printed = transcripts.certificate(session, read) if read else None
    found = queries.document(session, read) if read and printed is None else None
    if read is None or (printed is None and found is None):
        pace.note(address)
        return render_template("evidence/verify_form.html", typed=code[:40], unknown=True), 404
    people = people_of(session, read)
    response = current_app.make_response(_page(read, printed, found, people))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _page(read: str, printed: CertificateRow | None, found: DocumentRow | None, people: list[PersonRow]) -> str:
    session = reading()
    known = current_user.is_authenticated and owes_nothing(viewer())
    insider = known and sees(session, viewer(), people)
    words = {"code": grouped(read), "revoked": queries.revocation(session, read), "insider": insider, "masked": masked}
    if found is not None and found.kind == CERTIFICATE:
        return render_template("evidence/verify_certificate.html", paper=found.content["paper"], **words)
    papers = (
        [printed.printed] if printed else [Printed.from_record(one) for one in found.content["papers"]] if found else []
    )
    return render_template(
        "evidence/verify_transcript.html",
        paper=papers[0] if len(papers) == 1 else None,
        count=len(people),
        package=found.content if found else None,
        key=judging.fingerprint_of(found.content["key"]) if found else "",
        newer=transcripts.newer_entries(session, printed) if printed else 0,
        **words,
    )


def masked(number: str) -> str:
    """A staff number of which a stranger can compare the end, and which they cannot take from here."""
    return "•" * max(len(number) - 3, 0) + number[-3:]
