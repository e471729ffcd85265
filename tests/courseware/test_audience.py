"""Who has to take part: rules as data, what they hold for, what is wrong with them."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.audience import (
    EVERYBODY,
    MOST_DEPTH,
    Asked,
    Branch,
    Leaf,
    Not,
    Rule,
    Who,
    from_record,
    holds,
    leaves,
    reasons,
    to_record,
)
from courseware.errors import BadRule

LIN = Who(
    frozenset({"bureau", "east", "gate"}), "所长", "一级主任科员", "公务员", True, date(2024, 5, 1), date(2024, 6, 1)
)
NOBODY = Who()

words = st.sampled_from(["bureau", "east", "west", "所长", "科员", "公务员"])
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
leaf = st.one_of(
    st.just(Leaf(Asked.PARTY)),
    st.builds(
        Leaf,
        st.sampled_from([Asked.UNIT, Asked.POST, Asked.RANK, Asked.CATEGORY]),
        st.lists(words, min_size=1, max_size=3).map(tuple),
    ),
    st.builds(Leaf, st.sampled_from([Asked.POSTED_SINCE, Asked.APPOINTED_SINCE]), st.just(()), days),
)
rules: st.SearchStrategy[Rule] = st.recursive(
    leaf,
    lambda below: st.one_of(
        st.builds(Branch, st.booleans(), st.lists(below, max_size=3).map(tuple)), st.builds(Not, below)
    ),
    max_leaves=8,
).filter(lambda rule: _depth(rule) <= MOST_DEPTH)
people = st.builds(
    Who,
    st.frozensets(words),
    st.none() | words,
    st.none() | words,
    st.none() | words,
    st.booleans(),
    st.none() | days,
    st.none() | days,
)


def _depth(rule: Rule) -> int:
    if isinstance(rule, Leaf):
        return 1
    below = (rule.rule,) if isinstance(rule, Not) else rule.rules
    return 1 + max((_depth(one) for one in below), default=0)


@pytest.mark.parametrize(
    ("record", "lin", "nobody"),
    [
        ({"all": []}, True, True),
        ({"any": []}, False, False),
        ({"unit": ["east"]}, True, False),
        ({"unit": ["west", "gate"]}, True, False),
        ({"post": ["科员"]}, False, False),
        ({"party": True}, True, False),
        ({"not": {"party": True}}, False, True),
        ({"posted_since": "2024-05-01"}, True, False),
        ({"posted_since": "2024-05-02"}, False, False),
        ({"appointed_since": "2024-05-02"}, True, False),
        ({"all": [{"party": True}, {"not": {"rank": ["一级主任科员"]}}]}, False, False),
        ({"any": [{"post": ["科员"]}, {"category": ["公务员"]}]}, True, False),
    ],
)
def test_a_rule_holds_for_those_it_says(record: dict[str, Any], lin: bool, nobody: bool) -> None:
    """Each question, alone and combined; what is not known of a person does not hold."""
    rule = from_record(record)

    assert (holds(rule, LIN), holds(rule, NOBODY)) == (lin, nobody)


@pytest.mark.parametrize(
    ("record", "field", "why"),
    [
        (None, "rule", "not_one_rule"),
        ({"party": True, "post": ["x"]}, "rule", "not_one_rule"),
        ({"all": [{"post": []}]}, "rule.all.0.post", "not_a_list"),
        ({"all": [{"party": True}, {"age": 3}]}, "rule.all.1.age", "unknown"),
        ({"not": {"party": False}}, "rule.not.party", "not_true"),
        ({"posted_since": "soon"}, "rule.posted_since", "not_a_day"),
        ({"any": {"post": ["x"]}}, "rule.any", "not_a_list"),
        ({"rank": ["x" * 81]}, "rule.rank", "not_words"),
        ({"rank": ["x"] * 101}, "rule.rank", "not_a_list"),
        ({"not": {"not": {"not": {"not": {"not": {"party": True}}}}}}, "rule.not.not.not.not.not", "too_deep"),
        ({"all": [{"any": [{"party": True}] * 9}] * 8}, "rule", "too_many"),
    ],
)
def test_what_is_wrong_is_named(record: Any, field: str, why: str) -> None:
    """A rule that cannot be used is refused with the place in it."""
    with pytest.raises(BadRule) as refused:
        from_record(record)

    assert refused.value.facts == {"field": field, "why": why}


@given(rules, people)
def test_rules_survive_storing_and_say_why(rule: Rule, who: Who) -> None:
    """What is stored is what was said; whoever belongs by a question belongs by one that holds for them."""
    again = from_record(to_record(rule))
    found = reasons(rule, who)

    assert again == rule
    said = {(leaf.asked, leaf.since, value) for leaf in leaves(rule) for value in leaf.values or ("",)}
    assert all(holds(one, who) for one in found)
    assert {(one.asked, one.since, value) for one in found for value in one.values or ("",)} <= said
    assert holds(Branch(True, (rule, Not(rule))), who) is False
    assert holds(EVERYBODY, who)
