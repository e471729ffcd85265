"""Why something cannot be worked out."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class TooFewAttempts(Refused):
    """There is not enough to calibrate by."""

    code = "bank.too_few_attempts"
    sentence = lazy_gettext(
        "At least %(least)s attempts of exams that are over are needed; with fewer, difficulties would be guesses."
    )


class Candidate(Refused):
    """What tells of candidates is not for candidates."""

    code = "analysis.candidate"
    status = 403
    sentence = lazy_gettext("Whoever sat this exam, or sits one at this moment, does not see this page.")


class MarksIt(Refused):
    """Whoever marks answers must not learn whose they are."""

    code = "analysis.marks_it"
    status = 403
    sentence = lazy_gettext("Whoever marks this exam does not see this page.")
