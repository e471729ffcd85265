"""A set of rules in plain words, in the language of the page."""

from collections.abc import Iterable

from flask_babel import gettext

from courseware.facts import Channel
from courseware.rules.gates import Gates
from courseware.rules.measures import AsGranted, Measure, PerHalfDay, PerMinutes, PerPiece, Steps
from courseware.rules.ruleset import Account, Cap, Minimum, Per, Rate, RuleSet
from lms.channels import CHANNEL_NAMES, LEVEL_NAMES
from lms.hours.words import amount, amount_in
from lms.i18n import locale_code


def set_name(rules: RuleSet) -> str:
    """Its name in the language of the page."""
    return rules.name_en if locale_code() == "en" else rules.name


def category_name(rules: RuleSet | None, code: str | None) -> str:
    """The name of a category of a set; empty where there is none."""
    found = next((one for one in rules.categories if one.code == code), None) if rules else None
    return "" if found is None else found.name_en if locale_code() == "en" else found.name


def channels_of(channels: Iterable[Channel]) -> str:
    """Channels as a list; those not named are all."""
    named = [str(CHANNEL_NAMES[channel]) for channel in Channel if channel in frozenset(channels)]
    return (", " if locale_code() == "en" else "、").join(named) or gettext("all learning")


def minimum_name(minimum: Minimum) -> str:
    """What a minimum is about, in a few words."""
    what = channels_of(minimum.channels)
    if minimum.required is True:
        what = gettext("compulsory learning")
    elif minimum.required is False:
        what = gettext("elective learning")
    years = (
        gettext("In five years: %(what)s", what=what) if minimum.years > 1 else gettext("A year: %(what)s", what=what)
    )
    return str(years)


def least_of(minimum: Minimum, account: Account) -> str:
    """How much a minimum asks for."""
    if minimum.least is None:
        return str(gettext("to be filled in by the organisation"))
    least = str(amount_in(minimum.least, account))
    if minimum.days is not None:
        least = gettext("%(least)s or %(days)s days", least=least, days=minimum.days)
    if minimum.quality is not None:
        least = gettext(
            "%(least)s, and %(share)s of 100 assessed passed", least=least, share=amount(minimum.quality * 100)
        )
    return str(least)


def minimum_words(minimum: Minimum, rules: RuleSet) -> tuple[str, str, str]:
    """A minimum as what, how much, of whom."""
    named = [category_name(rules, one.code) for one in rules.categories if one.code in minimum.categories]
    return minimum_name(minimum), least_of(minimum, rules.account), "; ".join(named) or gettext("everybody")


def rate_words(rate: Rate) -> tuple[str, str]:
    """A rate as what, and what it earns."""
    name = str(CHANNEL_NAMES[rate.channel])
    if rate.required is not None:
        kind = gettext("compulsory") if rate.required else gettext("elective")
        name = gettext("%(name)s (%(kind)s)", name=name, kind=kind)
    return name, _measure_words(rate.measure)


def cap_words(cap: Cap) -> tuple[str, str]:
    """A cap as what, and how much at most."""
    most = amount(cap.most)
    return channels_of(cap.channels), (
        gettext("at most %(most)s for one", most=most)
        if cap.per is Per.WORK
        else gettext("at most %(most)s a year", most=most)
    )


def other_words(rules: RuleSet) -> list[str]:
    """What else holds: completion, the same work, carrying over, gates."""
    found = []
    if rules.completion is not None:
        found.append(
            gettext(
                "What is studied counts from %(share)s of 100 of its length on.", share=amount(rules.completion * 100)
            )
        )
    if rules.once:
        found.append(gettext("The same work counts once: %(channels)s.", channels=channels_of(rules.once)))
    if rules.carry is not None:
        required, total = amount(rules.carry.required), amount(rules.carry.total)
        found.append(
            gettext(
                "Compulsory learning above %(required)s that the total of %(total)s does not need counts as elective in the next year.",
                required=required, total=total,
            )
        )  # fmt: skip
    return [*found, *(_gate_words(rules.gates) if rules.gates else ())]


def _gate_words(gates: Gates) -> list[str]:
    share = amount(gates.share * 100)
    return [
        gettext(
            "Three gates: %(minutes)s minutes, visits on %(visits)s days, all exercises.",
            minutes=gates.minutes,
            visits=gates.visits,
        ),
        gettext("Passed with %(share)s of 100 of time and visits and all exercises.", share=share),
        gettext(
            "%(credits)s credits for all of it, %(to_pass)s pass.",
            credits=amount(gates.credits),
            to_pass=amount(gates.to_pass),
        ),
    ]


def _measure_words(measure: Measure) -> str:
    match measure:
        case PerMinutes():
            return str(
                gettext("%(earns)s for each %(minutes)s minutes", earns=amount(measure.earns), minutes=measure.minutes)
            )
        case Steps():
            of_minutes = measure.of == "minutes"
            steps = [_step(at_least, amount(earns), of_minutes=of_minutes) for at_least, earns in measure.steps]
            return "; ".join(steps)
        case PerHalfDay():
            return str(gettext("%(earns)s for each half day", earns=amount(measure.earns)))
        case PerPiece() if measure.levels:
            return "; ".join(f"{LEVEL_NAMES[level]}: {amount(earns)}" for level, earns in measure.levels)
        case PerPiece():
            return str(gettext("%(earns)s each", earns=amount(measure.earns)))
        case AsGranted():
            return str(gettext("the study hours that it carries, times %(earns)s", earns=amount(measure.earns)))


def _step(at_least: int, earns: str, *, of_minutes: bool) -> str:
    if of_minutes:
        return str(gettext("from %(count)s minutes: %(earns)s", count=at_least, earns=earns))
    return str(gettext("from %(count)s half days: %(earns)s", count=at_least, earns=earns))
