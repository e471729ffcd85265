"""What everybody may have, signed in or not: the public keys, the lists of revocations, the verifier."""

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from courseware.evidence.canonical import canonical
from lms.access import public
from lms.config import Config
from lms.database import reading
from lms.errors import NotFound
from lms.evidence import keys, queries, record, service, verifier
from lms.evidence.routes import attached, site

bp = Blueprint("evidence_keys", __name__, url_prefix="/evidence", template_folder="templates")


@bp.get("/keys")
@public
def index() -> ResponseReturnValue:
    """The keys with their fingerprints, the lists, and the verifier with its sum."""
    session = reading()
    config: Config = current_app.extensions["config"]
    return render_template(
        "evidence/keys.html",
        keys=keys.public_keys(session),
        lists=queries.list_numbers(session),
        checksum=verifier.checksum(),
        invented=config.demonstration,
    )


@bp.get("/keys.json")
@public
def listed() -> ResponseReturnValue:
    """The keys for programs."""
    known = record.listed(keys.public_keys(reading()))
    return attached(jsonify(keys=known, verifier={"sha256": verifier.checksum()}), "keys.json")


@bp.get("/status/<int:number>")
@public
def status(number: int) -> ResponseReturnValue:
    """A list of revocations, signed as of now; it names nobody."""
    session = reading()
    if number not in queries.list_numbers(session):
        raise NotFound
    data = canonical(service.status_list(session, number, site=site()))
    return attached(Response(data, mimetype="application/vc+ld+json"), f"status-{number}.json")


@bp.get("/verifier.html")
@public
def verifying() -> ResponseReturnValue:
    """The verifier, to be saved and opened from the disk: no page of ours runs a script of its own."""
    return attached(Response(verifier.page(), mimetype="text/html"), "verify.html")
