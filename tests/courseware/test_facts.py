"""What rules of hours may ask of an entry survives storing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.errors import UnknownRecord
from courseware.facts import Channel, Facts, Level

counts = st.none() | st.integers(0, 10_000)
facts = st.builds(
    Facts,
    st.sampled_from(Channel),
    counts,
    counts,
    st.none() | st.booleans(),
    st.none() | st.sampled_from(Level),
    st.sampled_from(["", "专题培训"]),
    st.text(max_size=20),
    counts,
)


@given(facts)
def test_a_record_gives_back_equal_facts(known: Facts) -> None:
    """Nothing is lost and nothing invented on the way through a record."""
    record = known.to_record()

    assert Facts.from_record(record) == known
    assert None not in record.values()


@pytest.mark.parametrize("record", [{}, {"channel": "telepathy"}, {"channel": "class", "level": "galaxy"}])
def test_a_damaged_record_is_refused(record: dict[str, str]) -> None:
    """A channel or level that nobody knows is not guessed."""
    with pytest.raises(UnknownRecord):
        Facts.from_record(record)
