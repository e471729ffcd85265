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


class HarvestRuns(Refused):
    """A catalogue is being harvested already."""

    code = "library.harvest_runs"
    sentence = lazy_gettext("This catalogue is being harvested at the moment.")


class SourceStopped(Refused):
    """A catalogue that is not harvested any more."""

    code = "library.source_stopped"
    sentence = lazy_gettext("Harvesting this catalogue was stopped. Resume it first.")


class HeldElsewhere(Refused):
    """A document that another library holds has no text of its own here."""

    code = "library.held_elsewhere"
    sentence = lazy_gettext("Another library holds this document; a text of it comes in as a document of its own.")


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
