"""What courses and plans refuse."""

from flask_babel import lazy_gettext

from lms.errors import Refused, describe

describe({"courseware.bad_rule": lazy_gettext("This cannot be used: %(field)s.")})


class NotOpen(Refused):
    """A plan that is not open cannot do this."""

    code = "plan.not_open"
    sentence = lazy_gettext("This plan is not open.")


class NotDraft(Refused):
    """A plan is opened once."""

    code = "plan.not_draft"
    sentence = lazy_gettext("This plan was opened before.")


class Exempt(Refused):
    """Somebody exempt is exempt already, or somebody expected is expected already."""

    code = "plan.exempt"
    sentence = lazy_gettext("Somebody else has changed this meanwhile. Look again.")
