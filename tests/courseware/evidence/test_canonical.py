"""Canonical JSON (RFC 8785): the examples of the standard, and that reading what is written gives the same."""

import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseware.evidence.canonical import NotCanonical, canonical, number, read

#: bits of a double and how ECMAScript writes it (RFC 8785, appendix B)
NUMBERS = {
    "0000000000000000": "0", "8000000000000000": "0", "0000000000000001": "5e-324", "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308", "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992", "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000", "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23", "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000", "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21", "3eb0c6f7a0b5ed8c": "9.999999999999997e-7", "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332", "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333", "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343", "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_are_written_as_the_standard_shows(bits: str, text: str) -> None:
    """
    The table of appendix B.
    """
    assert number(struct.unpack(">d", bytes.fromhex(bits))[0]) == text


def test_the_example_of_the_standard() -> None:
    """
    Section 3.2.2 to 3.2.4: literals, numbers, a text with escapes, sorted names.
    """
    given_ = r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    wanted = (
        r'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        r'"string":"€$\u000f\nA' + r"'B\"\\\\\"/" + r'"}'
    )

    assert canonical(read(given_.encode())).decode() == wanted


def test_names_are_sorted_by_utf_16() -> None:
    """
    Section 3.2.3: a character beyond the first plane comes before U+FB33, though its number is higher.
    """
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]

    assert list(json.loads(canonical(dict.fromkeys(names)))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_what_is_written_reads_back(value: Any) -> None:
    """
    Reading gives an equal value, and writing that the same bytes.
    """
    written = canonical(value)

    assert read(written) == value
    assert canonical(read(written)) == written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, "\ud800", {1: 2}, {"\udfff": 1}, b"", object()])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    """
    No number beyond 53 bits, no half character, no other type.
    """
    with pytest.raises(NotCanonical):
        canonical(value)


@pytest.mark.parametrize("text", [b"", b"{", b'{"a":1,"a":1}', b"NaN", b"\xff", b"[" * 50 + b"]" * 50, b"[" * 100_000])
def test_loose_json_is_not_read(text: bytes) -> None:
    """
    Doubled names, NaN, other bytes than UTF-8 and bottomless nesting are no JSON here.
    """
    with pytest.raises(NotCanonical):
        read(text)
