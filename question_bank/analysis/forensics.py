"""Pairs of candidates whose answers agree more than chance allows: a list for people to look at, never a verdict.

For papers that all candidates had in common, and for pairs that the caller gives (same room, same time). One model says
how likely every option is for a candidate as able as this one (nominal response, Bock 1972, by conditional logistic
regression on the standardised total). By it, omega (Wollack, 1997) asks whether one candidate has the answers of
another too often, and M4 (Maynes, 2014) whether a pair has too many identical right and identical wrong answers
together. Pairs are listed where M4 holds after Benjamini & Hochberg (1995) over all pairs given.

A blank is an answer of nobody: it matches nothing. Personal papers, with a few questions in common, have no power here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from question_bank.analysis.nominal import chances

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

#: share of false pairs among those listed
LISTED = 0.05
#: different answers to a question that are told apart; rarer ones count as blanks
_COMMON = 24
#: pairs whose joint distribution is worked out at a time
_BATCH = 256
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Answers:
    """What everybody answered. A row a candidate and a column a question, numbers of options from 0 and -1 for a blank;
    `key` has the right options; `model`: chance of each option (third axis) for each candidate and question.
    """

    given: Places
    key: Places
    model: Numbers


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A pair. Chances (p) are those of so much agreement without copying. `omega`: standard deviations by which the
    first has the second's answers too often, and the other way round; `q`: M4's chance after Benjamini & Hochberg; `right`,
    `wrong`: numbers of identical answers; `places`: the questions, from 0, with identical wrong answers.
    """

    first: int
    second: int
    omega: tuple[float, float]
    omega_p: tuple[float, float]
    m4_p: float
    q: float
    right: int
    wrong: int
    places: tuple[int, ...]

    @property
    def listed(self) -> bool:
        """Whether people should look at the pair."""
        return self.q <= LISTED


def modelled(given: Sequence[Sequence[str]], key: Sequence[str]) -> Answers:
    """Answers with their model; a row a candidate, an empty text for a blank. Two answers are identical where their
    texts are; of a question with very many different answers only the commonest are looked at.

    Raises ValueError for fewer than two candidates and for rows of another length than the key.
    """
    if len(given) < 2 or not key or any(len(row) != len(key) for row in given):
        raise ValueError("two candidates at least, and an answer or a blank for every question")
    coded = np.full((len(given), len(key)), -1, dtype=np.int64)
    right = np.zeros(len(key), dtype=np.int64)
    for place, column in enumerate(zip(*given, strict=True)):
        often = Counter(text for text in column if text)
        codes = {text: code for code, text in enumerate(sorted({key[place], *_commonest(often)}))}
        coded[:, place] = [codes.get(text, -1) for text in column]
        right[place] = codes[key[place]]
    return Answers(coded, right, chances(coded, right))


def compared(answers: Answers, pairs: Iterable[tuple[int, int]]) -> list[Resemblance]:
    """Each pair once, whichever way it is given, the least likely first.

    Raises ValueError for somebody compared with himself, IndexError for somebody unknown.
    """
    wanted = sorted({(min(pair), max(pair)) for pair in pairs})
    if any(first == second for first, second in wanted):
        raise ValueError("nobody copies from himself")
    if not wanted:
        return []
    if wanted[0][0] < 0 or max(second for _, second in wanted) >= len(answers.given):
        raise IndexError("an unknown candidate")
    table = np.asarray(wanted, dtype=np.int64)
    joint = np.concatenate([_m4(answers, table[n : n + _BATCH]) for n in range(0, len(table), _BATCH)])
    forth, back = _omega(answers, table[:, 0], table[:, 1]), _omega(answers, table[:, 1], table[:, 0])
    same = _identical(answers, table)
    correct = answers.given[table[:, 0]] == answers.key
    found = [
        Resemblance(
            first=first,
            second=second,
            omega=(float(forth[n]), float(back[n])),
            omega_p=(_NORMAL.cdf(-float(forth[n])), _NORMAL.cdf(-float(back[n]))),
            m4_p=float(joint[n]),
            q=q,
            right=int((same[n] & correct[n]).sum()),
            wrong=int((same[n] & ~correct[n]).sum()),
            places=tuple(int(place) for place in np.flatnonzero(same[n] & ~correct[n])),
        )
        for n, ((first, second), q) in enumerate(zip(wanted, adjusted([float(p) for p in joint]), strict=True))
    ]
    return sorted(found, key=lambda one: (one.m4_p, one.first, one.second))


def adjusted(values: Sequence[float]) -> list[float]:
    """Chances after Benjamini & Hochberg (1995): the share of false ones among all that are as unlikely."""
    order = sorted(range(len(values)), key=lambda n: values[n], reverse=True)
    found, least = [0.0] * len(values), 1.0
    for after, n in enumerate(order):
        least = min(least, values[n] * len(values) / (len(values) - after))
        found[n] = least
    return found


def _commonest(often: Counter[str]) -> list[str]:
    return sorted(often, key=lambda text: (-often[text], text))[:_COMMON]


def _identical(answers: Answers, pairs: Places) -> NDArray[np.bool_]:
    first, second = answers.given[pairs[:, 0]], answers.given[pairs[:, 1]]
    same: NDArray[np.bool_] = (first == second) & (first >= 0)
    return same


def _omega(answers: Answers, copier: Places, source: Places) -> Numbers:
    """Wollack's omega: (matches - expected) / sd, the source's answers taken as given."""
    copied = answers.given[source]
    taken = np.take_along_axis(answers.model[copier], np.maximum(copied, 0)[:, :, None], axis=2)[:, :, 0]
    chance = np.where(copied >= 0, taken, 0.0)
    matches = ((answers.given[copier] == copied) & (copied >= 0)).sum(axis=1)
    spread = (chance * (1 - chance)).sum(axis=1)
    found: Numbers = (matches - chance.sum(axis=1)) / np.sqrt(np.maximum(spread, 1e-12))
    return found


def _m4(answers: Answers, pairs: Places) -> Numbers:
    """Chance of a pair's numbers of identical right and wrong answers or of any as extreme: extreme is where it is
    unlikely to have at least so many of both. The distribution is exact (generalised trinomial), question by question.
    """
    first, second = answers.model[pairs[:, 0]], answers.model[pairs[:, 1]]
    places = np.arange(len(answers.key))
    right = first[:, places, answers.key] * second[:, places, answers.key]
    wrong = np.maximum((first * second).sum(axis=2) - right, 0.0)
    count, size = len(pairs), len(places) + 1
    mass = np.zeros((count, size, size))
    mass[:, 0, 0] = 1.0
    for place in places:
        n = int(place) + 1
        before = mass[:, :n, :n].copy()
        mass[:, :n, :n] *= (1 - right[:, place] - wrong[:, place])[:, None, None]
        mass[:, 1 : n + 1, :n] += before * right[:, place, None, None]
        mass[:, :n, 1 : n + 1] += before * wrong[:, place, None, None]
    reached = np.flip(np.cumsum(np.cumsum(np.flip(mass, (1, 2)), axis=1), axis=2), (1, 2))
    same, correct = _identical(answers, pairs), answers.given[pairs[:, 0]] == answers.key
    here = reached[np.arange(count), (same & correct).sum(axis=1), (same & ~correct).sum(axis=1)]
    extreme = reached <= here[:, None, None] * (1 + 1e-9)
    found: Numbers = np.minimum((mass * extreme).sum(axis=(1, 2)), 1.0)
    return found
