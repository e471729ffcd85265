"""Study hours are exact quarters."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.errors import BadHours
from courseware.hours import MOST, Hours, estimated_hours, total

quarters = st.integers(0, 4000)


@given(quarters)
def test_what_is_written_reads_back_the_same(count: int) -> None:
    """
    Every number of quarters survives being written for people or for a database column.
    """
    hours = Hours(count)

    assert hours == Hours.of(str(hours)) == Hours.of(hours.decimal)


@given(st.lists(quarters, max_size=40))
def test_sums_are_exact(counts: list[int]) -> None:
    """
    The sum of hours is the sum of their decimals, whatever the number.
    """
    assert total(map(Hours, counts)).decimal == sum((Decimal(count) / 4 for count in counts), Decimal(0))


@pytest.mark.parametrize(
    ("count", "written"), [(0, "0"), (1, "0.25"), (6, "1.5"), (8, "2"), (40, "10"), (400, "100"), (4000, "1000")]
)
def test_hours_are_written_without_idle_digits(count: int, written: str) -> None:
    """
    2 and not 2.00, 100 and not 1E+2.
    """
    assert str(Hours(count)) == written


@pytest.mark.parametrize(
    "value",
    [
        "0.1",
        "1.3",
        "-0.25",
        "NaN",
        "sNaN",
        "Infinity",
        "1e999999",
        "1000.25",
        "",
        "一",
        "1.0000000000000000000000000000001",
    ],
)
def test_what_is_no_whole_quarter_is_refused(value: str) -> None:
    """
    Nothing is rounded and nothing negative, endless or beyond MOST is taken.
    """
    with pytest.raises(BadHours) as refusal:
        Hours.of(value)

    assert refusal.value.facts == {"value": value}


def test_the_most_is_taken() -> None:
    """
    MOST itself is still a number of hours.
    """
    assert Hours.of(MOST).decimal == MOST


@pytest.mark.parametrize(
    ("characters", "items", "pictures", "hours"),
    [(0, 0, 0, "0.25"), (150 * 45, 0, 0, "1"), (150 * 45, 5, 0, "1.25"), (9000, 8, 3, "1.75"), (150 * 50, 0, 0, "1")],
)
def test_the_rule_of_thumb(characters: int, items: int, pictures: int, hours: str) -> None:
    """
    150 characters a minute, 90 seconds an item, a minute a picture, to the nearest quarter of 45 minutes.
    """
    assert estimated_hours(characters, check_items=items, pictures=pictures) == Hours.of(hours)
