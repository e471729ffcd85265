"""Why a claim goes no further."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class Moved(Refused):
    """Somebody was quicker."""

    code = "claim.moved"
    sentence = lazy_gettext("This claim has gone on meanwhile. Load the page again.")


class OwnClaim(Refused):
    """Nobody decides on their own."""

    code = "claim.own"
    sentence = lazy_gettext("Nobody decides on a claim of their own.")


class NotAbove(Refused):
    """Approval is by somebody else, above."""

    code = "claim.not_above"
    sentence = lazy_gettext("A claim is approved by a second manager, of a unit above or of the whole organisation.")


class NoEvidence(Refused):
    """Nothing proves it."""

    code = "claim.no_evidence"
    status = 422
    sentence = lazy_gettext("Add at least one file of evidence before you submit the claim.")


class NothingNew(Refused):
    """A correction that corrects nothing."""

    code = "claim.nothing_new"
    status = 422
    sentence = lazy_gettext("These are the hours that were approved already.")


class BadEvidence(Refused):
    """A file that is not taken; `reason` is a key of FILE_REASONS."""

    code = "claim.bad_evidence"
    status = 422
    sentence = lazy_gettext("This file cannot be taken.")


#: sentences by `reason` of BadEvidence
FILE_REASONS = {
    "name": lazy_gettext("Choose a PDF, JPEG or PNG file."),
    "empty": lazy_gettext("The file is empty."),
    "too_large": lazy_gettext("The file is larger than 10 MB."),
    "too_many": lazy_gettext("A claim has ten files at most."),
    "kind": lazy_gettext("The file is not what its name says."),
    "damaged": lazy_gettext("The file is damaged."),
    "encrypted": lazy_gettext("The file is under a password."),
    "embedded": lazy_gettext("The file holds other files or programs. Print it as a plain PDF."),
    "large": lazy_gettext("The file has too many pages or pixels."),
    "slow": lazy_gettext("The file could not be looked through in time."),
    "cut": lazy_gettext("The file did not come whole. Send it again."),
}
