"""What values of the personnel file are called, on pages and in Chinese workbooks."""

from flask_babel import lazy_gettext

from lms.particulars.queries import Political

GENDER_NAMES = {"female": lazy_gettext("female"), "male": lazy_gettext("male")}
POLITICAL_NAMES = {
    Political.MEMBER: lazy_gettext("Member of the party"),
    Political.PROBATIONARY: lazy_gettext("Probationary member of the party"),
    Political.LEAGUE: lazy_gettext("Member of the youth league"),
    Political.DEMOCRATIC: lazy_gettext("Member of another democratic party"),
    Political.NONE: lazy_gettext("No party"),
}
