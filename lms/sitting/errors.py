"""Why an attempt cannot be started, written to or seen. The player knows these codes."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class NotOpen(Refused):
    """The exam has not begun or is over."""

    code = "attempt.not_open"
    sentence = lazy_gettext("This exam is not open now.")


class AttemptOver(Refused):
    """The attempt was handed in or its time is over; what was sent is kept as evidence and does not count."""

    code = "attempt.over"
    sentence = lazy_gettext("This attempt is over.")


class Elsewhere(Refused):
    """Another log-in has taken the attempt over."""

    code = "attempt.elsewhere"
    sentence = lazy_gettext("This attempt goes on in another window or on another computer.")


class FileRefused(Refused):
    """A file that is not taken; `reason` as in WHY_NO_FILE. Nothing of it is kept."""

    code = "attempt.file_refused"
    status = 422
    sentence = lazy_gettext("The file was not taken: %(words)s")

    def __init__(self, reason: str, **facts: object) -> None:
        words = WHY_NO_FILE[reason]
        super().__init__(reason=reason, words=str(words) % facts if facts else words)


#: reasons of FileRefused, those of `lms.answer_files.kinds.Unfit` among them
WHY_NO_FILE = {
    "empty": lazy_gettext("it is empty."),
    "too_large": lazy_gettext("it is larger than %(megabytes)s MB."),
    "cut": lazy_gettext("it did not arrive whole. Send it again."),
    "name": lazy_gettext("its name does not end in one of: %(endings)s."),
    "kind": lazy_gettext("what is in it is not what its name says."),
    "damaged": lazy_gettext("it is damaged, or not as such a file should be."),
    "encrypted": lazy_gettext("it is locked by a password."),
    "embedded": lazy_gettext(
        "it holds parts (embedded files, drawings, programs) that cannot be freed of your name. Save it as PDF and send that."
    ),
    "large": lazy_gettext("it unpacks to too much: too many pixels, pages or parts."),
    "slow": lazy_gettext("it took too long to look through. Save it as PDF, or send it again later."),
    "too_many": lazy_gettext(
        "you have sent as many files to this question as is possible. The last one that was taken stands."
    ),
    "too_much": lazy_gettext(
        "your files together are larger than this exam takes. The last one that was taken stands."
    ),
}


class StillOpen(Refused):
    """Evidence is taken of attempts that are over; the answers of others go the way of answers."""

    code = "attempt.still_open"
    sentence = lazy_gettext("This attempt is not over.")


class NotVisible(Refused):
    """The result is not released yet."""

    code = "attempt.not_released"
    sentence = lazy_gettext("The result is not released yet.")


class BadEvents(Refused):
    """What the browser sent is no list of events."""

    code = "attempt.bad_events"
    status = 400
    sentence = lazy_gettext("The answers sent could not be understood.")


class EventConflict(Refused):
    """The same (window, count) came twice with different content."""

    code = "attempt.event_conflict"
    sentence = lazy_gettext("The same answer was sent twice with different content.")


class NotEquable(Refused):
    """The exam's papers are alike, results are still to come, or it is so already."""

    code = "exam.not_equable"
    sentence = lazy_gettext(
        "Pass marks of papers can be decided on when the exam is over, every result is there and papers differ."
    )


class Unsound(Refused):
    """Not enough is known of the questions."""

    code = "exam.pass_marks_unsound"
    sentence = lazy_gettext(
        "Too little is known of these questions: pass marks of papers would not make the exam fairer."
    )


class Outdated(Refused):
    """Attempts were declared void since."""

    code = "exam.pass_marks_outdated"
    sentence = lazy_gettext("The figures are not of the attempts that count now. Have them worked out again.")


class Undecided(Refused):
    """One proposal after the other."""

    code = "exam.undecided"
    sentence = lazy_gettext("An earlier proposal is not decided or not carried out yet.")


class OwnProposal(Refused):
    """Four eyes."""

    code = "exam.own_proposal"
    sentence = lazy_gettext("Somebody other than its author must agree to a proposal.")


class SatIt(Refused):
    """Nobody decides about their own result."""

    code = "exam.sat_it"
    sentence = lazy_gettext("Who sat this exam takes no part in decisions about its pass marks.")


class NotRemarkable(Refused):
    """Results are still to come."""

    code = "exam.not_remarkable"
    sentence = lazy_gettext("An exam can be scored again when it is over and every result is there.")


class PassMarksFirst(Refused):
    """The papers' own pass marks rest on the marks."""

    code = "exam.pass_marks_first"
    sentence = lazy_gettext(
        "The papers' own pass marks count in this exam. Bring the exam's pass mark back first; afterwards they can be worked out again."
    )


class NothingToReverse(Refused):
    """There is no remark, or it was reversed."""

    code = "exam.nothing_to_reverse"
    sentence = lazy_gettext("There is no change of scoring to take back.")


class RemarkUnfit(Refused):
    """A remark that cannot be; `reason` as in `question_bank.remarking.refusal`."""

    code = "exam.remark_unfit"
    status = 422
    sentence = lazy_gettext("This change cannot be made: %(words)s")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason, words=WHY_UNFIT.get(reason, reason))


#: by the codes of `question_bank.remarking.refusal`
WHY_UNFIT = {
    "empty": lazy_gettext("nothing was chosen."),
    "unknown_version": lazy_gettext("the question is not in this exam."),
    "other_question": lazy_gettext("the newer wording has other options or blanks than the question that was asked."),
    "same_key": lazy_gettext("the key is the one by which it was scored."),
    "by_hand": lazy_gettext("people mark this question."),
    "bad_answer": lazy_gettext("choose an answer."),
    "bad_pass_mark": lazy_gettext("the pass mark is not within the full marks."),
    "bad_marks": lazy_gettext("a mark is below nothing."),
}


class BeingDealt(Refused):
    """One dealing after the other."""

    code = "exam.being_dealt"
    sentence = lazy_gettext("The papers are being dealt. Wait until that is done.")


class DealtTooLate(Refused):
    """Papers stay as they are from the bell on."""

    code = "exam.dealt_too_late"
    sentence = lazy_gettext(
        "Papers can be dealt anew only before the exam opens, while nobody has begun and each has a paper of their own."
    )
