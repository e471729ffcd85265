"""The life of an item: which state its newest wording is in, who may move it on, and which wording may be drawn.

An item may be in the draw by an older wording while a newer one is being written: the draw takes the wording that
was approved last. Somebody other than the author approves, wherever a pool asks for review.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from question_bank.errors import NotAllowed


class State(StrEnum):
    """Where the newest wording stands. `READY` is what people call approved."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    READY = "ready"
    #: field test: asked, but not counted
    TRIAL = "trial"
    RETIRED = "retired"


class Move(StrEnum):
    """What may be done to an item besides wording it anew."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    TRY = "try"
    RETIRE = "retire"
    RESTORE = "restore"
    #: the law it rests on has changed: out of the draw until somebody has looked
    SUSPEND = "suspend"
    CLEAR = "clear"


#: moves of those who review; the others are the editors'
REVIEWING = frozenset({Move.SEND_BACK, Move.APPROVE, Move.TRY, Move.CLEAR})
#: moves that need words to the author
NEEDS_COMMENT = frozenset({Move.SEND_BACK})
#: why an item is out of the draw although it was approved
LAW_CHANGED = "law_changed"
_FROM: Mapping[Move, frozenset[State]] = {
    Move.SUBMIT: frozenset({State.DRAFT}),
    Move.WITHDRAW: frozenset({State.IN_REVIEW}),
    Move.SEND_BACK: frozenset({State.IN_REVIEW}),
    Move.APPROVE: frozenset({State.IN_REVIEW, State.TRIAL}),
    Move.TRY: frozenset({State.IN_REVIEW, State.READY}),
    Move.RETIRE: frozenset(State) - {State.RETIRED},
    Move.RESTORE: frozenset({State.RETIRED}),
    Move.SUSPEND: frozenset(State) - {State.RETIRED},
    Move.CLEAR: frozenset(State),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """An item as its life goes: state and number of the newest wording, the wording in the draw (None: none), and
    why it is out of the draw all the same ("" when it is not).
    """

    state: State
    newest: int
    drawn: int | None
    suspended: str = ""

    @property
    def may_be_drawn(self) -> bool:
        """Whether papers may hold it, by the wording `drawn`."""
        return self.drawn is not None and not self.suspended and self.state not in (State.RETIRED, State.TRIAL)

    @property
    def on_trial(self) -> bool:
        """Whether it may be asked without counting."""
        return self.state is State.TRIAL and not self.suspended

    def moves(self, *, author: bool, reviewed: bool) -> tuple[Move, ...]:
        """What somebody with every right might do now; `author`: wrote the newest wording."""
        return tuple(move for move in Move if not self._refusal(move, author=author, reviewed=reviewed))

    def moved(self, move: Move, *, author: bool, reviewed: bool, comment: str = "") -> "Standing":
        """The standing after a move; raises NotAllowed (facts `move`, `reason`)."""
        refusal = self._refusal(move, author=author, reviewed=reviewed)
        if not refusal and move in NEEDS_COMMENT and not comment.strip():
            refusal = "comment"
        if refusal:
            raise NotAllowed(move=move.value, reason=refusal)
        return self._after(move)

    def is_done(self, move: Move) -> bool:
        """Whether retiring or restoring would change nothing."""
        retired = self.state is State.RETIRED
        return (move is Move.RETIRE and retired) or (move is Move.RESTORE and not retired)

    def worded(self, *, reviewed: bool) -> "Standing":
        """The standing after a newer wording: a draft where the pool asks for review, ready at once elsewhere."""
        number = self.newest + 1
        if reviewed:
            drawn = None if self.state is State.TRIAL else self.drawn
            return replace(self, state=State.DRAFT, newest=number, drawn=drawn)
        state = self.state if self.state in (State.RETIRED, State.TRIAL) else State.READY
        return replace(self, state=state, newest=number, drawn=number, suspended="")

    def relabelled(self) -> "Standing":
        """The standing after other particulars for the same words and key: what was approved stays approved, what is
        suspended stays so. Papers go on taking an older wording while a newer one is not approved.
        """
        number = self.newest + 1
        return replace(self, newest=number, drawn=number if self.drawn == self.newest else self.drawn)

    def taken_back(self, before: "Standing") -> "Standing":
        """The standing when the newest version is replaced by one that says what the version `before.newest` said:
        it counts as approved as far as that version was. What was retired or suspended since stays so.
        """
        number = self.newest + 1
        drawn = number if before.drawn == before.newest else before.drawn
        suspended = self.suspended or before.suspended
        if self.state is not State.RETIRED:
            return Standing(before.state, number, drawn, suspended)
        # what was on trial has not been approved for the draw
        return Standing(State.RETIRED, number, None if before.state is State.TRIAL else drawn, suspended)

    def _refusal(self, move: Move, *, author: bool, reviewed: bool) -> str:
        if self.state not in _FROM[move]:
            return "state"
        if move is Move.CLEAR and not self.suspended:
            return "state"
        if move is Move.SUSPEND and self.suspended:
            return "state"
        if move in (Move.APPROVE, Move.TRY) and author and reviewed:
            return "author"
        return ""

    def _after(self, move: Move) -> "Standing":
        restored = State.READY if self.drawn is not None and self.drawn == self.newest else State.DRAFT
        passed = {"drawn": self.newest, "suspended": ""}
        changes: dict[Move, dict[str, object]] = {
            Move.SUBMIT: {"state": State.IN_REVIEW},
            Move.WITHDRAW: {"state": State.DRAFT},
            Move.SEND_BACK: {"state": State.DRAFT},
            Move.APPROVE: {"state": State.READY} | passed,
            Move.TRY: {"state": State.TRIAL} | passed,
            # what was on trial has not been approved for the draw
            Move.RETIRE: {"state": State.RETIRED} | ({"drawn": None} if self.state is State.TRIAL else {}),
            Move.RESTORE: {"state": restored},
            Move.SUSPEND: {"suspended": LAW_CHANGED},
            Move.CLEAR: {"suspended": ""},
        }
        return replace(self, **changes[move])  # type: ignore[arg-type]  # each value fits its field


def first(*, reviewed: bool) -> Standing:
    """The standing of a new item."""
    return Standing(State.DRAFT, 1, None) if reviewed else Standing(State.READY, 1, 1)
