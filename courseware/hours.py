"""Study hours (学时), exact: one is 45 minutes, the smallest share that is credited is a quarter."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

from courseware.errors import BadHours

MINUTES = 45
QUARTER = Decimal("0.25")
MOST = Decimal(1000)  # a year holds fewer study hours than that; what is larger is a typing error


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """A number of study hours, kept as whole quarters, so that sums are exact."""

    quarters: int = 0

    @classmethod
    def of(cls, value: str | int | Decimal) -> Self:
        """Hours from "1.5", 2 or Decimal; raises BadHours if that is negative, above MOST or no whole quarter."""
        try:
            number = Decimal(value)
        except (InvalidOperation, ValueError, TypeError):
            raise BadHours(value=str(value)[:60]) from None
        if not number.is_finite() or not 0 <= number <= MOST:
            raise BadHours(value=str(value)[:60])
        numerator, denominator = number.as_integer_ratio()
        quarters, rest = divmod(numerator * 4, denominator)
        if rest:
            raise BadHours(value=str(value)[:60])
        return cls(quarters)

    @property
    def decimal(self) -> Decimal:
        """The hours as a decimal with two places, as a database column holds them."""
        return self.quarters * QUARTER

    def __add__(self, other: "Hours") -> "Hours":
        return Hours(self.quarters + other.quarters)

    def __bool__(self) -> bool:
        return bool(self.quarters)

    def __str__(self) -> str:
        """The hours as people write them: 2, 1.5, 0.25."""
        return f"{self.decimal.normalize():f}" if self.quarters else "0"


def total(hours: Iterable[Hours]) -> Hours:
    """The exact sum."""
    return sum(hours, Hours())


#: Chinese characters a minute when reading to learn and to note: about half of what easy reading runs to
CHARACTERS_A_MINUTE = 150
SECONDS_A_CHECK_ITEM = 90
SECONDS_A_PICTURE = 60


def estimated_hours(characters: int, *, check_items: int = 0, pictures: int = 0, played: int = 0) -> Hours:
    """
    A rule of thumb for what a unit of text is worth, to hold a declared number against.

    Reading at CHARACTERS_A_MINUTE, a minute and a half for each item of the check, a minute for each picture or
    table, `played` seconds of video; in study hours of 45 minutes, to the nearest quarter, at least a quarter. The speeds are an
    editorial choice of this project, not taken from a regulation.
    """
    seconds = characters * 60 // CHARACTERS_A_MINUTE + check_items * SECONDS_A_CHECK_ITEM + pictures * SECONDS_A_PICTURE
    seconds += played
    quarter = MINUTES * 60 // 4
    return Hours(max(1, (2 * seconds + quarter) // (2 * quarter)))
