"""What the page of an attempt sends, and what it is told: one function for each address that a ticket opens."""

from typing import Any

from lms.accounts.gate import Ticket
from lms.clock import now
from lms.sitting import presence, service
from lms.sitting.forms import incoming
from question_bank.timing import Time


def events(who: Ticket, body: object) -> dict[str, Any]:
    """Keep answers; what is answered here is on disk. Raises what `incoming` and `service.save` raise."""
    saved = service.save(who, incoming(body))
    return {
        "last": saved.last,
        "remaining": remaining(saved.time),
        "paused": saved.time.paused_at is not None,
        "extra": saved.extra_seconds,
        "current": saved.superseded,
        "over": saved.over,
    }


def state(who: Ticket) -> dict[str, Any]:
    """The server's clock, whether the time stands still, and whether this log-in may still write; raises NotFound."""
    found = presence.pulse(who)
    return {
        "remaining": remaining(found.time),
        "paused": found.time.paused_at is not None,
        "extra": found.extra_seconds,
        "over": found.ended or not found.time.is_open(now()),
        "live": found.live,
        "last": found.last,
    }


def hand_in(who: Ticket, root: str) -> dict[str, Any]:
    """End the attempt; where its page goes on to, below the root of our addresses. Raises NotFound and Elsewhere."""
    service.hand_in(who)
    return {"next": f"{root}/sitting/{who.thing}/result"}


def remaining(time: Time) -> int:
    """Milliseconds until the deadline, as the server sees it."""
    return int(time.left(now()).total_seconds() * 1000)
