"""Why a step with a draft is refused."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class DraftOpen(Refused):
    """A unit has one draft at a time. Facts: `code`."""

    code = "authoring.draft_open"
    sentence = lazy_gettext("Somebody has begun a draft of the unit %(code)s already. Go on with that one.")


class CodeTaken(Refused):
    """A code names one unit for ever. Facts: `code`."""

    code = "authoring.code_taken"
    status = 422
    sentence = lazy_gettext("There is a unit with the code %(code)s already. Begin a draft from its page.")


class NotNow(Refused):
    """The draft stands elsewhere than the page that was sent believed."""

    code = "authoring.not_now"
    sentence = lazy_gettext("The draft has gone on meanwhile: this cannot be done any more. Load the page again.")


class Elsewhere(Refused):
    """Somebody else changed the same part."""

    code = "authoring.elsewhere"
    sentence = lazy_gettext(
        "Somebody else has changed this meanwhile. Your words are still here: compare them, then keep."
    )


class TooManyPages(Refused):
    """A unit holds so many pages. Facts: `most`."""

    code = "authoring.too_many_pages"
    status = 422
    sentence = lazy_gettext("A unit has at most %(most)s pages.")


class TooMuchText(Refused):
    """A unit holds so much text."""

    code = "authoring.too_much_text"
    status = 422
    sentence = lazy_gettext("The pages of a unit hold at most 200 kB of text together. Make two units of it.")


class PictureUnfit(Refused):
    """A file that is no picture we show."""

    code = "authoring.picture_unfit"
    status = 422
    sentence = lazy_gettext("Choose a picture (PNG, JPEG, WebP, or SVG without scripts and links) of at most 4 MB.")


class PictureShown(Refused):
    """A picture that a page shows stays."""

    code = "authoring.picture_shown"
    sentence = lazy_gettext("A page shows this picture. Take it out of the page first.")


class TooManyFiles(Refused):
    """A unit holds so many files and bytes."""

    code = "authoring.too_many_files"
    status = 422
    sentence = lazy_gettext("The unit holds too many or too large files. Remove some that no page shows.")


class Unsound(Refused):
    """Something keeps the draft from being a version."""

    code = "authoring.unsound"
    sentence = lazy_gettext("Something is still wrong or missing. Mend what is listed first.")


class NothingNew(Refused):
    """The draft is what learners read already."""

    code = "authoring.nothing_new"
    sentence = lazy_gettext("The draft says the same as the present version: there is nothing to review.")


class Behind(Refused):
    """A newer version came meanwhile."""

    code = "authoring.behind"
    sentence = lazy_gettext(
        "A newer version has come into force since the draft was begun. Look at what changed first."
    )


class OwnWork(Refused):
    """Nobody reviews what they wrote in."""

    code = "authoring.own_work"
    status = 403
    sentence = lazy_gettext("You wrote in this draft: somebody else must review it.")


class ReasonNeeded(Refused):
    """A decision says why."""

    code = "authoring.reason_needed"
    status = 422
    sentence = lazy_gettext("Say why.")


class BadArchive(Refused):
    """An archive that is none, or that is built to do harm."""

    code = "authoring.bad_archive"
    status = 422
    sentence = lazy_gettext(
        "Choose a ZIP file of one unit's folder with at most 60 files and 100 MB; this one cannot be read."
    )
