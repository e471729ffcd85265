"""Numbers as formats write them that know fewer ways than we."""

from decimal import Decimal
from fractions import Fraction

from question_bank.interactions.numeric import Number


def absolute_tolerance(body: Number) -> Decimal:
    """What a number may be off, as a number, whether it is said as a share or in significant figures."""
    if body.mode == "relative":
        return Decimal(abs(body.answer) * body.tolerance)
    if body.mode == "figures":
        return Decimal(5).scaleb(body.answer.adjusted() - int(body.tolerance))
    return body.tolerance


def percent(share: Fraction) -> str:
    """A share in per cent, with five places where it has no end."""
    number = Decimal(share.numerator) * 100 / Decimal(share.denominator)
    text = f"{number:.5f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
