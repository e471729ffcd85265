"""What can be said of a set of questions as a whole: twins, giveaways, letters that keep repeating, what is missing.

These are warnings of the field: Haladyna, Downing and Rodriguez (2002), A review of multiple-choice item-writing
guidelines, Applied Measurement in Education 15(3), rules on key balance, equal length, all/none of the above, negatives.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from question_bank.item import ItemVersion
from question_bank.text import plain_text

#: from here on two stems are twins (Jaccard index of their character 5-grams)
TWINS = Fraction(1, 2)
GRAM = 5
#: how much more often than chance the key may be the longest option
LONGEST_MORE = Fraction(10, 100)
MOST_ALL_OR_NONE = Fraction(3, 100)
LEAST_BALANCE = 0.05
#: sets smaller than this say nothing about balance
LEAST_SET = 8
_ALL_OR_NONE = re.compile(
    r"(以上|上述)(选项|说法|情形|各项|三项|三者|全部)?(都|均|皆|全部)?(不)?(对|是|正确|错误|属于|可以)\W*\Z|以上都|以上均"
)
_NEGATION = re.compile(
    r"(?:(?:不正确|不属于|不符合|不应当|不需要|不适用|不构成|错误|有误|不恰当|不当|不妥)[^，。；？\n]{0,16}(?:是|有)|不包括|不属于)"
    r"[：:？?（(）)\s]*\Z"
)
_BOLD = re.compile(r"\*\*.+?\*\*")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something about a set or an item of it: a stable code, the refs concerned, and a figure where there is one."""

    code: str
    refs: tuple[str, ...]
    figure: str = ""


def flaws(items: Sequence[ItemVersion]) -> list[Flaw]:
    """Everything wrong with the questions of one subject, but for twins, which are looked for in all subjects at once."""
    found = [*_missing(items), *_negations(items)]
    chosen = [item for item in items if item.type == "single_choice"]
    if len(chosen) >= LEAST_SET:
        found += [*_letters(chosen), *_longest(chosen), *_all_or_none(items)]
    return found


def twins(items: Sequence[ItemVersion]) -> Iterator[Flaw]:
    """Pairs whose stems share half of their 5-grams or more; questions on one case material are no twins."""
    grams = [(item, _grams(item.stem)) for item in items]
    for place, (one, first) in enumerate(grams):
        for other, second in grams[place + 1 :]:
            same_case = (
                one.stimulus is not None and other.stimulus is not None and one.stimulus.ref == other.stimulus.ref
            )
            likeness = jaccard(first, second)
            if likeness >= TWINS and not same_case:
                yield Flaw("twin_stems", (one.ref, other.ref), f"{float(likeness):.2f}")


def stem_grams(stem: str) -> frozenset[str]:
    """The 5-grams of a stem without blanks and marks, for comparing sets with each other."""
    return _grams(stem)


def jaccard(first: frozenset[str], second: frozenset[str]) -> Fraction:
    """What two sets share, of what they have together; 0 for two empty ones."""
    together = len(first | second)
    return Fraction(len(first & second), together) if together else Fraction(0)


def says_all_or_none(item: ItemVersion) -> bool:
    """Whether an option of a choice question says all or none of the above."""
    return any(_ALL_OR_NONE.search(option.text) for option in item.body.options)


def hides_negation(item: ItemVersion) -> bool:
    """Whether a stem asks for what is not so without saying "not" in bold."""
    return _NEGATION.search(_BOLD.sub("", item.stem).strip()) is not None


def key_is_longest(item: ItemVersion) -> bool:
    """Whether the right option of a single choice is longer than every wrong one."""
    right = max(len(option.text) for option in item.body.options if option.right)
    return right > max((len(option.text) for option in item.body.options if not option.right), default=right)


def shares_of_longest(chosen: Sequence[ItemVersion], longest: int) -> tuple[Fraction, Fraction]:
    """How often the key is the longest option, and how often chance would have it so."""
    chance = sum((Fraction(1, len(item.body.options)) for item in chosen), Fraction(0)) / len(chosen)
    return Fraction(longest, len(chosen)), chance


def balance(letters: Iterable[str], among: str = "ABCD") -> float:
    """The chance that letters as uneven as these come from an even draw (chi-square test, three degrees of freedom).

    For three degrees of freedom the upper tail has a closed form: erfc(sqrt(x/2)) + sqrt(2x/pi) exp(-x/2).
    """
    counts = Counter(letters)
    total = sum(counts[letter] for letter in among)
    if not total:
        return 1.0
    even = total / len(among)
    x = sum((counts[letter] - even) ** 2 / even for letter in among)
    return math.erfc(math.sqrt(x / 2)) + math.sqrt(2 * x / math.pi) * math.exp(-x / 2)


def _grams(stem: str) -> frozenset[str]:
    text = re.sub(r"[\W_]+", "", plain_text(stem))
    return frozenset(text[n : n + GRAM] for n in range(max(1, len(text) - GRAM + 1)))


def _missing(items: Iterable[ItemVersion]) -> Iterator[Flaw]:
    """What every question of ours says: why it is so, why a wrong option is wrong, what it rests on, its labels."""
    for item in items:
        said = {
            "explanation": item.explanation,
            "citations": item.citations,
            "point": item.point,
            "cognitive": item.cognitive,
            "difficulty": item.difficulty,
            "valid_from": item.valid_from,
        }
        for name, value in said.items():
            if not value:
                yield Flaw(f"no_{name}", (item.ref,))
        if item.type in ("single_choice", "multiple_choice"):
            silent = [option.text for option in item.body.options if not option.right and not option.why]
            if silent:
                yield Flaw("no_why", (item.ref,), str(len(silent)))


def _negations(items: Iterable[ItemVersion]) -> Iterator[Flaw]:
    """A stem that asks for what is not so says "not" in bold."""
    for item in items:
        if item.type in ("single_choice", "multiple_choice") and hides_negation(item):
            yield Flaw("quiet_negation", (item.ref,))


def _letters(chosen: Sequence[ItemVersion]) -> Iterator[Flaw]:
    keys = ["".join(item.body.right_keys()) for item in chosen if len(item.body.options) == 4]
    chance = balance(keys)
    if chance <= LEAST_BALANCE:
        yield Flaw("uneven_letters", (), f"{dict(sorted(Counter(keys).items()))} p={chance:.3f}")


def _longest(chosen: Sequence[ItemVersion]) -> Iterator[Flaw]:
    longest = [item.ref for item in chosen if key_is_longest(item)]
    share, chance = shares_of_longest(chosen, len(longest))
    if share > chance + LONGEST_MORE:
        yield Flaw("long_keys", tuple(longest), f"{float(share):.0%}")


def _all_or_none(items: Sequence[ItemVersion]) -> Iterator[Flaw]:
    choices = [item for item in items if item.type in ("single_choice", "multiple_choice")]
    such = [item.ref for item in choices if says_all_or_none(item)]
    if Fraction(len(such), len(choices)) > MOST_ALL_OR_NONE:
        yield Flaw("all_or_none", tuple(such), str(len(such)))
