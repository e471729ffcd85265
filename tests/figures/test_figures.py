"""Every figure of every page and report equals the sum of the rows it opens, and what is counted without the product."""

from collections.abc import Iterable
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import jobs
from lms.database import writing
from lms.jobs import run_waiting
from tests.academy import Academy
from tests.cast import Cast, post, sign_in
from tests.figures.organisation import KINDS, TODAY, Assigned, Called, Entry, Facts, generate, within
from tests.figures.pages import Cell, Shown, opened, total
from tests.figures.papers import COUNTS, ENGLISH, month_on_paper, numbers, rates_on_paper, sheets

SEED = 20260302
NAMES = {
    "bureau": "局机关", "branch_a": "东城分局", "branch_b": "西城分局", "office_a1": "朝阳门所", "office_a2": "景山所",
    "office_b1": "西单所",
}  # fmt: skip
KIND_NAMES = {"unit": "Course unit", "exam": "Exam", "class": "Training class", "outside": "Outside learning"}
#: heads of the tables of rates, as the addresses of names call them
CALLED = {
    "To take part": "called", "Exempt": "exempt", "Counted in the rate": "expected", "Took part": "took_part", "Did not take part": "away",
    "Passed": "passed", "Not passed": "not_passed",
}  # fmt: skip


@pytest.fixture
def made(database: str, app: Flask, cast: Cast, academy: Academy) -> Facts:
    """The generated organisation."""
    return generate(app, cast, academy, SEED)


def test_every_figure_is_the_sum_of_its_rows(made: Facts, app: Flask, cast: Cast) -> None:
    """
    The manager of the whole and the one of a branch open every page with figures: each is what its link lists, over all pages
    of the list, and what plain counting of the generated facts gives; workbooks
    say the same.
    """
    for who, top in ((cast.feng, "bureau"), (cast.qian, "branch_a")):
        browser = sign_in(app.test_client(), who)
        for year in (2025, 2026):
            overview(browser, made, cast, top, year)
        rates_of_classes(browser, made, cast, top)
        rates_of_plans(browser, made, top)
        transcripts(browser, made, top)
        archive(browser, made, cast, top)
    with app.app_context(), writing() as session:
        jobs.enqueue(session, "hours.work_out", {})
    run_waiting(app)
    hours(sign_in(app.test_client(), cast.feng))


def listed(browser: FlaskClient, cell: Cell) -> list[list[Cell]]:
    """The rows that a figure opens; as many as it says. Nothing is opened by 0 without a link."""
    if not cell.href:
        assert cell.number == 0, cell
        return []
    rows = opened(browser, cell.href)
    assert len(rows) == cell.number, (cell, len(rows))
    return rows


def figures(entries: Iterable[Entry]) -> tuple[int, int, Decimal, int, int]:
    """People, person-times, hours, exams and classes, those of them passed."""
    held = list(entries)
    sat = [one for one in held if one.kind in ("exam", "class")]
    people = len({one.person for one in held})
    return people, len(held), sum((one.hours for one in held), Decimal(0)), len(sat), sum(one.passed for one in sat)


def overview(browser: FlaskClient, made: Facts, cast: Cast, top: str, year: int) -> None:
    """The tiles and the four tables of the overview."""
    page, found = Shown(browser, f"/overview/?year={year}"), made.entries(top, year=year)
    people, times, hours, sat, passed = figures(found)
    tiles, tables = page.tiles(), page.tables()
    assert [tiles[name].number for name in ("People trained", "Person-times", "Study hours")] == [people, times, hours]
    assert tiles["Pass rate"].share == (passed, sat)
    each = listed(browser, tiles["People trained"])
    assert (total(each, "Person-times"), total(each, "Study hours")) == (times, hours)
    every = listed(browser, tiles["Person-times"])
    assert (total(every, "Study hours"), len(opened(browser, tiles["Study hours"].href))) == (hours, times)
    assert [sum(row[7].text == "Not passed" for row in every), len(every)] == [sat - passed, times]
    for month, row in enumerate(tables["By month"].rows, 1):
        some = [one for one in found if one.day.month == month]
        assert [cell.number for cell in row[1][1:]] == [len(some), sum(one.passed for one in some), figures(some)[2]]
        assert total(listed(browser, row[1][1]), "Study hours") == row[1][3].number
        listed(browser, row[1][2])
    for kind in KINDS:
        some = [one for one in found if one.kind == kind]
        if some:
            cells = tables["By kind"].row(KIND_NAMES[kind])
            assert total(listed(browser, cells[1]), "Study hours") == cells[2].number == figures(some)[2]
    for name in ("By kind", "By subject", "By unit"):
        assert sum(cell.number for cell in tables[name].column("Person-times")) == times, name
        assert sum(cell.number for cell in tables[name].column("Study hours")) == hours, name
    for _label, cells in tables["By subject"].rows:
        assert total(listed(browser, cells[1]), "Study hours") == cells[2].number
    for label, cells in tables["By unit"].rows:
        counted = figures(_earned(found, label, top))
        assert [cell.number for cell in cells[1:4]] == list(counted[:3])
        assert cells[4].share == (counted[4], counted[3])
        listed(browser, cells[1])
        assert total(listed(browser, cells[2]), "Study hours") == cells[3].number
    monthly(browser, made, cast, top, f"{year}-01")


def _earned(found: list[Entry], label: str, top: str) -> list[Entry]:
    """What a line of the overview by unit counts."""
    if label == "in the unit itself":
        return [one for one in found if one.unit == top]
    if label == "in no unit":
        return [one for one in found if one.unit is None]
    part = next(key for key, name in NAMES.items() if name == label)
    return [one for one in found if within(one.unit, part)]


def report(browser: FlaskClient, kind: str, ending: str = "xlsx") -> bytes:
    """The file of the report of this kind that was asked for last."""
    run_waiting(browser.application)
    addresses = Shown(browser, "/transcript-reports/").main.xpath(".//a/@href")
    return browser.get(next(one for one in addresses if f"/{kind}-" in one and one.endswith(ending))).data


def monthly(browser: FlaskClient, made: Facts, cast: Cast, top: str, month: str) -> None:
    """The report on a month: the line of all, and the sums by kind and by person, as counted and as listed."""
    asked = {"monthly-unit": getattr(cast, top).public_id, "monthly-month": month}
    assert post(browser, "/transcript-reports/monthly", **asked).status_code == 303
    book = sheets(report(browser, "monthly"))
    month_on_paper(report(browser, "monthly", "pdf"), book)
    found = [one for one in made.entries(top, year=int(month[:4])) if one.day.month == int(month[5:])]
    counted = figures(one for one in found if within(one.unit, top))
    lines = [row for row in book["明细"][1:] if row[11] not in ("撤销", "免训")]
    assert len(lines) == counted[1]
    for name in ("按类别", "按单位"):
        rows = [row for row in book[name][1:] if row and row[-1] != ""]
        assert [Decimal(str(cell)) for cell in rows[-1][-3:]] == [counted[1], counted[0], counted[2]], name
        assert sum(Decimal(str(row[-3])) for row in rows[:-1]) == counted[1]


def rates_of_classes(browser: FlaskClient, made: Facts, cast: Cast, top: str) -> None:
    """The rates of closed classes by unit, class, type and year, and as a workbook."""
    found = [one for one in made.called if within(one.unit, top)]
    for by, extra in (
        ("unit", ""),
        ("unit", f"&unit={getattr(cast, top).public_id}"),
        ("class", ""),
        ("type", ""),
        ("year", ""),
    ):
        page = Shown(browser, f"/class-rates/?by={by}{extra}")
        table = page.tables()["Rates"]
        lines: dict[str, list[frozenset[str]]] = {}
        for label, cells in table.rows:
            some = _called(found, by, label, cells, top, whole=not extra)
            lines[label] = [one.counted for one in some]
            for cell in cells:
                if cell.head in CALLED:
                    assert cell.number == sum(CALLED[cell.head] in one.counted for one in some), (by, label, cell)
                    listed(browser, cell)
        for head in CALLED:
            *parts, whole = table.column(head)
            assert sum(cell.number for cell in parts) == whole.number, (by, head)
        rates_on_paper(browser, f"/class-rates/print/rates.pdf?by={by}{extra}", lines)
        (rows,) = sheets(browser.get(f"/class-rates/print/rates.xlsx?by={by}{extra}", headers=ENGLISH).data).values()
        for label, counted in lines.items():
            (row,) = [row for row in rows if row and row[0] == label]
            assert numbers([*row[1:5], row[6]]) == [sum(name in one for one in counted) for name in COUNTS], (by, row)


def _called(found: list[Called], by: str, label: str, cells: list[Cell], top: str, *, whole: bool) -> list[Called]:
    """Those whom a line of the rates counts."""
    if label == "All together":
        return found
    if by == "unit" and whole:
        return found
    if by == "unit":
        if label.endswith(" itself"):
            return [one for one in found if one.unit == top]
        part = next(key for key, name in NAMES.items() if name == label)
        return [one for one in found if within(one.unit, part)]
    if by == "year":
        return [one for one in found if str(one.year) == label]
    if by == "type":
        return [one for one in found if f"type={one.class_type}" in cells[1].href]
    return [one for one in found if f"class={one.at}" in cells[1].href]


def rates_of_plans(browser: FlaskClient, made: Facts, top: str) -> None:
    """The page of each plan, its workbook, and the page of one's units."""
    heads = {"To take part": "called", "Exempt": "exempt", "Overdue": "late", "Not begun": "not_begun"}
    for plan in made.plans:
        found = [one for one in made.assigned if one.plan == plan and within(one.unit, top)]
        page = Shown(browser, f"/plans/plan/{plan}")
        lines = {label: _assigned(found, label, top) for label, _cells in page.tables()["By unit"].rows}
        for label, cells in page.tables()["By unit"].rows:
            some = lines[label]
            for cell in cells:
                if cell.head in heads:
                    assert cell.number == sum(heads[cell.head] in one.counted for one in some), (label, cell)
                    listed(browser, cell)
            expected = [one for one in some if "expected" in one.counted]
            took_part = sum("took_part" in one.counted for one in some)
            passed = sum("passed" in one.counted for one in some)
            assert cells[3].share == ((took_part, len(expected)) if expected else (0, 0))
            assert cells[4].share == ((passed, took_part) if took_part else (0, 0))
            for cell, count in ((cells[3], took_part), (cells[4], passed)):
                assert len(opened(browser, cell.href) if cell.href else []) == count, (label, cell)
        assert page.tiles()["Overdue"].number == sum(one.state == "late" for one in found)
        printed = {label.replace("Together", "All together"): some for label, some in lines.items()}
        rates_on_paper(browser, f"/plans/plan/{plan}/print/rates.pdf", _counted(printed))
        workbook_of_a_plan(browser, plan, found, top)
        table = Shown(browser, f"/my-unit/?plan={plan}").tables()["By unit"]
        parts = {label: _assigned(found, label, top) for label, _cells in table.rows}
        rates_on_paper(browser, f"/my-unit/print/rates.pdf?plan={plan}", _counted(parts | {"All together": found}))
    found = [one for one in made.assigned if within(one.unit, top)]
    page = Shown(browser, "/my-unit/")
    tables = page.tables()
    assert page.tiles()["Overdue"].number == sum(one.state == "late" for one in found)
    for name in ("By plan", "By unit"):
        for _label, cells in tables[name].rows:
            listed(browser, cells[1])
            for cell in cells[2:]:
                assert len(opened(browser, cell.href) if cell.href else []) == cell.share[0], cell
        assert sum(cell.number for cell in tables[name].column("Overdue")) == page.tiles()["Overdue"].number, name
    each = {
        cells[0].text: [one for one in found if f"/{one.plan}" in cells[0].href]
        for _label, cells in tables["By plan"].rows
    }
    rates_on_paper(browser, "/my-unit/print/rates.pdf", _counted(each | {"All together": found}))


def workbook_of_a_plan(browser: FlaskClient, plan: str, found: list[Assigned], top: str) -> None:
    """Every unit of one's own with all below it."""
    (rows,) = sheets(browser.get(f"/plans/plan/{plan}/rates.xlsx", headers=ENGLISH).data).values()
    units = {name: key for key, name in NAMES.items()}
    seen = {units[str(row[0]).strip()]: row for row in rows if row and str(row[0]).strip() in units}
    assert set(seen) == {
        key for key in NAMES if within(key, top) and any(within(one.unit, key) for one in found if one.counted)
    }
    for key, row in seen.items():
        some = [one for one in found if within(one.unit, key)]
        counts = [sum(name in one.counted for one in some) for name in (*COUNTS, "late")]
        assert numbers([*row[1:5], row[6], row[8]]) == counts, row


def _counted(lines: dict[str, list[Assigned]]) -> dict[str, list[frozenset[str]]]:
    return {label: [one.counted for one in some] for label, some in lines.items()}


def _assigned(found: list[Assigned], label: str, top: str) -> list[Assigned]:
    """Those whom a line of a plan counts."""
    if label == "Together":
        return found
    if label == "in the unit itself":
        return [one for one in found if one.unit == top]
    part = next(key for key, name in NAMES.items() if name == label)
    return [one for one in found if within(one.unit, part)]


def transcripts(browser: FlaskClient, made: Facts, top: str) -> None:
    """The list of transcripts of this year, and of some people everything on their page."""
    by_number = {person.staff_number: key for key, person in made.people.items()}
    rows = opened(browser, "/transcripts/people")
    serving = [key for key in made.people if within(made.unit_on(key, TODAY), top)]
    assert len(rows) >= len(serving)
    for row in rows:
        held = made.entries(year=2026, person=by_number[row[1].text])
        exams = [one for one in held if one.kind == "exam"]
        said = (row[3].number, row[4].number, row[5].text)
        units = sum(one.kind == "unit" for one in held)
        assert said == (figures(held)[2], units, f"{sum(one.passed for one in exams)} / {len(exams)}"), row
    for row in rows[-6:]:
        key = by_number[row[1].text]
        page = Shown(browser, f"{row[0].href}?year=2025")
        lines = opened(browser, page.address, "Transcript")
        kept = [line for line in lines if not line[5].text.startswith(("Taken back", "Exempt"))]
        _people, times, sum_of_hours, _sat, _passed = figures(made.entries(year=2025, person=key))
        tiles = page.tiles()
        assert len(kept) == tiles["Entries"].number == times
        assert total(kept, "Hours") == tiles["Study hours"].number == sum_of_hours
        assert len(lines) == sum(one.person == key and one.day.year == 2025 for one in made.told.values())
        everything = [one for one in made.told.values() if one.person == key and one.counts]
        assert page.tables()["By year and kind"].row("In all")[-1].number == len(everything)


def archive(browser: FlaskClient, made: Facts, cast: Cast, top: str) -> None:
    """The personnel archive: a row an entry of whoever serves there or retired from there, and the sums of each person."""
    asked = {"archive-unit": getattr(cast, top).public_id}
    assert post(browser, "/transcript-reports/archive", **asked).status_code == 303
    book = sheets(report(browser, "archive"))
    ids = {person.staff_number: key for key, person in made.people.items() if within(made.last_unit(key), top)}
    head, *rows = book["学习记录"]
    number, hours = head.index("工号"), head.index("学时")
    assert {str(line[0]) for line in book["人员汇总"][1:]} == set(ids)
    for line in book["人员汇总"][1:]:
        told = [one for one in made.told.values() if one.person == ids[str(line[0])]]
        counted = figures(one for one in told if one.counts)
        own = [row for row in rows if row[number] == line[0]]
        assert len(own) == len(told)
        assert [Decimal(str(cell)) for cell in line[-2:]] == [counted[1], counted[2]]
        assert sum(Decimal(str(row[hours] or 0)) for row in own) == counted[2]


def hours(browser: FlaskClient) -> None:
    """The list of hours: a state opens as many people as it says; a sum is that of its page, and of the lines that say why."""
    page = Shown(browser, "/hours/people")
    badges = [(one.text_content().split()[-1], one.get("href")) for one in page.main.xpath(".//ul//li/a")]
    states = [(int(count), address) for count, address in badges if "state=" in address]
    rows = opened(browser, "/hours/people")
    assert sum(count for count, _address in states) == sum(row[6].text != "not worked out yet" for row in rows) > 0
    for count, address in states:
        assert len(opened(browser, address)) == count
    learned = [row for row in rows if row[4].number][:5]
    assert learned
    for row in learned:
        person = Shown(browser, row[0].href)
        whys = [one.text_content().split()[1].rstrip("?") for one in person.main.xpath(".//details/summary")]
        assert row[4].number == person.tiles()["In 2026"].number == sum(Decimal(one.replace("−", "-")) for one in whys)
