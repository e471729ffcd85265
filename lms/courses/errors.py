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


class TooManyNotes(Refused):
    """The person has as many notes in this unit as one may."""

    code = "course.too_many_notes"
    sentence = lazy_gettext("There are %(count)s notes in this unit already. Remove some first.")


class PrerequisitesLacking(Refused):
    """Other units come first."""

    code = "course.prerequisites_lacking"
    sentence = lazy_gettext("Complete the units that come first; then the check opens.")
