"""How a rate measures learning: by length, by steps, by half days, by the piece, or as the entry says. All exact."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from courseware.facts import Level
from courseware.rules.learning import Learning


def quarters(amount: Fraction) -> Fraction:
    """An amount without what does not fill a quarter."""
    return Fraction(floor(amount * 4), 4)


@dataclass(frozen=True, slots=True)
class PerMinutes:
    """So much for each `minutes` of length; of a part of them, whole quarters count."""

    minutes: int
    earns: Fraction
    needs = "minutes"

    def worth(self, act: Learning) -> Fraction | None:
        """What an act earns, None where its length is not known."""
        return None if act.minutes is None else quarters(act.minutes / self.minutes) * self.earns


@dataclass(frozen=True, slots=True)
class Steps:
    """By the highest step that is reached: pairs of (at least, earns), rising; `of` is "minutes" or "half_days"."""

    of: str
    steps: tuple[tuple[int, Fraction], ...]

    @property
    def needs(self) -> str:
        """The fact that is asked for."""
        return self.of

    def worth(self, act: Learning) -> Fraction | None:
        """What an act earns, None where what is measured is not known."""
        held = act.minutes if self.of == "minutes" else act.facts.half_days
        if held is None:
            return None
        return max((step for step in self.steps if step[0] <= held), default=(0, Fraction(0)))[1]


@dataclass(frozen=True, slots=True)
class PerHalfDay:
    """So much for each half day attended."""

    earns: Fraction
    needs = "half_days"

    def worth(self, act: Learning) -> Fraction | None:
        """What an act earns, None where the half days are not known."""
        return None if act.facts.half_days is None else act.facts.half_days * self.earns


@dataclass(frozen=True, slots=True)
class PerPiece:
    """So much for each, whatever its length; with `levels`, by the level of whoever published or held it."""

    earns: Fraction
    levels: tuple[tuple[Level, Fraction], ...] = ()
    needs = "level"

    def worth(self, act: Learning) -> Fraction | None:
        """What an act earns, None where it goes by levels and the level is not known; an unnamed level earns nothing."""
        if not self.levels:
            return self.earns
        if act.facts.level is None:
            return None
        return _of(self.levels, act.facts.level)


@dataclass(frozen=True, slots=True)
class AsGranted:
    """The study hours that the entry itself carries, times `earns`."""

    earns: Fraction
    needs = "hours"

    def worth(self, act: Learning) -> Fraction | None:
        """What an act earns."""
        return Fraction(act.hours.quarters, 4) * self.earns


Measure = PerMinutes | Steps | PerHalfDay | PerPiece | AsGranted


def _of(levels: Iterable[tuple[Level, Fraction]], sought: Level) -> Fraction:
    return next((earns for level, earns in levels if level is sought), Fraction(0))
