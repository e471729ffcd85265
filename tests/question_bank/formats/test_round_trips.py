"""What is written is read again: spreadsheets and TOML; what they cannot carry is said before."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.bank.bundled import read_bundled
from lms.bank.files import SUBJECT_NAMES
from lms.subjects import SUBJECTS
from question_bank.formats import excel, native, registry, workbook
from question_bank.formats.cells import cells_of, changed_fields
from question_bank.formats.pictures import name_of
from question_bank.interactions import KINDS
from question_bank.interactions.fill_in import Blank, Blanks
from question_bank.interactions.hotspot import Spots
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.matching import Pairs
from question_bank.interactions.numeric import Number
from question_bank.interactions.options import Option, Options
from question_bank.item import Citation, ItemVersion, Stimulus
from question_bank.text import to_markdown
from tests.question_bank.formats.qti_items import PNG
from tests.question_bank.test_shares import SCORED

ITEMS = read_bundled().items
TITLES = {subject.code: subject.zh for subject in SUBJECTS}


def test_the_bundled_bank_comes_back_from_a_workbook() -> None:
    """
    Every item, of every type, is equal after writing and reading; subjects stand there by their names.
    """
    data = workbook.write(ITEMS, pictures={}, titles=TITLES)
    back = excel.read(data, name="x.xlsx", subjects=SUBJECT_NAMES)

    assert back.refused == back.remarks == ()
    assert {row.item.ref: row.item for row in back.rows if row.item} == {item.ref: item for item in ITEMS}


def test_the_bundled_bank_comes_back_from_toml() -> None:
    """
    Items of many subjects in one file, equal and in their order.
    """
    back = native.read(native.write(ITEMS, pictures={}), name="x.toml", subjects=tuple(TITLES))

    assert (back.refused, back.items) == ((), ITEMS)


def test_only_pictures_stay_behind() -> None:
    """
    The losses of the bundled bank are the pictures that a spreadsheet and TOML name and do not carry.
    """
    for one in (workbook, native):
        assert {loss.code for loss in one.losses(ITEMS)} <= {"lost_pictures"}


def test_the_bundled_bank_has_every_type() -> None:
    """
    So that the round trips above leave none out.
    """
    assert {item.type for item in ITEMS} == set(KINDS)


def item(kind: str, body: object, stem: str = "哪一项对？") -> ItemVersion:
    """An item of no subject with this body."""
    return ItemVersion(ref="x-1", type=kind, subject="food", stem=stem, body=body)


CHOICE = item("single_choice", Options((Option("甲", right=True), Option("乙", right=False))))
ODD: dict[str, ItemVersion] = {
    "Markdown beside plain": replace(CHOICE, stem="**重点**：1\\* 题", explanation="第一行\\\n第二行"),
    "whys, fixed options": item(
        "multiple_choice",
        Options((Option("甲", True, "因为\\\n所以"), Option("$x^2$", True, "**重**"), Option("以上都对", False, "", True))),
    ),
    "weights, case, stars": item(
        "fill_in",
        Blanks((Blank(("七", "7"), True, True, False, 2), Blank(("a*",), False, False, True, 1))),
        "[[1]]与[[2]]",
    ),
    "blanks in any order": item("fill_in", Blanks((Blank(("甲",)), Blank(("乙",))), ordered=False), "[[1]]与[[2]]"),
    "choices with slashes": item(
        "inline_choice", Gaps((Gap(("60/70", "80"), 1), Gap(("应当", "不得"), 0, 3))), "[[1]]与[[2]]"
    ),
    "thirteen gaps": item(
        "inline_choice",
        Gaps(tuple(Gap(("应当", "不得"), n % 2) for n in range(13))),
        "".join(f"[[{n}]]" for n in range(1, 14)),
    ),
    "relative error, other units": item(
        "numeric", Number(Decimal("1.50"), Decimal("0.05"), "万元", "relative", (("元", Decimal("0.0001")),))
    ),
    "figures, odd unit": item("numeric", Number(Decimal(12), Decimal(3), "㎡", "figures")),
    "arrows in pairs": item("matching", Pairs((("甲→乙", "丙=丁"), ("戊", "己")), ("庚", "x=>y"))),
    "everything else": replace(
        CHOICE,
        objective="能判断",
        enemies="组一",
        classification="reserved",
        derived="3×2",
        citations=(Citation("某办法", "附件一"), Citation("关于《某法》的解释", "第一条")),
        stimulus=Stimulus("case-7", "案例", "**第一段**\n\n第二段"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_items_come_back(odd: ItemVersion) -> None:
    """
    Settings, Markdown and signs that usually part things survive a workbook and TOML.
    """
    assert not odd.problems()
    assert excel.read(workbook.write([odd], pictures={}), name="x.xlsx", subjects={"food": "food"}).rows[0].item == odd
    assert native.read(native.write([odd], pictures={}), name="x.toml", subjects=("food",)).items == (odd,)
    assert workbook.losses([odd]) == native.losses([odd]) == ()


TEXT = st.text(alphabet="甲乙ABC.。、/|；;（）()_ *#$<>1x→=\n\t\\\"'\x7f", min_size=1, max_size=14)


@given(TEXT, st.lists(TEXT, min_size=2, max_size=5), TEXT)
def test_a_loss_is_said_before_it_happens(stem: str, texts: list[str], why: str) -> None:
    """
    Whatever an item holds: it comes back equal, or its losses were listed.
    """
    options = tuple(Option(to_markdown(text), n == 0, to_markdown(why)) for n, text in enumerate(texts))
    made = item("single_choice", Options(options), to_markdown(stem))
    if made.problems():
        return
    rows = excel.read(workbook.write([made], pictures={}), name="x.xlsx", subjects={"food": "food"}).rows

    assert (bool(rows) and rows[0].item == made) or workbook.losses([made])
    assert changed_fields(made, cells_of(made)) or rows[0].item == made
    assert native.read(native.write([made], pictures={}), name="x", subjects=("food",)).items == (
        made,
    ) or native.losses([made])


@pytest.mark.parametrize("key", [key for key, one in registry.FORMATS.items() if one.write])
@pytest.mark.parametrize("number", range(len(SCORED)))
def test_own_shares_come_back_or_are_listed_as_lost(key: str, number: int) -> None:
    """
    No format drops what an option, an answer or a pair is worth without saying so before.
    """
    kind, body, _rows = SCORED[number]
    stem = "期限[[1]]，[[2]]" if kind in ("fill_in", "inline_choice") else "怎样才对？"
    if isinstance(body, Spots):
        body = replace(body, picture=name_of(PNG))
    item = ItemVersion(f"own-{number}", kind, "food", stem, body)
    pictures = {name_of(PNG).removeprefix("picture:"): PNG}
    chosen = registry.FORMATS[key]
    assert chosen.write is not None
    lost = chosen.losses([item]) if chosen.losses else ()
    reader = chosen if chosen.read else registry.FORMATS["qti"]
    assert reader.read is not None
    back = reader.read(chosen.write([item], pictures=pictures), name=f"x{chosen.ending}", subjects={"food": "food"})

    assert lost or back.items == (item,)
    if key in ("native", "json", "moodle", "qti", "excel") and kind in ("single_choice", "multiple_choice"):
        assert back.items == (item,)
