"""What supervision refuses."""

from flask_babel import lazy_gettext

from lms.errors import Refused


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


class NoCandidate(Refused):
    """The person may not sit this exam."""

    code = "supervision.no_candidate"
    status = 422
    sentence = lazy_gettext("Nobody with the staff number %(number)s may sit this exam.")
