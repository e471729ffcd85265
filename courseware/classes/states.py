"""How a class goes: planned, handed in, approved or sent back, held, closed; each step only from where it can be taken."""

from datetime import date
from enum import StrEnum

from courseware.errors import BadMove


class State(StrEnum):
    """How far a class is. DROPPED: it is not held."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    CLOSING = "closing"
    CLOSED = "closed"
    DROPPED = "dropped"


class Move(StrEnum):
    """A step. RETURN and REOPEN send plan and closing back to whoever handed them in."""

    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    PROPOSE = "propose"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    DROP = "drop"


_AFTER = {
    (State.DRAFT, Move.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Move.APPROVE): State.APPROVED,
    (State.SUBMITTED, Move.RETURN): State.DRAFT,
    (State.APPROVED, Move.PROPOSE): State.CLOSING,
    (State.APPROVED, Move.RETURN): State.DRAFT,
    (State.CLOSING, Move.CONFIRM): State.CLOSED,
    (State.CLOSING, Move.REOPEN): State.APPROVED,
    (State.DRAFT, Move.DROP): State.DROPPED,
    (State.APPROVED, Move.DROP): State.DROPPED,
}
#: what somebody else decides than whoever handed it in
DECISIONS = frozenset({Move.APPROVE, Move.RETURN, Move.CONFIRM, Move.REOPEN})
#: what cannot be done without saying why
REASONED = frozenset({Move.RETURN, Move.REOPEN, Move.DROP})
#: where roster and timetable may still change
OPEN = frozenset({State.DRAFT, State.SUBMITTED, State.APPROVED})


def after(state: State, move: Move) -> State:
    """The state that a move leads to; raises BadMove where it cannot be made."""
    try:
        return _AFTER[state, move]
    except KeyError:
        raise BadMove(state=str(state), move=str(move)) from None


def moves(state: State) -> tuple[Move, ...]:
    """The moves that can be made from a state, in the order in which a class makes them."""
    return tuple(move for held, move in _AFTER if held is state)


def phase(state: State, first: date, last: date, today: date) -> str:
    """The state as people see it: of an approved class "soon", "running" or "over" by its days, else the state."""
    if state is not State.APPROVED:
        return str(state)
    if today < first:
        return "soon"
    return "running" if today <= last else "over"


def decides(owner: str, paths: tuple[str, ...]) -> bool:
    """
    Whether a right for these subtrees reaches to decide on a class of the unit at `owner` (paths such as "/1/4/").

    It must be given for a unit above; of the whole organisation, or of its top unit, it reaches everything.
    """
    return any(owner.startswith(path) and (path != owner or path.count("/") <= 2) for path in paths)
