"""Rules by gates (无纸化学法): time, visits and exercises together decide, not a sum of what each act earned."""

from dataclasses import dataclass
from fractions import Fraction

from courseware.rules.measures import quarters


@dataclass(frozen=True, slots=True)
class Seen:
    """How a person studied in a year: visits, exercises done and how many there were; None where it is not recorded."""

    visits: int | None
    done: int | None
    exercises: int | None


@dataclass(frozen=True, slots=True)
class Gates:
    """The whole of each gate, the share of time and visits that passes, the credits of the whole and to pass."""

    minutes: int
    visits: int
    share: Fraction
    credits: Fraction
    to_pass: Fraction

    def judge(self, minutes: Fraction, seen: Seen) -> "Judged":
        """What study of so many minutes and visits comes to."""
        time = min(Fraction(1), minutes / self.minutes)
        visits = min(Fraction(1), Fraction(seen.visits or 0, self.visits))
        done = seen.done is not None and bool(seen.exercises) and seen.done >= (seen.exercises or 0)
        least = min(time, visits)
        worth = quarters(self.credits * least) if done else Fraction(0)
        return Judged(minutes, seen, time, visits, done, worth, passed=done and least >= self.share)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the gates make of a year: the shares reached, whether all exercises are done, the credits, passed or not."""

    minutes: Fraction
    seen: Seen
    time: Fraction
    visits: Fraction
    exercises: bool
    worth: Fraction
    passed: bool
