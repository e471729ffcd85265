"""A file that was answered with, as those who mark it get it: by a name that says nothing, and never kept by a browser."""

from flask import Response, make_response, send_file

from lms.answer_files.kinds import MEDIA_TYPES
from lms.marking.queries import Handed

#: what a browser may do with a file that is opened by itself: nothing
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
#: what the page itself shows
PICTURES = frozenset({"png", "jpg"})


def response_of(file: Handed, script_id: str) -> Response:
    """The copy; `script_id` is the public id of the answer, which its name begins with."""
    name = f"answer-{script_id[:6]}.{file.kind}"
    if file.text is None:
        answer = send_file(
            file.path, mimetype=MEDIA_TYPES[file.kind], as_attachment=file.kind not in PICTURES, download_name=name,
            conditional=False, etag=False, max_age=0,
        )  # fmt: skip
    else:
        answer = make_response(file.text.encode())
        answer.headers["Content-Type"] = MEDIA_TYPES[file.kind]
        answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    del answer.headers["Last-Modified"]
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer
