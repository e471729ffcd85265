"""The pictures of questions, by their hash: whoever reads a question has its address from there, nobody guesses it."""

from flask import Blueprint, current_app, send_file
from flask.typing import ResponseReturnValue

from lms.access import signed_in
from lms.bank import pictures
from lms.config import Config
from lms.database import reading
from lms.errors import NotFound

#: what a browser may do with a picture that is opened by itself: nothing
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

bp = Blueprint("bank_picture", __name__, url_prefix="/bank/pictures")


@bp.get("/<sha256>")
@signed_in
def show(sha256: str) -> ResponseReturnValue:
    """A picture as it was encoded here; its content never changes."""
    kind = pictures.media_type(reading(), sha256)
    config: Config = current_app.extensions["config"]
    path = pictures.path_of(config.media, sha256)
    if kind is None or not path.is_file():
        raise NotFound
    response = send_file(path, mimetype=kind, conditional=True)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
