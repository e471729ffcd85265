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
