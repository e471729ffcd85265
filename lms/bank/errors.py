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
