"""Why a posting is what it is: the steps that lead to its amount, as data; the web layer has the sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from courseware.rules.gates import Judged
from courseware.rules.learning import Learning
from courseware.rules.ledger import Entry, Nothing, Posting
from courseware.rules.measures import AsGranted, Measure, PerHalfDay, PerMinutes, PerPiece, Steps


@dataclass(frozen=True, slots=True)
class Reason:
    """One step: a stable code (those of CODES) and its facts; amounts are Fractions of the account's unit."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


#: every code a Reason may carry
CODES = (
    "no_rules", "no_rate", "not_passed", "unfinished", "unknown", "same_work", "by_gates",
    "minutes", "steps", "half_day_steps", "half_day", "piece", "level", "granted", "half_days",
    "cap_work", "cap_cycle", "corrected", "reversal", "carried_out", "carried_in",
    "gate_time", "gate_visits", "gate_visits_unknown", "gate_exercises", "gate_exercises_missing", "gate_worth",
)  # fmt: skip


def why(posting: Posting) -> tuple[Reason, ...]:
    """The steps from what was learned to the amount of a posting, in their order."""
    if posting.entry in (Entry.CARRIED_IN, Entry.CARRIED_OUT):
        return (Reason(str(posting.entry), {"worth": posting.worth}),)
    if posting.judged:
        return _gates(posting.judged, posting)
    found = [*_nothing(posting), *_rate(posting), *_days(posting), *_caps(posting)]
    if posting.entry in (Entry.CORRECTED, Entry.REVERSAL):
        found.append(Reason(str(posting.entry), {"worth": posting.worth}))
    return tuple(found)


def _nothing(posting: Posting) -> list[Reason]:
    act, rules = posting.act, posting.rules
    if posting.nothing is None or act is None:
        return []
    facts: dict[str, object] = {"channel": act.facts.channel}
    if posting.nothing is Nothing.UNFINISHED and rules:
        facts = {"share": act.share, "needed": rules.completion}
    elif posting.nothing is Nothing.UNKNOWN and posting.rate:
        facts = {"needs": posting.rate.measure.needs}
    elif posting.nothing is Nothing.SAME_WORK:
        facts = {"work": act.facts.work, "instead": posting.instead}
    return [Reason(str(posting.nothing), facts)]


def _rate(posting: Posting) -> list[Reason]:
    if posting.rate is None or posting.act is None or posting.nothing not in (None, Nothing.SAME_WORK):
        return []
    code, facts = _measured(posting.rate.measure, posting.act)
    return [Reason(code, {**facts, "worth": posting.worth, "required": posting.rate.required})]


def _measured(measure: Measure, act: Learning) -> tuple[str, dict[str, object]]:
    half_days = act.facts.half_days
    match measure:
        case PerMinutes():
            return "minutes", {"held": act.minutes, "per": measure.minutes, "earns": measure.earns}
        case Steps():
            held = act.minutes if measure.of == "minutes" else half_days
            return "steps" if measure.of == "minutes" else "half_day_steps", {"held": held}
        case PerHalfDay():
            return "half_day", {"held": half_days, "earns": measure.earns}
        case PerPiece() if measure.levels:
            return "level", {"level": act.facts.level}
        case PerPiece():
            return "piece", {"earns": measure.earns}
        case AsGranted():
            return "granted", {"held": Fraction(act.hours.quarters, 4), "earns": measure.earns}


def _days(posting: Posting) -> list[Reason]:
    return [Reason("half_days", {"days": Fraction(posting.half_days, 2)})] if posting.half_days else []


def _caps(posting: Posting) -> list[Reason]:
    return [
        Reason(f"cap_{cut.cap.per}", {"most": cut.cap.most, "before": cut.before, "taken": cut.taken})
        for cut in posting.cuts
    ]


def _gates(judged: Judged, posting: Posting) -> tuple[Reason, ...]:
    gates, seen = posting.rules.gates if posting.rules else None, judged.seen
    if gates is None:
        return ()
    visits = "gate_visits" if seen.visits is not None else "gate_visits_unknown"
    exercises = {"done": seen.done or 0, "all": seen.exercises or 0}
    return (
        Reason("gate_time", {"held": judged.minutes, "whole": gates.minutes}),
        Reason(visits, {"held": seen.visits or 0, "whole": gates.visits}),
        Reason("gate_exercises" if judged.exercises else "gate_exercises_missing", exercises),
        Reason("gate_worth", {"worth": judged.worth, "most": gates.credits, "to_pass": gates.to_pass}),
    )
