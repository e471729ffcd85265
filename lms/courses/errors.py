"""Why a step in a unit is refused."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class PagesUnread(Refused):
    """The check comes after the pages."""

    code = "course.pages_unread"
    sentence = lazy_gettext("Read every page first; the check comes at the end.")


class TooManyTries(Refused):
    """The check was tried too often today."""

    code = "course.too_many_tries"
    status = 429
    sentence = lazy_gettext("The check was tried often enough for today. Read the pages again and come back tomorrow.")
