"""Text as it is pasted: every way of typing questions, answers and keys; complaints at their lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.bank.bundled import read_bundled
from question_bank.formats import text
from question_bank.formats.rows import ReadFile
from question_bank.formats.text_lines import keys_of, section_of
from question_bank.item import ItemVersion

SUBJECTS = {"food": "food", "食品安全": "food"}


def read(content: str) -> ReadFile:
    """A pasted text, read."""
    return text.rows(content.encode(), name="题.txt", subjects=SUBJECTS)


def items(content: str) -> list[ItemVersion]:
    """Its items; every complaint where there is any."""
    found = read(content)
    assert not [row.refused for row in found.rows if row.refused], found
    return [row.item for row in found.rows if row.item]


def shown(content: str) -> list[tuple[str, str, str]]:
    """Type, stem and key of each item."""
    return [(item.type, item.stem, item.interaction.key_summary(item.body)) for item in items(content)]


WHOLE = """一、单选题（每题 2 分，共 20 分）
1. 现场检查时，执法人员不得少于几人？
A. 一人  B. 两人
C. 三人
D. 四人
答案：B
解析：由两名以上人员进行。
检查时应当出示证件。
难度：易
知识点：亮证执法
大类：食品安全
依据：《中华人民共和国行政处罚法》第四十二条
"""


def test_a_whole_question_with_everything_about_it() -> None:
    """
    Section, options on one line and on several, and every label below.
    """
    (item,) = items(WHOLE)

    assert (item.type, item.stem, item.subject) == ("single_choice", "现场检查时，执法人员不得少于几人？", "food")
    assert [option.text for option in item.body.options] == ["一人", "两人", "三人", "四人"]
    assert (item.body.right_keys(), item.difficulty, item.point) == ({"B"}, "easy", "亮证执法")
    assert item.explanation == "由两名以上人员进行。\\\n检查时应当出示证件。"
    assert item.citations[0].article == "第四十二条"


CHOICES = {
    "a line each": "1. 甲？\nA. 一\nB. 二\n答案：B",
    "one line": "1、甲？\nA. 一 B. 二\n正确答案：B",
    "without blanks": "1．甲？\nA.一B.二\n参考答案：B",
    "on the line of the stem": "1) 甲？ A. 一 B. 二\n答案:B",
    "brackets": "（1）甲？\n（A）一\n（B）二\n【答案】B",
    "only blanks": "第1题 甲？\nA 一\nB 二\n答案：B",
    "wide letters": "1. 甲？\nＡ．一　Ｂ．二\n[答案] B",
    "answer on the next line": "1. 甲？\nA. 一\nB. 二\n答案：\nB",
    "answer and explanation on one line": "1. 甲？\nA. 一\nB. 二\n【答案】B【解析】因为。",
    "a range at the end": "1. 甲？\nA. 一\nB. 二\n2. 乙？\nA. 一\nB. 二\n参考答案\n1-2 BA",
    "a list at the end": "1. 甲？\nA. 一\nB. 二\n2. 乙？\nA. 一\nB. 二\n\n1.B 2.A",
    "a line each at the end": "1. 甲？\nA. 一\nB. 二\n2. 乙？\nA. 一\nB. 二\n答案：\n1. B\n2. A",
    "no number at all": "单选题\n甲？\nA. 一\nB. 二\n答案：B",
}


@pytest.mark.parametrize("content", CHOICES.values(), ids=CHOICES)
def test_choices_however_they_are_typed(content: str) -> None:
    """
    Numbers, options and answers in the ways that offices use.
    """
    item = items(content)[0]

    assert (item.type, item.stem) == ("single_choice", "甲？")
    assert [(option.text, option.right) for option in item.body.options] == [("一", False), ("二", True)]


OTHERS = {
    "key within the stem": ("1. 不得少于（ B ）人。\nA. 一\nB. 二", ("single_choice", "不得少于（　）人。", "B. 二")),
    "tick within the stem": ("二、判断题\n1. 应当登记。（√）", ("true_false", "应当登记。（　）", "正确")),
    "cross": ("判断题\n1. 不必告知。\n答案：×", ("true_false", "不必告知。", "错误")),
    "blanks": ("1. 应在____日内告知（ ）。\n答案：七", ("fill_in", "应在[[1]]日内告知（ ）。", "七")),
    "two blanks": (
        "填空题\n1. 应在____日内告知____。\n答案：七；当事人",
        ("fill_in", "应在[[1]]日内告知[[2]]。", "七 | 当事人"),
    ),
    "several right": (
        "（二）多项选择题\n1. 有？\nA. 一\nB. 二\nC. 三\n答案：A、C",
        ("multiple_choice", "有？", "A. 一; C. 三"),
    ),
    "a list as answer": (
        "四、简答题\n1. 简述。\n答案：1. 告知；\n2. 听取。",
        ("short_answer", "简述。", "1\\. 告知；\\\n2\\. 听取。"),
    ),
    "a paragraph on": (
        "简答题\n1. 简述。\n第二行\n\n第二段\n答案：略",
        ("short_answer", "简述。\\\n第二行\n\n第二段", "略"),
    ),
}


@pytest.mark.parametrize(("content", "expected"), OTHERS.values(), ids=OTHERS)
def test_other_types(content: str, expected: tuple[str, str, str]) -> None:
    """
    True or false, blanks, several right ones, written answers with lists of their own.
    """
    assert shown(content) == [expected]


def test_numbers_begin_anew_in_each_section() -> None:
    """
    Answers at the end are told apart by their sections.
    """
    content = (
        "一、单选题\n1. 甲？\nA. 一\nB. 二\n2. 乙？\nA. 一\nB. 二\n二、多选题\n1. 丙？\nA. 一\nB. 二\n三、判断题\n1. 丁\n2. 戊\n"
        "参考答案\n一、单选题\n1-2 BA\n二、多选题：1.AB\n三、判断题\n1.√ 2.×"
    )

    assert [key for _kind, _stem, key in shown(content)] == ["B. 二", "A. 一", "A. 一; B. 二", "正确", "错误"]


def test_a_case_stands_before_its_questions() -> None:
    """
    Its text goes with the questions below it, up to the next case or section.
    """
    content = (
        "案例一：某店销售过期食品。\n金额不大。\n1. 甲？\nA. 一\nB. 二\n答案：A\n2. 乙？\nA. 一\nB. 二\n答案：B\n"
        "案例二：另一店。\n3. 丙？\nA. 一\nB. 二\n答案：A\n一、判断题\n1. 丁\n答案：对"
    )

    assert [item.stimulus and (item.stimulus.title, item.stimulus.text) for item in items(content)] == [
        ("案例一", "某店销售过期食品。\\\n金额不大。"),
        ("案例一", "某店销售过期食品。\\\n金额不大。"),
        ("案例二", "另一店。"),
        None,
    ]


BAD = [
    ("1. 甲？\nA. 一\nB. 二\n答案：E\n", [("题.txt:4", "answer", "not_an_option")]),
    ("1. 甲？\nA. 一\nB. 二\n答案：A\n难度：极难\n", [("题.txt:5", "difficulty", "unknown_value")]),
    ("1. 甲？\nA. 一\nB. 二\n\n2. 乙？\nA. 一\nB. 二\n答案：A", [("题.txt:1", "answer", "no_key")]),
    ("一、听力题\n1. 听？\n答案：A", [("题.txt:2", "type", "unknown_type")]),
    ("判断题\n1. 甲。\n答案：也许", [("题.txt:3", "answer", "unknown_value")]),
    ("1. 甲？\nA. 一\nB. 一\n答案：A", [("题.txt:1", "options", "duplicate")]),
]


@pytest.mark.parametrize(("content", "expected"), BAD)
def test_complaints_stand_at_their_lines(content: str, expected: list[tuple[str, str, str]]) -> None:
    """
    Each fault names the line in which it can be mended; the other questions are read.
    """
    assert [(one.where, one.field, one.code) for row in read(content).rows for one in row.refused] == expected


def test_what_belongs_to_no_question_is_said() -> None:
    """
    Titles above the first question are remarked with their lines.
    """
    found = read("2026 年题库\n请认真阅读\n1. 甲。\n答案：对")

    assert [(one.where, one.value) for one in found.remarks if one.code == "line_left_out"] == [
        ("题.txt:1", "2026 年题库"),
        ("题.txt:2", "请认真阅读"),
    ]


KEYS = [
    ("1-5 ABCDA", {1: "A", 2: "B", 3: "C", 4: "D", 5: "A"}),
    ("1—3：AB ACD BC", {1: "AB", 2: "ACD", 3: "BC"}),
    ("1.A 2.BC 3.√", {1: "A", 2: "BC", 3: "√"}),
    ("6~7 对错 8.错", {6: "对", 7: "错", 8: "错"}),
    ("1-5 ABC", {}),
    ("A. 甲 B. 乙", {}),
    ("1. 某题的题干", {}),
]


@pytest.mark.parametrize(("line", "keys"), KEYS)
def test_lists_of_answers(line: str, keys: dict[int, str]) -> None:
    """
    Ranges count exactly, or are no lists of answers.
    """
    assert keys_of(line) == keys


SECTIONS = [
    ("一、单选题", "单选题"), ("二、多项选择题（共 10 题）", "多项选择题"), ("第三部分 判断题", "判断题"), ("## 填空题", "填空题"),
    ("（四）简答题", "简答题"), ("单选题：", "单选题"), ("六、听力题", "听力题"), ("单选题的答案有几个？", None), ("一、甲乙", None),
]  # fmt: skip


@pytest.mark.parametrize(("line", "kind"), SECTIONS)
def test_heads_of_sections(line: str, kind: str | None) -> None:
    """
    A head names a type and at most counts and marks beside it.
    """
    assert section_of(line) == kind


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "no_questions"), ("甲乙".encode(), "no_questions"), (b"\xff\xff\x81", "sheet_encoding")]
)
def test_texts_without_questions_say_so(data: bytes, code: str) -> None:
    """
    The file as such is refused, with one reason.
    """
    assert [one.code for one in text.rows(data, name="a.txt", subjects={}).refused] == [code]


def test_offices_write_gb18030() -> None:
    """
    The encoding is recognised.
    """
    assert text.rows(WHOLE.encode("gb18030"), name="a.txt", subjects=SUBJECTS) == text.rows(
        WHOLE.encode(), name="a.txt", subjects=SUBJECTS
    )


def test_the_bundled_bank_comes_back_or_its_loss_is_said() -> None:
    """
    As a whole file: whatever is other afterwards was listed before, and that is little.
    """
    bank = read_bundled().items
    subjects = {item.subject.replace("-", ""): item.subject for item in bank}
    back = text.rows(text.write(bank, pictures={}), name="a.txt", subjects=subjects)
    came = {row.item.ref: row.item for row in back.rows if row.item}
    other = {item.ref for item in bank if came.get(item.ref) != item}

    assert len(back.rows) == len(bank)
    assert other <= {loss.where for loss in text.losses(bank)}
    assert len(other) < len(bank) / 20


LINES = st.sampled_from(
    ["1. 甲", "2、乙？", "A. 一", "B. 二 C. 三", "答案：A", "【答案】B", "解析：因为", "一、单选题", "案例：店", "", "1-2 AB", "参考答案", "余下", "（√）"]
)  # fmt: skip


@given(st.lists(LINES | st.text(alphabet="AB甲1.、：【】答案（） ", max_size=12), max_size=14))
def test_any_lines_are_items_or_complaints(content: list[str]) -> None:
    """
    Reading never raises; a row is an item or says why not; no item is unsound.
    """
    for row in read("\n".join(content)).rows:
        assert (row.item is None) == bool(row.refused)
        assert row.item is None or not row.item.problems()
