"""What marking refuses."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class NothingToMark(Refused):
    """The exam is not published, or asks nothing that people mark."""

    code = "marking.nothing"
    sentence = lazy_gettext("This exam asks nothing that people mark.")


class Allotted(Refused):
    """What the drawing rests on stays as it is once answers were drawn among the markers."""

    code = "marking.allotted"
    sentence = lazy_gettext(
        "The answers are with the markers already. Take them back first; that is possible until the first mark."
    )


class NotAllotted(Refused):
    """No answer is with a marker yet."""

    code = "marking.not_allotted"
    sentence = lazy_gettext("The answers are not with the markers yet.")


class NotOver(Refused):
    """The exam is not over, or a result is missing."""

    code = "marking.not_over"
    sentence = lazy_gettext("Answers go to the markers when the exam is over and every attempt is closed.")


class NoMarker(Refused):
    """Somebody who cannot mark this exam."""

    code = "marking.no_marker"
    status = 422
    sentence = lazy_gettext("This person cannot mark: a marker has the role of a marker and does not sit the exam.")


class TooFewMarkers(Refused):
    """Answers that nobody may mark, or too few."""

    code = "marking.too_few_markers"
    status = 422
    sentence = lazy_gettext(
        "%(answers)s answers have too few markers from other branches. Add markers, or let one person mark each answer."
    )

    def __init__(self, answers: int) -> None:
        super().__init__(answers=answers)
        self.answers = answers


class Begun(Refused):
    """A mark was given; what was drawn stays."""

    code = "marking.begun"
    sentence = lazy_gettext("Marks were given already. Answers of a single marker can be given to others instead.")


class Incomplete(Refused):
    """Marks are missing."""

    code = "marking.incomplete"
    sentence = lazy_gettext("%(answers)s answers have no final mark yet.")


class BroughtIn(Refused):
    """The marks are brought in, and marking is closed."""

    code = "marking.brought_in"
    sentence = lazy_gettext("The marks were brought in, so marking is closed.")


class NotCounted(Refused):
    """The marks do not count yet, so there is nothing to look at again."""

    code = "marking.not_counted"
    sentence = lazy_gettext("The marks do not count yet.")


class NothingNew(Refused):
    """No mark differs from the one that counts."""

    code = "marking.nothing_new"
    sentence = lazy_gettext("No mark differs from the one that counts.")


class BadMark(Refused):
    """A mark out of range or between the steps; a criterion without one."""

    code = "marking.bad_mark"
    status = 422
    sentence = lazy_gettext("Give every criterion a mark between nothing and its marks, in steps of %(step)s.")


class BadNote(Refused):
    """A note on a passage that there is not."""

    code = "marking.bad_note"
    status = 422
    sentence = lazy_gettext("A note does not belong to a passage of this answer, or is too long.")
