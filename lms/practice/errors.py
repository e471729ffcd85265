"""Why practice is refused."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class NothingToPractise(Refused):
    """No question fits the choice."""

    code = "practice.nothing"
    sentence = lazy_gettext("There is no question for this choice.")


class Reworded(Refused):
    """The question has another wording since the page was opened."""

    code = "practice.reworded"
    sentence = lazy_gettext("The question was changed meanwhile. Please answer it once more.")


class WhileSitting(Refused):
    """Practice tells keys, and an exam may ask the same questions."""

    code = "practice.while_sitting"
    sentence = lazy_gettext("There is no practice while you sit an exam. Hand it in first.")


class TooFewForTest(Refused):
    """The subjects hold fewer questions than the shortest test."""

    code = "practice.too_few"
    sentence = lazy_gettext("These subjects hold too few questions for a test. Choose more of them.")
