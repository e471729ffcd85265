"""Pages of parts that were compressed before."""

import zlib

from hypothesis import given
from hypothesis import strategies as st

from lms.sitting.packed import joined, packed, plain

CONTENT = st.one_of(st.binary(max_size=300), st.binary(min_size=1, max_size=9).map(lambda some: some * 20_000))


@given(st.lists(st.tuples(st.sampled_from([packed, plain]), CONTENT), max_size=6))
def test_parts_one_behind_the_other_are_one_stream(parts: list) -> None:
    """
    Whatever the parts hold, short, long or nothing, and however each is kept, any reader of zlib streams gets all of it and
    finds the check sum right.
    """
    assert zlib.decompress(joined([make(content) for make, content in parts])) == b"".join(c for _make, c in parts)


def test_what_is_packed_is_smaller_and_what_is_plain_can_be_read() -> None:
    """
    A ticket between two parts stands there letter for letter, and refers to nothing before it.
    """
    words, ticket = "<li>市场监管</li>".encode() * 500, b"ticket-0123456789"
    stream = joined([packed(words), plain(ticket), packed(words)])

    assert ticket in stream
    assert len(stream) < len(words) / 10
