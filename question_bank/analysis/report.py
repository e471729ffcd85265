"""What an examination measured: how marks are spread, how far they can be relied on, what the pass mark decides.

Papers may differ and questions may have been taken out, so marks are told as hundredths of the full marks of each paper.
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from question_bank.analysis.classical import whole
from question_bank.analysis.decision import Decision, from_totals

FORMAT = 1
#: below so many attempts no figure tells anything
LEAST_SHOWN = 10
BINS = 20


@dataclass(slots=True)
class Attempts:
    """Everything that is gathered of the attempts, one after the other."""

    #: marks of 100
    totals: list[float] = field(default_factory=list)
    #: pass mark of each, of 100
    marks: list[float] = field(default_factory=list)
    passed: int = 0
    seconds: list[float] = field(default_factory=list)
    #: by version: how many answered, sums of shares and of their squares
    sums: dict[int, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0, 0.0]))
    #: by version: sum over papers of the square of what it is worth there, of 100
    weights: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    questions: int = 0
    #: greatest step, in hundredths of a mark, of which everything earned is a multiple; full marks of the papers
    step: int = 0
    maxima: float = 0.0

    def add(
        self,
        scores: Iterable[tuple[int, float, float]],
        *,
        pass_mark: float,
        passed: bool,
        seconds: float | None = None,
    ) -> None:
        """Count an attempt: of each question that counts its version, the marks earned and the full marks; `pass_mark` in marks.

        An attempt without full marks is left out.
        """
        counted = [(version, earned, full) for version, earned, full in scores if full > 0]
        maximum = math.fsum(full for _version, _earned, full in counted)
        if not maximum:
            return
        self.maxima += maximum
        for version, earned, full in counted:
            self.step = math.gcd(self.step, round(100 * full), round(100 * earned))
            share, found = earned / full, self.sums[version]
            found[0], found[1], found[2] = found[0] + 1, found[1] + share, found[2] + share * share
            self.weights[version] += (100 * full / maximum) ** 2
        self.questions += len(counted)
        self.totals.append(100 * math.fsum(earned for _version, earned, _full in counted) / maximum)
        self.marks.append(100 * pass_mark / maximum)
        self.passed += passed
        if seconds is not None:
            self.seconds.append(seconds)

    def report(self) -> "Report":
        """The figures of all that were counted."""
        count = len(self.totals)
        found = whole([[total] for total in self.totals])
        if found is None or count < LEAST_SHOWN:
            return Report(attempts=count, passed=self.passed)
        reliability = self._reliability(found.sd)
        ordered = sorted(self.totals)
        return Report(
            attempts=count,
            passed=self.passed,
            mean=found.mean,
            median=found.median,
            sd=found.sd,
            quartiles=_quartiles(ordered),
            skewness=found.skewness,
            kurtosis=found.kurtosis,
            reliability=reliability,
            standard_error=_error(found.sd, reliability),
            questions=self.questions / count,
            pass_mark=statistics.fmean(self.marks),
            bins=_bins(ordered),
            minutes=tuple(round(value / 60, 1) for value in _quartiles(sorted(self.seconds))),
            decision=self._decision(reliability),
        )

    def _decision(self, reliability: float | None) -> Decision | None:
        """How sure passed and not passed are, at the mean pass mark; None where it cannot be said."""
        count, mark = len(self.totals), statistics.fmean(self.marks)
        if reliability is None or not (0 < reliability < 1 and 0 < mark <= 100):
            return None
        try:
            step = self.step / self.maxima * count
            return from_totals(self.totals, maximum=100.0, cut=mark, reliability=reliability, step=step)
        except ValueError:
            return None

    def _reliability(self, sd: float | None) -> float | None:
        """Cronbach's alpha (1951) over papers that may differ: n / (n - 1) (1 - the mean over the papers of the sum of their
        questions' variances / variance of the totals). On one paper for all it is alpha, for right or wrong KR-20.
        """
        count = len(self.totals)
        size = self.questions / count
        if not sd or size <= 1:
            return None
        inner = math.fsum(self.weights[key] * _variance(*self.sums[key]) for key in self.sums) / count
        return size / (size - 1) * (1 - inner / sd**2)


@dataclass(frozen=True, slots=True)
class Report:
    """Marks are of 100. `standard_error`: of a measurement; `bins`: how many earned 0-5, 5-10 ... 95-100; `minutes`: least,
    lower quartile, median, upper quartile and most, as `quartiles` of the marks; `decision`: how sure passed and not passed are.
    """

    attempts: int
    passed: int
    mean: float | None = None
    median: float | None = None
    sd: float | None = None
    quartiles: tuple[float, ...] = ()
    skewness: float | None = None
    kurtosis: float | None = None
    reliability: float | None = None
    standard_error: float | None = None
    questions: float = 0.0
    pass_mark: float | None = None
    bins: tuple[int, ...] = ()
    minutes: tuple[float, ...] = ()
    decision: Decision | None = None

    @property
    def shown(self) -> bool:
        """Whether there are enough attempts to say anything."""
        return self.attempts >= LEAST_SHOWN

    def flags(self) -> tuple[str, ...]:
        """What an examiner should think about, as stable codes. Bounds as usual for decisions on persons: reliability 0.7, better
        0.8; a skewed exam told more about some candidates than about others.
        """
        if not self.shown:
            return ()
        found = {
            "unreliable": self.reliability is not None and self.reliability < 0.5,
            "barely_reliable": self.reliability is not None and 0.5 <= self.reliability < 0.7,
            "unsure": self.decision is not None and self.decision.accuracy < 0.85,
            "all_pass": self.passed == self.attempts,
            "none_pass": self.passed == 0,
            "too_easy": self.mean is not None and self.mean > 90,
            "too_hard": self.mean is not None and self.mean < 40,
        }
        return tuple(code for code, holds in found.items() if holds)

    def to_record(self) -> dict[str, Any]:
        """JSON-able form, rounded to six decimals."""
        names = [name for name in self.__slots__ if getattr(self, name) is not None and name != "decision"]
        decision = {"decision": self.decision.to_record()} if self.decision else {}
        return {"f": FORMAT} | {name: _rounded(getattr(self, name)) for name in names} | decision

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Report":
        """The inverse; raises KeyError for another format."""
        if record["f"] != FORMAT:
            raise KeyError("f")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in record.items() if name != "f"
        }
        if "decision" in values:
            values["decision"] = Decision.from_record(values["decision"])
        return cls(**values)


def _variance(count: float, total: float, squares: float) -> float:
    return (squares - total * total / count) / (count - 1) if count > 1 else 0.0


def _error(sd: float | None, reliability: float | None) -> float | None:
    if sd is None or reliability is None:
        return None
    return sd * math.sqrt(max(0.0, 1 - reliability))


def _quartiles(ordered: Sequence[float]) -> tuple[float, ...]:
    if len(ordered) < 2:
        return ()
    inner = statistics.quantiles(ordered, n=4, method="inclusive")
    return (ordered[0], *inner, ordered[-1])


def _bins(totals: Iterable[float]) -> tuple[int, ...]:
    found = [0] * BINS
    for total in totals:
        found[min(BINS - 1, max(0, int(total * BINS / 100)))] += 1
    return tuple(found)


def _rounded(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_rounded(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value
