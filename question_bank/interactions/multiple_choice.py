"""Multiple choice (多选题): two or more options are right; the exam's rule says what a part of them is worth."""

from fractions import Fraction

from question_bank.interactions.base import Response
from question_bank.interactions.base import same as same
from question_bank.interactions.options import (
    Options,
    ids_of,
    key_words,
    keys_of,
    offered_options,
    option_problems,
    options_from_record,
    options_to_record,
    present_options,
    share_problems,
    words,
)
from question_bank.problem import Problem
from question_bank.scoring import MULTI_RULES, ZERO, Rules
from question_bank.shares import held

KEY = "multiple_choice"
CONTROL = "many"
MACHINE_SCORED = True

present = present_options
offered = offered_options
to_record = options_to_record
from_record = options_from_record


def problems(body: Options, stem: str) -> list[Problem]:
    """As of any options, and that two or more are right unless shares say what each is worth."""
    found = option_problems(body) + share_problems(body, several=True)
    if len(body.right_keys()) == 1 and not body.own:
        found.append(Problem("answer", "too_few", "".join(body.right_keys()), {"least": 2}))
    return found


def read(body: Options, seed: bytes, raw: object) -> Response:
    """Opaque ids -> sorted keys."""
    return keys_of(body, seed, raw)


def shown(body: Options, seed: bytes, response: Response) -> object:
    """The opaque ids of the chosen options."""
    known = ids_of(body, seed)
    return [known[key] for key in response]


def is_blank(response: Response) -> bool:
    """Nothing was ticked."""
    return not response


def score(body: Options, response: Response, rules: Rules) -> Fraction:
    """By the shares of the options, else by the exam's rule from right and wrong ticks; no tick earns nothing."""
    if not response:
        return ZERO
    if body.own:
        shares = body.shares(several=True)
        return held(shares[key] for key in response)
    keyed, ticked = body.right_keys(), set(response)
    rule = MULTI_RULES[rules.multiple]
    return rule(len(ticked & keyed), len(ticked - keyed), len(keyed), len(body.options))


def summary(body: Options, response: Response) -> str:
    """The ticked options."""
    return words(body, response or [])


def key_summary(body: Options) -> str:
    """The right options."""
    return key_words(body, several=True)
