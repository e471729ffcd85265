"""Why somebody is not let in."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class NotAdmitted(Refused):
    """Browser, computer or code are not what the exam asks for; `lacks` names them."""

    code = "admission.refused"
    status = 403
    sentence = lazy_gettext("You cannot enter this exam in this way. Open its page to see what is missing.")


class WrongCode(Refused):
    """Not the code of the room."""

    code = "admission.wrong_code"
    status = 422
    sentence = lazy_gettext("This is not the code of your room. Look at the board once more, or ask the invigilator.")


class TooManyCodes(Refused):
    """So many wrong codes that the next one has to wait."""

    code = "admission.too_many_codes"
    status = 429
    sentence = lazy_gettext("Too many wrong codes. The next one is looked at from %(moment)s on; the invigilator can let you in by hand.")  # fmt: skip


class RoomExists(Refused):
    """Another room of the exam has this name."""

    code = "supervision.room_exists"
    status = 422
    sentence = lazy_gettext("There is a room of this name already.")


class SeatTaken(Refused):
    """Somebody else sits there, or there is no such seat."""

    code = "supervision.seat_taken"
    status = 422
    sentence = lazy_gettext("There is no such seat in this room, or somebody sits there already.")


class NotOneself(Refused):
    """Whoever supervises is a candidate too, and lets nobody in who is themselves."""

    code = "admission.not_oneself"
    status = 403
    sentence = lazy_gettext("Another invigilator must let you in.")


class NoSnapshot(Refused):
    """Not a picture as the page of an attempt takes them, or one that nobody consented to."""

    code = "admission.no_snapshot"
    status = 422
    sentence = lazy_gettext("This picture is not taken here.")


class TooManySnapshots(Refused):
    """They come more often than they should."""

    code = "admission.too_many_snapshots"
    status = 429
    sentence = lazy_gettext("Too many requests. Please wait a moment.")
