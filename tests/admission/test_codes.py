"""Codes of rooms and ranges of addresses."""

import pytest

from lms import spoken as codes
from lms.admission import networks
from lms.admission.networks import Fault, read_ranges


def test_codes_can_be_read_aloud() -> None:
    """
    Six signs, no two alike to the eye; each one different; shown in two groups.
    """
    made = {codes.new_code() for _ in range(500)}

    assert len(made) > 495
    assert all(len(code) == 6 and set(code) <= set(codes.ALPHABET) for code in made)
    assert not set("0O1ILl5S2Z8B") & set(codes.ALPHABET)
    assert codes.grouped("ACD467") == "ACD-467"


@pytest.mark.parametrize("text", ["ACD467", "acd-467", " Acd 467 ", "ＡＣＤ－４６７", "acd—467", "a.c.d.4.6.7"])
def test_a_code_is_taken_as_people_type_it(text: str) -> None:
    """
    In capitals or not, full width, with whatever between; another one is another one.
    """
    assert codes.same(codes.typed(text), "ACD467")
    assert not codes.same(codes.typed(text + "3"), "ACD467")
    assert not codes.same(codes.typed(""), "ACD467")
    assert not codes.same(codes.typed("考" * 1000), "ACD467")


def test_ranges_are_read_line_by_line() -> None:
    """
    IPv4 and IPv6, ranges and single computers, each once; empty lines are none.
    """
    text = "10.1.2.0/24\n\n 10.1.2.7 \r\n2001:DB8:0:1::/64\n2001:db8::7\n10.1.2.0/24\n"

    found, faults = read_ranges(text)
    assert found == ["10.1.2.0/24", "10.1.2.7/32", "2001:db8:0:1::/64", "2001:db8::7/128"]
    assert faults == []


def test_lines_that_are_no_ranges_are_named() -> None:
    """
    With their number and the reason; a range that does not begin at its beginning is told which one it lies in.
    """
    _found, faults = read_ranges("10.1.2.0/24\n10.1.2.3/24\n\n301\nroom 3\n10.1.2.0/33\n2001:db8::1/64\n10.1.2.0/24/1")

    assert faults == [
        Fault(2, "host", "10.1.2.0/24"), Fault(4, "shape"), Fault(5, "shape"), Fault(6, "shape"),
        Fault(7, "host", "2001:db8::/64"), Fault(8, "shape"),
    ]  # fmt: skip
    found, faults = read_ranges("\n".join(f"10.1.{n}.0/24" for n in range(70)))
    assert (len(found), faults) == (networks.MOST_RANGES, [Fault(networks.MOST_RANGES + 1, "many")])


def test_a_computer_is_within_or_not() -> None:
    """
    By the first and the last address of a range; an IPv4 address may come in its IPv6 dress; what is none is outside.
    """
    ranges = ["10.1.2.0/25", "2001:db8:0:1::/64"]

    for inside in ("10.1.2.0", "10.1.2.127", "::ffff:10.1.2.5", "2001:db8:0:1::", "2001:db8:0:1:ffff:ffff:ffff:ffff"):
        assert networks.within(inside, ranges), inside
    for outside in ("10.1.2.128", "10.1.1.255", "2001:db8:0:2::", "::10.1.2.5", "", "unknown", "10.1.2.5, 10.9.9.9"):
        assert not networks.within(outside, ranges), outside
