"""Tickets: a short signed text that lets one log-in write to one thing without asking the database who it is.

A page holds it and sends it in a header, so another site cannot (it is a proof against forged requests too). It is bound
to the browser's session cookie: a ticket without the cookie it was made for opens nothing. Whether the session still
lives is asked where the thing is written, in the same statement that reads the thing.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

HEADER = "X-Ticket"
MAX_LENGTH = 200
_PURPOSE = b"shuyuan ticket 1\0"
_SIGNATURE = 18


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may write to what: public id of the thing, person and session."""

    thing: str
    person_id: int
    session_id: int


def issue(ticket: Ticket, *, token: str, key: str) -> str:
    """The text of a ticket for the browser whose session cookie holds `token`."""
    payload = f"{ticket.thing}.{ticket.person_id}.{ticket.session_id}"
    return f"{payload}.{_signature(payload, token, key)}"


def read(text: str, *, token: str, key: str) -> Ticket | None:
    """The ticket of a text, None unless it is one of ours for the browser that sent it."""
    payload, _dot, signature = text.rpartition(".")
    parts = payload.split(".")
    if len(text) > MAX_LENGTH or not token or len(parts) != 3 or not (parts[1] + parts[2]).isdecimal():
        return None
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(payload, token, key).encode()):
        return None
    return Ticket(parts[0], int(parts[1]), int(parts[2]))


def _signature(payload: str, token: str, key: str) -> str:
    bound = hashlib.sha256(token.encode("utf-8", "replace")).digest()
    signed = hmac.digest(key.encode(), _PURPOSE + bound + payload.encode("utf-8", "replace"), "sha256")
    return base64.urlsafe_b64encode(signed[:_SIGNATURE]).decode()
