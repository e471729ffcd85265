"""Participation and pass rate (参训率, 合格率), exactly defined, with what a footnote needs to explain them.

Of the people who were to take part (应训), those exempt with a reason (免训) leave both counts, whatever they did.
Participation is who took part, of the rest; the pass rate is who passed, of who took part.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one person stands who was to take part; `exempt` is the reason why not, empty for all others."""

    took_part: bool
    passed: bool
    exempt: str = ""


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts of people: all who were to take part, the exempt by reason, who took part and who passed."""

    called: int
    exempt: tuple[tuple[str, int], ...]
    took_part: int
    passed: int

    @property
    def expected(self) -> int:
        """The denominator of participation: who was to take part and is not exempt."""
        return self.called - sum(count for _, count in self.exempt)

    @property
    def participation(self) -> Fraction | None:
        """参训率, None where nobody is expected."""
        return Fraction(self.took_part, self.expected) if self.expected else None

    @property
    def pass_rate(self) -> Fraction | None:
        """合格率, None where nobody took part."""
        return Fraction(self.passed, self.took_part) if self.took_part else None

    def __add__(self, other: "Rates") -> "Rates":
        """Both groups of people together, who must be different people."""
        exempt = Counter(dict(self.exempt)) + Counter(dict(other.exempt))
        return Rates(
            self.called + other.called,
            tuple(sorted(exempt.items())),
            self.took_part + other.took_part,
            self.passed + other.passed,
        )


NOBODY = Rates(0, (), 0, 0)


def rates(standings: Iterable[Standing]) -> Rates:
    """The rates of a group, one standing for each person; who passed without taking part counts as taking part."""
    people = tuple(standings)
    counted = [one for one in people if not one.exempt]
    return Rates(
        called=len(people),
        exempt=tuple(sorted(Counter(one.exempt for one in people if one.exempt).items())),
        took_part=sum(one.took_part or one.passed for one in counted),
        passed=sum(one.passed for one in counted),
    )


def percent(share: Fraction | None) -> str:
    """A share as people read it: one decimal, "100" for all and "0" for none alone; "" where there is no share.

    Half is rounded up; what rounds to 100.0 or 0.0 without being it says 99.9 or 0.1: nobody is lost by rounding.
    """
    if share is None:
        return ""
    if share in (0, 1):
        return str(int(share * 100))
    tenths = min(999, max(1, int(share * 1000 + Fraction(1, 2))))
    return f"{tenths // 10}.{tenths % 10}"
