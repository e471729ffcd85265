"""What the library refuses."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class ImportNotReady(Refused):
    """An import that is being read, was taken or dropped."""

    code = "library.import_not_ready"
    sentence = lazy_gettext("This file was not read yet, or something became of it already.")


class NoSuchText(Refused):
    """A document has no two texts of these numbers."""

    code = "library.no_such_text"
    status = 404
    sentence = lazy_gettext("There is no such text of this document.")


class SearchNotUnderstood(Refused):
    """A program searches with a parameter that is missing, unknown or of another form; `field` names it."""

    code = "library.search_not_understood"
    status = 422
    sentence = lazy_gettext("The search cannot be understood: %(field)s.")
