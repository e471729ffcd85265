"""The seal of papers that lie ready: it hides them, belongs to one place, and shows when it was touched."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.sitting import seal

KEY = bytes(range(32))
KINDS = pytest.mark.parametrize(
    ("sealed", "opened"),
    [(seal.sealed, seal.opened), (seal.sealed_quickly, seal.opened_quickly)],
    ids=["papers", "pages"],
)
Sealed, Opened = Callable[[bytes, str, bytes], bytes], Callable[[bytes, str, bytes], bytes]


@KINDS
@given(st.binary(max_size=300), st.text(max_size=20))
def test_what_is_sealed_can_be_opened(sealed: Sealed, opened: Opened, plain: bytes, place: str) -> None:
    """
    With the same key and place the same bytes come out, whatever they are.
    """
    assert opened(KEY, place, sealed(KEY, place, plain)) == plain


@KINDS
def test_the_stored_form_says_nothing(sealed: Sealed, opened: Opened) -> None:
    """
    The same paper sealed twice shares no run of eight bytes with itself or with what it hides.
    """
    plain = b'{"f":1,"sections":[[200,[1,2,3,4,5,6,7,8,9,10]]],"seed":"00"}' * 3
    first, second = sealed(KEY, "1:1", plain), sealed(KEY, "1:1", plain)
    assert opened(KEY, "1:1", first) == opened(KEY, "1:1", second)
    runs = [{text[n : n + 8] for n in range(len(text) - 8)} for text in (first, second, plain)]

    assert not runs[0] & runs[1]
    assert not (runs[0] | runs[1]) & runs[2]


@KINDS
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_breaks_the_seal(sealed: Sealed, opened: Opened, where: int, by: int) -> None:
    """
    Wherever one byte is changed (nonce, hidden bytes, tag), nothing is opened.
    """
    stored = bytearray(sealed(KEY, "1:1", b"paper of somebody"))
    stored[where % len(stored)] ^= by

    with pytest.raises(seal.Broken):
        opened(KEY, "1:1", bytes(stored))


@KINDS
@pytest.mark.parametrize(
    ("key", "place", "cut"), [(bytes(32), "1:1", 0), (KEY, "1:2", 0), (KEY, "1:1", 1), (KEY, "1:1", 100)]
)
def test_another_key_another_place_a_piece(sealed: Sealed, opened: Opened, key: bytes, place: str, cut: int) -> None:
    """
    A paper put into another candidate's row, a copy without the secret, a torn row: none is opened.
    """
    stored = sealed(KEY, "1:1", b"paper")

    with pytest.raises(seal.Broken):
        opened(key, place, stored[: len(stored) - cut])


def test_a_known_answer() -> None:
    """
    The construction never changes: a paper sealed by this release is opened by the next one.
    """
    stored = bytes.fromhex(KNOWN)

    assert seal.opened(KEY, "7:9", stored) == b"the paper of nine, longer than one block of the stream"


KNOWN = (
    "996f9c93f44c64ee49e61b3664f2d6d1b404590d376e8de57cb1d0676e9d4b7dd3ca88443f8be818d2dbe0317337efb476f788"
    "969b08ffa9490f43fd2a36aff1c6372c42570a0f16b3c858cd9b2218cb1e88cb300eca0b8db5e6a9e8d55ed08c19822e456899"
)
