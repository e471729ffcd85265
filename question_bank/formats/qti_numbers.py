"""A typed number in QTI: which numbers earn what is found by asking the item on, between and beyond those it names."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from lxml import etree

from question_bank.formats.qti_fit import Trial, marked, require_fit, say_shares
from question_bank.formats.qti_source import Refused, Source
from question_bank.formats.qti_values import Atom, Declaration
from question_bank.interactions.numeric import Number, Within
from question_bank.problem import Problem, shortened

#: numbers of which a file may speak
MOST_POINTS = 200


@dataclass(frozen=True, slots=True)
class _Run:
    """Numbers that lie together and earn the same; whether the ends belong to it, None is without end."""

    low: Fraction | None
    high: Fraction | None
    low_within: bool
    high_within: bool
    worth: Fraction

    @property
    def closed(self) -> bool:
        """Whether both ends belong to it."""
        return self.low_within and self.high_within

    def takes(self, value: Fraction) -> bool:
        """Whether a number is one of its own."""
        above = self.low is None or value > self.low or (self.low_within and value == self.low)
        return above and (self.high is None or value < self.high or (self.high_within and value == self.high))


def number(
    source: Source, element: etree._Element, declaration: Declaration, named: Sequence[Fraction], unit: str
) -> Number:
    """The number, its tolerance and what other numbers earn; `named` are those of which the file speaks."""
    whole = declaration.base == "integer"
    points = sorted(set(named))[:MOST_POINTS] or [Fraction(0)]
    runs = _runs(points, lambda value: source.score({declaration.identifier: (value,)}), whole=whole)
    most = max(run.worth for run in runs)
    if most <= 0:
        raise Refused(Problem("answer", "no_key"), element)
    correct = next((one for one in declaration.correct or () if isinstance(one, Fraction)), None)
    answer, tolerance, main = _answer([run for run in runs if run.worth == most], correct)
    if correct != answer and correct is not None:
        source.warn("answer", str(decimal(correct)), "qti_centre", element)
    if whole and tolerance:
        source.warn("answer", "", "qti_number_text", element)
    partly = tuple(_within(run, most) for run in _listed(runs, main))
    body = Number(decimal(answer), decimal(tolerance), unit, partly=partly)
    trials = [Trial({declaration.identifier: None}, "")] + [
        Trial({declaration.identifier: (one,)}, str(decimal(one))) for one in _around([*points, answer], whole=whole)
    ]
    marks = marked(source, trials, element)
    if partly:
        say_shares(source, "numeric", body, element)
    require_fit(source, "numeric", body, marks, element)
    return body


def decimal(value: Atom) -> Decimal:
    """The exact decimal of a number; raises Refused where it has none."""
    given = value if isinstance(value, Fraction) else Fraction(0)
    exact = Decimal(given.numerator) / Decimal(given.denominator)
    if Fraction(exact) != given:
        raise Refused(Problem("answer", "not_a_number", shortened(given)))
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()


def _runs(points: Sequence[Fraction], score: Callable[[Fraction], Fraction], *, whole: bool) -> list[_Run]:
    """All numbers from below to above in runs of the same worth."""
    runs: list[_Run] = []
    previous: Fraction | None = None
    for point in points:
        worth = _between(previous, point, score, whole=whole)
        if worth is not None:
            runs.append(_Run(previous, point, low_within=False, high_within=False, worth=worth))
        runs.append(_Run(point, point, low_within=True, high_within=True, worth=score(point)))
        previous = point
    beyond = _between(previous, None, score, whole=whole)
    runs.append(_Run(previous, None, low_within=False, high_within=False, worth=beyond or Fraction(0)))
    return [_inwards(run) if whole else run for run in _joined(runs)]


def _between(
    low: Fraction | None, high: Fraction | None, score: Callable[[Fraction], Fraction], *, whole: bool
) -> Fraction | None:
    """What a number between two earns, None where there is none between them."""
    if low is None or high is None:
        return score((high or Fraction(0)) - 1000 if low is None else low + 1000)
    middle = Fraction(floor((low + high) / 2)) if whole else (low + high) / 2
    return score(middle) if low < middle < high else None


def _joined(runs: Sequence[_Run]) -> list[_Run]:
    found: list[_Run] = []
    for run in runs:
        if found and found[-1].worth == run.worth:
            last = found[-1]
            found[-1] = _Run(last.low, run.high, last.low_within, run.high_within, run.worth)
        else:
            found.append(run)
    return found


def _inwards(run: _Run) -> _Run:
    """Of whole numbers the ends can always belong to the run."""
    low = run.low if run.low is None or run.low_within else Fraction(floor(run.low) + 1)
    high = run.high if run.high is None or run.high_within else Fraction(ceil(run.high) - 1)
    return _Run(low, high, low is not None, high is not None, run.worth)


def _answer(best: Sequence[_Run], correct: Fraction | None) -> tuple[Fraction, Fraction, _Run | None]:
    """The number shown as right, how far off is right too, and the run that this says; None for a number from one whose
    ends are not its own.
    """
    best = sorted(best, key=lambda run: not (correct is not None and run.takes(correct)))
    closed = [run for run in best if run.closed and run.low is not None and run.high is not None]
    for run in closed:
        if run.low is not None and run.high is not None:
            return (run.low + run.high) / 2, (run.high - run.low) / 2, run
    run = best[0]
    if correct is not None and run.takes(correct):
        return correct, Fraction(0), None
    if run.low is not None and run.high is not None:
        return (run.low + run.high) / 2, Fraction(0), None
    return (run.low + 1 if run.low is not None else (run.high or Fraction(1)) - 1), Fraction(0), None


def _listed(runs: Sequence[_Run], main: _Run | None) -> Iterator[_Run]:
    """The runs that must be told apart, those first to which an end belongs that others only touch."""
    waiting = [run for run in runs if run != main]
    owners = {
        place: [
            one
            for end, within in ((run.low, run.low_within), (run.high, run.high_within))
            if end is not None and not within
            for one in runs
            if one is not run and one.takes(end)
        ]
        for place, run in enumerate(waiting)
    }
    done: list[_Run] = [main] if main is not None else []
    left = list(enumerate(waiting))
    while left:
        place, run = next(one for one in left if all(owner in done for owner in owners[one[0]]))
        left.remove((place, run))
        done.append(run)
        if run.worth or run.low_within or run.high_within:
            yield run


def _within(run: _Run, most: Fraction) -> Within:
    low, high = (None if end is None else decimal(end) for end in (run.low, run.high))
    return Within(low, high, run.worth / most)


def _around(points: Sequence[Fraction], *, whole: bool) -> list[Fraction]:
    """The points, those between them, and those just beside and far from them."""
    ends = sorted(set(points)) or [Fraction(0)]
    found = {*ends, ends[0] - 1000, ends[-1] + 1000, -ends[0], Fraction(0)}
    found |= {(one + other) / 2 for one, other in itertools.pairwise(ends)}
    found |= {one + Fraction(sign, 10**6) for one in ends for sign in (-1, 1)}
    if whole:
        found = {Fraction(near) for one in found for near in (floor(one) - 1, floor(one), ceil(one), ceil(one) + 1)}
    return sorted(found)
