"""What a harvest says of itself, in the language of the request: why it waits or failed, why a record was refused."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

REASONS: Mapping[str, LazyString] = {
    "away": lazy_gettext("The other side cannot be reached."),
    "name_unknown": lazy_gettext("The name %(host)s is not known. Is the network there?"),
    "too_slow": lazy_gettext("The other side answers too slowly."),
    "busy": lazy_gettext("The other side is busy (status %(status)s)."),
    "address": lazy_gettext("This is no base address: http or https with a host, nothing after a question mark."),
    "private_address": lazy_gettext("%(host)s lies in a network that may not be reached. The system administrator can allow it."),
    "certificate": lazy_gettext("The certificate of the other side is not valid."),
    "moved": lazy_gettext("The other side leads to another address (status %(status)s). Ask its keeper for the new one."),
    "status": lazy_gettext("The other side refused (status %(status)s)."),
    "too_large": lazy_gettext("An answer is larger than %(megabytes)s MB."),
    "encoding": lazy_gettext("The answer is packed in a way that was not asked for."),
    "empty": lazy_gettext("The answer is empty."),
    "xml_damaged": lazy_gettext("The answer is no well-formed XML, or its encoding is another than it says."),
    "xml_doctype": lazy_gettext("The answer defines entities of its own, which is not allowed."),
    "xml_deep": lazy_gettext("The answer is nested too deeply or holds too much."),
    "not_oai": lazy_gettext("There is no catalogue of OAI-PMH 2.0 at this address."),
    "answered": lazy_gettext("The other side refused the question (%(code)s). Is the set right?"),
    "token_too_long": lazy_gettext("The answer goes on with a token that is too long."),
    "token_again": lazy_gettext("The answer goes on where it was before; it would never end."),
    "token_refused": lazy_gettext("The other side does not know its own token any more."),
    "too_many_parts": lazy_gettext("There are more than %(most)s answers; take a set of it."),
    "too_many_records": lazy_gettext("There are more than %(most)s records; take a set of it."),
    "interrupted": lazy_gettext("The work was interrupted."),
    "stopped": lazy_gettext("Harvesting this catalogue was stopped."),
}  # fmt: skip
REFUSALS: Mapping[str, LazyString] = {
    "no_identifier": lazy_gettext("It has no identifier, or one that is too long."),
    "no_title": lazy_gettext("It has no title."),
}


def reason_of(reason: str, facts: Mapping[str, Any]) -> str:
    """Why a harvest waits or failed; a reason of another release in general words."""
    known = REASONS.get(reason)
    return str(known) % dict(facts) if known else gettext("The harvest cannot go on.")


def refusal_of(reason: str) -> str:
    """Why a record was not taken."""
    return str(REFUSALS.get(reason) or gettext("It cannot be taken."))
