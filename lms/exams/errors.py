"""Why an exam cannot be changed or published."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class ExamFrozen(Refused):
    """The exam is published: nothing of it can be changed."""

    code = "exam.frozen"
    sentence = lazy_gettext("This exam is published; a published exam cannot be changed.")


class ExamUnfit(Refused):
    """The blueprint contradicts itself; facts name the first complaint."""

    code = "exam.unfit"
    status = 422
    sentence = lazy_gettext("The plan of the paper is not complete: %(field)s.")


class ExamTooFewItems(Refused):
    """The pool cannot fill the sections named."""

    code = "exam.too_few_items"
    status = 422
    sentence = lazy_gettext(
        "The pool cannot fill section %(sections)s: %(wanted)s questions are wanted, it holds %(held)s that fit."
    )


class ExamHeld(Refused):
    """Something rests on the draft that is kept for good."""

    code = "exam.held"
    sentence = lazy_gettext("A panel has judged the pass mark of this draft, and that is kept: it cannot be deleted.")


class ExamTellingFiles(Refused):
    """A question that may be drawn asks for files of a kind that cannot be freed of their author."""

    code = "exam.telling_files"
    status = 422
    sentence = lazy_gettext(
        "The question %(ref)s asks for files that may say who made them (%(endings)s), and markers must not learn that: let it ask for PDF, Word, text or pictures only."
    )


class ExamMarkedFirst(Refused):
    """People must mark answers, and results would be shown before they did."""

    code = "exam.marked_first"
    status = 422
    sentence = lazy_gettext(
        "People mark some of these questions: let results be shown when the examiner releases them, after the marks are in."
    )


class NotMarked(Refused):
    """Results without the marks that people give are none."""

    code = "exam.not_marked"
    sentence = lazy_gettext("The markers' marks are not in yet. Results can be released when they are.")


class ExamNobody(Refused):
    """No unit was named."""

    code = "exam.nobody"
    status = 422
    sentence = lazy_gettext("Say who may sit the exam: choose at least one unit.")


class ExamWindow(Refused):
    """The window lies in the past or is shorter than the time allowed."""

    code = "exam.window"
    status = 422
    sentence = lazy_gettext("The exam must end in the future, and its window must be at least as long as its time.")


class ExamNotHonoured(Refused):
    """The plan asks for a rule that the player does not keep; a rule that nobody keeps is not promised."""

    code = "exam.not_honoured"
    status = 422
    sentence = lazy_gettext(
        "Section %(section)s asks for a time of its own or for going forward only. Papers cannot keep candidates to that "
        "yet: take it out, or make an exam of its own of the section."
    )


class NotOver(Refused):
    """Results are released after the window only."""

    code = "exam.not_over"
    sentence = lazy_gettext("Results can be released when the window has closed.")


class ExamArchived(Refused):
    """It is signed off: its results stay what they are."""

    code = "exam.archived"
    sentence = lazy_gettext("This exam is signed off and archived. Nothing of its results can be changed any more.")
