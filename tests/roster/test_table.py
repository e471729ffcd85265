"""Files of units and people as rows of known columns."""

import pytest

from lms.roster import table, workbooks
from lms.roster.columns import COLUMNS, KINDS, column_of, unit_kind
from tests.question_bank.formats.workbooks import workbook

PEOPLE = "人员编号,姓名,单位代码,职务\nA1,张伟,JC01,科长\n"
FILES = {
    "UTF-8": ("a.csv", PEOPLE.encode()),
    "UTF-8 with mark": ("a.csv", PEOPLE.encode("utf-8-sig")),
    "GB18030": ("a.csv", PEOPLE.encode("gb18030")),
    "semicolons": ("a.csv", PEOPLE.replace(",", ";").encode("gb18030")),
    "Excel": ("a.xlsx", workbook(s=[["工号*", "姓 名", "机构代码", "职务"], ["A1", "张伟", "JC01", "科长"]])),
    "Excel with a title": ("a.xlsx", workbook(s=[["花名册"], ["工号", "姓名", "部门编码", "岗位"], ["A1", "张伟", "JC01", "科长"]])),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data"), FILES.values(), ids=FILES)
def test_rosters_of_every_make_read_alike(name: str, data: bytes) -> None:
    """
    Encoding, delimiter, format, titles and names of columns make no difference.
    """
    found = table.read(data, name=name, kind="people")

    assert [row.cells for row in found.rows] == [{"staff_number": "A1", "name": "张伟", "unit": "JC01", "post": "科长"}]


def test_rows_are_named_as_people_see_them() -> None:
    """
    Sheet and row, with empty rows counted.
    """
    found = table.read(workbook(甲=[["工号", "姓名"], [], ["A1", "张"]]), name="a.xlsx", kind="people")

    assert [row.place for row in found.rows] == ["甲:3"]


def test_numbers_and_lost_digits() -> None:
    """
    A staff number in a cell of numbers has no point; one that Excel rounded is marked.
    """
    found = table.read(
        workbook(s=[["工号", "姓名"], [1001, "张"], [110101199001011234, "李"]]), name="a.xlsx", kind="people"
    )

    assert found.rows[0].cells["staff_number"] == "1001"
    assert found.rows[1].lost == {"staff_number"}


def test_unknown_columns_are_told() -> None:
    """
    What nobody knows is left out aloud; the reasons we wrote into a file ourselves are not even mentioned.
    """
    found = table.read("工号,姓名,手机,问题\nA1,张,1,x\n".encode(), name="a.csv", kind="people")

    assert found.left_out == ("手机",)


UNFIT = {
    "kind": ("a.xls", b"x", "kind"),
    "header": ("a.csv", "题干,答案\n一,二\n".encode(), "header"),
    "damaged": ("a.xlsx", b"PK", "damaged"),
    "encoding": ("a.csv", b"\xff\xff\x81", "encoding"),
    "rows": ("a.csv", "工号,姓名\n".encode() + "1,张\n".encode() * (table.MAX_ROWS["people"] + 1), "too_many"),
}


@pytest.mark.parametrize(("name", "data", "code"), UNFIT.values(), ids=UNFIT)
def test_unfit_files_say_why(name: str, data: bytes, code: str) -> None:
    """
    One reason for the file as such, and no row.
    """
    found = table.read(data, name=name, kind="people")

    assert (found.rows, found.unfit) == ((), code)


@pytest.mark.parametrize("kind", KINDS)
def test_our_templates_are_empty_and_understood(kind: str) -> None:
    """
    As it is handed out a template holds no row and only columns that are known.
    """
    found = table.read(workbooks.template(kind), name="模板.xlsx", kind=kind)

    assert found == table.Table()
    assert all(column_of(kind, word) == one.name for one in COLUMNS[kind] for word in (one.title, *one.others))


@pytest.mark.parametrize(
    ("word", "kind"), [("分局", "branch"), ("市场监管所", "office"), ("市局", "bureau"), ("科", None)]
)
def test_kinds_of_units_have_many_names(word: str, kind: str | None) -> None:
    """
    What offices call themselves.
    """
    assert unit_kind(word) == kind
