"""Blueprints: what they may say, what older records become, and field tests that never count."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.assembly import draw
from question_bank.blueprint import (
    NAVIGATIONS,
    ORDERS,
    PAPERS,
    PRESENTATIONS,
    Blueprint,
    Section,
    Shortage,
    by_hand,
    shortage,
)
from question_bank.errors import PoolTooSmall, UnknownRecord
from question_bank.grading import grade, share_of
from question_bank.interactions.options import Option, Options
from question_bank.interactions.true_false import Statement
from question_bank.item import ItemVersion
from question_bank.pool import Pool
from question_bank.scoring import DEFAULT

SECTION = Section("判断", ("true_false",), (), 3, Decimal(2))
TRIAL = replace(SECTION, title="试测", quota=2, marks=Decimal(0), counts=False)


def item(number: int, **more: object) -> ItemVersion:
    """A statement that is true."""
    made = ItemVersion(ref=f"i-{number}", type="true_false", subject="food", stem="题干", body=Statement(True))
    return replace(made, **more)  # type: ignore[arg-type]


def pool(size: int, *, trial: range = range(0)) -> Pool:
    """So many questions, those numbers on trial."""
    return Pool.of(((n, item(n)) for n in range(size)), trial=trial)


def test_a_blueprint_of_the_first_format_is_read() -> None:
    """
    What it could not say is as it was then: a personal paper, shuffled, free, everything counts.
    """
    record = {
        "format": 1,
        "pass_mark": "3",
        "rules": DEFAULT.to_record(),
        "sections": [{"title": "判断", "types": ["true_false"], "subjects": [], "quota": 3, "marks": "2"}],
    }
    plan = Blueprint.from_record(record)

    assert plan == Blueprint((SECTION,), Decimal(3))
    assert plan.to_record()["format"] == 2


def test_a_blueprint_of_a_later_release_is_refused() -> None:
    """
    Rather than half understood.
    """
    with pytest.raises(UnknownRecord):
        Blueprint.from_record(Blueprint((SECTION,), Decimal(3)).to_record() | {"format": 3})


@given(
    st.builds(
        Section,
        title=st.text(min_size=1, max_size=9),
        types=st.just(("true_false",)),
        subjects=st.just(()),
        quota=st.integers(1, 200),
        marks=st.decimals("0.01", "100", places=2),
        minutes=st.none() | st.integers(1, 600),
        order=st.sampled_from(ORDERS),
        navigation=st.sampled_from(NAVIGATIONS),
        counts=st.booleans(),
        listed=st.lists(st.integers(1, 9)).map(tuple),
    ),
    st.sampled_from(PAPERS),
    st.booleans(),
    st.sampled_from(PRESENTATIONS),
)
def test_everything_a_blueprint_says_is_kept(section: Section, paper: str, shuffled: bool, shown: str) -> None:
    """
    Its record says the same again.
    """
    plan = Blueprint((section,), Decimal(1), paper=paper, shuffle_options=shuffled, presentation=shown)

    assert Blueprint.from_record(plan.to_record()) == plan


@pytest.mark.parametrize("field", ["counts", "shuffle_options"])
def test_a_record_says_true_or_false_and_nothing_like_it(field: str) -> None:
    """
    The word "false" is not false.
    """
    record = Blueprint((SECTION,), Decimal(3)).to_record()
    (record["sections"][0] if field == "counts" else record)[field] = "false"

    with pytest.raises(TypeError):
        Blueprint.from_record(record)


BAD = [
    ({"minutes": 0}, {}, [("sections.1.minutes", "unknown_value")]),
    ({"minutes": 601}, {}, [("sections.1.minutes", "unknown_value")]),
    ({"order": "sideways"}, {}, [("sections.1.order", "unknown_value")]),
    ({"navigation": "back"}, {}, [("sections.1.navigation", "unknown_value")]),
    ({"listed": (1,)}, {}, [("sections.1.listed", "too_many")]),
    ({}, {"paper": "none"}, [("paper", "unknown_value")]),
    ({}, {"presentation": "two"}, [("presentation", "unknown_value")]),
    ({"listed": (1, 2)}, {"paper": "fixed"}, [("sections.1.listed", "too_few")]),
    ({"listed": (1, 2, 2)}, {"paper": "fixed"}, [("sections", "duplicate")]),
    ({"marks": Decimal("NaN"), "counts": False}, {}, [("sections.1.marks", "unknown_value"), ("pass_mark", "unknown_value")]),
    ({"counts": False}, {}, [("sections.1.marks", "unknown_value"), ("pass_mark", "unknown_value")]),
    ({"marks": Decimal(0), "counts": False}, {}, [("pass_mark", "unknown_value")]),
]  # fmt: skip


@pytest.mark.parametrize(("of_section", "of_plan", "complaints"), BAD)
def test_what_is_wrong_with_the_newer_fields(
    of_section: dict[str, object], of_plan: dict[str, object], complaints: list[tuple[str, str]]
) -> None:
    """
    Each complaint names its place; an exam in which nothing counts has no pass mark.
    """
    section = replace(SECTION, **of_section)  # type: ignore[arg-type]
    plan = replace(Blueprint((section,), Decimal(1)), **of_plan)  # type: ignore[arg-type]

    assert [(one.field, one.code) for one in plan.problems()] == complaints


def test_sound_blueprints_have_no_problems() -> None:
    """
    Times, orders, a field test and a fixed list are fine.
    """
    timed = replace(SECTION, minutes=20, order="fixed", navigation="forward")
    listed = replace(SECTION, listed=(3, 1, 2))

    assert Blueprint((timed, TRIAL), Decimal(3), paper="common").problems() == ()
    assert Blueprint((listed,), Decimal(3), paper="fixed", shuffle_options=False).problems() == ()


def test_a_field_test_takes_what_is_on_trial_and_nothing_else_does() -> None:
    """
    Items on trial stand in no section that counts; others in no field test.
    """
    plan, held = Blueprint((SECTION, TRIAL), Decimal(3)), pool(9, trial=range(4))
    for n in range(30):
        sections = [(slot.section, slot.version in held.trial) for slot in draw(held, plan, seed=bytes([n])).slots]
        assert sections == [(0, False)] * 3 + [(1, True)] * 2
    assert shortage(pool(9, trial=range(1)), plan) == Shortage((2,), 2, 1)


def test_a_field_test_never_counts() -> None:
    """
    Neither in the marks of the paper nor in a score, even if a record gives it marks; what it earned can be asked.
    """
    forged = replace(TRIAL, marks=Decimal(50))
    plan, held = Blueprint((SECTION, forged), Decimal(3)), pool(9, trial=range(4))
    form = draw(held, plan, seed=b"x")
    result = grade(form, held.versions, {slot.number: True for slot in form.slots}, blueprint=plan)

    assert (plan.total, plan.questions) == (6, 5)
    assert (result.total, result.maximum) == (6, 6)
    assert [score.earned for score in result.scores[3:]] == [0, 0]
    assert share_of(held.versions[0], True, DEFAULT) == 1
    assert share_of(held.versions[0], None, DEFAULT) is None


def test_a_field_test_needs_no_markers() -> None:
    """
    Essays on trial keep no exam from being marked by machine.
    """
    essays = replace(TRIAL, types=("essay",))

    assert by_hand(Blueprint((SECTION, essays), Decimal(3))) == ()
    assert by_hand(Blueprint((replace(SECTION, types=("essay",)),), Decimal(3))) == ("essay",)


FIXED = [
    ((0, 1, 2), (3, 4), None),
    ((0, 1, 9), (3, 4), Shortage((1,), 3, 2)),  # not there
    ((0, 1, 5), (3, 4), Shortage((1,), 3, 2)),  # on trial
    ((0, 1, 6), (3, 7), Shortage((2,), 2, 1)),  # enemies across sections
    ((0, 6, 7), (3, 4), Shortage((1,), 3, 2)),  # enemies within one
]


@pytest.mark.parametrize(("first", "second", "lack"), FIXED)
def test_a_fixed_paper_can_be_had_as_listed_or_not(
    first: tuple[int, ...], second: tuple[int, ...], lack: Shortage | None
) -> None:
    """
    Every listed version must be in the pool, fit its section and have no enemy on the paper.
    """
    held = Pool.of(((n, item(n, enemies="同" if n in (6, 7) else "")) for n in range(9)), trial=(5,))
    sections = (replace(SECTION, listed=first), replace(SECTION, quota=2, listed=second))

    assert shortage(held, Blueprint(sections, Decimal(3), paper="fixed")) == lack


def test_drawn_questions_of_a_section_in_fixed_order_stand_by_number() -> None:
    """
    No shuffling within the section.
    """
    plan = Blueprint((replace(SECTION, quota=6, order="fixed"),), Decimal(3))

    for n in range(20):
        versions = [slot.version for slot in draw(pool(12), plan, seed=bytes([n])).slots]
        assert versions == sorted(versions)


def test_too_small_a_pool_says_how_much_is_lacking() -> None:
    """
    In the facts of the refusal.
    """
    with pytest.raises(PoolTooSmall) as refused:
        draw(pool(2), Blueprint((SECTION,), Decimal(3)), seed=b"x")

    assert refused.value.facts == {"sections": (1,), "wanted": 3, "held": 2}


def test_options_may_keep_their_authors_order() -> None:
    """
    The ids stay those of the shuffled question, so that answers mean the same.
    """
    options = Options(tuple(Option(text, text == "乙") for text in "甲乙丙丁"))
    version = item(1, type="single_choice", body=options)
    mixed = version.interaction.present(version.body, b"seed").choices
    kept = version.in_own_order()
    plain = kept.interaction.present(kept.body, b"seed").choices

    assert [choice.text for choice in plain] == list("甲乙丙丁")
    assert set(mixed) == set(plain)
    assert item(1).in_own_order() == item(1)
