"""Papers of a cohort: as the blueprint says, equally hard, neighbours apart, the same for ever from the same seeds."""

import hashlib
import json
import math
import os
import statistics
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.assembly import Form, draw
from question_bank.blueprint import Blueprint, Section, shortage
from question_bank.chance import derive
from question_bank.curve import chance_right, equated_cut, expected_units, in_marks
from question_bank.difficulty import measured
from question_bank.errors import PoolTooSmall
from question_bank.fair import Dealing, Seat, deal, dealing, record_of
from question_bank.interactions.options import LETTERS, Option, Options, order
from question_bank.interactions.true_false import Statement
from question_bank.item import ItemVersion, Stimulus
from question_bank.pool import Pool
from tests.pace import spent_cpu
from tests.question_bank import fairness
from tests.question_bank import known_bank as bank

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "fairness.md"
PLAIN, LEARNT, KNOWN = "plain draw", "deal, 1,000 candidates before", "deal, true difficulties"
SUBJECTS = ("food", "penalty", "ip")


def versions(form: Form) -> set[int]:
    """What stands on a paper."""
    return {slot.version for slot in form.slots}


@pytest.fixture(scope="module")
def thousand() -> list[Form]:
    """1,000 papers of the bank of known difficulties."""
    return deal(bank.pool(), bank.blueprint(), bank.seeds(1000), None, bank.known())


# A1 fairness


def test_papers_are_as_hard_as_each_other_when_difficulties_are_known() -> None:
    """
    1,000 papers: SD at most 0.15 marks, range at most 0.6, the candidate at the cut has one chance to pass (A1).
    """
    figures, _spent = fairness.of_method(KNOWN)

    assert figures.spread <= 0.15
    assert figures.easiest - figures.hardest <= 0.6
    assert figures.percentile(0.95) - figures.percentile(0.05) <= 0.03
    assert figures.chances[-1] - figures.chances[0] <= 0.03


def test_a_thousand_candidates_teach_enough() -> None:
    """
    With difficulties learnt from 1,000 simulated candidates the SD is at most 0.9 marks (A1); the plain draw has 2.5.
    """
    assert fairness.of_method(LEARNT)[0].spread <= 0.9
    assert fairness.of_method(PLAIN)[0].spread > 2.5
    assert fairness.of_method(PLAIN)[0].percentile(0.95) > 0.75


def test_every_paper_has_the_topics_of_the_blueprint(thousand: list[Form]) -> None:
    """
    Exactly, in all 1,000 (A1).
    """
    held = bank.pool().versions
    wanted = {f"topic-{n:02}": quota for n, quota in enumerate(bank.quotas(bank.SIZES))}

    assert all(Counter(held[key].subject for key in versions(form)) == wanted for form in thousand)


def test_an_equated_pass_mark_takes_back_what_a_plain_draw_gave() -> None:
    """
    The chance to pass differs less between papers, though not as little as with matched ones: marks come in twos.
    """
    plain, equated = fairness.of_method(PLAIN)[0], fairness.equated()

    assert equated.percentile(0.95) - equated.percentile(0.05) < 0.15
    assert plain.percentile(0.95) - plain.percentile(0.05) > 0.45


@pytest.mark.parametrize("apart", [-0.8, 0.8])
def test_papers_are_as_hard_for_the_weak_and_the_strong(thousand: list[Form], apart: float) -> None:
    """
    The curve is matched below and above the pass mark as well.
    """
    scores = [bank.true_score(form, bank.ability_at_the_cut() + apart) for form in thousand]

    assert statistics.pstdev(scores) < 0.15


# A2 speed


def test_a_paper_takes_less_than_five_milliseconds() -> None:
    """
    CPU for each, of a cohort of 2,000 in rooms of 10 x 12 (A2).
    """
    held, plan, known = bank.pool(), bank.blueprint(), bank.known()
    seats = [Seat(str(n // 120), n % 120 // 12, n % 12) for n in range(2000)]
    with spent_cpu() as spent:
        deal(held, plan, bank.seeds(2000), seats, known)

    assert spent.seconds / 2000 < 0.005


# A3 exposure


def test_every_question_is_shown_about_as_often(thousand: list[Form]) -> None:
    """
    On 3 to 14 percent of 1,000 papers, where 8.3 are expected; none twice on a paper, no two enemies (A3).
    """
    shown = Counter(key for form in thousand for key in versions(form))
    held = bank.pool().versions
    groups = [[held[key].enemies for key in versions(form) if held[key].enemies] for form in thousand]

    assert all(0.03 <= shown[key] / 1000 <= 0.14 for key in held)
    assert all(len(versions(form)) == 50 for form in thousand)
    assert all(len(set(group)) == len(group) for group in groups)
    assert any(groups)


# A4 seats


@pytest.mark.parametrize(("sizes", "most"), [(bank.SIZES, 0), (bank.HALF_SIZES, 2)], ids=["600", "300"])
def test_neighbours_share_no_question(sizes: tuple[int, ...], most: int) -> None:
    """
    In a room of 10 x 12, all eight around: none from a bank of 600, two at most from 300; papers stay equally hard (A4).
    """
    _mean, shared, spread = fairness.room(sizes, aware=True)

    assert shared <= most
    assert spread <= 0.15
    assert fairness.room(sizes, aware=False)[1] > most


def test_neighbours_are_kept_apart_in_whatever_order_they_are_named() -> None:
    """
    Seats are dealt by room, row and column.
    """
    mixed = sorted(range(120), key=lambda n: hashlib.sha256(bytes([n])).digest())
    seeds, seats = bank.seeds(120), fairness.SEATS
    straight = deal(bank.pool(), bank.blueprint(), seeds, seats, bank.known())
    other = deal(bank.pool(), bank.blueprint(), [seeds[n] for n in mixed], [seats[n] for n in mixed], bank.known())

    assert [straight[n] for n in mixed] == other


def test_being_equally_hard_comes_before_keeping_neighbours_apart() -> None:
    """
    Papers of 200 from a bank of 600: four neighbours leave too little, so that something is shared, but no more than fits.
    """
    plan = Blueprint((Section("判断", ("true_false",), (), 200, Decimal("0.5")),), Decimal(60))
    forms = deal(bank.pool(), plan, bank.seeds(60), fairness.SEATS[:60], bank.known())
    scores = [in_marks(expected_units(form, bank.known(), round(1000 * bank.ability_at_the_cut()))) for form in forms]

    assert max(scores) - min(scores) < 1


def test_a_neighbour_who_comes_later_shares_nothing_either() -> None:
    """
    What was dealt before is known by seat; counts go on.
    """
    held, plan, seeds, seats = bank.pool(), bank.blueprint(), bank.seeds(120), fairness.SEATS
    others = [*seats[:66], *seats[67:]]
    first = dealing(held, plan, seeds[:119], others, bank.known())
    late = dealing(held, plan, seeds[119:], [seats[66]], bank.known(), after=first)
    around = [first.seated[near] for near in seats[66].around() if near != seats[66]]

    assert len(around) == 8
    assert not any(versions(late.forms[0]) & theirs for theirs in around)
    assert late.papers == 120
    assert sum(late.shown.values()) == 120 * 50
    assert first == Dealing.of(first.forms, others)


# A5 determinism

GOLDEN = {
    "matched": "d24ea0ab57f121402dd18cd196e2fce0",
    "seated": "1ff1bd10efce7dd9e015c1b19bf9aa0e",
    "learnt": "28f2850cd55e6d90fa8aa6823f6b58da",
    "sliced": "9c08859863632039d1dda8e46a6a2fb0",
}


def digest(name: str) -> str:
    """A hash of sixty papers."""
    known = {"matched": bank.known(), "seated": bank.known(), "learnt": bank.learnt(200)}.get(name)
    seats = fairness.SEATS[:60] if name == "seated" else None
    papers = deal(bank.pool(), bank.blueprint(), bank.seeds(60), seats, known)
    return hashlib.sha256(b"\n".join(record_of(form) for form in papers)).hexdigest()[:32]


@pytest.mark.parametrize("name", GOLDEN)
def test_the_same_seeds_give_the_same_papers_for_ever(name: str) -> None:
    """
    On any machine and in later releases, to the byte (A5).
    """
    assert digest(name) == GOLDEN[name]


def test_papers_do_not_depend_on_the_process() -> None:
    """
    Neither on the order of hashes nor on a decimal context or what was dealt before (A5).
    """
    program = (
        "import decimal; decimal.getcontext().prec = 5; decimal.getcontext().rounding = decimal.ROUND_UP\n"
        "from tests.question_bank.test_fair import digest; print(digest('seated'))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "77"}
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == GOLDEN["seated"]


def test_redrawn_papers_equal_stored_ones_to_the_byte() -> None:
    """
    Also after the stored record was read and written again; another seed gives another paper.
    """
    cohort = (bank.pool(), bank.blueprint(), bank.seeds(30), fairness.SEATS[:30], bank.known())
    stored = [record_of(form) for form in deal(*cohort)]

    assert [record_of(form) for form in deal(*cohort)] == stored
    assert [record_of(Form.from_record(json.loads(record))) for record in stored] == stored
    assert len({form["seed"] for form in map(json.loads, stored)}) == len(set(stored)) == 30


def test_a_paper_names_versions_so_that_a_changed_bank_changes_no_paper(thousand: list[Form]) -> None:
    """
    What a record holds is read without the bank (A5).
    """
    record = thousand[0].to_record()

    assert Form.from_record(record) == thousand[0]
    assert all(isinstance(key, int) for _marks, keys in record["sections"] for key in keys)


# A6 options


def test_the_right_option_stands_anywhere_equally_often() -> None:
    """
    Over 10,000 papers, chi-square with p > .001; a fixed option never moves (A6).
    """
    free = Options(tuple(Option(text, text == "乙") for text in "甲乙丙丁"))
    fixed = Options((*free.options[:3], Option("以上都不对", right=False, fixed=True)))
    places, last = Counter[int](), Counter[str]()
    for n in range(10_000):
        seed = Form(derive(b"exam", f"paper:{n}"), ()).slot_seed(n % 50 + 1)
        places[order(free, seed).index("B")] += 1
        last[order(fixed, seed)[-1]] += 1
    chi_square = sum((places[place] - 2500) ** 2 / 2500 for place in range(4))

    assert chi_square < 16.266  # three degrees of freedom, p = .001
    assert last == {LETTERS[3]: 10_000}


# properties


def item(number: int, subject: str, enemies: str = "", **more: object) -> ItemVersion:
    """A statement of some subject and label."""
    made = ItemVersion(
        ref=f"i-{number}", type="true_false", subject=subject, stem="题干", body=Statement(True), enemies=enemies,
        difficulty=("easy", "medium", "hard", "")[number % 4],
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


ITEMS = st.lists(
    st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(["", "", "甲", "乙", "丙"]), st.booleans()), max_size=24
)
PLANS = st.lists(
    st.tuples(st.integers(1, 5), st.sets(st.sampled_from(SUBJECTS), max_size=3), st.sampled_from([True, True, False])),
    min_size=1,
    max_size=4,
)


def planned(plan: list[tuple[int, set[str], bool]]) -> Blueprint:
    """A blueprint of such sections."""
    return Blueprint(
        tuple(
            Section("判断", ("true_false",), tuple(sorted(subjects)), quota, Decimal(2 * counts), counts=counts)
            for quota, subjects, counts in plan
        ),
        Decimal(1),
    )


@given(ITEMS, PLANS, st.integers(1, 9), st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_papers_are_full_or_there_can_be_none(
    items: list[tuple[str, str, bool]],
    plan: list[tuple[int, set[str], bool]],
    candidates: int,
    seated: bool,
    matched: bool,
) -> None:
    """
    Whatever competes: each section has its quota of fitting questions, none twice, no enemies, trials only where
    nothing counts; refused only when `shortage` proves it.
    """
    held = Pool.of(
        ((n, item(n, subject, group)) for n, (subject, group, _trial) in enumerate(items)),
        trial=[n for n, (_subject, _group, trial) in enumerate(items) if trial],
    )
    wanted = planned(plan)
    seeds = [bytes([n]) for n in range(candidates)]
    seats = [Seat("", n // 3, n % 3) for n in range(candidates)] if seated else None
    known = {n: measured(n % 5 - 2.0, 0.3, answers=99) for n in range(len(items))} if matched else None
    if shortage(held, wanted) is not None:
        with pytest.raises(PoolTooSmall):
            deal(held, wanted, seeds, seats, known)
        return
    for seed, form in zip(seeds, deal(held, wanted, seeds, seats, known), strict=True):
        sections = Counter(slot.section for slot in form.slots)
        groups = [held.versions[key].enemies for key in versions(form) if held.versions[key].enemies]

        assert form.seed == seed
        assert [sections[n] for n in range(len(plan))] == [quota for quota, _subjects, _counts in plan]
        assert len(versions(form)) == wanted.questions
        assert all(wanted.sections[slot.section].draws(held, slot.version) for slot in form.slots)
        assert all(slot.marks == wanted.sections[slot.section].marks for slot in form.slots)
        assert len(set(groups)) == len(groups)
        assert Form.from_record(form.to_record()) == form


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.integers(1, 40), st.integers(0, 10**6))
def test_subjects_of_a_section_get_their_share(sizes: list[int], quota: int, seed: int) -> None:
    """
    Rounded up or down, on every paper.
    """
    quota = min(quota, sum(sizes))
    subjects = [f"s{n}" for n, size in enumerate(sizes) for _ in range(size)]
    held = Pool.of((n, item(n, subject)) for n, subject in enumerate(subjects))
    wanted = Blueprint((Section("判断", ("true_false",), (), quota, Decimal(1)),), Decimal(1))
    form = deal(held, wanted, [seed.to_bytes(4, "big")])[0]
    counts = Counter(held.versions[key].subject for key in versions(form))

    for n, size in enumerate(sizes):
        assert math.floor(size * quota / sum(sizes)) <= counts[f"s{n}"] <= math.ceil(size * quota / sum(sizes))


def test_what_is_shown_often_is_not_swapped_in() -> None:
    """
    A question that stood on all earlier papers is hardly seen again, though matching would want it.
    """
    pool, plan, known = bank.pool(), bank.blueprint(), bank.known()
    worn = frozenset(list(pool.versions)[::3])
    before = Dealing(papers=100, shown=dict.fromkeys(worn, 100))
    forms = dealing(pool, plan, bank.seeds(40), None, known, after=before).forms
    fresh = deal(pool, plan, bank.seeds(40), None, known)

    assert sum(len(versions(form) & worn) for form in forms) < sum(len(versions(form) & worn) for form in fresh) / 2


def test_questions_on_one_case_stand_together_in_their_order() -> None:
    """
    Shuffled or not.
    """
    case = Stimulus("c", "材料", "一家超市")
    held = Pool.of((n, item(n, "food", stimulus=case if n in (3, 7, 11) else None)) for n in range(14))
    for way in ("shuffled", "fixed"):
        plan = Blueprint((Section("判断", ("true_false",), (), 14, Decimal(1), order=way),), Decimal(1))
        for form in deal(held, plan, [bytes([n]) for n in range(20)]):
            keys = [slot.version for slot in form.slots]
            assert keys[keys.index(3) : keys.index(3) + 3] == [3, 7, 11]
            assert way == "shuffled" or keys == [0, 1, 2, 3, 7, 11, 4, 5, 6, 8, 9, 10, 12, 13]


# one paper for all


def test_a_common_paper_is_the_same_for_all_in_an_order_of_each() -> None:
    """
    Also for those who come later; its difficulty is matched as well.
    """
    held, plan = bank.pool(), replace(bank.blueprint(), paper="common")
    first = dealing(held, plan, bank.seeds(20), None, bank.known(), common=b"exam")
    late = deal(held, plan, [b"late"], None, bank.known(), common=b"exam", after=first)
    orders = {tuple(slot.version for slot in form.slots) for form in first.forms}

    assert len({frozenset(one) for one in orders}) == 1
    assert len(orders) == 20
    assert versions(late[0]) == versions(first.forms[0])
    assert abs(bank.true_score(late[0], bank.ability_at_the_cut()) - 60) < 0.2
    with pytest.raises(ValueError, match="seed of its own"):
        deal(held, plan, bank.seeds(1))


def test_a_fixed_paper_is_what_its_sections_list() -> None:
    """
    In the order listed where the section says so.
    """
    held = Pool.of((n, item(n, "food")) for n in range(9))
    first = Section("甲", ("true_false",), (), 3, Decimal(2), order="fixed", listed=(5, 1, 3))
    second = Section("乙", ("true_false",), (), 3, Decimal(1), listed=(0, 2, 4))
    forms = deal(held, Blueprint((first, second), Decimal(1), paper="fixed"), [bytes([n]) for n in range(30)])

    assert all([slot.version for slot in form.slots[:3]] == [5, 1, 3] for form in forms)
    assert all({slot.version for slot in form.slots[3:]} == {0, 2, 4} for form in forms)
    assert len({tuple(slot.version for slot in form.slots) for form in forms}) == 6


# the scale


def test_the_pass_mark_of_an_average_paper_is_the_pass_mark(thousand: list[Form]) -> None:
    """
    Matched papers need no other; a harder one gets a lower.
    """
    held, plan, known = bank.pool(), bank.blueprint(), bank.known()
    hardest = min(
        (draw(held, plan, seed=seed) for seed in bank.seeds(40)),
        key=lambda form: bank.true_score(form, bank.ability_at_the_cut()),
    )

    assert abs(equated_cut(thousand[0], known, plan, pool=held) - 60) <= Decimal("0.15")
    assert equated_cut(hardest, known, plan, pool=held) < 58


@given(st.integers(-9000, 9000), st.integers(-9000, 9000))
def test_chances_are_rasch(one: int, other: int) -> None:
    """
    In millionths: half where ability and difficulty meet, symmetric, never falling.
    """
    lower, higher = sorted((one, other))

    assert chance_right(0) == 500_000
    assert chance_right(one) + chance_right(-one) == 1_000_000
    assert chance_right(lower) <= chance_right(higher)
    assert abs(chance_right(one) / 1e6 - 1 / (1 + math.exp(-max(-8000, min(8000, one)) / 1000))) < 1e-6


# the page


def test_the_page_has_these_figures() -> None:
    """
    The lines of docs/fairness.md for what is tested here are what is measured now; the others come by the same program.
    """
    page = DOCS.read_text(encoding="utf-8")
    rows = [fairness.row_of(name, fairness.of_method(name)[0]) for name in (PLAIN, LEARNT, KNOWN)]
    rows += [fairness.row_of(fairness.EQUATED, fairness.equated()), *fairness.room_rows()]

    assert [row for row in rows if row not in page] == []
    assert [name for name in fairness.METHODS if f"| {name} |" not in page] == []
