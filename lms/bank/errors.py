"""What the bank refuses."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class BundledPool(Refused):
    """The pool that came with the program is not edited."""

    code = "bank.bundled"
    sentence = lazy_gettext("This pool came with the program and changes with a release only.")


class UnsoundItem(Refused):
    """An item with something wrong in it is not stored. Facts: `ref`, `field`, `reason`."""

    code = "bank.unsound_item"
    status = 422
    sentence = lazy_gettext("The question is not sound yet.")


class ImportNotReady(Refused):
    """The file is still being read, or was taken already."""

    code = "bank.import_not_ready"
    sentence = lazy_gettext("This file is still being read, or it was taken already.")


class BadRowsLeft(Refused):
    """Some rows are bad, and the examiner did not say that the good ones are to be taken all the same. Fact: `bad`."""

    code = "bank.bad_rows_left"
    sentence = lazy_gettext("Nothing was taken: not every row is good. Mend the bad rows, or take the good ones only.")


class NothingToTake(Refused):
    """No row of the file is good."""

    code = "bank.nothing_to_take"
    sentence = lazy_gettext("No question of this file can be taken yet.")


class UploadUnfit(Refused):
    """The file is empty, too large or of an unknown kind."""

    code = "bank.upload_unfit"
    status = 422
    sentence = lazy_gettext("Choose a file of one of the kinds named, with at most 20 MB.")


class UnknownPool(Refused):
    """There is no pool of that public id."""

    code = "bank.unknown_pool"
    status = 404
    sentence = lazy_gettext("There is no question pool with this id.")


class MoveRefused(Refused):
    """An item cannot be moved on so. Facts: `move`, and `reason`: "state", "author" or "comment"."""

    code = "bank.move_refused"
    sentence = lazy_gettext(
        "This cannot be done with the question now: it is in another state, a wording is approved by somebody else "
        "than its author, and sending back needs a comment."
    )


class PictureUnfit(Refused):
    """A file that is no picture we take. Fact: `reason`: "kind", "large" or "damaged"."""

    code = "bank.picture_unfit"
    status = 422
    sentence = lazy_gettext("Choose a PNG, JPEG, GIF or WebP picture of at most 8 MB and 40 megapixels.")


class FieldsUnfit(Refused):
    """More fields, rows or words than a question can have. Fact: `most`."""

    code = "bank.fields_unfit"
    status = 422
    sentence = lazy_gettext("This is more than a question can hold (at most %(most)s).")


class NewerVersion(Refused):
    """Somebody kept a newer wording since one began to write. Facts: `based_on`, `newest`."""

    code = "bank.newer_version"
    sentence = lazy_gettext("Version %(newest)s was kept since; yours began from version %(based_on)s.")


class DraftElsewhere(Refused):
    """The draft was changed in another window or on another machine since this page read it."""

    code = "bank.draft_elsewhere"
    sentence = lazy_gettext("This draft was changed in another window. Load it again before you go on.")


class TooManyDrafts(Refused):
    """Somebody keeps more drafts than there is room for. Fact: `most`."""

    code = "bank.too_many_drafts"
    sentence = lazy_gettext("You have %(most)s drafts. Finish or discard some before you begin another.")
