"""Whether somebody masters a knowledge point, from how many of its questions were right.

Every share of right answers is as likely as any other at first (Beta(1, 1)); after r of n it is Beta(1 + r, 1 + n - r),
and mastered is a point where the share is above .8 with a chance of more than .9. All by whole numbers and fractions.
"""

from fractions import Fraction

#: the share of right answers that counts as mastery, and how sure one must be of it
WANTED, SURE = Fraction(4, 5), Fraction(9, 10)


def expected_share(right: int, answered: int) -> Fraction:
    """The mean of what is believed of the share, (r + 1) / (n + 2) (Laplace, 1774); raises ValueError for bad counts."""
    _counted(right, answered)
    return Fraction(right + 1, answered + 2)


def chance_above(right: int, answered: int, share: Fraction = WANTED) -> Fraction:
    """P(true share > `share`), exactly; 0 <= share <= 1. Raises ValueError for counts that are none and other shares.

    The tail of Beta(1 + r, 1 + n - r) is that of a binomial: at most r of n + 1.
    """
    _counted(right, answered)
    if not 0 <= share <= 1:
        raise ValueError("a share between 0 and 1")
    tries = answered + 1
    hit, whole = share.numerator, share.denominator
    ways, choices = 0, 1
    for n in range(right + 1):
        ways += choices * hit**n * (whole - hit) ** (tries - n)
        choices = choices * (tries - n) // (n + 1)
    return Fraction(ways, whole**tries)


def mastered(right: int, answered: int) -> bool:
    """Whether the point is mastered; raises ValueError for counts that are none."""
    return chance_above(right, answered) > SURE


def right_in_a_row_needed(right: int, answered: int) -> int:
    """How many right answers from here on would make it mastered; 0 where it is. Raises ValueError for bad counts."""
    if mastered(right, answered):
        return 0
    low, high = 0, 1
    while not mastered(right + high, answered + high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if mastered(right + middle, answered + middle):
            high = middle
        else:
            low = middle
    return high


def _counted(right: int, answered: int) -> None:
    if not 0 <= right <= answered:
        raise ValueError("right answers between none and all")
