"""Papers: what the blueprint says, from what the pool holds, the same for ever from one seed."""

import hashlib
import itertools
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.assembly import Form, draw
from question_bank.blueprint import Blueprint, Section, shortage
from question_bank.errors import PoolTooSmall, UnknownRecord
from question_bank.interactions.true_false import Statement
from question_bank.item import ItemVersion, Stimulus
from question_bank.pool import Pool

SUBJECTS = ("food", "penalty", "ip")
LEVELS = ("easy", "medium", "hard")


def item(number: int, subject: str = "food", **more: object) -> ItemVersion:
    """A question of some subject and difficulty."""
    made = ItemVersion(
        ref=f"i-{number}", type="true_false", subject=subject, stem="题干", body=Statement(True), difficulty=LEVELS[number % 3]
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def pool(*counts: int) -> Pool:
    """So many questions of each subject."""
    subjects = [subject for subject, count in zip(SUBJECTS, counts, strict=False) for _ in range(count)]
    return Pool.of((number, item(number, subject)) for number, subject in enumerate(subjects))


def section(quota: int, *subjects: str) -> Section:
    """A section of that many questions from these subjects."""
    return Section("判断", ("true_false",), subjects, quota, Decimal(2))


def blueprint(*sections: Section) -> Blueprint:
    """A blueprint of these sections."""
    return Blueprint(sections, pass_mark=Decimal(1))


PLANS = st.lists(st.tuples(st.integers(1, 6), st.sets(st.sampled_from(SUBJECTS), max_size=3)), min_size=1, max_size=4)


@given(st.tuples(*[st.integers(0, 8)] * 3), PLANS, st.binary(min_size=1, max_size=8))
@settings(max_examples=300)
def test_a_paper_is_full_or_there_can_be_none(
    counts: tuple[int, ...], plan: list[tuple[int, set[str]]], seed: bytes
) -> None:
    """
    Each section has its number of fitting questions, none stands twice; refused only when `shortage` proves it.
    """
    held, wanted = pool(*counts), blueprint(*(section(quota, *sorted(subjects)) for quota, subjects in plan))
    lack = shortage(held, wanted)
    if lack is not None:
        with pytest.raises(PoolTooSmall):
            draw(held, wanted, seed=seed)
        assert lack.held < lack.wanted
        return
    form = draw(held, wanted, seed=seed)
    by_section = Counter(slot.section for slot in form.slots)

    assert [by_section[n] for n in range(len(plan))] == [quota for quota, _subjects in plan]
    assert len({slot.version for slot in form.slots}) == len(form.slots)
    assert all(wanted.sections[slot.section].takes(held.versions[slot.version]) for slot in form.slots)
    assert [slot.number for slot in form.slots] == list(range(1, len(form.slots) + 1))


def test_sections_share_a_pool_without_starving_each_other() -> None:
    """
    A greedy draw would give the food questions to the section that takes anything.
    """
    for n in range(50):
        form = draw(pool(4, 4), blueprint(section(4), section(4, "food")), seed=bytes([n]))
        assert len(form.slots) == 8


def test_one_seed_one_paper_another_seed_another() -> None:
    """
    On the same pool and blueprint.
    """
    held, wanted = pool(20, 20, 20), blueprint(section(10), section(5, "ip"))
    papers = {tuple(slot.version for slot in draw(held, wanted, seed=bytes([n])).slots) for n in range(40)}

    assert draw(held, wanted, seed=b"x") == draw(held, wanted, seed=b"x")
    assert len(papers) == 40


def test_papers_are_equally_hard() -> None:
    """
    With a third of each difficulty in the pool, every paper has a third of each, give or take one.
    """
    for n in range(60):
        form = draw(pool(30, 30), blueprint(section(12)), seed=bytes([n]))
        levels = Counter(pool(30, 30).versions[slot.version].difficulty for slot in form.slots)
        assert max(abs(levels[level] - 4) for level in LEVELS) <= 2


def test_no_question_is_favoured() -> None:
    """
    Over 2,000 papers of 6 from 24 each question stands in a quarter of them, within five standard deviations.
    """
    counts = Counter(
        slot.version
        for n in range(2000)
        for slot in draw(pool(24), blueprint(section(6)), seed=n.to_bytes(4, "big")).slots
    )

    assert len(counts) == 24
    assert all(abs(count - 500) < 5 * (2000 * 0.25 * 0.75) ** 0.5 for count in counts.values())


def test_questions_on_one_case_stand_together() -> None:
    """
    In their own order, wherever the case falls.
    """
    case = Stimulus("c", "材料", "一家超市")
    items = [item(n, stimulus=case if n in (3, 7, 11) else None) for n in range(14)]
    held = Pool.of(enumerate(items))
    for n in range(30):
        order = [slot.version for slot in draw(held, blueprint(section(14)), seed=bytes([n])).slots]
        place = order.index(3)
        assert order[place : place + 3] == [3, 7, 11]


#: SHA-256 (its first half) of fifty papers each, as they were drawn before enemies were known
GOLDEN = {
    "one": ((section(12),), "fa0b888a66ad7a7cc347480ef7bed9c0"),
    "competing": ((section(20), section(20, "food"), section(15, "ip", "penalty")), "6629c31f35eedfe698e8fa3b31f947ba"),
    "all": ((section(60),), "086f96f34febfeb0d247bf98d067d50d"),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_papers_without_enemies_are_drawn_as_ever(name: str) -> None:
    """
    A seed gives the paper that it gave in earlier releases, to the byte.
    """
    case = Stimulus("c", "材料", "一家超市")
    held = Pool.of((n, item(n, SUBJECTS[n % 3], stimulus=case if n in (3, 7, 11) else None)) for n in range(60))
    sections, expected = GOLDEN[name]
    digest = hashlib.sha256()
    for n in range(50):
        digest.update(json.dumps(draw(held, blueprint(*sections), seed=bytes([n])).to_record()).encode())

    assert digest.hexdigest()[:32] == expected


ENEMIES = st.lists(st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(["", "甲", "乙", "丙"])), max_size=14)


def fullest(held: Pool, wanted: Blueprint) -> int:
    """How many questions a paper can have at most, found by trying every choice of one question a group."""
    best = 0
    for chosen in itertools.product(*held.rivals()):
        part = Pool({key: replace(held.versions[key], enemies="") for key in chosen})
        best = max(best, _flow(part, wanted))
    return best


def _flow(held: Pool, wanted: Blueprint) -> int:
    """Seats filled by plain augmenting paths, one seat at a time."""
    seats = [number for number, one in enumerate(wanted.sections) for _ in range(one.quota)]
    sitting: dict[int, int] = {}

    def seat(place: int, seen: set[int]) -> bool:
        for key, version in held.versions.items():
            if key in seen or not wanted.sections[seats[place]].takes(version):
                continue
            seen.add(key)
            if key not in sitting or seat(sitting[key], seen):
                sitting[key] = place
                return True
        return False

    return sum(seat(place, set()) for place in range(len(seats)))


@given(ENEMIES, PLANS, st.binary(min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_enemies_never_meet_and_hinder_no_paper_that_could_be(
    items: list[tuple[str, str]], plan: list[tuple[int, set[str]]], seed: bytes
) -> None:
    """
    Against all choices tried one by one: a full paper without enemies is drawn whenever there is one.
    """
    held = Pool.of((n, item(n, subject, enemies=group)) for n, (subject, group) in enumerate(items))
    wanted = blueprint(*(section(quota, *sorted(subjects)) for quota, subjects in plan))
    possible = fullest(held, wanted) == wanted.questions
    lack = shortage(held, wanted)

    assert (lack is None) is possible
    if lack is not None:
        assert lack.held < lack.wanted
        return
    form = draw(held, wanted, seed=seed)
    groups = [held.versions[slot.version].enemies for slot in form.slots]
    assert all(count == 1 for group, count in Counter(groups).items() if group)
    assert all(wanted.sections[slot.section].takes(held.versions[slot.version]) for slot in form.slots)
    assert len({slot.version for slot in form.slots}) == wanted.questions


def test_enemies_take_turns() -> None:
    """
    Over 1,000 papers each of three enemies is drawn about as often as the others, within five standard deviations.
    """
    held = Pool.of((n, item(n, enemies="先后" if n < 3 else "")) for n in range(12))
    drawn = [
        slot.version
        for n in range(1000)
        for slot in draw(held, blueprint(section(10)), seed=n.to_bytes(4, "big")).slots
    ]
    counts = Counter(version for version in drawn if version < 3)

    assert sum(counts.values()) == 1000  # ten of ten that can stand together
    assert all(abs(counts[key] - 1000 / 3) < 5 * (1000 * 2 / 9) ** 0.5 for key in range(3))


def test_a_question_out_of_date_is_not_drawn() -> None:
    """
    What is not valid on the day is no part of the pool.
    """
    items = [item(1, valid_until=date(2025, 12, 31)), item(2, valid_from=date(2026, 6, 1)), item(3)]

    assert list(Pool.of(enumerate(items)).valid_on(date(2026, 3, 1)).versions) == [2]


def test_a_form_is_kept_and_read_again() -> None:
    """
    The record holds everything; one of another release is refused.
    """
    form = draw(pool(9, 9), blueprint(section(3), section(4, "penalty")), seed=b"x")

    assert Form.from_record(form.to_record()) == form
    with pytest.raises(UnknownRecord):
        Form.from_record({"f": 99})


BAD = [
    (blueprint(), [("sections", "missing"), ("pass_mark", "unknown_value")]),
    (blueprint(replace(section(3), title=" ")), [("sections.1.title", "missing")]),
    (blueprint(replace(section(3), types=())), [("sections.1.types", "missing")]),
    (blueprint(replace(section(3), types=("oral",))), [("sections.1.types", "unknown_type")]),
    (blueprint(section(0), section(1)), [("sections.1.quota", "unknown_value")]),
    (blueprint(replace(section(3), marks=Decimal("0.005"))), [("sections.1.marks", "unknown_value"), ("pass_mark", "unknown_value")]),
    (replace(blueprint(section(3)), pass_mark=Decimal(7)), [("pass_mark", "unknown_value")]),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "complaints"), BAD)
def test_what_is_wrong_with_a_blueprint(plan: Blueprint, complaints: list[tuple[str, str]]) -> None:
    """
    Everything at once, each at its place.
    """
    assert [(one.field, one.code) for one in plan.problems()] == complaints


def test_a_blueprint_is_kept_and_read_again() -> None:
    """
    Marks stay exact decimals.
    """
    plan = blueprint(section(3, "food"), replace(section(2), marks=Decimal("0.25")))

    assert Blueprint.from_record(plan.to_record()) == plan
    assert plan.total == Decimal("6.50")
