"""Sentences for what is wrong with a credential."""

from flask_babel import lazy_gettext

#: code of a fault of its form (courseware.evidence.structure)
FAULTS = {
    "no_json": lazy_gettext("The text is no JSON."),
    "no_object": lazy_gettext("It is no object."),
    "no_address": lazy_gettext("It is no address (URI)."),
    "no_text": lazy_gettext("It is no text."),
    "no_moment": lazy_gettext("It is no moment with its time zone."),
    "no_key": lazy_gettext("It names no key that can be read."),
    "no_badge": lazy_gettext("It is no credential of Open Badges."),
    "missing": lazy_gettext("It is missing."),
    "empty": lazy_gettext("Nothing stands in it."),
    "nobody": lazy_gettext("It does not say whom it is about."),
    "unknown": lazy_gettext("No context defines this type."),
    "wrong_type": lazy_gettext("It is not of the type that belongs there."),
    "before_start": lazy_gettext("It ends before it begins."),
    "not_yet": lazy_gettext("It holds only from a later moment on."),
    "expired": lazy_gettext("Its time is over."),
}
#: outcome of a proof (courseware.evidence.proof.check)
OUTCOMES = {
    "": lazy_gettext("It holds"),
    "unsupported": lazy_gettext("Of a kind that cannot be checked here"),
    "malformed": lazy_gettext("Not in the right form"),
    "forged": lazy_gettext("It does not hold: the credential or the signature was changed"),
}
