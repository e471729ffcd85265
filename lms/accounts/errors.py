"""What accounts refuse, each with its code and sentence."""

from enum import StrEnum

from flask_babel import lazy_gettext

from lms.errors import Refused


class Weakness(StrEnum):
    """Why a policy refuses a password."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    CONTEXT = "context"
    CLASSES = "classes"
    REUSED = "reused"


class WrongCredentials(Refused):
    """Unknown name, wrong password, disabled account: one answer for all three."""

    code = "accounts.wrong_credentials"
    status = 403
    sentence = lazy_gettext("Staff number and password do not fit together.")


class TooManyAttempts(Refused):
    """The account is closed to this address for some minutes (`minutes`)."""

    code = "accounts.too_many_attempts"
    status = 429
    sentence = lazy_gettext("Too many attempts. Try again in %(minutes)s min, or ask the security administrator.")


class Busy(Refused):
    """Too many people sign in at this very moment."""

    code = "accounts.busy"
    status = 503
    retry_after = 3
    sentence = lazy_gettext("Many people are signing in right now. Please try again in a few seconds.")


class WrongCode(Refused):
    """A one-time code that is wrong, expired or used."""

    code = "accounts.wrong_code"
    status = 403
    sentence = lazy_gettext("This code is wrong, was used already or has expired.")


class WeakPassword(Refused):
    """A new password the policy refuses; `weaknesses` names every reason."""

    code = "accounts.weak_password"
    status = 422
    sentence = lazy_gettext("This password cannot be used.")

    def __init__(self, weaknesses: tuple[Weakness, ...]) -> None:
        super().__init__(weaknesses=", ".join(weaknesses))
        self.weaknesses = weaknesses


class RolesConflict(Refused):
    """System, security and audit administration may not meet in one hand (`roles`)."""

    code = "accounts.roles_conflict"
    status = 409
    sentence = lazy_gettext("One person may hold only one of these: %(roles)s.")


class OwnRights(Refused):
    """Nobody changes their own rights or account."""

    code = "accounts.own_rights"
    status = 403
    sentence = lazy_gettext(
        "Nobody gives rights to themselves, takes them from themselves or closes their own account."
    )


class AlreadyGranted(Refused):
    """The person has this role for this part already."""

    code = "accounts.already_granted"
    sentence = lazy_gettext("This person has this role for this part already.")


class StaffNumberTaken(Refused):
    """Another person has this staff number (`staff_number`)."""

    code = "accounts.staff_number_taken"
    sentence = lazy_gettext("The staff number %(staff_number)s belongs to somebody else.")


class UnitCodeTaken(Refused):
    """Another unit has this code (`unit_code`)."""

    code = "accounts.unit_code_taken"
    sentence = lazy_gettext("The code %(unit_code)s belongs to another unit.")


class UnitClosed(Refused):
    """The unit (`unit`) is no more."""

    code = "accounts.unit_closed"
    sentence = lazy_gettext("%(unit)s is closed.")


class UnitNotEmpty(Refused):
    """A unit with people or units in it (`people`, `units`) cannot be closed."""

    code = "accounts.unit_not_empty"
    sentence = lazy_gettext("There are still %(people)s people and %(units)s units in it.")


class UnitInsideItself(Refused):
    """A unit cannot be moved or merged below itself."""

    code = "accounts.unit_inside_itself"
    sentence = lazy_gettext("A unit cannot stand below itself.")


class DayRefused(Refused):
    """A change dated (`day`) in the future, or before the one it follows."""

    code = "accounts.day_refused"
    status = 422
    sentence = lazy_gettext("%(day)s cannot be the day of this change: it is in the future or before the last change.")


class BadValue(Refused):
    """A value (`field`) that is empty, too long or has control characters."""

    code = "accounts.bad_value"
    status = 422
    sentence = lazy_gettext("%(field)s is empty, too long or has characters that cannot be used.")
