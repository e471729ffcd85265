"""What a beat earns: tables for each reason, an adversary who may send anything, and honest people without network."""

from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseware.witness import (
    LEAD,
    LONGEST_BEAT,
    LONGEST_OFFLINE,
    PRESENT_FOR,
    SECOND,
    Beat,
    Judged,
    Span,
    Stream,
    Verdict,
    covered,
    is_same,
    judge,
    nonce,
    seal,
    union,
)

NINE = 1_772_413_200_000
HALF = 30 * SECOND
MINUTE = 60 * SECOND


def a_beat(number: int = 1, begin: int = 0, end: int = HALF, **changed: object) -> Beat:
    """The first honest beat of a stream, with what a test says of it."""
    return replace(Beat(number, begin, end, seen=begin), **changed)  # type: ignore[arg-type]


def judged(beat: Beat, *, after: int = HALF, genuine: bool = True, taken: tuple[Span, ...] = ()) -> Judged:
    """A beat of a stream opened at nine that arrives so long after."""
    return judge(Stream.begun(NINE), beat, arrived=NINE + after, genuine=genuine, taken=taken)


@pytest.mark.parametrize(
    ("beat", "after", "verdict", "earned"),
    [
        (a_beat(), HALF, Verdict.COUNTED, HALF),
        (a_beat(), 40 * MINUTE, Verdict.COUNTED, HALF),
        (a_beat(hidden=True), HALF, Verdict.HIDDEN, 0),
        (a_beat(begin=HALF, end=HALF), HALF, Verdict.BACKDATED, 0),
        (a_beat(begin=HALF, end=2 * HALF), HALF, Verdict.FAST, 0),
        (a_beat(begin=0, end=HALF), 3 * SECOND, Verdict.FAST, 0),
        (a_beat(end=LONGEST_BEAT + 1), 2 * LONGEST_BEAT, Verdict.GAP, 0),
        (a_beat(), HALF + LONGEST_OFFLINE, Verdict.COUNTED, HALF),
        (a_beat(), HALF + LONGEST_OFFLINE + 1, Verdict.LATE, 0),
        (a_beat(begin=PRESENT_FOR, end=PRESENT_FOR + HALF, seen=HALF), 20 * MINUTE, Verdict.COUNTED, HALF),
        (a_beat(begin=PRESENT_FOR, end=PRESENT_FOR + HALF, seen=HALF - 1), 20 * MINUTE, Verdict.ABSENT, 0),
        (a_beat(number=LEAD), HALF, Verdict.COUNTED, HALF),
        (a_beat(number=LEAD + 1), HALF, Verdict.FORGED, 0),
        (a_beat(media=Span(0, 2 * HALF)), HALF, Verdict.COUNTED, HALF),
        (a_beat(media=Span(0, 2 * HALF + SECOND + 1)), HALF, Verdict.FAST, 0),
    ],
)
def test_each_reason(beat: Beat, after: int, verdict: Verdict, earned: int) -> None:
    """
    A stretch that is possible, watched over, told in time and present counts whole; every other counts nothing.
    """
    found = judged(beat, after=after)

    assert (found.verdict, found.earned) == (verdict, earned)


def test_what_is_not_ours_or_was_here_earns_nothing_and_changes_nothing() -> None:
    """
    A beat without our nonce leaves the stream as it was, and so does the same beat a second time.
    """
    forged, first = judged(a_beat(), genuine=False), judged(a_beat())
    again = judge(first.stream, a_beat(), arrived=NINE + MINUTE, genuine=True, taken=())

    assert (forged.verdict, forged.pieces, forged.stream) == (Verdict.FORGED, (), Stream.begun(NINE))
    assert (again.verdict, again.pieces, again.stream) == (Verdict.REPLAYED, (), first.stream)


def test_a_stretch_told_before_is_not_told_again_under_a_new_number() -> None:
    """
    The next nonce does not help to claim the past of the stream once more.
    """
    first = judged(a_beat())
    again = judge(first.stream, a_beat(number=2), arrived=NINE + MINUTE, genuine=True, taken=())

    assert (again.verdict, again.earned) == (Verdict.BACKDATED, 0)


def test_time_counts_for_one_stream() -> None:
    """
    Of a stretch of which a part counts elsewhere, the rest counts here; a recording counts only where all of it does.
    """
    taken = (Span(NINE + 10 * SECOND, NINE + 20 * SECOND), Span(NINE + 15 * SECOND, NINE + 21 * SECOND))
    found = judged(a_beat(media=Span(0, HALF)), taken=taken)

    assert found.earned == 19 * SECOND
    assert [piece.span.length for piece in found.pieces if piece.verdict is Verdict.PARALLEL] == [11 * SECOND]
    assert (found.verdict, found.media) == (Verdict.PARALLEL, None)
    assert judged(a_beat(), taken=(Span(NINE, NINE + MINUTE),)).earned == 0
    assert judged(a_beat(media=Span(0, HALF))).media == Span(0, HALF)


def test_a_nonce_belongs_to_one_number_of_one_stream() -> None:
    """
    Key, stream and number all make it; a seal is made by each of its words.
    """
    key = b"k" * 32
    made = {nonce(key, "a", 1), nonce(key, "a", 2), nonce(key, "b", 1), nonce(b"x" * 32, "a", 1)}

    assert len(made) == 4
    assert len({seal(key, "lin", "1"), seal(key, "lin", "2"), seal(key, "wang", "1")}) == 3
    assert is_same(nonce(key, "a", 1), nonce(key, "a", 1))
    assert not is_same("é" * 12, nonce(key, "a", 1))


SPANS = st.lists(st.builds(Span, st.integers(0, 60), st.integers(0, 60)), max_size=12)


@given(SPANS)
def test_the_union_is_the_same_time(spans: list[Span]) -> None:
    """
    Every millisecond that is in one of them is in the union, once, and no other.
    """
    moments = {moment for span in spans for moment in range(span.begin, span.end)}

    assert covered(spans) == len(moments)
    assert {moment for span in union(spans) for moment in range(span.begin, span.end)} == moments


# --- the theorem: an adversary ---------------------------------------------------------------------------------------

TIMES = st.integers(0, 400 * SECOND)
ACTS = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 120 * SECOND)),
    st.tuples(st.just("open")),
    st.tuples(st.just("send"), st.integers(0, 3), st.integers(0, 12), TIMES, TIMES, st.booleans(), st.booleans()),
    st.tuples(st.just("honest"), st.integers(0, 3), st.integers(1, 90 * SECOND)),
)


@dataclass
class World:
    """A server, one person with all his streams, and everything that was counted for him."""

    now: int = NINE
    streams: list[Stream] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    counted: list[tuple[int, Span]] = field(default_factory=list)

    def send(self, place: int, beat: Beat, *, genuine: bool) -> Judged:
        """A beat reaches the server."""
        stream = self.streams[place]
        taken = [span for _stream, span in self.counted if span.end > stream.told]
        found = judge(stream, beat, arrived=self.now, genuine=genuine, taken=taken)
        self.streams[place], self.heard[place] = found.stream, self.now
        self.counted += [(place, one.span) for one in found.pieces if one.verdict is Verdict.COUNTED]
        return found


@settings(max_examples=250, deadline=None)
@given(st.lists(ACTS, max_size=60))
def test_nobody_earns_more_than_the_time_that_a_stream_of_his_was_open(acts: list[tuple[object, ...]]) -> None:
    """
    The theorem of `courseware.witness`, against somebody who sends whatever he likes, forged and genuine, in any number of
    streams: what counts does not overlap, and lies between the opening and the last word of its stream.
    """
    world = World()
    for kind, *rest in acts:
        values: list[int] = [int(value) for value in rest]  # type: ignore[call-overload]
        if kind == "wait":
            world.now += values[0]
        elif kind == "open":
            world.streams.append(Stream.begun(world.now))
            world.heard.append(world.now)
        elif world.streams and kind == "send":
            place, number, begin, end, hidden, genuine = values
            place %= len(world.streams)
            found = world.send(place, Beat(number, begin, end, end, bool(hidden)), genuine=bool(genuine))
            assert found.earned == 0 or (genuine and begin < end)
        elif world.streams:
            place = values[0] % len(world.streams)
            stream = world.streams[place]
            clock = world.now - stream.opened
            world.send(place, Beat(stream.number + 1, max(stream.clock, clock - values[1]), clock, clock), genuine=True)

    spans = [span for _place, span in world.counted]
    opened = [Span(stream.opened, heard) for stream, heard in zip(world.streams, world.heard, strict=True)]
    assert covered(spans) == sum(span.length for span in spans) <= covered(opened)
    assert all(
        world.streams[place].opened <= span.begin < span.end <= world.heard[place] for place, span in world.counted
    )


@given(st.integers(2, 50), st.integers(2, 20))
def test_whoever_runs_ahead_of_time_earns_nothing(speed: int, beats: int) -> None:
    """
    A script that sends a half minute every few seconds earns no second of it, however long it goes on.
    """
    world = World(streams=[Stream.begun(NINE)], heard=[NINE])
    for number in range(1, beats + 1):
        world.now += HALF // speed
        world.send(0, Beat(number, (number - 1) * HALF, number * HALF, number * HALF), genuine=True)

    assert world.counted == []


# --- honest people ---------------------------------------------------------------------------------------------------


@dataclass
class Network:
    """A network with outages, lost requests and answers, delays, and copies that come again later, in another order."""

    chance: Random
    outages: list[Span]
    copies: list[tuple[int, list[Beat]]] = field(default_factory=list)

    def is_up(self, moment: int) -> bool:
        """Whether something gets through at all."""
        return not any(outage.begin <= moment < outage.end for outage in self.outages)


def studied_over(network: Network, *, minutes: int, rate: float) -> int:
    """Milliseconds counted for somebody who reads for so long; the script of the page keeps what is not acknowledged and sends
    all of it, from the oldest on, every half minute. `rate`: how fast the browser's clock runs.
    """
    world, chance = World(streams=[Stream.begun(NINE)], heard=[NINE]), network.chance
    waiting: list[Beat] = []
    moment = NINE + chance.randrange(2 * SECOND)
    end, last, number = moment + minutes * MINUTE, moment, 0

    def clock(at: int) -> int:
        return int((at - NINE) * rate)

    while waiting or last < end:
        if last < end:
            step = (
                min(end, last + HALF + chance.randrange(400))
                if chance.random() < 0.9
                else last + 2 + chance.randrange(9)
            )
            step, number = min(step, end), number + 1
            waiting.append(Beat(number, clock(last), clock(step), clock(step)))
            last = step
            moment = max(moment, step)
        else:
            moment += HALF
        network.copies = [(due, beats) for due, beats in network.copies if not _delivered(world, due, beats, moment)]
        if not network.is_up(moment) or chance.random() < 0.2:
            continue
        world.now = max(world.now, moment + chance.randrange(15 * SECOND if chance.random() < 0.1 else SECOND))
        for beat in waiting:
            world.send(0, beat, genuine=True)
        if chance.random() < 0.3:
            network.copies.append((world.now + chance.randrange(5 * MINUTE), list(waiting)))
        if chance.random() < 0.8:  # else the answer is lost
            waiting = []
    return sum(span.length for _place, span in world.counted)


def _delivered(world: World, due: int, beats: list[Beat], moment: int) -> bool:
    if due > moment:
        return False
    world.now = max(world.now, due)
    assert all(world.send(0, beat, genuine=True).earned == 0 for beat in beats)
    return True


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    outages=st.lists(st.tuples(st.integers(0, 70), st.integers(1, 60)), max_size=5),
    parts=st.integers(-200, 200),
)
def test_an_honest_hour_of_bad_network_loses_less_than_five_seconds(
    seed: int, outages: list[tuple[int, int]], parts: int
) -> None:
    """
    Whatever is dropped, delayed, doubled and put out of order, and with a clock that is off by up to 200 parts in a million:
    at the end the hour counts, and no second of it twice.
    """
    spans = [Span(NINE + begin * MINUTE, NINE + (begin + length) * MINUTE) for begin, length in outages]
    joined = [Span(one.begin, min(one.end, one.begin + 60 * MINUTE)) for one in union(spans)]
    network = Network(Random(seed), joined)

    earned = studied_over(network, minutes=60, rate=1 + parts / 1_000_000)

    assert 60 * MINUTE - 5 * SECOND < earned <= 60 * MINUTE + SECOND


def test_an_hour_without_any_network_counts() -> None:
    """
    The page was opened, the network went at once and came back after an hour.
    """
    network = Network(Random(1), [Span(NINE, NINE + 60 * MINUTE)])

    assert studied_over(network, minutes=60, rate=1.0) > 60 * MINUTE - 5 * SECOND
