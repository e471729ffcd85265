"""What the personnel file refuses."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class LaterKnown(Refused):
    """What is in force from `day` on is recorded already: a change before it would be hidden by it."""

    code = "particulars.later_known"
    status = 422
    sentence = lazy_gettext("The file already says something from %(day)s on. A change can begin on that day or later.")


class NothingChanged(Refused):
    """The file says the same already."""

    code = "particulars.nothing_changed"
    status = 422
    sentence = lazy_gettext("The file says this already.")
