"""The health of a pool: what an examiner should look at, item by item and for the set as a whole.

Every finding names a category, the items concerned and the facts for a sentence; it decides nothing. The rules are
those of `quality`, made fast enough for pools of many thousands of items and joined by what exams and laws say.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from typing import TypeVar

from question_bank import quality
from question_bank.analysis.versions import Figures
from question_bank.item import ItemVersion
from question_bank.normaliser import norm_v1
from question_bank.text import plain_text

K = TypeVar("K")
V = TypeVar("V")
Facts = Mapping[str, str | int | float]
#: below this many questions of a subject a lean of their keys says nothing
LEAST_SET = 20
#: a lean that chance brings more rarely than this is one
LEAST_CHANCE = 0.01
#: a question in more than this share of all papers is known soon
MOST_EXPOSED = 0.20
#: more twins than these of one item, and more pairs of a group than this many members have, tell nothing new
MOST_TWINS, MOST_PAIRED = 20, 10
SOON = timedelta(days=90)
#: words that turn a sentence round; taken out, two sentences that differ in nothing else are the same
_ROUND = (
    (re.compile("有误|错误|不正确|不恰当|不妥"), "正确"),
    (re.compile("不得|禁止|不可以|不能|不可"), "可以"),
    (re.compile("无需|无须|不必|不需要"), "需要"),
    (re.compile("[不未非没无]"), ""),
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Examined:
    """An item as the report looks at it, by the wording that papers take, or the newest where none is."""

    key: int
    version: ItemVersion
    #: whether papers may hold it now
    drawable: bool = True
    suspended: bool = False
    figures: Figures | None = None
    #: share of all papers on which it stood; None when no exam reported on it
    exposure: float | None = None
    #: title of each cited law with which something is wrong -> "repealed", "amended" or "unknown"
    laws: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: its category, keys of the items concerned, and what the sentence about it needs."""

    category: str
    items: tuple[int, ...]
    facts: Facts = field(default_factory=dict)


#: a part of the examination: name -> what it finds; `examine` runs them in this order
Part = Callable[[Sequence[Examined], date], Iterable[Finding]]


def examine(items: Sequence[Examined], *, day: date) -> Iterator[tuple[str, list[Finding]]]:
    """The findings of each part, as it ends."""
    for name, part in PARTS.items():
        yield name, list(part(items, day))


def twins(items: Sequence[Examined], day: date) -> Iterator[Finding]:
    """Stems that are the same or share half of their 5-grams, and those that differ by a negation or a number only.

    Questions on one case and declared enemies are none: no paper holds both.
    """
    by_words = defaultdict[str, list[Examined]](list)
    for item in items:
        words = _WORDS.sub("", plain_text(item.version.stem))
        if words:
            by_words[words].append(item)
    for same in by_words.values():
        yield from _same(same)
    firsts = [group[0] for group in by_words.values()]
    turned, stood_for = set[tuple[int, int]](), set[int]()
    for group in _bare(firsts):
        stood_for |= {item.key for item, _words in group[1:]} if len(group) > MOST_PAIRED else set()
        for (one, first), (other, second) in _pairs(group):
            if _may_meet(one, other):
                turned.add((one.key, other.key))
                same_numbers = _NUMBER.findall(first) == _NUMBER.findall(second)
                yield Finding("turned", (one.key, other.key), {"how": "negation" if same_numbers else "number"})
    for one, other, likeness in alike([item for item in firsts if item.key not in stood_for]):
        if (one.key, other.key) not in turned and _may_meet(one, other):
            yield Finding("twins", (one.key, other.key), {"percent": int(likeness * 100)})


def alike(items: Sequence[Examined]) -> Iterator[tuple[Examined, Examined, Fraction]]:
    """All pairs whose stems are twins, exactly and without comparing each with each.

    Prefix filter (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007): with grams in order of rarity two
    sets of likeness t share one of their first |x| - ceil(t|x|) + 1 grams, and their sizes differ by t at most.
    An item that has MOST_TWINS of them already is not offered further ones: where everything is alike, that is enough.
    """
    grams = [quality.stem_grams(item.version.stem) for item in items]
    counts = Counter(gram for found in grams for gram in found)
    holders = defaultdict[str, set[int]](set)
    prefixes, known = dict[int, list[str]](), Counter[int]()
    for place in sorted(range(len(items)), key=lambda place: len(grams[place])):
        size = len(grams[place])
        least = math.ceil(quality.TWINS * size)
        prefixes[place] = sorted(grams[place], key=lambda gram: (counts[gram], gram))[: size - least + 1]
        candidates = {other for gram in prefixes[place] if counts[gram] > 1 for other in holders[gram]}
        for other in sorted(other for other in candidates if len(grams[other]) >= least):
            likeness = _likeness(grams[place], grams[other])
            if likeness is None:
                continue
            yield items[min(place, other)], items[max(place, other)], likeness
            known[other] += 1
            if known[other] == MOST_TWINS:
                for gram in prefixes[other]:
                    holders[gram].discard(other)
        for gram in prefixes[place]:
            holders[gram].add(place)


def _likeness(first: frozenset[str], second: frozenset[str]) -> Fraction | None:
    """Their Jaccard index where it makes twins of them; whole numbers first, because nearly all are none."""
    shared = len(first & second)
    together = len(first) + len(second) - shared
    if shared * quality.TWINS.denominator < quality.TWINS.numerator * together:
        return None
    return Fraction(shared, together)


def missing(items: Sequence[Examined], day: date) -> Iterator[Finding]:
    """What an item does not say."""
    for item in items:
        version = item.version
        said = {
            "no_citation": version.citations,
            "no_explanation": version.explanation.strip(),
            "no_point": version.point,
            "no_difficulty": version.difficulty,
        }
        yield from (Finding(name, (item.key,)) for name, value in said.items() if not value)
        if version.type in _CHOICES:
            silent = sum(not option.right and not option.why for option in version.body.options)
            if silent:
                yield Finding("no_why", (item.key,), {"options": silent})


def wording(items: Sequence[Examined], day: date) -> Iterator[Finding]:
    """Options that say all or none of the above, and stems that hide their "not"."""
    for item in items:
        if item.version.type not in _CHOICES:
            continue
        if quality.says_all_or_none(item.version):
            yield Finding("all_or_none", (item.key,))
        if quality.hides_negation(item.version):
            yield Finding("quiet_negation", (item.key,))


def keys(items: Sequence[Examined], day: date) -> Iterator[Finding]:
    """Subjects in which a letter is the key too often, or the key the longest option; true or false too one-sided."""
    for subject, found in _by(items, lambda item: item.version.subject).items():
        single = [item for item in found if item.version.type == "single_choice"]
        for count, group in _by(single, lambda item: len(item.version.body.options)).items():
            letters = {item.key: "".join(item.version.body.right_keys()) for item in group}
            yield from _leaning("letters", subject, letters, "ABCDEFGHIJ"[:count])
        stated = [item for item in found if item.version.type == "true_false"]
        answers = {item.key: "true" if item.version.body.answer else "false" for item in stated}
        yield from _leaning("one_sided", subject, answers, ("true", "false"))
        yield from _longest(subject, single)


def enemies(items: Sequence[Examined], day: date) -> Iterator[Finding]:
    """Enemies whose group has no other question."""
    for name, group in _by(items, lambda item: item.version.enemies).items():
        if name and len(group) == 1:
            yield Finding("lone_enemy", (group[0].key,), {"group": name})


def law(items: Sequence[Examined], day: date) -> Iterator[Finding]:
    """Items whose law has changed or ended or will end soon; laws that cannot be found, the most cited first."""
    unknown = defaultdict[str, list[int]](list)
    for item in items:
        until = item.version.valid_until
        if item.suspended:
            yield Finding("law_changed", (item.key,))
        if until and until < day:
            yield Finding("validity_over", (item.key,), {"day": until.isoformat()})
        elif until and until <= day + SOON:
            yield Finding("validity_ends", (item.key,), {"day": until.isoformat(), "days": (until - day).days})
        for title, what in item.laws.items():
            if what == "unknown":
                unknown[title].append(item.key)
            else:
                yield Finding(f"law_{what}", (item.key,), {"law": title})
    for title, keys_of in sorted(unknown.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        yield Finding("law_unknown", tuple(keys_of), {"law": title})


def experience(items: Sequence[Examined], day: date) -> Iterator[Finding]:
    """What exams say: doubtful keys, idle distractors, what is too easy, too hard, seen too often or never."""
    for item in items:
        if item.figures is not None:
            facts = _figures(item.figures)
            yield from (Finding(flag, (item.key,), facts[flag]) for flag in item.figures.flags())
        if item.exposure is None:
            if item.drawable:
                yield Finding("never_used", (item.key,))
        elif item.exposure > MOST_EXPOSED:
            yield Finding("overexposed", (item.key,), {"percent": round(100 * item.exposure)})


PARTS: dict[str, Part] = {
    "twins": twins,
    "keys": keys,
    "wording": wording,
    "missing": missing,
    "law": law,
    "experience": experience,
    "enemies": enemies,
}
_CHOICES = ("single_choice", "multiple_choice")


def tail(x: float, freedom: int) -> float:
    """The chance of a chi-square value of `x` or more, in closed form (Abramowitz and Stegun 26.4.4 and 26.4.5)."""
    half = x / 2
    if freedom % 2 == 0:
        return math.exp(-half) * math.fsum(half**n / math.factorial(n) for n in range(freedom // 2))
    terms = (half ** (n + 0.5) / math.gamma(n + 1.5) for n in range((freedom - 1) // 2))
    return math.erfc(math.sqrt(half)) + math.exp(-half) * math.fsum(terms)


def _same(group: Sequence[Examined]) -> Iterator[Finding]:
    """Items of one stem: those that may meet on a paper, as one finding for each way to answer them."""
    apart = [item for n, item in enumerate(group) if n == 0 or _may_meet(group[0], item)]
    if len(apart) < 2:
        return
    answers = {
        tuple(sorted(norm_v1(line) for line in item.version.interaction.offered(item.version.body))) for item in apart
    }
    yield Finding("same_stem", tuple(item.key for item in apart), {"offers": "same" if len(answers) == 1 else "other"})


def _bare(items: Iterable[Examined]) -> list[list[tuple[Examined, str]]]:
    """Items, with their words, whose stems are the same without negations and numbers."""
    found = defaultdict[str, list[tuple[Examined, str]]](list)
    for item in items:
        words = norm_v1(plain_text(item.version.stem), numerals=True)
        bare = _NUMBER.sub("0", words)
        for negation, instead in _ROUND:
            bare = negation.sub(instead, bare)
        found[_WORDS.sub("", bare)].append((item, words))
    return list(found.values())


def _pairs(group: Sequence[V]) -> Iterator[tuple[V, V]]:
    """Each with each; in a large group each with the next, which says as much."""
    return pairwise(group) if len(group) > MOST_PAIRED else combinations(group, 2)


def _may_meet(one: Examined, other: Examined) -> bool:
    """Whether a paper might hold both."""
    first, second = one.version, other.version
    if first.stimulus and second.stimulus and first.stimulus.ref == second.stimulus.ref:
        return False
    return not first.enemies or first.enemies != second.enemies


def _by(items: Iterable[Examined], key: Callable[[Examined], K]) -> dict[K, list[Examined]]:
    found = defaultdict[K, list[Examined]](list)
    for item in items:
        found[key(item)].append(item)
    return found


def _leaning(category: str, subject: str, answers: Mapping[int, str], among: Sequence[str]) -> Iterator[Finding]:
    """A finding with all items of the answer that stands too often, where chance does not bring that about."""
    counts = Counter(answers.values())
    total = sum(counts[letter] for letter in among)
    if total < LEAST_SET or len(among) < 2:
        return
    even = total / len(among)
    chance = tail(sum((counts[letter] - even) ** 2 / even for letter in among), len(among) - 1)
    if chance < LEAST_CHANCE:
        most = max(among, key=lambda letter: counts[letter])
        spread = " ".join(f"{letter} {counts[letter]}" for letter in among)
        facts: dict[str, str | int | float] = {
            "subject": subject,
            "total": total,
            "most": most,
            "percent": round(100 * counts[most] / total),
        }
        yield Finding(
            category, tuple(key for key, letter in answers.items() if letter == most), {**facts, "spread": spread}
        )


def _longest(subject: str, chosen: Sequence[Examined]) -> Iterator[Finding]:
    """A finding with all items whose key is the longest option, where that gives the key away."""
    if len(chosen) < LEAST_SET:
        return
    longest = tuple(item.key for item in chosen if quality.key_is_longest(item.version))
    share, chance = quality.shares_of_longest([item.version for item in chosen], len(longest))
    if share > chance + quality.LONGEST_MORE:
        facts: Facts = {
            "subject": subject,
            "total": len(chosen),
            "percent": round(100 * share),
            "chance": round(100 * chance),
        }
        yield Finding("long_keys", longest, facts)


def _figures(figures: Figures) -> dict[str, Facts]:
    """The figure that each flag is about."""
    seen = {"attempts": figures.attempts}
    facility = seen | {"percent": round(100 * (figures.facility or 0))}
    discrimination = seen | {"figure": f"{figures.discrimination or 0:.2f}"}
    wrong = [option for option in figures.options if not option.right]
    idle = "、".join(option.key for option in wrong if option.chosen < 0.02 * figures.attempts)
    tempting = "、".join(option.key for option in wrong if (option.biserial or 0) > 0.05)
    return {
        "key_doubtful": discrimination,
        "weak": discrimination,
        "inefficient": seen | {"figure": f"{figures.efficiency or 0:.2f}"},
        "too_hard": facility,
        "too_easy": facility,
        "idle_distractor": seen | {"options": idle},
        "tempting_distractor": seen | {"options": tempting},
    }
