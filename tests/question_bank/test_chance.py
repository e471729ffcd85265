"""Chance that can be replayed, and is fair."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from question_bank.chance import Chance, derive, derive_all, opaque, opaque_all

FIRST = [493, 900, 606, 149, 327]
SHUFFLED = "bahdgcef"
OPAQUE = "53d2a4c6a8b4"
IDS = ["46054924a4f0", "35bffa0e4007"]


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


@given(st.binary(max_size=64), st.lists(st.text(st.characters(codec="utf-8"), max_size=80), max_size=5))
def test_many_are_derived_as_one_is(seed: bytes, labels: list[str]) -> None:
    """
    The short way to several seeds gives what the standard's HMAC gives for each.
    """
    assert derive_all(seed, [label.encode() for label in labels]) == [derive(seed, label) for label in labels]
