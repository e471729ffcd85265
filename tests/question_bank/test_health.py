"""The health of a pool: what is found, what is not, and that twins are found exactly and fast."""

from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank import health, quality
from question_bank.analysis.versions import Answer, figures
from question_bank.health import Examined, Finding
from question_bank.interactions.options import Option, Options
from question_bank.interactions.true_false import Statement
from question_bank.item import Citation, ItemVersion, Stimulus
from tests.pace import spent_cpu

DAY = date(2026, 3, 2)
STEM = "食品生产企业应当建立食品原料进货查验记录制度，记录保存期限不得少于产品保质期满后六个月"


def single(stem: str, right: int = 0, texts: tuple[str, ...] = ("甲项", "乙项", "丙项", "丁项")) -> ItemVersion:
    """A single choice that lacks nothing."""
    options = Options(tuple(Option(text, n == right, "" if n == right else "不对") for n, text in enumerate(texts)))
    return ItemVersion(
        ref="x", type="single_choice", subject="food", stem=stem, body=options, explanation="解析", point="要点",
        difficulty="easy", citations=(Citation("食品安全法", "第五十条"),),
    )  # fmt: skip


def examined(*versions: ItemVersion) -> list[Examined]:
    """Items as exams have seen each of them once in a while."""
    return [Examined(key, version, exposure=0.1) for key, version in enumerate(versions)]


def found(items: list[Examined]) -> list[Finding]:
    """All findings."""
    return [finding for _part, findings in health.examine(items, day=DAY) for finding in findings]


def categories(*versions: ItemVersion) -> list[str]:
    """The categories of what is found."""
    return sorted(finding.category for finding in found(examined(*versions)))


@pytest.mark.parametrize(
    ("one", "other", "category", "facts"),
    [
        (STEM, STEM, "same_stem", {"offers": "same"}),
        (STEM, f" {STEM}。", "same_stem", {"offers": "same"}),
        (STEM, STEM.replace("六个月", "二年"), "twins", {"percent": 87}),
        (STEM, STEM.replace("六个月", "三个月"), "turned", {"how": "number"}),
        (STEM, STEM.replace("应当", "不应当"), "turned", {"how": "negation"}),
        ("限期30日", "限期60日", "turned", {"how": "number"}),
        ("当事人应当到场", "当事人不应当到场", "turned", {"how": "negation"}),
        ("下列说法正确的是", "下列说法错误的是", "turned", {"how": "negation"}),
        ("可以查封", "不得查封", "turned", {"how": "negation"}),
    ],
)
def test_two_stems_that_are_alike(one: str, other: str, category: str, facts: dict[str, object]) -> None:
    """
    The same words, nearly the same words, and the same words but for a negation or a number are told apart.
    """
    findings = list(health.twins(examined(single(one), single(other)), DAY))

    assert [(finding.category, finding.items) for finding in findings] == [(category, (0, 1))]
    assert findings[0].facts == facts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (single(STEM), single("网络交易经营者应当公示营业执照信息，不得以格式条款排除消费者的权利")),
        (replace(single(STEM), enemies="甲"), replace(single(STEM + "吗"), enemies="甲")),
        (replace(single(STEM), stimulus=Stimulus("c", "案例", "材料")), replace(single(STEM + "吗"), stimulus=Stimulus("c", "案例", "材料"))),
    ],
    ids=["other words", "enemies", "one case"],
)  # fmt: skip
def test_no_twins(one: ItemVersion, other: ItemVersion) -> None:
    """
    Other words are no twins; enemies and questions on one case cannot meet on a paper.
    """
    assert categories(one, other) == []


@settings(max_examples=60)
@given(st.lists(st.text("甲乙丙", min_size=1, max_size=14), min_size=2, max_size=14, unique=True))
def test_twins_are_found_exactly(stems: list[str]) -> None:
    """
    The fast way finds the same pairs as comparing each with each.
    """
    items = examined(*map(single, stems))
    grams = [quality.stem_grams(stem) for stem in stems]
    slow = {
        (a, b) for a, b in combinations(range(len(stems)), 2) if quality.jaccard(grams[a], grams[b]) >= quality.TWINS
    }

    assert {(one.key, other.key) for one, other, _likeness in health.alike(items)} == slow


def test_everything_alike_ends_too() -> None:
    """
    Ten thousand stems that differ by a number, and as many that are nearly the same, take seconds and bounded lists.
    """
    versions = [single(f"第{n}题：{STEM}") for n in range(5000)]
    versions += [single(STEM + chr(0x4E00 + n) + chr(0x4E01 + n)) for n in range(5000)]
    with spent_cpu() as spent:
        findings = list(health.twins(examined(*versions), DAY))

    assert spent.seconds < 20
    assert 9000 < len(findings) < 150_000


def test_a_letter_that_is_the_key_too_often() -> None:
    """
    Of 24 questions 18 have B: chance does not do that. Six each are even, and below twenty nothing is said.
    """
    leaning = [single(chr(0x5000 + n) * 9, right=1 if n < 18 else n % 4) for n in range(24)]
    even = [single(chr(0x5000 + n) * 9, right=n % 4) for n in range(24)]
    finding = next(one for one in found(examined(*leaning)) if one.category == "letters")

    assert finding.facts["most"] == "B"
    assert (len(finding.items), finding.facts["total"]) == (19, 24)
    assert "letters" not in categories(*even)
    assert "letters" not in categories(*leaning[:18])


def test_true_and_false_too_one_sided() -> None:
    """
    Twenty statements of which eighteen are true.
    """
    versions = [replace(single(chr(0x5000 + n) * 9), type="true_false", body=Statement(n < 18)) for n in range(20)]

    assert categories(*versions) == ["one_sided"]


def test_keys_that_are_the_longest_option() -> None:
    """
    In half of twenty questions, where chance gives a quarter.
    """
    texts = ("甲项写得特别长", "乙项", "丙项", "丁项")
    versions = [single(chr(0x5000 + n) * 9, right=0 if n % 2 else 1 + n // 2 % 3, texts=texts) for n in range(20)]
    findings = {finding.category: finding for finding in found(examined(*versions))}

    assert findings["long_keys"].facts["percent"] == 50
    assert len(findings["long_keys"].items) == 10


MISSING = [
    ("no_citation", {"citations": ()}),
    ("no_explanation", {"explanation": " "}),
    ("no_point", {"point": ""}),
    ("no_difficulty", {"difficulty": ""}),
    ("no_why", {"body": Options((Option("甲", True), Option("乙", False)))}),
    ("lone_enemy", {"enemies": "甲"}),
    ("validity_over", {"valid_until": date(2026, 3, 1)}),
    ("validity_ends", {"valid_until": DAY}),
    ("validity_ends", {"valid_until": date(2026, 5, 31)}),
    ("all_or_none", {"body": Options((Option("甲", True), Option("以上都对", False, "不对")))}),
    ("quiet_negation", {"stem": "下列不属于食品的是"}),
]  # fmt: skip


@pytest.mark.parametrize(("category", "changes"), MISSING)
def test_one_item_and_what_is_wrong_with_it(category: str, changes: dict[str, object]) -> None:
    """
    Each gap is found, and nothing else.
    """
    assert categories(replace(single(STEM), **changes)) == [category]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [{}, {"valid_until": date(2026, 6, 1)}, {"stem": "下列**不属于**食品的是"}],
    ids=["whole", "ends in 91 days", "bold negation"],
)
def test_a_sound_item_is_left_alone(changes: dict[str, object]) -> None:
    """
    What lacks nothing is not named.
    """
    assert categories(replace(single(STEM), **changes)) == []  # type: ignore[arg-type]


def test_the_law_under_an_item() -> None:
    """
    Suspended items and repealed laws are told item by item; of laws nobody has, each once, the most cited first.
    """
    items = [
        Examined(1, single(STEM), drawable=False, suspended=True, exposure=0.1),
        Examined(2, single("别的题干文字内容"), laws={"旧法": "repealed"}, exposure=0.1),
        Examined(4, single("第四道题目在这里"), laws={"外法": "unknown"}, exposure=0.1),
        Examined(3, single("又一道题的题干在此"), laws={"外法": "unknown", "少引": "unknown"}, exposure=0.1),
    ]

    assert [(one.category, one.items, dict(one.facts)) for one in found(items)] == [
        ("law_changed", (1,), {}),
        ("law_repealed", (2,), {"law": "旧法"}),
        ("law_unknown", (4, 3), {"law": "外法"}),
        ("law_unknown", (3,), {"law": "少引"}),
    ]


@pytest.mark.parametrize(
    ("exposure", "drawable", "expected"),
    [(None, True, ["never_used"]), (None, False, []), (0.2, True, []), (0.21, True, ["overexposed"])],
)
def test_how_often_it_was_used(exposure: float | None, *, drawable: bool, expected: list[str]) -> None:
    """
    Over a fifth of all papers is too often; never counts only for what papers may hold.
    """
    item = Examined(1, single(STEM), drawable=drawable, exposure=exposure)

    assert [one.category for one in found([item])] == expected


def test_what_exams_say() -> None:
    """
    A key that better candidates miss, and options nobody chooses, are told with their figures.
    """
    answers = [Answer(float(n < 60), n / 120, ("A" if n < 60 else "B",)) for n in range(120)]
    seen = figures(answers, {"A": True, "B": False, "C": False})
    items = [Examined(1, single(STEM), figures=seen, exposure=0.1)]
    findings = {one.category: one.facts for one in found(items)}

    assert set(findings) == {"key_doubtful", "idle_distractor", "tempting_distractor"}
    assert findings["idle_distractor"]["options"] == "C"
    assert findings["tempting_distractor"]["options"] == "B"


@pytest.mark.parametrize(
    ("x", "freedom", "chance"),
    [(3.841, 1, 0.05), (5.991, 2, 0.05), (7.815, 3, 0.05), (9.488, 4, 0.05), (13.277, 4, 0.01), (15.086, 5, 0.01)],
)
def test_the_tail_of_chi_square(x: float, freedom: int, chance: float) -> None:
    """
    The critical values of the printed tables.
    """
    assert health.tail(x, freedom) == pytest.approx(chance, abs=1e-4)
