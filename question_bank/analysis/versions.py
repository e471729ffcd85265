"""How one wording of a question did, over all papers that held it.

Papers differ, so the rest of a paper is counted as a share of its own marks, and thirds of ability are taken by that
share. Small numbers say nothing: figures are shown from LEAST_SHOWN attempts on, and judged from LEAST_JUDGED on.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from question_bank.analysis.classical import correlation, efficiency, variance

LEAST_SHOWN, LEAST_JUDGED = 30, 100
FORMAT = 1
#: names of the thirds, the weakest first
THIRDS = ("lower", "middle", "upper")


@dataclass(frozen=True, slots=True)
class Answer:
    """One candidate's answer to the question: share earned in [0, 1]; `rest`: share of the other marks of the paper
    that the candidate earned; options chosen by their keys; seconds spent, None where nobody knows; whether nothing
    was answered.
    """

    share: float
    rest: float
    chosen: tuple[str, ...] = ()
    seconds: float | None = None
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Distractor:
    """How an option was chosen: by how many, as a share of each third, and how that goes with the rest of the paper."""

    key: str
    right: bool
    chosen: int
    thirds: tuple[float, ...]
    biserial: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a version. Shares in [0, 1], correlations in [-1, 1], seconds."""

    attempts: int
    facility: float | None = None
    sd: float | None = None
    discrimination: float | None = None
    efficiency: float | None = None
    omitted: float | None = None
    seconds: float | None = None
    thirds: tuple[float, ...] = ()
    options: tuple[Distractor, ...] = field(default_factory=tuple)

    @property
    def shown(self) -> bool:
        """Whether there are enough attempts to say anything."""
        return self.attempts >= LEAST_SHOWN

    def flags(self) -> tuple[str, ...]:
        """What an examiner should look at, as stable codes; nothing below LEAST_JUDGED attempts.

        Bounds from assessment practice: facility under 10 or over 95 of 100, discrimination below 0 or under 10,
        efficiency under 20, a distractor that fewer than 2 of 100 choose or that the better candidates choose.
        """
        if self.attempts < LEAST_JUDGED:
            return ()
        wrong = [option for option in self.options if not option.right]
        found = {
            "key_doubtful": self.discrimination is not None and self.discrimination < 0,
            "weak": self.discrimination is not None and 0 <= self.discrimination < 0.10,
            "inefficient": self.efficiency is not None and 0 <= self.efficiency < 0.20,
            "too_hard": self.facility is not None and self.facility < 0.10,
            "too_easy": self.facility is not None and self.facility > 0.95,
            "idle_distractor": any(option.chosen < 0.02 * self.attempts for option in wrong),
            "tempting_distractor": any((option.biserial or 0) > 0.05 for option in wrong),
        }
        return tuple(code for code, holds in found.items() if holds)

    def to_record(self) -> dict[str, Any]:
        """JSON-able form, rounded to six decimals."""
        numbers = ("facility", "sd", "discrimination", "efficiency", "omitted", "seconds")
        return {
            "f": FORMAT,
            "attempts": self.attempts,
            **{name: _rounded(getattr(self, name)) for name in numbers if getattr(self, name) is not None},
            "thirds": [_rounded(share) for share in self.thirds],
            "options": [
                [o.key, o.right, o.chosen, [_rounded(share) for share in o.thirds], _rounded(o.biserial)]
                for o in self.options
            ],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Figures":
        """The inverse; raises KeyError for another format."""
        if record["f"] != FORMAT:
            raise KeyError("f")
        numbers = ("facility", "sd", "discrimination", "efficiency", "omitted", "seconds")
        return cls(
            record["attempts"],
            **{name: record.get(name) for name in numbers},
            thirds=tuple(record["thirds"]),
            options=tuple(Distractor(k, r, c, tuple(thirds), b) for k, r, c, thirds, b in record["options"]),
        )


def figures(answers: Sequence[Answer], options: Mapping[str, bool] | None = None) -> Figures:
    """Figures of a version from all answers to it; `options`: whether each option, by its key, is right."""
    count = len(answers)
    if not count:
        return Figures(0)
    shares, rests = [answer.share for answer in answers], [answer.rest for answer in answers]
    third = _thirds(rests)
    seconds = [answer.seconds for answer in answers if answer.seconds is not None]
    spread = variance(shares)
    return Figures(
        attempts=count,
        facility=math.fsum(shares) / count,
        sd=None if spread is None else math.sqrt(max(spread, 0.0)),
        discrimination=correlation(shares, rests),
        efficiency=efficiency(shares, rests),
        omitted=sum(answer.blank for answer in answers) / count,
        seconds=math.fsum(seconds) / len(seconds) if seconds else None,
        thirds=tuple(_mean(share for share, place in zip(shares, third, strict=True) if place == n) for n in range(3)),
        options=tuple(_distractor(option, answers, rests, third) for option in (options or {}).items()),
    )


def exposure(papers: Iterable[Iterable[int]]) -> dict[int, float]:
    """Share of the papers that held each version."""
    counts: Counter[int] = Counter()
    number = 0
    for paper in papers:
        counts.update(set(paper))
        number += 1
    return {version: count / number for version, count in counts.items()}


def overlap(rates: Mapping[int, float], questions: int) -> float:
    """The share of a paper that two candidates are expected to have in common: sum of squared exposures / length."""
    return math.fsum(rate**2 for rate in rates.values()) / questions if questions else 0.0


def _distractor(
    option: tuple[str, bool],
    answers: Sequence[Answer],
    rests: Sequence[float],
    third: Sequence[int],
) -> Distractor:
    key, right = option
    picked = [float(key in answer.chosen) for answer in answers]
    shares = [_mean(one for one, place in zip(picked, third, strict=True) if place == n) for n in range(3)]
    return Distractor(key, right, int(sum(picked)), tuple(shares), correlation(picked, rests))


def _thirds(rests: Sequence[float]) -> list[int]:
    """For each candidate 0, 1 or 2: weaker, middle or better third; equal ones in the order in which they came."""
    order = sorted(range(len(rests)), key=lambda n: (rests[n], n))
    places = [0] * len(rests)
    for rank, n in enumerate(order):
        places[n] = min(2, 3 * rank // len(rests))
    return places


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return math.fsum(found) / len(found) if found else 0.0


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
