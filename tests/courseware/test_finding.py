"""Finding words in the pages of a unit."""

from hypothesis import given
from hypothesis import strategies as st

from courseware.finding import AROUND, LONGEST_WORDS, MOST_OF_PAGE, Place, places

TEXTS = {"01-a": "当场处罚的条件\n违法事实确凿的，可以当场处罚。", "02-b": "The Form of a Decision"}


def test_places_are_named_with_what_stands_around_them() -> None:
    """
    In the order of the pages and of the text; a line break ends what is shown; case does not matter.
    """
    assert places(TEXTS, " 处罚 ") == (
        Place("01-a", "当场", "处罚", "的条件"),
        Place("01-a", "违法事实确凿的，可以当场", "处罚", "。"),
    )
    assert places(TEXTS, "FORM") == (Place("02-b", "The ", "Form", " of a Decision"),)
    assert places(TEXTS, "  ") == places(TEXTS, "没有") == ()
    assert len(places({"a": "x" * 100}, "x")) == MOST_OF_PAGE


@given(st.text(max_size=80), st.text(min_size=1, max_size=80))
def test_what_is_shown_stands_there(text: str, words: str) -> None:
    """
    Before, words and after are a piece of the text, of limited length, whatever characters there are.
    """
    for place in places({"a": text}, words):
        assert place.before + place.words + place.after in text
        assert len(place.before) <= AROUND >= len(place.after)
        assert 0 < len(place.words) <= LONGEST_WORDS
