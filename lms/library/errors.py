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


class ComesWithProgram(Refused):
    """A document that comes with the program cannot be joined with another: the next release would bring it again."""

    code = "library.comes_with_program"
    sentence = lazy_gettext("A document that comes with the program cannot be joined with another.")


class NameTaken(Refused):
    """A short name that is one already, or the name of a document itself."""

    code = "library.name_taken"
    sentence = lazy_gettext("This short name is in use already, or a document is called so.")


class NoSuchLaw(Refused):
    """The library has no document of this title."""

    code = "library.no_such_law"
    sentence = lazy_gettext("The library has no document of this title.")
