"""Single choice (单选题): exactly one option is right."""

from fractions import Fraction

from question_bank.errors import BadResponse
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
from question_bank.scoring import Rules
from question_bank.shares import held

KEY = "single_choice"
CONTROL = "one"
MACHINE_SCORED = True

present = present_options
offered = offered_options
to_record = options_to_record
from_record = options_from_record


def problems(body: Options, stem: str) -> list[Problem]:
    """As of any options, and that not more than one is right unless shares say what each is worth."""
    found = option_problems(body) + share_problems(body, several=False)
    if len(body.right_keys()) > 1 and not body.own:
        found.append(Problem("answer", "several_keys", "".join(sorted(body.right_keys()))))
    return found


def read(body: Options, seed: bytes, raw: object) -> Response:
    """An opaque id or null -> the key of the option or None."""
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise BadResponse(reason="shape")
    return keys_of(body, seed, [raw])[0]


def shown(body: Options, seed: bytes, response: Response) -> object:
    """The opaque id of the chosen option."""
    return None if response is None else ids_of(body, seed)[response]


def is_blank(response: Response) -> bool:
    """Nothing was chosen."""
    return response is None


def score(body: Options, response: Response, rules: Rules) -> Fraction:
    """All or nothing, or the share of the chosen option."""
    if body.own and response is not None:
        return held([body.shares(several=False)[response]])
    return Fraction(response is not None and response in body.right_keys())


def summary(body: Options, response: Response) -> str:
    """The chosen option."""
    return "" if response is None else words(body, [response])


def key_summary(body: Options) -> str:
    """The right option."""
    return key_words(body, several=False)
