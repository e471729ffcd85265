"""Why a mark is refused."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class TooManyMarks(Refused):
    """The person has marked as much as one may in a document."""

    code = "reading.too_many_marks"
    sentence = lazy_gettext("There are %(count)s marks in this document already. Remove some first.")
