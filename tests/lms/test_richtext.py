"""What a stem looks like where nobody writes into it."""

import pytest

from lms.richtext import rendered_stem


@pytest.mark.parametrize(
    ("stem", "shown"),
    [
        ("期限[[1]]，[[2]]处罚。", "<p>期限(1)______，(2)______处罚。</p>"),
        ("**[[1]]**", "<strong>(1)______</strong>"),
        ("没有空。", "<p>没有空。</p>"),
        ("[[100]] 和 [[a]]", "[[100]] 和 [[a]]"),
    ],
)
def test_blanks_are_drawn_as_on_paper(stem: str, shown: str) -> None:
    """
    Each blank is a line with the number that its answer has; other brackets stay.
    """
    assert shown in rendered_stem(stem)
