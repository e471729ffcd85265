"""The names of what accounts are made of, and why a line is what it is, in the language of the page."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from courseware.rules.ledger import Posting
from courseware.rules.ruleset import Account
from courseware.rules.standing import State
from courseware.rules.why import Reason, why
from lms.channels import CHANNEL_NAMES, LEVEL_NAMES
from lms.hours.account import Overall
from lms.i18n import plain

OVERALL_NAMES: dict[str, LazyString] = {
    Overall.MISSED: lazy_gettext("not met in time"),
    Overall.BEHIND: lazy_gettext("behind"),
    Overall.ON_TRACK: lazy_gettext("on track"),
    Overall.MET: lazy_gettext("requirement met"),
    Overall.UNKNOWN: lazy_gettext("category unknown"),
    Overall.NOTHING: lazy_gettext("nothing owed"),
}
COLOURS: dict[str, str] = {
    State.MISSED: "bad",
    State.BEHIND: "warn",
    State.ON_TRACK: "info",
    State.MET: "good",
    Overall.UNKNOWN: "warn",
    Overall.NOTHING: "",
}
_FACT_NAMES = {
    "minutes": lazy_gettext("its length in minutes"),
    "half_days": lazy_gettext("how many half days were attended"),
    "level": lazy_gettext("its level"),
}
_SENTENCES: dict[str, LazyString] = {
    "no_rules": lazy_gettext("No rules were in force for this person on that day."),
    "no_rate": lazy_gettext("These rules give nothing for this: %(channel)s."),
    "not_passed": lazy_gettext("Not passed, taken back or exempt: it earns nothing."),
    "unfinished": lazy_gettext("Only %(share)s of 100 was studied; it counts from %(needed)s on."),
    "unknown": lazy_gettext("The entry does not say %(needs)s, and the rule goes by that."),
    "same_work": lazy_gettext("The same work counts once: “%(instead)s” counts."),
    "by_gates": lazy_gettext("It counts towards the time, the visits and the exercises of the year, not by itself."),
    "minutes": lazy_gettext("%(held)s minutes, %(earns)s for each %(per)s minutes: %(worth)s."),
    "steps": lazy_gettext("By length in steps, %(held)s minutes: %(worth)s."),
    "half_day_steps": lazy_gettext("By days in steps, %(held)s half days: %(worth)s."),
    "half_day": lazy_gettext("%(held)s half days at %(earns)s: %(worth)s."),
    "piece": lazy_gettext("A fixed number for each: %(worth)s."),
    "level": lazy_gettext("By level, %(level)s: %(worth)s."),
    "granted": lazy_gettext("The entry carries %(held)s study hours, times %(earns)s: %(worth)s."),
    "half_days": lazy_gettext("It counts as %(days)s training days towards what is owed in days."),
    "cap_work": lazy_gettext("At most %(most)s for one; %(before)s counted already, %(taken)s are cut."),
    "cap_cycle": lazy_gettext("At most %(most)s a year; %(before)s counted already, %(taken)s are cut."),
    "corrected": lazy_gettext("This wording was corrected later: the next line takes it away again."),
    "reversal": lazy_gettext("The reversal of a corrected wording: it takes away exactly %(worth)s."),
    "carried_out": lazy_gettext("Compulsory learning that this year does not need: %(worth)s go to the next year."),
    "carried_in": lazy_gettext("Compulsory learning left over from the year before, as elective: %(worth)s."),
    "gate_time": lazy_gettext("Time studied: %(held)s of %(whole)s minutes."),
    "gate_visits": lazy_gettext("Days visited: %(held)s of %(whole)s."),
    "gate_visits_unknown": lazy_gettext("Days visited: none on record of %(whole)s."),
    "gate_exercises": lazy_gettext("All exercises are done: %(done)s of %(all)s."),
    "gate_exercises_missing": lazy_gettext("Exercises are missing: %(done)s of %(all)s are done."),
    "gate_worth": lazy_gettext("By the lesser of both shares: %(worth)s of %(most)s; %(to_pass)s pass."),
}


def amount(value: Fraction) -> str:
    """An exact amount as people write it, at most three decimals."""
    return plain((Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.001")))


def amount_in(value: Fraction, account: Account) -> str:
    """An amount with its unit: study hours or credits."""
    if account is Account.HOURS:
        return str(gettext("%(amount)s study hours", amount=amount(value)))
    return str(gettext("%(amount)s credits", amount=amount(value)))


def reasons(posting: Posting, name: Callable[[str], str]) -> list[str]:
    """Why a posting is what it is, a sentence for each step; `name` gives the title of a source."""
    return [_sentence(reason, name) for reason in why(posting)]


def _sentence(reason: Reason, name: Callable[[str], str]) -> str:
    return str(_SENTENCES[reason.code]) % {key: _fact(key, value, name) for key, value in reason.facts.items()}


def _fact(key: str, value: object, name: Callable[[str], str]) -> str:
    """A fact as a sentence shows it."""
    known: Mapping[str, Callable[[Any], str]] = {
        "channel": lambda channel: str(CHANNEL_NAMES[channel]),
        "level": lambda level: str(LEVEL_NAMES[level]),
        "needs": lambda fact: str(_FACT_NAMES[fact]),
        "instead": name,
        "share": lambda share: amount(share * 100),
        "needed": lambda share: amount(share * 100),
    }
    if key in known:
        return known[key](value)
    return amount(value) if isinstance(value, Fraction) else str(value)
