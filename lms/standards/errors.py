"""What standard setting refuses."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class NoJudge(Refused):
    """Somebody who cannot judge."""

    code = "standard.no_judge"
    status = 422
    sentence = lazy_gettext("Who sat this exam does not judge its pass mark.")


class Settled(Refused):
    """A worksheet that is settled stays as it is."""

    code = "standard.settled"
    sentence = lazy_gettext("This worksheet is settled. Begin another one.")


class HasJudged(Refused):
    """What a judge said is kept, and so is the judge."""

    code = "standard.has_judged"
    status = 409
    sentence = lazy_gettext("Whoever has judged stays on the panel.")


class NotJudged(Refused):
    """Somebody has not judged in this round."""

    code = "standard.not_judged"
    sentence = lazy_gettext("%(judges)s judges have not judged in this round yet.")


class NoTotals(Refused):
    """Hofstee's method needs results."""

    code = "standard.no_totals"
    sentence = lazy_gettext("This method needs the results of the exam: it can be used when the exam is over.")


class NoQuestions(Refused):
    """Nothing to judge."""

    code = "standard.no_questions"
    sentence = lazy_gettext("The pool holds no questions for this exam.")


class Undecidable(Refused):
    """Bounds that leave nothing to decide."""

    code = "standard.undecidable"
    sentence = lazy_gettext(
        "On average the lowest pass mark must be below the highest, and the least share below the most."
    )
