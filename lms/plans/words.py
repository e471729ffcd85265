"""Words for rules, items, states and steps."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext

from courseware.audience import Asked, Branch, Leaf, Not, Rule
from courseware.courses import Item, Kind
from courseware.facts import Channel
from courseware.plans import By, Plan, State
from lms.channels import CHANNEL_NAMES as WAY_NAMES
from lms.rates import Meaning

STATE_NAMES = {
    State.DONE: lazy_gettext("done in time"),
    State.DONE_LATE: lazy_gettext("done late"),
    State.BEGUN: lazy_gettext("begun"),
    State.NOT_BEGUN: lazy_gettext("not begun"),
    State.LATE: lazy_gettext("overdue"),
    State.EXEMPT: lazy_gettext("exempt"),
    State.LEFT: lazy_gettext("no longer expected"),
}
STATE_COLOURS = {
    State.DONE: "good", State.DONE_LATE: "good", State.BEGUN: "info", State.NOT_BEGUN: "", State.LATE: "bad",
    State.EXEMPT: "", State.LEFT: "",
}  # fmt: skip
PLAN_STATES = {"draft": lazy_gettext("Draft"), "open": lazy_gettext("Open"), "closed": lazy_gettext("Closed")}
PLAN_COLOURS = {"draft": "", "open": "good", "closed": "info"}
#: why nothing is expected of somebody
EXEMPTIONS = {
    "sick": lazy_gettext("sick leave"),
    "parental": lazy_gettext("parental leave"),
    "seconded": lazy_gettext("seconded elsewhere"),
    "retiring": lazy_gettext("about to retire"),
    "other": lazy_gettext("another reason"),
}
#: what the rates of plans mean
MEANING = Meaning(
    took_part=lazy_gettext(
        "Took part: something on the transcript counts towards the course, or its exam or class was not passed."
    ),
    passed=lazy_gettext("Passed: done is everything that the course asks, in time or late."),
    counted=lazy_gettext(
        "Who left the audience without having taken part is not expected; what others did counts. Somebody with two plans counts in each."
    ),
    reasons=EXEMPTIONS,
)
CHANNEL_NAMES = {
    Channel.NETWORK: lazy_gettext("online learning"),
    Channel.CLASS: lazy_gettext("training classes"),
    Channel.IN_HOUSE: lazy_gettext("training in the unit"),
    Channel.TRIP: lazy_gettext("learning on trips"),
    Channel.ABROAD: lazy_gettext("learning abroad"),
    Channel.UNIVERSITY: lazy_gettext("courses of universities"),
    Channel.LECTURING: lazy_gettext("lecturing"),
    Channel.ARTICLE: lazy_gettext("articles"),
    Channel.STUDY_GROUP: lazy_gettext("study groups"),
    Channel.EXAM: lazy_gettext("exams"),
    Channel.OTHER: lazy_gettext("other ways of learning"),
}
STEP_NAMES = {
    "assigned": lazy_gettext("Assigned"),
    "left": lazy_gettext("Left the audience"),
    "returned": lazy_gettext("Back in the audience"),
    "due": lazy_gettext("Last day moved by a change of the plan"),
    "done": lazy_gettext("All done"),
    "undone": lazy_gettext("Not done any more, by a correction of the transcript"),
    "reminded": lazy_gettext("Reminded"),
    "exempted": lazy_gettext("Exempted"),
    "expected": lazy_gettext("Exemption taken back"),
}
ASKED_NAMES = {
    Asked.RANK: lazy_gettext("Rank"),
    Asked.POST: lazy_gettext("Post"),
    Asked.CATEGORY: lazy_gettext("Category of cadres"),
    Asked.UNIT: lazy_gettext("Organisation"),
}


def item_words(item: Item, language: str) -> str:
    """What an item asks, on a page in `language`."""
    if item.kind is Kind.HOURS and item.channel:
        return str(
            gettext("%(hours)s study hours of %(way)s", hours=str(item.hours), way=str(CHANNEL_NAMES[item.channel]))
        )
    if item.kind is Kind.CLASS and not item.ref:
        return str(gettext("A training class, %(hours)s study hours", hours=str(item.hours)))
    if item.kind is Kind.CLASS:
        return str(gettext("Training class: %(name)s", name=item.title))
    if item.kind is Kind.OUTSIDE and item.channel:
        way = str(WAY_NAMES[item.channel])
        return str(gettext("Learning elsewhere (%(way)s), %(hours)s study hours", way=way, hours=str(item.hours)))
    if item.kind is Kind.OUTSIDE:
        return str(gettext("Learning elsewhere, %(hours)s study hours", hours=str(item.hours)))
    return item.title_en if item.title_en and language.startswith("en") else item.title


def leaf_words(leaf: Leaf, units: Mapping[str, str]) -> str:
    """One question of a rule; `units`: names by key."""
    if leaf.asked is Asked.PARTY:
        return str(gettext("members of the party"))
    if leaf.asked is Asked.POSTED_SINCE:
        return str(gettext("in the present posting since %(day)s or later", day=str(leaf.since)))
    if leaf.asked is Asked.APPOINTED_SINCE:
        return str(gettext("appointed on %(day)s or later", day=str(leaf.since)))
    values = [units.get(one, one) for one in leaf.values] if leaf.asked is Asked.UNIT else leaf.values
    return str(gettext("%(what)s: %(values)s", what=str(ASKED_NAMES[leaf.asked]), values=gettext(", ").join(values)))


def rule_words(rule: Rule, units: Mapping[str, str]) -> str:
    """A rule in a sentence."""
    if isinstance(rule, Leaf):
        return leaf_words(rule, units)
    if isinstance(rule, Not):
        return str(gettext("not (%(rule)s)", rule=rule_words(rule.rule, units)))
    if not rule.rules:
        return str(gettext("everybody") if rule.every else gettext("nobody"))
    said = [
        f"({rule_words(one, units)})" if isinstance(one, Branch) and len(one.rules) > 1 else rule_words(one, units)
        for one in rule.rules
    ]
    return str(gettext(" and ") if rule.every else gettext(" or ")).join(said)


def due_words(plan: Plan) -> str:
    """Until when."""
    if plan.due.by is By.DAYS:
        return str(gettext("%(days)s days after the assignment", days=plan.due.days))
    if plan.due.by is By.YEAR:
        return str(
            gettext("every year until %(month)s-%(day)s", month=f"{plan.due.month:02}", day=f"{plan.due.month_day:02}")
        )
    return str(gettext("until %(day)s", day=str(plan.due.day)))
