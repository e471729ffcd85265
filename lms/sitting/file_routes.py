"""Files of an attempt: sent by the player, fetched by whoever sent them.

A file comes as the body itself, not as a form: whose it is and whether it may come is asked before a byte is read, and it goes to
the disk as it comes.
"""

from urllib.parse import unquote

from flask import Blueprint, jsonify, request, send_file
from flask.typing import ResponseReturnValue

from lms.access import by_ticket, signed_in
from lms.accounts.gate import ticket, viewer
from lms.errors import BadRequest, NotFound
from lms.i18n import moment
from lms.security import csrf
from lms.sitting import files
from lms.sitting.policy import access_own_attempt

#: what a browser may do with a file that is opened by itself: nothing
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
BODY = "application/octet-stream"
NAME = "X-File-Name"

bp = Blueprint("sitting_file", __name__, url_prefix="/sitting")


@bp.post("/<attempt_id>/files/<int:slot>")
@csrf.exempt
@by_ticket
def send(attempt_id: str, slot: int) -> ResponseReturnValue:
    """Take a file; what is answered here is on disk. The ticket says whose attempt it is, and that our page asks."""
    if request.mimetype != BODY:
        raise BadRequest(reason="body")
    request.max_content_length = None  # the question's own limit is asked before anything is read
    name = unquote(request.headers.get(NAME, ""))
    kept = files.hand_over(ticket(), slot, name, request.stream, request.content_length or 0)
    return jsonify(file=kept.response, at=moment(kept.at))


@bp.get("/<attempt_id>/files/<int:slot>")
@signed_in
def own(attempt_id: str, slot: int) -> ResponseReturnValue:
    """The file that stands as one's own answer, as it was sent."""
    sat = access_own_attempt(viewer(), attempt_id)
    found = next((one for one in files.answered(sat.attempt.id) if one.number == slot), None)
    path = None if found is None else files.path_of(attempt_id, found.sha256)
    if found is None or path is None or not path.is_file():
        raise NotFound
    response = send_file(path, mimetype=BODY, as_attachment=True, download_name=found.name, max_age=0)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
