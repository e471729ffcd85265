"""Reports on units: the personnel archive, the month, all transcripts as PDF. Each figure is the sum of its rows."""

import io
import zipfile
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
import python_calamine
from faker import Faker
from flask import Flask
from flask.testing import FlaskClient

from lms.jobs import run_waiting
from lms.transcripts import prints
from tests.cast import Cast, post, sign_in
from tests.transcripts.test_transcripts import enter

KINDS = ("unit", "exam", "class", "outside")


def generated(app: Flask, cast: Cast) -> None:
    """Some dozens of entries of two people in February, and one of January; some are taken back."""
    Faker.seed(5)
    fake = Faker("zh_CN")
    for number in range(40):
        person, kind = (cast.lin, cast.qian)[number % 2], KINDS[fake.random_int(0, 3)]
        changes = {
            "kind": kind,
            "source": f"s{number}",
            "hours": f"{fake.random_int(0, 12) * 25 / 100:.2f}",
            "title": fake.sentence(),
        }
        enter(
            app,
            person.id,
            **changes,
            happened_at=f"2026-02-{number % 28 + 1:02d}T02:00:00+00:00",
            passed=bool(fake.random_int(0, 3)),
        )
    enter(app, cast.lin.id, source="january", happened_at="2026-01-31T02:00:00+00:00", hours="5")


def asked(app: Flask, browser: FlaskClient, kind: str, **form: str) -> dict[str, bytes]:
    """Ask for a report, let it be written, fetch its files, by their endings."""
    assert (
        post(
            browser, f"/transcript-reports/{kind}", **{f"{kind}-{name}": value for name, value in form.items()}
        ).status_code
        == 303
    )
    run_waiting(app)
    page = browser.get("/transcript-reports/").text
    found = [part for part in page.split('"') if part.startswith(f"/transcript-reports/files/{kind}-")]
    return {address.rpartition(".")[2]: browser.get(address).data for address in found}


def sheet(data: bytes, name: str) -> list[list[Any]]:
    """The rows of a sheet of a workbook."""
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name).to_python()


def decimal(value: Any) -> Decimal:
    """A cell as an exact number."""
    return Decimal(str(value or 0))


def test_the_archive_and_the_month_add_up(app: Flask, cast: Cast) -> None:
    """
    Each person's figures are the sums of their rows; those of the month by kind, by unit, by person and in all are sums of the
    rows of its last sheet, people counted once; the PDF says the same total. Staff numbers are text.
    """
    generated(app, cast)
    browser = sign_in(app.test_client(), cast.qian)
    archive = asked(app, browser, "archive", unit=cast.branch_a.public_id)["xlsx"]
    month = asked(app, browser, "monthly", unit=cast.branch_a.public_id, month="2026-02")

    head, *rows = sheet(archive, "学习记录")
    number, hours, ending = (head.index(name) for name in ("工号", "学时", "结果"))
    assert len(rows) == 41
    for line in sheet(archive, "人员汇总")[1:]:
        own = [row for row in rows if row[number] == line[0] and row[ending] != "撤销"]
        assert (decimal(line[-2]), decimal(line[-1])) == (len(own), sum(decimal(row[hours]) for row in own))
        assert decimal(line[-1]) == sum(decimal(cell) for cell in line[4:-2:2])

    detail = [row for row in sheet(month["xlsx"], "明细")[1:] if row[11] != "撤销"]
    whole = (len(detail), len({row[0] for row in detail}), sum(decimal(row[8]) for row in detail))
    for name, key, column in (("按类别", 0, 5), ("按单位", 0, 2)):
        table = [row for row in sheet(month["xlsx"], name)[1:] if row and row[-1] != ""]
        for line in table[:-1]:
            some = [row for row in detail if row[column] == line[key] and (name == "按单位" or row[6] == line[1])]
            figures = (len(some), len({row[0] for row in some}), sum(decimal(row[8]) for row in some))
            assert tuple(map(decimal, line[-3:])) == figures
        assert tuple(map(decimal, table[-1][-3:])) == whole
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(month["pdf"]))
    assert all(figure in text for figure in (str(whole[0]), f"{whole[2].normalize():f}"))


def test_all_transcripts_are_drawn_into_folders_by_unit(app: Flask, cast: Cast) -> None:
    """
    One PDF a person, whose words can be searched, with a code that confirms it; drawn again nothing is issued twice.
    """
    enter(app, cast.lin.id, title="王䶮讲授的课程")
    browser = sign_in(app.test_client(), cast.qian)
    drawn = zipfile.ZipFile(io.BytesIO(asked(app, browser, "prints", unit=cast.branch_a.public_id)["zip"]))

    assert sorted(drawn.namelist()) == ["东城分局/T1004-钱进.pdf", "朝阳门所/T1001-林晓.pdf"]
    text = pypdfium2.PdfDocument(drawn.read("朝阳门所/T1001-林晓.pdf"))[0].get_textpage().get_text_range()
    code = text.rpartition("核验码")[2].strip()[:19]
    assert "王䶮讲授的课程" in text
    assert "王䶮讲授的课程" in app.test_client().get(f"/verify/{code.replace('-', '')}").text
    again = asked(app, browser, "prints", unit=cast.office_a1.public_id)
    assert (
        code
        in pypdfium2.PdfDocument(zipfile.ZipFile(io.BytesIO(again["zip"])).read("朝阳门所/T1001-林晓.pdf"))[0]
        .get_textpage()
        .get_text_range()
    )


@pytest.mark.parametrize(
    ("unit", "name", "place"),
    [("..", "林晓", "_/JC1-林晓.pdf"), ("一科/二科", "a:b", "一科_二科/JC1-a_b.pdf"), (". .", "..", "_/JC1-_.pdf")],
)
def test_no_name_leads_out_of_the_archive(unit: str, name: str, place: str) -> None:
    """
    A unit called like the folder above, signs of paths in a name: every paper lies in the archive.
    """
    assert prints.paper_place(unit, "JC1", name) == place
