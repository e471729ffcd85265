"""Why an exam is not rehearsed now."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class ExamOpen(Refused):
    """A real exam is open, or opens before the rehearsal would be over."""

    code = "rehearsal.exam_open"
    sentence = lazy_gettext(
        "A rehearsal takes the whole machine, and “%(title)s” is open or opens within %(minutes)s minutes. Rehearse when no exam is near."
    )


class AttemptsOpen(Refused):
    """Somebody is still sitting an exam."""

    code = "rehearsal.attempts_open"
    sentence = lazy_gettext("A rehearsal takes the whole machine, and somebody is still sitting an exam.")


class AtWork(Refused):
    """There is a rehearsal already, of this exam or another one."""

    code = "rehearsal.at_work"
    sentence = lazy_gettext("A rehearsal is at work already; there is one at a time.")


class TooMany(Refused):
    """More candidates than a rehearsal plays."""

    code = "rehearsal.too_many"
    status = 422
    sentence = lazy_gettext("Say how many candidates you expect: from 1 to %(most)s.")
