"""Pictures that the page of an attempt takes, where the exam asks for them and the candidate consented."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from lms.access import by_ticket
from lms.accounts.gate import ticket
from lms.admission import service as admission
from lms.clock import now
from lms.errors import BadRequest
from lms.security import csrf
from lms.sitting import papers, presence
from lms.sitting.errors import AttemptOver, Elsewhere

bp = Blueprint("sitting_camera", __name__, url_prefix="/sitting")


@bp.post("/<attempt_id>/camera")
@csrf.exempt
@by_ticket
def picture(attempt_id: str) -> ResponseReturnValue:
    """Keep a picture (the body, a JPEG), or why there is none (`fault` in the address)."""
    who, fault = ticket(), request.args.get("fault", "")
    found = presence.pulse(who)
    if not found.live:
        raise Elsewhere
    if found.ended or not found.time.is_open(now()):
        raise AttemptOver
    if (fault and fault not in admission.FAULTS) or (not fault and request.mimetype != "image/jpeg"):
        raise BadRequest
    if (request.content_length or 0) > admission.MOST_BYTES:
        raise RequestEntityTooLarge
    admission.keep_snapshot(papers.sat(who.thing).exam_id, who.person_id, request.get_data(), fault)
    return "", 204
