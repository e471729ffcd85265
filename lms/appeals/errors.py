"""Why an appeal cannot be made or decided on."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class NotVisible(Refused):
    """There is no result that the candidate may see."""

    code = "appeal.not_visible"
    sentence = lazy_gettext("There is no result yet that could be looked at again.")


class NoAppeals(Refused):
    """The examiner allows none."""

    code = "appeal.none"
    sentence = lazy_gettext("No appeals can be made in this exam.")


class TooLate(Refused):
    """The time for it is over."""

    code = "appeal.too_late"
    sentence = lazy_gettext("The time for appeals against this result is over.")


class Twice(Refused):
    """Once for each grading."""

    code = "appeal.twice"
    sentence = lazy_gettext("There was an appeal against this result before. One can be made against each result once.")


class Moved(Refused):
    """Somebody was quicker."""

    code = "appeal.moved"
    sentence = lazy_gettext("This appeal has gone on meanwhile. Load the page again.")


class SatIt(Refused):
    """Nobody looks at results of an exam they sat."""

    code = "appeal.sat_it"
    sentence = lazy_gettext("Who sat this exam takes no part in its appeals.")


class Decided(Refused):
    """Another pair of eyes than those whose decision is questioned."""

    code = "appeal.decided"
    sentence = lazy_gettext(
        "You proposed or agreed to the decision that this appeal is about. Somebody else must look at it."
    )


class OwnFinding(Refused):
    """Four eyes."""

    code = "appeal.own_finding"
    sentence = lazy_gettext("Somebody other than its author must confirm a finding.")
