"""What the rules of hours refuse."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class Unfinished(Refused):
    """A set that leaves something to fill in."""

    code = "hours.unfinished"
    status = 422
    sentence = lazy_gettext(
        "This set still leaves something for the organisation to fill in. Make a further version of it first."
    )


class NotYetInForce(Refused):
    """A set is adopted from a day on which it holds. Facts: `first`, `last`."""

    code = "hours.not_in_force"
    status = 422
    sentence = lazy_gettext("On that day these rules are not in force: they begin on %(first)s.")


class TooFarBack(Refused):
    """Closed years stay as they were counted. Fact: `first`."""

    code = "hours.too_far_back"
    status = 422
    sentence = lazy_gettext("Years that are closed stay as they were counted: choose %(first)s or a later day.")


class Unchanged(Refused):
    """A version that says what the newest one says."""

    code = "hours.unchanged"
    status = 422
    sentence = lazy_gettext("This is what the newest version says already.")


class TrialsEnough(Refused):
    """Somebody's trials are being worked out."""

    code = "hours.trial_open"
    sentence = lazy_gettext("A trial of yours is being worked out. Wait for it first.")
