"""The shape of what the player sends, and of a proposal on pass marks."""

from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import AnyOf, DataRequired, Length

from lms.fields import LineField
from lms.sitting.decisions import EQUATED, RESTORED
from lms.sitting.errors import BadEvents
from lms.sitting.service import MAX_EVENTS
from question_bank.attempt import FROM_CANDIDATE, OF_WINDOW, Incoming, Kind

_FIELDS = {"client", "seq", "kind", "slot", "response", "base"}
_LARGEST = 10**9


def incoming(body: object) -> list[Incoming]:
    """The events in a request's JSON; raises BadEvents for anything that is not exactly a list of them."""
    if not isinstance(body, dict) or set(body) != {"events"} or not isinstance(body["events"], list):
        raise BadEvents
    if not 1 <= len(body["events"]) <= MAX_EVENTS:
        raise BadEvents
    return [_event(entry) for entry in body["events"]]


def _event(entry: Any) -> Incoming:
    if not isinstance(entry, dict) or set(entry) != _FIELDS:
        raise BadEvents
    client = entry["client"]
    if not isinstance(client, str) or not 8 <= len(client) <= 22 or not client.isascii() or not client.isalnum():
        raise BadEvents
    if not isinstance(entry["kind"], str) or entry["kind"] not in FROM_CANDIDATE:
        raise BadEvents
    kind = Kind(entry["kind"])
    return Incoming(
        client=client,
        client_seq=_whole(entry["seq"]),
        kind=kind,
        slot=None if kind in OF_WINDOW and entry["slot"] is None else _whole(entry["slot"]),
        response=entry["response"],
        base=_whole(entry["base"]),
    )


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value < _LARGEST:
        raise BadEvents
    return value


class ProposalForm(FlaskForm):
    """Which pass marks shall count, and why."""

    kind = HiddenField(validators=[DataRequired(), AnyOf((EQUATED, RESTORED))])
    reason = LineField(lazy_gettext("Reason"), validators=[DataRequired(), Length(max=200)])
