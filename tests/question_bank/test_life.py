"""The life of an item, move by move."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.errors import NotAllowed
from question_bank.life import Move, Standing, State, first


def lived(*moves: Move | str, reviewed: bool = True, author: bool = False) -> Standing:
    """A new item after these moves; "word" is a newer wording."""
    standing = first(reviewed=reviewed)
    for move in moves:
        if move == "word":
            standing = standing.worded(reviewed=reviewed)
        else:
            standing = standing.moved(Move(move), author=author, reviewed=reviewed, comment="请核对条文")
    return standing


LIVES = [
    ((), State.DRAFT, None),
    (("submit",), State.IN_REVIEW, None),
    (("submit", "send_back"), State.DRAFT, None),
    (("submit", "withdraw", "submit", "approve"), State.READY, 1),
    (("submit", "approve", "word"), State.DRAFT, 1),
    (("submit", "approve", "word", "submit", "approve"), State.READY, 2),
    (("submit", "approve", "retire"), State.RETIRED, 1),
    (("submit", "approve", "retire", "restore"), State.READY, 1),
    (("submit", "retire", "restore"), State.DRAFT, None),
    (("submit", "try"), State.TRIAL, 1),
    (("submit", "try", "approve"), State.READY, 1),
    (("submit", "try", "word"), State.DRAFT, None),
    (("submit", "try", "retire", "restore"), State.DRAFT, None),
]


@pytest.mark.parametrize(("moves", "state", "drawn"), LIVES)
def test_lives_in_a_pool_with_review(moves: tuple[str, ...], state: State, drawn: int | None) -> None:
    """
    State of the newest wording, and the wording that the draw takes.
    """
    standing = lived(*moves)

    assert (standing.state, standing.drawn) == (state, drawn)


def test_without_review_a_wording_counts_at_once() -> None:
    """
    New items and new wordings are in the draw as soon as they are kept; a retired one stays out.
    """
    assert lived(reviewed=False) == Standing(State.READY, 1, 1)
    assert lived("word", reviewed=False) == Standing(State.READY, 2, 2)
    assert lived("retire", "word", reviewed=False) == Standing(State.RETIRED, 2, 2)


def test_the_author_does_not_approve() -> None:
    """
    Where the pool asks for review, neither for the draw nor for a field test.
    """
    for move in (Move.APPROVE, Move.TRY):
        with pytest.raises(NotAllowed) as refused:
            lived("submit").moved(move, author=True, reviewed=True)
        assert refused.value.facts["reason"] == "author"
    assert Move.APPROVE not in lived("submit").moves(author=True, reviewed=True)


def test_sending_back_needs_words() -> None:
    """
    The author is told why.
    """
    with pytest.raises(NotAllowed) as refused:
        lived("submit").moved(Move.SEND_BACK, author=False, reviewed=True, comment=" ")
    assert refused.value.facts["reason"] == "comment"


def test_a_changed_law_takes_an_item_out_of_the_draw_until_somebody_has_looked() -> None:
    """
    Suspended it is not drawn; cleared, or approved in a newer wording, it is.
    """
    standing = lived("submit", "approve", "suspend")

    assert not standing.may_be_drawn
    assert standing.moved(Move.CLEAR, author=True, reviewed=True).may_be_drawn
    again = standing.worded(reviewed=True).moved(Move.SUBMIT, author=True, reviewed=True)
    assert not again.may_be_drawn
    assert again.moved(Move.APPROVE, author=False, reviewed=True).may_be_drawn


@given(st.lists(st.sampled_from(["word", *Move]), max_size=25), st.booleans(), st.booleans())
def test_whatever_is_done_the_draw_takes_an_approved_wording(moves: list[str], reviewed: bool, author: bool) -> None:
    """
    In a pool with review nothing is drawn that nobody approved; a wording in the draw always exists.
    """
    standing, approved = first(reviewed=reviewed), {1} if not reviewed else set()
    for move in moves:
        if move == "word":
            standing = standing.worded(reviewed=reviewed)
            approved |= set() if reviewed else {standing.newest}
        elif move in standing.moves(author=author, reviewed=reviewed):
            standing = standing.moved(Move(move), author=author, reviewed=reviewed, comment="意见")
            approved |= {standing.newest} if move in (Move.APPROVE, Move.TRY) else set()
        assert standing.drawn is None or standing.drawn in approved
        assert standing.drawn is None or standing.drawn <= standing.newest
        assert not (standing.may_be_drawn and standing.on_trial)


RELABELLED = [
    ((), Standing(State.DRAFT, 2, None)),
    (("submit",), Standing(State.IN_REVIEW, 2, None)),
    (("submit", "approve"), Standing(State.READY, 2, 2)),
    (("submit", "try"), Standing(State.TRIAL, 2, 2)),
    (("submit", "approve", "word"), Standing(State.DRAFT, 3, 1)),
    (("submit", "approve", "retire"), Standing(State.RETIRED, 2, 2)),
    (("submit", "approve", "suspend"), Standing(State.READY, 2, 2, "law_changed")),
]


@pytest.mark.parametrize(("moves", "after"), RELABELLED)
def test_other_labels_keep_what_was_approved_and_what_is_suspended(moves: tuple[str, ...], after: Standing) -> None:
    """
    A version with the same words and key stands where the one before stood.
    """
    assert lived(*moves).relabelled() == after


TAKEN_BACK = [
    (("submit", "approve"), (), Standing(State.READY, 3, 3)),
    (("submit", "approve"), ("submit",), Standing(State.READY, 3, 3)),
    (("submit", "approve"), ("retire",), Standing(State.RETIRED, 3, 3)),
    (("submit", "try"), (), Standing(State.TRIAL, 3, 3)),
    (("submit", "try"), ("retire",), Standing(State.RETIRED, 3, None)),
    (("submit", "approve", "word"), (), Standing(State.DRAFT, 4, 1)),
    (("submit", "approve", "suspend"), ("submit", "approve"), Standing(State.READY, 3, 3, "law_changed")),
    (("submit", "approve"), ("suspend",), Standing(State.READY, 3, 3, "law_changed")),
]


@pytest.mark.parametrize(("moves", "since", "after"), TAKEN_BACK)
def test_a_wording_taken_back_stands_as_what_it_repeats(
    moves: tuple[str, ...], since: tuple[str, ...], after: Standing
) -> None:
    """
    Approved as far as the repeated version was; what was retired or suspended since stays so, and a law that had
    changed before has changed again.
    """
    before = lived(*moves)
    now = before.worded(reviewed=True)
    for move in since:
        now = now.moved(Move(move), author=False, reviewed=True)

    assert now.taken_back(before) == after
