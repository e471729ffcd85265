"""Spaced repetition against the published vectors of FSRS-6, and our own rules around it."""

import json
import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.spacing import (
    AGAIN,
    EASY,
    GOOD,
    HARD,
    RETENTION,
    Card,
    first,
    quick,
    rating_of,
    retrievability,
    reviewed,
)

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LETTERS = {"A": AGAIN, "H": HARD, "G": GOOD, "E": EASY}


def kept(card: Card) -> Card:
    """As it comes back from where it was stored."""
    return Card.from_record(json.loads(json.dumps(card.to_record())))


@pytest.fixture(scope="module")
def vectors() -> Any:
    """The published vectors; a test that needs them skips where they are not."""
    path = CORPORA / "assessment" / "expected.json"
    if not path.is_file():
        pytest.skip(f"no reference data at {path}")
    return json.loads(path.read_text(encoding="utf-8"))["fsrs6_default"]


@pytest.mark.corpora
def test_intervals_are_the_published_ones(vectors: Any) -> None:
    """
    Thirteen answers, each when the question is due, in days (A15); the card is stored between any two.
    """
    card, days = first(NOON), []
    for letter in vectors["ratings"]:
        card = kept(reviewed(card, LETTERS[letter], card.due))
        assert card.last is not None
        days.append((card.due - card.last).days)

    assert days == vectors["intervals_days"]


@pytest.mark.corpora
def test_memory_is_the_published_one(vectors: Any) -> None:
    """
    Stability and difficulty after six answers at given days (A15).
    """
    card, at = first(NOON), NOON
    for letter, gap in zip(vectors["memo_ratings"], vectors["memo_gaps"], strict=True):
        at += gap * DAY
        card = kept(reviewed(card, LETTERS[letter], at))

    assert card.stability == pytest.approx(vectors["S"], abs=1e-5)
    assert card.difficulty == pytest.approx(vectors["D"], abs=1e-6)  # published in single precision


def test_a_first_answer_by_the_published_weights() -> None:
    """
    The first four weights are the stability after the first answer; right twice, and it is due in days.
    """
    for rating, stability in ((AGAIN, 0.212), (HARD, 1.2931), (GOOD, 2.3065), (EASY, 8.2956)):
        assert reviewed(first(NOON), rating, NOON).stability == stability
    once = reviewed(first(NOON), GOOD, NOON)
    twice = reviewed(once, GOOD, once.due)

    assert once.due == NOON + timedelta(minutes=10)
    assert twice.due == once.due + 2 * DAY


RATINGS = st.lists(st.tuples(st.sampled_from([AGAIN, HARD, GOOD, EASY]), st.integers(0, 60)), min_size=1, max_size=12)


@given(RATINGS)
def test_questions_fall_due_when_memory_has_sunk(answers: list[tuple[int, int]]) -> None:
    """
    Whatever the answers: difficulty within 1 and 10, due after the answer; where it is days the chance to remember is
    then about .9; what is stored goes on alike.
    """
    card, again, at = first(NOON), first(NOON), NOON
    for rating, days in answers:
        at += days * DAY
        card, again = reviewed(card, rating, at), kept(reviewed(again, rating, at))
        assert card == again
        assert card.due > at
        assert card.difficulty is not None
        assert 1 <= card.difficulty <= 10
        assert retrievability(card, at) == 1
        if card.due - at > 8 * DAY:
            assert retrievability(card, card.due) == pytest.approx(RETENTION, abs=0.01)


@pytest.mark.parametrize(("exam", "due"), [(30, 30), (400, 46), (0, 46), (-5, 46), (None, 46)])
def test_nothing_falls_due_after_the_exam(exam: int | None, due: int) -> None:
    """
    In days: an exam ahead bounds it, a later one or one that is over does not.
    """
    card = first(NOON)
    for _ in range(3):
        card = reviewed(card, GOOD, card.due)
    at = card.due
    found = reviewed(card, GOOD, at, None if exam is None else at + exam * DAY)

    assert (found.due - at).days == due
    assert found.stability == reviewed(card, GOOD, at).stability


@pytest.mark.parametrize(
    ("share", "seconds", "streak", "rating"),
    [
        (0.0, 5, 5, AGAIN),
        (0.99, 5, 5, AGAIN),
        (1.0, 41, 0, HARD),
        (1.0, 41, 9, HARD),
        (1.0, 40, 9, GOOD),
        (1.0, 15, 0, GOOD),
        (1.0, 15, 1, GOOD),
        (1.0, 15, 2, EASY),
        (1.0, 16, 2, GOOD),
        (1.0, None, 2, GOOD),
    ],
)
def test_ratings_of_answers(share: float, seconds: float | None, streak: int, rating: int) -> None:
    """
    With a median of twenty seconds: wrong, slow, right, quick for the third time.
    """
    assert rating_of(share, seconds, 20, streak) == rating
    assert quick(share, seconds, 20) == (share == 1 and seconds == 15)
    assert rating_of(1.0, seconds, None, streak) == GOOD


def test_times_of_other_zones_are_the_same_times() -> None:
    """
    Noon in Greenwich and eight in the evening in Peking make one card, in UTC.
    """
    evening = NOON.astimezone(timezone(timedelta(hours=8)))

    assert reviewed(first(evening), GOOD, evening) == reviewed(first(NOON), GOOD, NOON)
    assert first(evening).to_record()["due"].endswith("+00:00")


def test_what_nobody_answered_is_not_remembered() -> None:
    """
    A new card: due at once, nothing remembered, and small as a record.
    """
    card = first(NOON)

    assert card.due == NOON
    assert retrievability(card, NOON + DAY) == 0
    assert card.to_record() == {"f": 1, "due": "2026-03-02T12:00:00+00:00", "state": 1, "step": 0}
    assert len(json.dumps(reviewed(card, GOOD, NOON).to_record())) < 200


@pytest.mark.parametrize(
    "refused",
    [
        lambda: first(NOON.replace(tzinfo=None)),
        lambda: reviewed(first(NOON), 0, NOON),
        lambda: reviewed(reviewed(first(NOON), GOOD, NOON), GOOD, NOON - DAY),
        lambda: retrievability(first(NOON), NOON.replace(tzinfo=None)),
        lambda: rating_of(1.5, 1, 1, 0),
        lambda: Card.from_record(first(NOON).to_record() | {"state": 9}),
        lambda: Card.from_record(first(NOON).to_record() | {"due": "2026-03-02T12:00:00"}),
    ],
)
def test_what_is_no_time_or_rating_is_refused(refused: Any) -> None:
    """
    Times without zones, answers before the last one, ratings and states there are not.
    """
    with pytest.raises(ValueError, match=r"\w"):
        refused()


def test_a_record_of_another_format_is_refused() -> None:
    """
    Rather than read wrongly.
    """
    with pytest.raises(KeyError):
        Card.from_record({"f": 2})
