"""What the roster refuses."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class RosterUnfit(Refused):
    """The file is empty, too large or of an unknown kind."""

    code = "roster.unfit"
    status = 422
    sentence = lazy_gettext("Choose an .xlsx or .csv file with at most 10 MB.")


class RosterNotReady(Refused):
    """The file is still at work, or was taken already."""

    code = "roster.not_ready"
    sentence = lazy_gettext("This file is still being worked on, or it was taken already.")


class NothingToTake(Refused):
    """No row of the file would change anything."""

    code = "roster.nothing_to_take"
    sentence = lazy_gettext("No row of this file would change anything.")
