"""Shares of the marks that belong to an option, an answer or a pair itself, whatever rule the exam names.

They are exact: "1/3" is a third, "0.25" a quarter, "-0.5" takes half the marks away. What a whole answer earns is held
between nothing and all.
"""

import re
from collections.abc import Iterable
from fractions import Fraction

from question_bank.problem import Problem
from question_bank.scoring import ONE, ZERO

#: what one part may add or take at most; more than all is of use only where parts add up and wrong ones cost
MOST = 100
_DIGITS = 30
_SHARE = re.compile(r"-?\d{1,30}(?:\.\d{1,30}|/[1-9]\d{0,29})?", re.ASCII)
_FINEST = 10**_DIGITS


def share_of(text: object) -> Fraction:
    """The share that a text of a record says; raises TypeError or ValueError."""
    if not isinstance(text, str):
        raise TypeError(f"{text!r} is not text")
    if not _SHARE.fullmatch(text):
        raise ValueError(f"{text!r} is no share")
    return Fraction(text)


def written(share: Fraction) -> str:
    """The text of a record: a decimal where there is a short one, else a fraction."""
    return _decimal(share, 6) or f"{share.numerator}/{share.denominator}"


def said(share: Fraction) -> str:
    """The share as people read it: per cent where that is short, else a fraction."""
    percent = _decimal(share * 100, 2)
    return f"{percent}%" if percent else f"{share.numerator}/{share.denominator}"


def _decimal(number: Fraction, places: int) -> str:
    scaled = number * 10**places
    if scaled.denominator != 1:
        return ""
    whole, rest = divmod(abs(scaled.numerator), 10**places)
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{rest:0{places}d}".rstrip("0").rstrip(".")


def noted(text: str, share: Fraction) -> str:
    """A text with its share behind it, where that is not all of the marks."""
    return text if share == ONE else f"{text} ({said(share)})"


def held(shares: Iterable[Fraction]) -> Fraction:
    """What some parts earn together, not less than nothing and not more than all."""
    return min(max(sum(shares, ZERO), ZERO), ONE)


def range_problems(field: str, share: Fraction, *, most: int = 1) -> list[Problem]:
    """A share beyond what one part may add or take, or too fine to be kept."""
    if -MOST <= share <= most and share.denominator < _FINEST:
        return []
    return [Problem(field, "share_range", said(share)[:60], {"most": most * 100})]
