"""Chance that can be replayed, and is fair."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.chance import Chance, derive, numbered, opaque, opaque_all

FIRST = [493, 900, 606, 149, 327]
SHUFFLED = "bahdgcef"
OPAQUE = "53d2a4c6a8b4"
IDS = ["46054924a4f0", "35bffa0e4007"]

NUMBERED = (64, "19d2efda", "db1ea18e")
SHUFFLED_BY_HALF = "edcafghb"
IDS_OF_HALF = ["db1ea18e3d36", "6461e40f59f5"]


def test_the_stream_never_changes() -> None:
    """
    These numbers were drawn by the first release: a change would make every old paper unprovable.
    """
    chance = Chance(b"seed")

    assert [chance.below(1000) for _ in range(5)] == FIRST
    assert Chance(b"seed").shuffled("abcdefgh") == list(SHUFFLED)
    assert opaque(b"seed", "A") == OPAQUE


@given(st.binary(max_size=40), st.integers(1, 10**6))
def test_numbers_stay_below_their_bound(seed: bytes, bound: int) -> None:
    """
    From any seed, the same each time.
    """
    assert 0 <= Chance(seed).below(bound) < bound
    assert Chance(seed).below(bound) == Chance(seed).below(bound)


@given(st.binary(max_size=20), st.lists(st.integers()))
def test_a_shuffle_loses_nothing(seed: bytes, things: list[int]) -> None:
    """
    The same things, in some order.
    """
    assert Counter(Chance(seed).shuffled(things)) == Counter(things)


def test_every_order_is_equally_likely() -> None:
    """
    Six orders of three things, twelve thousand shuffles: chi-square with five degrees below its 0.001 bound 20.5.
    """
    counts = Counter("".join(Chance(derive(b"fair", str(n))).shuffled("abc")) for n in range(12_000))

    assert len(counts) == 6
    assert sum((count - 2000) ** 2 / 2000 for count in counts.values()) < 20.5


def test_ids_drawn_together_differ_and_stay() -> None:
    """
    However many are asked for, the first ones are the same, and they are those of the first release.
    """
    ids = opaque_all(b"seed", 10)

    assert ids[:2] == IDS
    assert opaque_all(b"seed", 2) == IDS
    assert len(set(ids) | set(opaque_all(b"other", 10))) == 20


def test_purposes_have_seeds_of_their_own() -> None:
    """
    Knowing one derived seed tells nothing of another.
    """
    assert len({derive(b"seed", label) for label in ("draw", "order", "slot:1", "slot:11")}) == 4


def test_numbered_seeds_never_change() -> None:
    """
    Order and ids of options that were shown follow from them.
    """
    seed = numbered(b"seed", [7])[0]

    assert (len(seed), seed[:4].hex(), seed[32:36].hex()) == NUMBERED
    assert Chance(seed).shuffled("abcdefgh") == list(SHUFFLED_BY_HALF)
    assert opaque_all(seed, 5)[:2] == IDS_OF_HALF
    assert numbered(b"seed", range(1, 9))[6] == seed


@pytest.mark.parametrize("count", [5, 6, 12])
def test_ids_of_a_numbered_seed_differ(count: int) -> None:
    """
    Few come from the seed itself, many from a hash of it; none is there twice, and none shows how things are shuffled.
    """
    ids = [name for seed in numbered(b"seed", range(200)) for name in opaque_all(seed, count)]

    assert len(set(ids)) == 200 * count


def test_orders_of_numbered_seeds_are_equally_likely() -> None:
    """
    Twenty-four orders of four options, 24,000 questions: chi-square with 23 degrees below its 0.001 bound 49.7.
    """
    counts = Counter("".join(Chance(seed).shuffled("abcd")) for seed in numbered(b"paper", range(24_000)))

    assert len(counts) == 24
    assert sum((count - 1000) ** 2 / 1000 for count in counts.values()) < 49.7
