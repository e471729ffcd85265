"""Progress is a function of the set of events, and a new version keeps what was earned."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.credit import credit
from courseware.hours import Hours
from courseware.progress import Act, Event, completion, replay
from tests.courseware.builders import a_unit

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
PAGES = ("01-a", "02-b", "03-c", "04-d")
shares = st.fractions(0, 1, max_denominator=10)
moments = st.integers(0, 50).map(lambda minutes: NINE + timedelta(minutes=minutes))
keys = st.sampled_from((*PAGES, "05-e", "09-gone"))
events = st.one_of(
    st.builds(Event, st.just(Act.OPENED), moments, keys),
    st.builds(Event, st.sampled_from([Act.CHECK_PASSED, Act.CHECK_FAILED]), moments, share=shares),
    st.builds(Event, st.just(Act.COMPLETED), moments),
)
histories = st.lists(events, max_size=30)
versions = st.lists(keys, min_size=1, max_size=6, unique=True)


def opened(*pages: str) -> list[Event]:
    """Pages opened one a minute from nine."""
    return [Event(Act.OPENED, NINE + timedelta(minutes=n), page) for n, page in enumerate(pages)]


def passed(minute: int = 30) -> Event:
    """The check passed with 80 %."""
    return Event(Act.CHECK_PASSED, NINE + timedelta(minutes=minute), share=Fraction(4, 5))


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(history: list[Event], chance: object) -> None:
    """
    However the same events arrive, the state is the same.
    """
    shuffled = sorted(history, key=lambda _: chance.random())  # type: ignore[attr-defined]

    assert replay(shuffled, pages=PAGES) == replay(history, pages=PAGES)


@given(histories, st.lists(st.integers(0, 29)))
def test_replay_is_idempotent(history: list[Event], again: list[int]) -> None:
    """
    Events sent a second time change nothing.
    """
    repeated = [history[place] for place in again if place < len(history)]

    assert replay(history + repeated, pages=PAGES) == replay(history, pages=PAGES)


@given(histories, histories, versions, versions)
def test_nothing_later_loses_a_completion(
    history: list[Event], later: list[Event], version: Sequence[str], next_version: Sequence[str]
) -> None:
    """
    What is completed stays completed, in every later version and whatever happens after.
    """
    before = replay(history, pages=version)
    after = replay(history + later, pages=next_version)

    assert not before.is_completed or (after.is_completed and after.percent == 100)


@given(histories, histories, versions)
def test_progress_never_falls_within_a_version(history: list[Event], later: list[Event], version: list[str]) -> None:
    """
    More events mean at least the percentage, the pages and the best share there were.
    """
    before, after = replay(history, pages=version), replay(history + later, pages=version)

    assert before.percent <= after.percent
    assert before.opened <= after.opened
    assert before.check is None or (after.check is not None and before.check.best <= after.check.best)


@given(histories, versions)
def test_the_position_is_a_page_of_the_version(history: list[Event], version: list[str]) -> None:
    """
    One can always resume: at a page that exists, with 0 to 100 percent, and 100 for completed units alone.
    """
    state = replay(history, pages=version)

    assert state.position in version
    assert 0 <= state.percent <= 100
    assert (state.percent == 100) is state.is_completed


@pytest.mark.parametrize(
    ("history", "position", "percent"),
    [
        ([], "01-a", 0),
        (opened("01-a"), "01-a", 20),
        (opened("01-a", "02-b"), "02-b", 40),
        (opened("02-b", "01-a"), "01-a", 40),
        ([*opened(*PAGES)], "04-d", 80),
        ([*opened(*PAGES), passed()], "04-d", 99),
        (opened("01-a", "09-gone"), "01-a", 20),
    ],
)
def test_position_and_percentage(history: list[Event], position: str, percent: int) -> None:
    """
    One resumes at the page opened last that still exists; each page and the check are one step.
    """
    state = replay(history, pages=PAGES)

    assert (state.position, state.percent) == (position, percent)


@pytest.mark.parametrize(
    ("history", "due"),
    [
        ([], False),
        (opened(*PAGES), False),
        ([*opened(*PAGES[:3]), passed()], False),
        ([*opened(*PAGES), Event(Act.CHECK_FAILED, NINE, share=Fraction(1, 5))], False),
        ([*opened(*PAGES), passed()], True),
        ([passed(0), *opened(*PAGES)], True),
        ([*opened(*PAGES), passed(), Event(Act.COMPLETED, NINE)], False),
    ],
)
def test_completion_is_due_once_all_is_done(history: list[Event], due: bool) -> None:
    """
    All pages opened and the check passed complete a unit, once.
    """
    event = completion(replay(history, pages=PAGES), now=NINE)

    assert event == (Event(Act.COMPLETED, NINE) if due else None)


def test_a_new_version_keeps_pages_and_check_and_shows_what_is_new() -> None:
    """
    Of a completed unit the pages that came later are unseen, and that is all.
    """
    state = replay([*opened(*PAGES), passed(), Event(Act.COMPLETED, NINE)], pages=(*PAGES, "05-e"))

    assert (state.percent, state.unseen, state.completed_at) == (100, ("05-e",), NINE)


def test_a_failed_try_after_a_passed_one_takes_nothing_away() -> None:
    """
    The best try counts.
    """
    check = replay([passed(), Event(Act.CHECK_FAILED, NINE, share=Fraction(0))], pages=PAGES).check

    assert check is not None
    assert (check.passed, check.best, check.tries) == (True, Fraction(4, 5), 2)


def test_of_two_completions_the_first_counts() -> None:
    """
    The day on which hours were earned does not move.
    """
    history = [Event(Act.COMPLETED, NINE + timedelta(days=days)) for days in (5, 0, 9)]

    assert replay(history, pages=PAGES).completed_at == NINE


@given(histories)
def test_hours_are_earned_by_completion_alone(history: list[Event]) -> None:
    """
    A completed unit earns its hours, however often it was completed; another earns none.
    """
    done = any(event.act is Act.COMPLETED for event in history)

    assert credit(a_unit(), replay(history, pages=PAGES)) == (Hours.of("1.5") if done else None)
