"""Tickets: what lets one browser write to one thing, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts import tickets
from lms.accounts.tickets import Ticket
from lms.ids import new_public_id

KEY, TOKEN = "the-key-of-this-house", "the-token-in-a-cookie"
MADE = Ticket("k23Q6OS2CYQMPTYslWD6Lg", 17, 4711)
TEXT = tickets.issue(MADE, token=TOKEN, key=KEY)
IDS = st.integers(1, 2**63)
WORDS = st.text(st.characters(codec="utf-8"), max_size=80)


@given(person=IDS, session=IDS, token=st.text(min_size=1, max_size=64), key=st.text(min_size=1, max_size=64))
def test_a_ticket_reads_as_it_was_issued(person: int, session: int, token: str, key: str) -> None:
    """
    Whatever the thing, the person, the session, the cookie (bytes that are no text among them).
    """
    key = key.encode("utf-8", "replace").decode()
    made = Ticket(new_public_id(), person, session)
    text = tickets.issue(made, token=token, key=key)

    assert tickets.read(text, token=token, key=key) == made
    assert len(text) <= tickets.MAX_LENGTH
    assert text.isascii()


def test_it_is_bound_to_the_browser_and_the_house() -> None:
    """
    With another cookie, without one, or under another key it is none.
    """
    assert tickets.read(TEXT, token=TOKEN, key=KEY) == MADE
    for token, key in ((TOKEN + "x", KEY), (TOKEN[:-1], KEY), ("", KEY), (TOKEN, KEY + "x"), (TOKEN.upper(), KEY)):
        assert tickets.read(TEXT, token=token, key=key) is None
    assert tickets.read(tickets.issue(MADE, token="", key=KEY), token="", key=KEY) is None


@pytest.mark.parametrize("place", range(len(TEXT)))
def test_no_character_can_be_changed(place: int) -> None:
    """
    At every place: another character, none, or one more.
    """
    for other in ("A", "1", ".", "", "٣", "\udc80", TEXT[place] * 2):
        changed = TEXT[:place] + other + TEXT[place + 1 :]
        assert changed == TEXT or tickets.read(changed, token=TOKEN, key=KEY) is None


@given(text=WORDS | st.from_regex(r"[\w-]{0,22}\.[0-9]{0,4}\.[0-9]{0,4}\.[\w-]{0,24}", fullmatch=True))
def test_invented_texts_are_none(text: str) -> None:
    """
    Any text at all, also one of the right shape, is read as none and raises nothing.
    """
    assert tickets.read(text, token=TOKEN, key=KEY) is None


@pytest.mark.parametrize(
    "other", [replace(MADE, thing="k23Q6OS2CYQMPTYslWD6LG"), replace(MADE, person_id=18), replace(MADE, session_id=1)]
)
def test_a_signature_fits_no_other_ticket(other: Ticket) -> None:
    """
    The signature of one under the words of another, and words split otherwise (17|4711, 174|711), are none.
    """
    signature = TEXT.rpartition(".")[2]
    for words in (f"{other.thing}.{other.person_id}.{other.session_id}", f"{MADE.thing}.174.711", f"{MADE.thing}.17"):
        assert tickets.read(f"{words}.{signature}", token=TOKEN, key=KEY) is None


def test_a_thing_with_a_dot_in_its_name_opens_nothing_else() -> None:
    """
    Were an id ever to hold the sign that parts a ticket, the ticket would be none, not one for another thing.
    """
    text = tickets.issue(Ticket("a.1", 2, 3), token=TOKEN, key=KEY)

    assert tickets.read(text, token=TOKEN, key=KEY) is None
