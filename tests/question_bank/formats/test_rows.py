"""What becomes of one row, for each type and each way of writing it."""

from decimal import Decimal
from typing import Any

import pytest

from question_bank.formats.rows import ReadRow, Row, citations_of, read_row
from question_bank.interactions import KINDS
from question_bank.item import Citation, ItemVersion

SUBJECTS = {"food": "food", "食品安全": "food", "penalty": "penalty"}
COLUMN = {"题型": "type", "题干": "stem", "答案": "answer", "难度": "difficulty", "来源": "citations"}


def read(answer: str = "", *options: str, **cells: str) -> ReadRow:
    """A row with these options, read."""
    offered = {f"options.{letter}": text for letter, text in zip("ABCDEFGHIJ", options, strict=False)}
    return read_row(Row("表:2", {"stem": "题干", "answer": answer} | offered | cells), subjects=SUBJECTS)


def item(row: ReadRow) -> ItemVersion:
    """The item; the complaints where there is none."""
    assert row.item is not None, row.refused
    return row.item


def complaints(row: ReadRow) -> list[tuple[str, str]]:
    """Field and code of each complaint."""
    return [(refusal.field, refusal.code) for refusal in row.refused]


KEYS = [
    ("B", "B"), ("b", "B"), ("Ｂ", "B"), ("AC", "AC"), ("A,C", "AC"), ("A、C", "AC"), ("a；c", "AC"), ("A C", "AC"),
    ("ＡＣ", "AC"), ("A|C", "AC"), ("乙", "B"), (" 乙 ", "B"), ("甲;丙", "AC"), ("B.乙", "B"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "keys"), KEYS)
def test_answers_of_choices(answer: str, keys: str) -> None:
    """
    Letters in any width, order and separation, or the words of the options.
    """
    assert (
        "".join(
            sorted(item(read(answer, "甲", "乙", "丙", type="多选题" if len(keys) > 1 else "单选题")).body.right_keys())
        )
        == keys
    )


OPTIONS = {
    "a cell each": {"options.A": "甲", "options.B": "乙", "options.C": "丙"},
    "a letter in each": {"options.A": "A.甲", "options.B": "B、乙", "options.C": "C. 丙"},
    "one cell, a line each": {"options": "A.甲\nB.乙\nC.丙"},
    "one cell, letters": {"options": "A、甲 B、乙 C、丙"},
    "one cell, bars": {"options": "甲|乙|丙"},
}


@pytest.mark.parametrize("cells", OPTIONS.values(), ids=OPTIONS)
def test_options_however_they_are_written(cells: dict[str, str]) -> None:
    """
    The letters are ours to give: they are taken off.
    """
    assert [option.text for option in item(read("A", **cells)).body.options] == ["甲", "乙", "丙"]


def test_right_or_not_beside_each_option() -> None:
    """
    Where there is no answer, the columns 选项N是否正确 say it.
    """
    row = read("", "甲", "乙", "丙", **{"right.A": "是", "right.B": "否", "right.C": "1"})

    assert (item(row).type, item(row).body.right_keys()) == ("multiple_choice", {"A", "C"})


GUESSES = [
    ("A", ("甲", "乙"), "题干", "single_choice"),
    ("AB", ("甲", "乙"), "题干", "multiple_choice"),
    ("√", (), "题干", "true_false"),
    ("七", (), "应在____日内", "fill_in"),
    ("应当登记并告知", (), "题干", "short_answer"),
]


@pytest.mark.parametrize(("answer", "options", "stem", "kind"), GUESSES)
def test_a_missing_type_is_inferred(answer: str, options: tuple[str, ...], stem: str, kind: str) -> None:
    """
    Options, blanks and answer tell the type, and the row says that it was guessed.
    """
    row = read(answer, *options, stem=stem)

    assert (item(row).type, row.guessed) == (kind, True)


TYPES = [
    ("单项选择题", "single_choice"), ("判断题（正误）", "true_false"),
    ("是非题", "true_false"), ("选择题", "single_choice"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "kind"), TYPES)
def test_types_have_many_names(word: str, kind: str) -> None:
    """
    The names of other products are understood.
    """
    assert item(read("A", "正确", "错误", type=word)).type == kind


TRUTHS = [
    ("对", True), ("√", True), ("正确", True), ("T", True), ("是", True), ("1", True), ("TRUE", True),
    ("错", False), ("×", False), ("x", False), ("错误", False), ("F", False), ("否", False), ("0", False),
]  # fmt: skip


@pytest.mark.parametrize(("word", "truth"), TRUTHS)
def test_right_and_wrong_have_many_names(word: str, truth: bool) -> None:
    """
    Ticks, letters, numbers and words.
    """
    assert item(read(word, type="判断题")).body.answer is truth


BLANKS = [
    ("应在____日内告知____", "七|当事人", "应在[[1]]日内告知[[2]]", [("七",), ("当事人",)]),
    ("应在（ ）日内告知(　)", "7；当事人", "应在[[1]]日内告知[[2]]", [("7",), ("当事人",)]),
    ("应在【】日内", "七 / 7", "应在[[1]]日内", [("七", "7")]),
    ("应在[[1]]日内（　）", "七", "应在[[1]]日内（　）", [("七",)]),
    ("比例为___", "1/2", "比例为[[1]]", [("1/2",)]),
]


@pytest.mark.parametrize(("stem", "answer", "marked", "accept"), BLANKS)
def test_blanks(stem: str, answer: str, marked: str, accept: list[tuple[str, ...]]) -> None:
    """
    Every way to draw a blank becomes a mark; bars part blanks, semicolons and spaced slashes part alternatives.
    """
    made = item(read(answer, stem=stem, type="填空题"))

    assert made.stem == marked
    assert [blank.accept for blank in made.body.blanks] == accept


NUMBERS = [
    ("12.5", "12.5", "0", ""),
    ("12.5±0.5 万元", "12.5", "0.5", "万元"),
    ("１,２００元", "1200", "0", "元"),
    ("-3 +/- 0.1", "-3", "0.1", ""),
]


@pytest.mark.parametrize(("answer", "value", "tolerance", "unit"), NUMBERS)
def test_numbers(answer: str, value: str, tolerance: str, unit: str) -> None:
    """
    A number, how far off is still right, a unit: exact decimals.
    """
    body = item(read(answer, type="计算题")).body

    assert (body.answer, body.tolerance, body.unit) == (Decimal(value), Decimal(tolerance), unit)


def test_orderings_follow_the_letters() -> None:
    """
    Options are the lines, the answer is their right order.
    """
    assert item(read("C→A→B", "调查", "决定", "立案", type="排序题")).body.lines == ("立案", "调查", "决定")


def test_matchings_are_written_in_the_options() -> None:
    """
    Left and right in one cell; a cell without a left side is an extra right-hand side.
    """
    body = item(read("", "回证→送达", "笔录=陈述", "→决定", type="匹配题")).body

    assert (body.pairs, body.extra) == ((("回证", "送达"), ("笔录", "陈述")), ("决定",))


VALUES = [
    ("difficulty", "较难", "hard"), ("difficulty", "3", "medium"), ("difficulty", "0.85", "easy"),
    ("difficulty", "0.2", "hard"), ("cognitive", "掌握", "understand"), ("subject", "食品安全", "food"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "text", "value"), VALUES)
def test_values_have_many_names(column: str, text: str, value: str) -> None:
    """
    Difficulty by word, step or share of right answers; subjects by code or name.
    """
    assert getattr(item(read("A", "甲", "乙", **{column: text})), column) == value


def test_a_category_that_is_no_subject_is_a_knowledge_point() -> None:
    """
    Chapters of other systems are kept, subjects are recognised.
    """
    assert item(read("A", "甲", "乙", category="第一章")).point == "第一章"
    assert item(read("A", "甲", "乙", category="食品安全")).subject == "food"


def test_citations_by_title_and_article() -> None:
    """
    Titles stand in 《》, the article follows.
    """
    assert citations_of("《行政处罚法》第三十三条；《价格法》") == (
        Citation("行政处罚法", "第三十三条"),
        Citation("价格法", None),
    )
    assert citations_of("内部培训资料") == (Citation("内部培训资料", None),)


BAD: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "letter without an option": ({"answer": "E", "options.A": "甲", "options.B": "乙"}, [("answer", "not_an_option")]),
    "no answer": ({"options.A": "甲", "options.B": "乙"}, [("answer", "no_key")]),
    "two answers of one": (
        {"type": "单选题", "answer": "AB", "options.A": "甲", "options.B": "乙"},
        [("answer", "several_keys")],
    ),
    "unknown type": ({"type": "听力题", "answer": "A"}, [("type", "unknown_type")]),
    "gap between options": (
        {"answer": "A", "options.A": "甲", "options.B": "", "options.C": "丙"},
        [("options.B", "missing")],
    ),
    "same option twice": ({"answer": "A", "options.A": "甲", "options.B": " 甲"}, [("options", "duplicate")]),
    "no stem": ({"stem": "", "answer": "A", "options.A": "甲", "options.B": "乙"}, [("stem", "missing")]),
    "neither right nor wrong": ({"type": "判断题", "answer": "也许"}, [("answer", "unknown_value")]),
    "blanks without answers": ({"type": "填空题", "stem": "__与__", "answer": "七"}, [("stem", "blank_marks")]),
    "no number": ({"type": "计算题", "answer": "很多"}, [("answer", "not_a_number")]),
    "no pair": ({"type": "匹配题", "options.A": "甲→乙", "options.B": "丙"}, [("options.B", "no_pair")]),
    "order with a hole": (
        {"type": "排序题", "answer": "AAB", "options.A": "甲", "options.B": "乙", "options.C": "丙"},
        [("answer", "not_an_option")],
    ),
    "several things at once": (
        {"answer": "E", "options.A": "甲", "options.B": "乙", "difficulty": "超难", "subject": "天文", "valid_from": "昨天"},
        [
            ("subject", "unknown_value"),
            ("difficulty", "unknown_value"),
            ("valid_from", "not_a_date"),
            ("answer", "not_an_option"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "expected"), BAD.values(), ids=BAD)
def test_everything_wrong_is_said_at_once(cells: dict[str, str], expected: list[tuple[str, str]]) -> None:
    """
    Each complaint names the column in which it can be mended.
    """
    row = read_row(Row("表:2", {"stem": "题干"} | cells), subjects=SUBJECTS)

    assert row.item is None
    assert complaints(row) == expected
    assert {refusal.where for refusal in row.refused} == {"表:2"}


def test_digits_that_the_spreadsheet_lost_are_refused() -> None:
    """
    A rounded number is never taken for the answer.
    """
    row = read_row(
        Row("表:2", {"stem": "编号是__", "answer": "110101199001011200"}, frozenset({"answer"})), subjects={}
    )

    assert complaints(row) == [("answer", "number_lost")]


def test_the_name_of_a_question_does_not_depend_on_its_key() -> None:
    """
    Mending the answer is a new version of the same question; other options are another question.
    """
    assert item(read("A", "甲", "乙")).ref == item(read("B", "甲", "乙")).ref
    assert item(read("A", "甲", "乙")).ref != item(read("A", "甲", "丙")).ref
    assert item(read("A", "甲", "乙", id="food-007")).ref == "food-007"


def test_cells_are_text_not_markup() -> None:
    """
    What looks like Markdown or HTML in a cell is shown as it stands.
    """
    made = item(read("A", "<b>甲</b>", "*乙*", stem="# 1. <script>"))

    assert made.stem == "\\# 1. \\<script\\>"
    assert [option.text for option in made.body.options] == ["\\<b\\>甲\\</b\\>", "\\*乙\\*"]


INLINE = [
    ("应当/可以", "可以/不得", "应当|不得", [(("应当", "可以"), 0), (("可以", "不得"), 1)]),
    ("应当、可以", "可以；不得", "A|B", [(("应当", "可以"), 0), (("可以", "不得"), 1)]),
]


@pytest.mark.parametrize(("first", "second", "answer", "gaps"), INLINE)
def test_choices_of_gaps(first: str, second: str, answer: str, gaps: list[tuple[tuple[str, ...], int]]) -> None:
    """
    A cell a gap with what it offers; the answer names the right ones by their words or letters.
    """
    made = item(read(answer, first, second, stem="____听取，____加重", type="选词填空题"))

    assert made.stem == "[[1]]听取，[[2]]加重"
    assert [(gap.choices, gap.right) for gap in made.body.gaps] == gaps


def test_the_material_of_a_case_goes_with_its_questions() -> None:
    """
    Rows of one title and text belong to one case; a title without a text is refused.
    """
    cells = {"case_title": "某店案", "case": "某店销售过期食品。"}
    one, other = (item(read("A", "甲", "乙", **cells, stem=stem)).stimulus for stem in ("一", "二"))

    assert one == other
    assert one is not None
    assert (one.title, one.text) == ("某店案", "某店销售过期食品。")
    assert complaints(read("A", "甲", "乙", case_title="某店案")) == [("case", "missing")]


def test_particulars_of_life_are_read() -> None:
    """
    Objective, group of enemies and classification have columns of their own.
    """
    made = item(read("A", "甲", "乙", objective="能判断", enemies="组一", classification="仅考试"))

    assert (made.objective, made.enemies, made.classification) == ("能判断", "组一", "reserved")


SETTINGS = [
    ("填空题", "七", "权重：多", "settings"),
    ("填空题", "七", "颜色：红", "settings"),
    ("计算题", "7", "误差方式：大概", "settings"),
    ("单选题", "A", "权重：2", "settings"),
    ("文件题", "报告", "文件类型：exe", "settings"),
    ("文件题", "报告", "大小上限：很大", "settings"),
    ("论述题", "略", "顺序：任意", "settings"),
]


@pytest.mark.parametrize(("kind", "answer", "settings", "field"), SETTINGS)
def test_settings_that_are_none_are_refused(kind: str, answer: str, settings: str, field: str) -> None:
    """
    What a type does not know is said, not dropped.
    """
    row = read(answer, "甲", "乙", type=kind, stem="题干__", settings=settings)

    assert {found for found, _code in complaints(row)} == {field}


def test_every_type_can_be_read() -> None:
    """
    No type is left without a way in; of a hotspot an ordinary row says that it needs its picture.
    """
    options = ("甲→1", "乙→2", "丙→3")
    answers = {
        "true_false": "对",
        "fill_in": "七",
        "numeric": "7",
        "ordering": "BAC",
        "matching": "",
        "short_answer": "略",
        "multiple_choice": "AB",
        "inline_choice": "应当",
    }
    for kind in KINDS:
        offered = ("应当/不得",) if kind == "inline_choice" else options
        row = read(answers.get(kind, "A"), *offered, type=kind, stem="题干__")
        if kind == "hotspot":
            assert complaints(row) == [("type", "needs_picture")]
        else:
            assert item(row).type == kind
