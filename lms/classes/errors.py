"""What is refused about classes."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class NotOpen(Refused):
    """Roster, timetable and attendance are fixed from the closing on."""

    code = "class.not_open"
    sentence = lazy_gettext("This cannot be changed any more, or not yet. Load the page again.")


class SheetMoved(Refused):
    """The newest marking is not the one that was seen."""

    code = "class.sheet_moved"
    sentence = lazy_gettext("Somebody marked this sheet meanwhile. Look at it before you undo anything.")


class SecondPerson(Refused):
    """Four eyes, two levels."""

    code = "class.second_person"
    sentence = lazy_gettext(
        "A training manager of the unit above, or of the whole organisation, decides on this; not whoever handed it in."
    )


class ReasonNeeded(Refused):
    """Sending back and dropping say why."""

    code = "class.reason"
    status = 422
    sentence = lazy_gettext("Please say why.")


class Incomplete(Refused):
    """Something is missing for this step. Fact: `what`, a sentence."""

    code = "class.incomplete"
    sentence = lazy_gettext("Something is missing: %(what)s")


class ExamNotOut(Refused):
    """Results that candidates cannot see yet are not taken."""

    code = "class.exam_not_out"
    sentence = lazy_gettext("The results of the exam are not out yet.")


class TooManyLearners(Refused):
    """A roster has its limit. Fact: `most`."""

    code = "class.too_many"
    status = 422
    sentence = lazy_gettext("A class has at most %(most)s people.")


class TooManySessions(Refused):
    """A timetable has its limit. Fact: `most`."""

    code = "class.too_many_sessions"
    status = 422
    sentence = lazy_gettext("A timetable has at most %(most)s sessions.")


class Marked(Refused):
    """Attendance was taken, or leave granted: the session stays."""

    code = "class.marked"
    sentence = lazy_gettext("Attendance of this session has been taken. It cannot be removed.")


class UploadUnfit(Refused):
    """The file is empty, too large or of an unknown kind."""

    code = "class.upload_unfit"
    status = 422
    sentence = lazy_gettext("Choose an .xlsx or .csv file with at most 2 MB and 2,000 rows.")


class UploadTaken(Refused):
    """Twice is once."""

    code = "class.upload_taken"
    sentence = lazy_gettext("The good rows of this file were taken before.")


class WrongCode(Refused):
    """Not what the screen of the room shows now."""

    code = "class.wrong_code"
    status = 422
    sentence = lazy_gettext("This is not the code that the room shows now. Look again: it changes.")


class NotNow(Refused):
    """Signing in has its time."""

    code = "class.not_now"
    sentence = lazy_gettext(
        "Signing in is possible from half an hour before a session until its end, unless the sheet has you already."
    )


class LeaveDecided(Refused):
    """Somebody was quicker."""

    code = "class.leave_decided"
    sentence = lazy_gettext("This request has been decided on meanwhile.")


class LearnerMarked(Refused):
    """What was written of somebody is not lost."""

    code = "class.learner_marked"
    sentence = lazy_gettext("Attendance of this person has been taken. Make them exempt with a reason instead.")


class MoreThanAll(Refused):
    """Nobody misses more than there was."""

    code = "class.more_than_all"
    status = 422
    sentence = lazy_gettext("Leave and absence together are more than the hours of the class.")
