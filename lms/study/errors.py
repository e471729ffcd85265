"""Why beats are not looked at."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class BadBeats(Refused):
    """Not what our page sends."""

    code = "study.bad_beats"
    status = 400
    sentence = lazy_gettext("The request could not be understood.")


class SessionOver(Refused):
    """The log-in of the page has ended; what waits in the browser is sent after the next one."""

    code = "study.session_over"
    status = 401
    sentence = lazy_gettext("Please sign in first.")
