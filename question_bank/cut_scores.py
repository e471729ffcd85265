"""Where the pass mark comes from: three methods of setting standards, each from the judgements of a panel.

Modified Angoff (Angoff, 1971): judges say for each question how likely somebody just good enough is to get it right.
Hofstee (1983): judges bound the pass mark and the share that may fail, and the totals decide between. Borderline group
(Livingston & Zieky, 1982): the median of those whom markers called just good enough. Shares lie in [0, 1]; judges go
by the numbers of persons. What becomes the pass mark of an exam is decided by people.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist, median
from typing import Any

from question_bank.analysis.classical import correlation, variance

FORMAT = 1
ANGOFF, HOFSTEE, BORDERLINE = "angoff", "hofstee", "borderline"
#: fewer borderline candidates do not tell how sure their median is
LEAST_BORDERLINE = 5


@dataclass(frozen=True, slots=True)
class Standard:
    """A pass mark as it was set, to be kept: by what method, the mark and its standard error (both in marks, None where
    the error is not known), by whom and when.
    """

    method: str
    cut: float
    error: float | None
    judges: tuple[int, ...]
    day: date

    def to_record(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "f": FORMAT,
            "method": self.method,
            "cut": self.cut,
            "error": self.error,
            "judges": [*self.judges],
            "day": self.day.isoformat(),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Standard":
        """The inverse; raises KeyError for another format, ValueError for an unknown method."""
        _known(record)
        if record["method"] not in (ANGOFF, HOFSTEE, BORDERLINE):
            raise ValueError(f"no method {record['method']!r}")
        day = date.fromisoformat(record["day"])
        return cls(record["method"], record["cut"], record["error"], tuple(record["judges"]), day)


@dataclass(frozen=True, slots=True)
class Worksheet:
    """Angoff's judgements: `marks` of the questions; each round has for each judge a chance for each question. Only the
    last round counts. Raises ValueError for gaps and for what is no chance.
    """

    judges: tuple[int, ...]
    marks: tuple[float, ...]
    rounds: tuple[tuple[tuple[float, ...], ...], ...]

    def __post_init__(self) -> None:
        if not (self.judges and self.marks and self.rounds) or any(mark <= 0 for mark in self.marks):
            raise ValueError("judges, questions with marks, and a round")
        for judgements in self.rounds:
            whole = len(judgements) == len(self.judges) and all(len(row) == len(self.marks) for row in judgements)
            if not whole or any(not 0 <= chance <= 1 for row in judgements for chance in row):
                raise ValueError("a chance in [0, 1] of every judge for every question")

    def to_record(self) -> dict[str, Any]:
        """JSON-able form."""
        rounds = [[[*row] for row in judgements] for judgements in self.rounds]
        return {"f": FORMAT, "judges": [*self.judges], "marks": [*self.marks], "rounds": rounds}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Worksheet":
        """The inverse; raises KeyError for another format, ValueError for gaps."""
        _known(record)
        rounds = tuple(tuple(tuple(row) for row in judgements) for judgements in record["rounds"])
        return cls(tuple(record["judges"]), tuple(record["marks"]), rounds)


@dataclass(frozen=True, slots=True)
class Judge:
    """A judge in a round: mean and SD of the chances given, the pass mark they make, and how they go with the facility
    of the questions (a correlation, None where that is not known of three).
    """

    person: int
    mean: float
    sd: float | None
    cut: float
    agreement: float | None


@dataclass(frozen=True, slots=True)
class Round:
    """What a round came to: mean chance of each question, the judges, the pass mark and its standard error (None for a
    single judge).
    """

    questions: tuple[float, ...]
    judges: tuple[Judge, ...]
    cut: float
    error: float | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """A judge's four numbers for Hofstee: lowest and highest pass mark, least and most that may fail (shares)."""

    lowest: float
    highest: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Compromise:
    """Where Hofstee's line meets the totals, and the share that fails there. `meets` is "line", or says why it does not:
    "most" where even the lowest pass mark fails more than may fail (it is taken), "least" where the highest fails fewer
    than should (it is taken).
    """

    cut: float
    failing: float
    meets: str


def angoff(sheet: Worksheet, facilities: Sequence[float | None] = ()) -> list[Round]:
    """Every round, the last one being what counts; `facilities`: of the questions, as far as they are known.

    The pass mark is the sum over the questions of mean chance times marks; its error the SD of the judges' own pass marks
    over the root of their number. Raises ValueError for facilities of another number of questions.
    """
    if facilities and len(facilities) != len(sheet.marks):
        raise ValueError("a facility, or None, for every question")
    return [_round(sheet, judgements, facilities) for judgements in sheet.rounds]


def hofstee(totals: Sequence[float], panel: Sequence[Bounds]) -> Compromise:
    """The mean bounds of the panel against the totals: from (lowest, most) to (highest, least) runs a line, and where the
    share of totals below a pass mark reaches it is the cut. At a total that many have the cut is this total.

    Raises ValueError for no totals, no judges, and mean bounds that leave nothing to decide.
    """
    if not totals or not panel:
        raise ValueError("totals and judges")
    low, high = (math.fsum(getattr(one, name) for one in panel) / len(panel) for name in ("lowest", "highest"))
    least, most = (math.fsum(getattr(one, name) for one in panel) / len(panel) for name in ("least", "most"))
    if not (low < high and 0 <= least < most <= 1):
        raise ValueError("a lowest below a highest pass mark, and a least below a most share")
    if failing(totals, low) > most:
        return Compromise(low, failing(totals, low), "most")
    if failing(totals, high) < least:
        return Compromise(high, failing(totals, high), "least")
    starts = [low, *sorted({total for total in totals if low <= total < high})]
    for start, end in zip(starts, [*starts[1:], high], strict=True):
        level = sum(total <= start for total in totals) / len(totals)
        reached = low + (most - level) * (high - low) / (most - least)
        if reached <= end:
            break
    cut = min(max(reached, start), high)
    return Compromise(cut, failing(totals, cut), "line")


def failing(totals: Sequence[float], cut: float) -> float:
    """Share of totals below a pass mark; raises ValueError for no totals."""
    if not totals:
        raise ValueError("totals")
    return sum(total < cut for total in totals) / len(totals)


def borderline(totals: Sequence[float]) -> tuple[float, float | None]:
    """Median of the totals of those called borderline, and its standard error from two order statistics (Price &
    Bonett, 2001), None below LEAST_BORDERLINE; in marks. Raises ValueError for nobody.
    """
    if not totals:
        raise ValueError("nobody was called borderline")
    count, order = len(totals), sorted(totals)
    if count < LEAST_BORDERLINE:
        return median(order), None
    place = max(1, round((count + 1) / 2 - math.sqrt(count)))
    outside = sum(math.comb(count, n) for n in range(place)) / 2**count
    return median(order), (order[count - place] - order[place - 1]) / (2 * NormalDist().inv_cdf(1 - outside))


def _round(sheet: Worksheet, judgements: Sequence[Sequence[float]], facilities: Sequence[float | None]) -> Round:
    questions = tuple(math.fsum(column) / len(column) for column in zip(*judgements, strict=True))
    judges = tuple(
        _judge(person, row, sheet.marks, facilities) for person, row in zip(sheet.judges, judgements, strict=True)
    )
    spread = variance([judge.cut for judge in judges])
    return Round(
        questions=questions,
        judges=judges,
        cut=_sum(questions, sheet.marks),
        error=None if spread is None else math.sqrt(max(spread, 0.0) / len(judges)),
    )


def _judge(person: int, row: Sequence[float], marks: Sequence[float], facilities: Sequence[float | None]) -> Judge:
    spread = variance(row)
    pairs = [(chance, known) for chance, known in zip(row, facilities, strict=False) if known is not None]
    return Judge(
        person=person,
        mean=math.fsum(row) / len(row),
        sd=None if spread is None else math.sqrt(max(spread, 0.0)),
        cut=_sum(row, marks),
        agreement=correlation([chance for chance, _ in pairs], [known for _, known in pairs])
        if len(pairs) > 2
        else None,
    )


def _sum(chances: Sequence[float], marks: Sequence[float]) -> float:
    return math.fsum(chance * mark for chance, mark in zip(chances, marks, strict=True))


def _known(record: Mapping[str, Any]) -> None:
    if record["f"] != FORMAT:
        raise KeyError("f")
