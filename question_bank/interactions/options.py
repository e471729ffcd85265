"""Options shared by single and multiple choice: their keys, their order for a candidate, their checks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from question_bank.chance import Chance, opaque_all
from question_bank.errors import BadResponse
from question_bank.interactions import base
from question_bank.interactions.base import MAX_OPTIONS, OPTION_LENGTH, Choice, Presentation, required_text, string
from question_bank.problem import Problem, shortened
from question_bank.scoring import ONE, ZERO
from question_bank.shares import MOST, noted, range_problems, share_of, written
from question_bank.text import plain_text

LETTERS = base.LETTERS[:MAX_OPTIONS]


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its words, whether it is right, why (for the explanation), whether it keeps its place; `share`: what
    it earns or costs by itself, where that is not the usual.
    """

    text: str
    right: bool
    why: str = ""
    fixed: bool = False
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a choice question in the author's order; the key of an option is its letter there."""

    options: tuple[Option, ...]

    def right_keys(self) -> frozenset[str]:
        """Letters of the right options."""
        return frozenset(letter for letter, option in zip(LETTERS, self.options, strict=False) if option.right)

    def letters(self) -> tuple[str, ...]:
        """Letters of all options."""
        return tuple(LETTERS[: len(self.options)])

    @property
    def own(self) -> bool:
        """Whether the shares of the options decide, not the rule of the exam."""
        return any(option.share is not None for option in self.options)

    def shares(self, *, several: bool) -> dict[str, Fraction]:
        """What each option earns; usual is for the right one everything, for `several` right ones an equal part."""
        usual = Fraction(1, max(len(self.right_keys()), 1)) if several else ONE
        return {
            letter: option.share if option.share is not None else usual if option.right else ZERO
            for letter, option in zip(LETTERS, self.options, strict=False)
        }

    def in_own_order(self) -> "Options":
        """The same options, each fixed in the place its author gave it."""
        return Options(tuple(replace(option, fixed=True) for option in self.options))


def option_problems(body: Options) -> list[Problem]:
    """What is wrong with the options as such."""
    found: list[Problem] = []
    if len(body.options) < 2:
        found.append(Problem("options", "too_few", str(len(body.options)), {"least": 2}))
    if len(body.options) > MAX_OPTIONS:
        found.append(Problem("options", "too_many", str(len(body.options)), {"most": MAX_OPTIONS}))
    for letter, option in zip(LETTERS, body.options, strict=False):
        found += required_text(f"options.{letter}", option.text, OPTION_LENGTH)
    counts = Counter("".join(option.text.split()) for option in body.options)
    found += [Problem("options", "duplicate", shortened(text)) for text, n in counts.items() if n > 1 and text]
    if not body.right_keys():
        found.append(Problem("answer", "no_key"))
    return found


def share_problems(body: Options, *, several: bool) -> list[Problem]:
    """What is wrong with own shares: what is marked right must earn everything, and nothing else may alone."""
    if not body.own:
        return []
    shares = body.shares(several=several)
    found = [
        problem
        for letter, share in shares.items()
        for problem in range_problems(f"options.{letter}", share, most=MOST if several else 1)
    ]
    keys = body.right_keys()
    if several:
        sound = sum((shares[key] for key in keys), ZERO) >= ONE
    else:
        sound = keys == {letter for letter, share in shares.items() if share == ONE}
    return found if sound or not keys else [*found, Problem("answer", "share_key")]


def order(body: Options, seed: bytes) -> list[str]:
    """Keys in the order this candidate sees: fixed options stay in their place, the others are shuffled."""
    return [LETTERS[place] for place in _places(body.options, seed)]


def _places(options: Sequence[Option], seed: bytes) -> list[int]:
    """The same as places in the author's order."""
    free = [place for place, option in enumerate(options) if not option.fixed]
    mixed = Chance(seed).shuffled(free)
    if len(mixed) == len(options):
        return mixed
    rest = iter(mixed)
    return [place if option.fixed else next(rest) for place, option in enumerate(options)]


def present_options(body: Options, seed: bytes) -> Presentation:
    """The options of this candidate under opaque ids."""
    options = body.options
    ids, mixed = opaque_all(seed, len(options)), _places(options, seed)
    return Presentation(tuple([Choice(ids[place], options[place].text) for place in mixed]))


def ids_of(body: Options, seed: bytes) -> dict[str, str]:
    """The opaque id of each option, by its letter."""
    return dict(zip(LETTERS, opaque_all(seed, len(body.options)), strict=False))


def keys_of(body: Options, seed: bytes, ids: object) -> list[str]:
    """The keys behind opaque ids; raises BadResponse for anything else."""
    known = {name: letter for letter, name in ids_of(body, seed).items()}
    if not isinstance(ids, list) or len(ids) > len(known) or not all(isinstance(i, str) for i in ids):
        raise BadResponse(reason="shape")
    if len(set(ids)) != len(ids) or not set(ids) <= set(known):
        raise BadResponse(reason="option")
    return sorted(known[i] for i in ids)


def words(body: Options, keys: object) -> str:
    """Letters and words of some options."""
    chosen = set(keys) if isinstance(keys, list | tuple | frozenset | set) else {keys}
    pairs = zip(LETTERS, body.options, strict=False)
    return "; ".join(f"{letter}. {plain_text(option.text)}" for letter, option in pairs if letter in chosen)


def key_words(body: Options, *, several: bool) -> str:
    """The right options; with own shares every option that earns or costs something, with its share."""
    if not body.own:
        return words(body, body.right_keys())
    shares = body.shares(several=several)
    return "; ".join(noted(words(body, [letter]), share) for letter, share in shares.items() if share)


def offered_options(body: Options) -> tuple[str, ...]:
    """The options, each with its letter."""
    pairs = zip(LETTERS, body.options, strict=False)
    return tuple(f"{letter}. {plain_text(option.text)}" for letter, option in pairs)


def options_to_record(body: Options) -> dict[str, Any]:
    """JSON-able form; what is default is left out."""
    return {
        "options": [
            {"text": option.text, "right": option.right}
            | ({"why": option.why} if option.why else {})
            | ({"fixed": True} if option.fixed else {})
            | ({"share": written(option.share)} if option.share is not None else {})
            for option in body.options
        ]
    }


def options_from_record(record: Mapping[str, Any]) -> Options:
    """The inverse of `options_to_record`; raises KeyError, TypeError or ValueError."""
    options = []
    for entry in record["options"]:
        if unknown := set(entry) - {"text", "right", "why", "fixed", "share"}:
            raise ValueError(f"unknown: {sorted(unknown)}")
        if not isinstance(entry["right"], bool) or not isinstance(entry.get("fixed", False), bool):
            raise TypeError("right and fixed are true or false")
        share = share_of(entry["share"]) if "share" in entry else None
        why, fixed = string(entry.get("why", "")), entry.get("fixed", False)
        options.append(Option(string(entry["text"]), entry["right"], why, fixed, share))
    return Options(tuple(options))
