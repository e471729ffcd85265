"""What of a recording counts as watched: honest viewers, and some who may send anything."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from courseware.video import Skip
from courseware.watching import MOST_SPANS, REACH, Asked, Watched, read, written
from courseware.witness import SECOND, Beat, Span, Stream, judge, present_for

LENGTH = 600 * SECOND
FREE = Asked("a" * 64, LENGTH, Fraction(9, 10), Skip.FREE)
BOUND = Asked("a" * 64, LENGTH, Fraction(9, 10), Skip.WATCHED)
moments = st.integers(0, LENGTH + 10 * SECOND)
NINE = 1_772_413_200_000


def test_a_sealed_word_says_everything() -> None:
    """
    What is asked of a recording comes back from its word, and so do the stretches that were watched.
    """
    spans = (Span(0, 1500), Span(3000, 4200))

    assert [Asked.of(one.word) for one in (FREE, BOUND)] == [FREE, BOUND]
    assert read(written(spans)) == spans
    assert (read(""), BOUND.wanted) == ((), 540 * SECOND)


def test_nobody_goes_ahead_where_the_unit_forbids_it() -> None:
    """
    A stretch that begins beyond what was watched counts nothing; one that goes on does, however little was lost between.
    """
    begun = Watched().after(Span(0, 10 * SECOND), BOUND)

    assert begun.after(Span(10 * SECOND + REACH + 1, 40 * SECOND), BOUND) == begun
    assert begun.after(Span(10 * SECOND + REACH, 40 * SECOND), BOUND).reach == 40 * SECOND
    assert Watched().after(Span(300 * SECOND, 310 * SECOND), BOUND) == Watched()
    assert Watched().after(Span(300 * SECOND, 310 * SECOND), FREE).covered == 10 * SECOND


@given(st.lists(st.tuples(moments, moments), max_size=40), st.sampled_from([FREE, BOUND]))
def test_stretches_stay_apart_in_order_and_within(claims: list[tuple[int, int]], asked: Asked) -> None:
    """
    Whatever is claimed in whatever order: more is never less, and nothing lies outside of the recording.
    """
    found = Watched()
    for begin, end in claims:
        after = found.after(Span(begin, end), asked)
        assert after.covered >= found.covered
        found = after

    assert all(0 <= one.begin < one.end <= LENGTH for one in found.spans)
    assert all(one.end < other.begin for one, other in zip(found.spans, found.spans[1:], strict=False))
    assert asked is FREE or all(
        other.begin - one.end <= REACH for one, other in zip(found.spans, found.spans[1:], strict=False)
    )


def test_crumbs_do_not_fill_the_store() -> None:
    """
    After so many stretches another gap is not kept, but one that goes on is.
    """
    found = Watched()
    for number in range(MOST_SPANS + 5):
        found = found.after(Span(number * 1000, number * 1000 + 500), FREE)

    assert len(found.spans) == MOST_SPANS
    assert found.after(Span(500, 1000), FREE).covered == found.covered + 500


@given(
    st.lists(st.tuples(st.integers(1, 70_000), st.integers(-5000, 5000), moments, moments, st.booleans()), max_size=25)
)
def test_no_more_is_watched_than_can_be_in_the_time_that_counts(
    claims: list[tuple[int, int, int, int, bool]],
) -> None:
    """
    Beats of any length with any claim, early and late: what is let through is at most twice what counts.
    """
    stream, clock, earned, watched = Stream.begun(NINE), 0, 0, 0
    for number, (length, off, begin, end, hidden) in enumerate(claims, 1):
        beat = Beat(number, clock, clock + length, clock + length, hidden, Span(begin, end))
        judged = judge(stream, beat, arrived=NINE + max(0, clock + length + off), genuine=True, taken=())
        stream, clock = judged.stream, clock + length
        earned += judged.earned
        watched += judged.media.length if judged.media else 0

    assert watched <= 2 * earned


def test_a_unit_says_how_long_nobody_need_give_a_sign() -> None:
    """
    Where a page asks after 3 minutes time stands still after 5; where it asks never it goes on.
    """
    still = Beat(1, 359 * SECOND, 360 * SECOND, seen=0)
    told = [
        judge(
            Stream.begun(NINE), still, arrived=NINE + 360 * SECOND, genuine=True, taken=(), present=present_for(minutes)
        ).earned
        for minutes in (0, 3, 8)
    ]

    assert told == [SECOND, 0, SECOND]
