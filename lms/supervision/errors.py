"""What supervision refuses."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class NoCandidate(Refused):
    """The person may not sit this exam."""

    code = "supervision.no_candidate"
    status = 422
    sentence = lazy_gettext("Nobody with the staff number %(number)s may sit this exam.")
