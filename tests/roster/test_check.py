"""What a row would change, and everything that can be wrong with one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.roster.check import KnownPerson, KnownUnit, Line, Scope, check_people, check_units
from lms.roster.table import Row

TODAY = date(2026, 3, 2)
ALL = Scope(("/",), TODAY)
UNITS = (
    KnownUnit(1, "JC", "市局", "bureau", 0, None, "/1/"),
    KnownUnit(2, "JC01", "东湖分局", "branch", 1, "JC", "/1/2/"),
    KnownUnit(3, "JC02", "西山分局", "branch", 2, "JC", "/1/3/"),
    KnownUnit(4, "JC0101", "城关所", "office", 1, "JC01", "/1/2/4/"),
    KnownUnit(5, "JC0201", "城关所", "office", 1, "JC02", "/1/3/5/"),
    KnownUnit(6, "OLD", "撤销分局", "branch", 9, "JC", "/1/6/", closed=True),
)
PEOPLE = (
    KnownPerson(1, "A1", "张伟", "JC0101", "/1/2/4/", "科员", "一级科员", date(2024, 1, 1)),
    KnownPerson(2, "B1", "王芳", "JC02", "/1/3/", None, None, date(2024, 1, 1)),
)


def rows(*cells: dict[str, str]) -> list[Row]:
    """Rows of a sheet, numbered from 2."""
    return [Row(f"表:{number}", row) for number, row in enumerate(cells, 2)]


def units(*cells: dict[str, str], scope: Scope = ALL) -> list[Line]:
    """Rows of units, checked."""
    return check_units(rows(*cells), UNITS, scope)


def people(*cells: dict[str, str], scope: Scope = ALL) -> list[Line]:
    """Rows of people, checked."""
    return check_people(rows(*cells), PEOPLE, UNITS, scope)


def said(lines: list[Line]) -> list[list[tuple[str, str]]]:
    """Column and code of every complaint, a list a row."""
    return [[(one.column, one.code) for one in line.complaints] for line in lines]


UNIT_ACTIONS = [
    ({"code": "JC01", "name": "东湖分局", "parent": "JC", "kind": "分局", "order": "1"}, "unchanged"),
    ({"code": "JC01", "name": "东湖分局"}, "unchanged"),
    ({"code": "JC01", "name": "东湖区分局"}, "changed"),
    ({"code": "JC0101", "name": "城关所", "parent": "JC02"}, "changed"),
    ({"code": "JC03", "name": "南浦分局", "parent": "JC"}, "new"),
    ({"code": "ＪＣ０３", "name": " 南浦分局 ", "parent": "ＪＣ"}, "new"),
]


@pytest.mark.parametrize(("cells", "action"), UNIT_ACTIONS)
def test_what_a_unit_row_would_do(cells: dict[str, str], action: str) -> None:
    """
    Columns that are not there or empty leave things as they are.
    """
    assert [line.action for line in units(cells)] == [action]


def test_kinds_follow_from_the_depth() -> None:
    """
    Where nobody says it: top is bureau, below it branch, below that office.
    """
    found = units(
        {"code": "X", "name": "甲"}, {"code": "X1", "name": "乙", "parent": "X"}, {"code": "X11", "name": "丙", "parent": "X1"}
    )  # fmt: skip

    assert [line.values["kind"] for line in found] == ["bureau", "branch", "office"]


BAD_UNITS = [
    ([{"code": "", "name": ""}], [[("code", "missing"), ("name", "missing")]]),
    ([{"code": "X", "name": "甲", "parent": "NONE"}], [[("parent", "unknown_unit")]]),
    ([{"code": "X", "name": "甲", "parent": "OLD"}], [[("parent", "closed")]]),
    ([{"code": "OLD", "name": "甲"}], [[("code", "closed")]]),
    ([{"code": "X", "name": "甲", "kind": "科"}], [[("kind", "unknown_kind")]]),
    ([{"code": "X", "name": "甲", "order": "一"}], [[("order", "not_a_number")]]),
    ([{"code": "X" * 41, "name": "甲"}], [[("code", "too_long")]]),
    ([{"code": "X", "name": "甲\n乙"}], [[("name", "unprintable")]]),
    ([{"code": "X", "name": "甲", "parent": "X"}], [[("parent", "cycle")]]),
    (
        [{"code": "X", "name": "甲", "parent": "Y"}, {"code": "Y", "name": "乙", "parent": "X"}],
        [[("parent", "cycle")], [("parent", "cycle")]],
    ),
    ([{"code": "JC", "name": "市局", "parent": "JC01"}], [[("parent", "cycle")]]),
    (
        [{"code": "X", "name": "甲", "parent": "NONE"}, {"code": "Y", "name": "乙", "parent": "X"}],
        [[("parent", "unknown_unit")], [("parent", "parent_bad")]],
    ),
    ([{"code": "X", "name": "甲"}, {"code": "X", "name": "乙"}], [[], [("code", "duplicate")]]),
]


@pytest.mark.parametrize(("cells", "expected"), BAD_UNITS)
def test_what_can_be_wrong_with_units(cells: list[dict[str, str]], expected: list[list[tuple[str, str]]]) -> None:
    """
    Every complaint names its column; a row below a bad one is bad too, and says so.
    """
    found = units(*cells)

    assert said(found) == expected
    assert [line.action == "bad" for line in found] == [bool(one) for one in expected]


def test_a_duplicate_names_the_first_row() -> None:
    """
    Both rows can be found.
    """
    [_first, second] = units({"code": "X", "name": "甲"}, {"code": "X", "name": "乙"})

    assert second.complaints[0].facts == {"row": "表:2"}


PERSON_ACTIONS = [
    ({"staff_number": "A1", "name": "张伟", "unit": "JC0101", "post": "科员", "rank": "一级科员"}, "unchanged"),
    ({"staff_number": "a1", "name": "张伟", "unit": "JC0101", "post": "科员", "rank": "一级科员"}, "unchanged"),
    ({"staff_number": "A1", "name": "张伟", "unit": "JC0101", "post": "所长", "rank": "一级科员"}, "changed"),
    ({"staff_number": "A1", "name": "张玮", "unit": "JC0101", "post": "科员", "rank": "一级科员"}, "changed"),
    ({"staff_number": "C1", "name": "李娜", "unit": "JC02"}, "new"),
    ({"staff_number": "C1", "name": "李娜", "unit_name": "西山 分局"}, "new"),
    ({"staff_number": "C1", "name": "李娜", "unit": "JC02", "from_date": "2025年7月1日", "state": "在职"}, "new"),
]


@pytest.mark.parametrize(("cells", "action"), PERSON_ACTIONS)
def test_what_a_person_row_would_do(cells: dict[str, str], action: str) -> None:
    """
    Units by code or by a name that one unit alone has.
    """
    assert [line.action for line in people(cells)] == [action]


DAYS = [
    ("2025-07-01", date(2025, 7, 1)), ("2025/7/1", date(2025, 7, 1)), ("2025.07", date(2025, 7, 1)),
    ("2025年7月", date(2025, 7, 1)), ("20250701", date(2025, 7, 1)), ("2025-07-01 00:00:00", date(2025, 7, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), DAYS)
def test_days_as_offices_write_them(text: str, day: date) -> None:
    """
    A month alone means its first day.
    """
    [line] = people({"staff_number": "C1", "name": "李娜", "unit": "JC02", "from_date": text})

    assert line.values["from_date"] == day.isoformat()


GOOD = {"staff_number": "C1", "name": "李娜", "unit": "JC02"}
BAD_PEOPLE = [
    ({}, [("staff_number", "missing"), ("name", "missing"), ("unit", "missing")]),
    (GOOD | {"staff_number": "C 1"}, [("staff_number", "staff_number")]),
    (GOOD | {"unit": "NONE"}, [("unit", "unknown_unit")]),
    (GOOD | {"unit": "OLD"}, [("unit", "closed")]),
    (GOOD | {"unit": "", "unit_name": "城关所"}, [("unit_name", "ambiguous_unit")]),
    (GOOD | {"unit": "", "unit_name": "撤销分局"}, [("unit_name", "unknown_unit")]),
    (GOOD | {"from_date": "去年"}, [("from_date", "not_a_date")]),
    (GOOD | {"from_date": "2025-02-30"}, [("from_date", "not_a_date")]),
    (GOOD | {"from_date": "2026-03-03"}, [("from_date", "future_day")]),
    (GOOD | {"state": "离职"}, [("state", "left")]),
    (GOOD | {"post": "长" * 81}, [("post", "too_long")]),
    (
        {"staff_number": "A1", "name": "张伟", "unit": "JC01", "from_date": "2023-01-01"},
        [("from_date", "before_posting")],
    ),
]


@pytest.mark.parametrize(("cells", "expected"), BAD_PEOPLE)
def test_what_can_be_wrong_with_people(cells: dict[str, str], expected: list[tuple[str, str]]) -> None:
    """
    All of a row at once.
    """
    assert said(people(cells)) == [expected]


def test_a_staff_number_stands_once() -> None:
    """
    The second row is refused, however it is written.
    """
    assert said(people(GOOD, GOOD | {"staff_number": "ｃ1"})) == [[], [("staff_number", "duplicate")]]


BRANCH = Scope(("/1/2/",), TODAY)
OUTSIDE = [
    (units({"code": "JC02", "name": "改名"}, scope=BRANCH), True),
    (units({"code": "X", "name": "甲"}, scope=BRANCH), True),
    (units({"code": "X", "name": "甲", "parent": "JC02"}, scope=BRANCH), True),
    (units({"code": "JC0101", "name": "城关所", "parent": "JC02"}, scope=BRANCH), True),
    (units({"code": "JC01", "name": "改名"}, scope=BRANCH), False),
    (units({"code": "X", "name": "甲", "parent": "JC01"}, scope=BRANCH), False),
    (people(GOOD, scope=BRANCH), True),
    (people({"staff_number": "B1", "name": "王芳", "unit": "JC01"}, scope=BRANCH), True),
    (people({"staff_number": "A1", "name": "张伟", "unit": "JC02"}, scope=BRANCH), True),
    (people({"staff_number": "A1", "name": "张伟", "unit": "JC01"}, scope=BRANCH), False),
]


@pytest.mark.parametrize(("lines", "refused"), OUTSIDE)
def test_nobody_reaches_outside_their_part(lines: list[Line], refused: bool) -> None:
    """
    A branch neither changes others, nor takes from them, nor gives to them.
    """
    assert [one.code for line in lines for one in line.complaints] == (["outside"] if refused else [])


CODES = st.sampled_from(["A", "B", "C", "D", "JC", "JC01", "OLD", ""])


@given(st.lists(st.tuples(CODES, CODES), max_size=12))
def test_good_units_always_make_a_tree(pairs: list[tuple[str, str]]) -> None:
    """
    Whatever stands in a file, following the parents of a good row ends at a top.
    """
    lines = units(*({"code": code, "name": "名", "parent": parent} for code, parent in pairs))
    parents = {unit.code: unit.parent for unit in UNITS if not unit.closed}
    parents |= {line.values["code"]: line.values["parent"] for line in lines if line.values}
    for line in lines:
        code, steps = line.values.get("code"), 0
        while code is not None and steps <= len(parents):
            code, steps = parents[code], steps + 1
        assert code is None
