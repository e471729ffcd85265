"""Whole files of questions."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.formats import excel
from question_bank.formats.columns import column_of
from question_bank.formats.rows import ReadFile, Row, read_row
from question_bank.formats.template import COLUMNS, template
from tests.question_bank.formats.workbooks import workbook

HEADER = ["题型", "题干", "选项A", "选项B", "正确答案"]
GOOD = ["单选题", "第一题", "甲", "乙", "A"]
CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[4] / "shared" / "corpora"))


def read(*rows: list[object], name: str = "题.xlsx") -> ReadFile:
    """A workbook of one sheet with these rows, read."""
    return excel.read(workbook(题=rows), name=name, subjects={"食品安全": "food"})


HEADERS = [
    ("题目", "stem"), ("试题内容*", "stem"), ("试题类型", "type"), ("选项 A", "options.A"), ("A", "options.A"),
    ("选项1内容", "options.A"), ("选项三内容", "options.C"), ("选项2是否正确", "right.B"), ("正确答案（必填）", "answer"),
    ("试题解析", "explanation"), ("难度系数", "difficulty"), ("章节", "category"), ("法规条款", "citations"),
    ("分值", None), ("选项Z", None), ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("header", "column"), HEADERS)
def test_headers_have_many_names(header: str, column: str | None) -> None:
    """
    Columns are known by their usual names, whatever marks of duty stand beside them.
    """
    assert column_of(header) == column


def test_the_header_may_stand_below_a_title() -> None:
    """
    A title and hints above it, and the header printed again further down, are no questions.
    """
    found = read(
        ["2026 年题库"], ["请勿改动列名"], list(HEADER), GOOD, list(HEADER), ["判断题", "第二题", "", "", "对"]
    )

    assert [row.row.place for row in found.rows] == ["题:4", "题:6"]
    assert all(row.item for row in found.rows)


def test_the_second_of_two_equal_rows_names_the_first() -> None:
    """
    One question is taken once, even if the keys differ.
    """
    found = read(list(HEADER), GOOD, ["单选题", "第二题", "甲", "乙", "A"], [*GOOD[:4], "B"])

    assert [row.item is not None for row in found.rows] == [True, True, False]
    assert [(one.code, one.facts) for one in found.rows[2].refused] == [("same_stem", {"row": "题:2"})]


def test_what_was_left_out_is_said() -> None:
    """
    Unknown columns, sheets without a header and guessed types are remarked; known useless columns are not.
    """
    rows = [["题干", "选项A", "选项B", "答案", "分值", "出题单位"], ["第一题", "甲", "乙", "A", 2, "一分局"]]
    found = excel.read(workbook(题=rows, 统计=[["合计", 1]]), name="题.xlsx", subjects={})

    assert [(one.where, one.value, one.code) for one in found.remarks] == [
        ("统计", "", "sheet_left_out"),
        ("题", "出题单位", "column_left_out"),
        ("", "", "type_guessed"),
    ]


def test_rows_of_all_sheets_are_read() -> None:
    """
    One sheet a type is common.
    """
    found = excel.read(
        workbook(单选=[HEADER, GOOD], 判断=[HEADER, ["判断题", "乙题", "", "", "错"]]), name="a.xlsx", subjects={}
    )

    assert [row.row.place for row in found.rows] == ["单选:2", "判断:2"]


FILES = {
    "no header": ("a.xlsx", workbook(s=[["姓名", "职务"], ["张", "科长"]]), "sheet_header"),
    "wrong kind": ("a.doc", b"x", "sheet_kind"),
    "damaged": ("a.xlsx", b"PK", "sheet_damaged"),
    "too large": ("a.csv", b"x" * (excel.MAX_BYTES + 1), "sheet_too_large"),
    "too many rows": ("a.csv", "题干,答案\n".encode() + "题,对\n".encode() * (excel.MAX_ROWS + 1), "too_many"),
}


@pytest.mark.parametrize(("name", "data", "code"), FILES.values(), ids=FILES)
def test_files_that_hold_nothing(name: str, data: bytes, code: str) -> None:
    """
    The file as such is refused, with one reason.
    """
    found = excel.read(data, name=name, subjects={})

    assert (found.rows, [one.code for one in found.refused]) == ((), [code])


def test_our_template_is_empty_and_known() -> None:
    """
    As it is handed out it holds no question, its explanations are none, and every column is understood.
    """
    assert excel.read(template(), name="模板.xlsx", subjects={}) == ReadFile()
    assert all(column_of(title) for title, _width in COLUMNS)


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.txt", "a"]))
def test_any_bytes_are_a_result(data: bytes, name: str) -> None:
    """
    Reading never raises for what is in a file.
    """
    found = excel.read(data, name=name, subjects={})

    assert found.rows or found.refused


CELLS = st.text(alphabet="甲乙ABC对错;|/_（）[]1.5±万→ \n*<", max_size=12)


@given(
    st.lists(CELLS, min_size=5, max_size=5),
    st.sampled_from(["", "单选题", "填空题", "排序题", "匹配题", "计算题", "判断题"]),
)
def test_any_cells_are_an_item_or_complaints(cells: list[str], kind: str) -> None:
    """
    A good row makes a sound item; a bad one says why; never both, never neither.
    """
    row = {"type": kind, "stem": cells[0], "options.A": cells[1], "options.B": cells[2], "options.C": cells[3]}
    found = read_row(Row("x:1", row | {"answer": cells[4]}), subjects={})

    assert (found.item is None) == bool(found.refused)
    assert found.item is None or not found.item.problems()


@pytest.mark.corpora
def test_real_question_banks_are_read() -> None:
    """
    Of every sheet that people have published at least nine of ten rows are taken, the others say why.
    """
    if not CORPORA.is_dir():
        pytest.skip(f"no test data at {CORPORA}")
    files = [path for path in CORPORA.rglob("*") if path.suffix in excel.ENDINGS and "question" in str(path.parent)]
    read_files = [excel.read(path.read_bytes(), name=path.name, subjects={}) for path in files]
    banks = [found for found in read_files if found.rows]

    assert banks
    for found in banks:
        assert sum(row.item is not None for row in found.rows) >= 0.9 * len(found.rows)
        assert all(row.item or row.refused for row in found.rows)
