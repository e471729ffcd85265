"""The archive says how classes were attended and who approved learning elsewhere, as their own pages do."""

from decimal import Decimal

from flask import Flask

from lms.accounts import service as accounts
from lms.database import reading, writing
from lms.transcripts import archive_details, queries
from tests.cast import Cast, post, sign_in
from tests.claims.test_claims import hours, submitted
from tests.classes.school import School
from tests.statements import statements
from tests.transcripts.test_reports import asked, decimal, sheet
from tests.transcripts.test_transcripts import enter


def test_the_archive_tells_of_classes_and_claims(app: Flask, cast: Cast) -> None:
    """
    Of a class it has place, days, lecturers, sessions attended of those held, leave and its share, the certificate and who
    confirmed the closing; of a claim both who approved it, on their days in the bureau's zone; of everything else nothing but
    its source. Whoever retired or moved since stands with what was earned before.
    """
    school = School(app, cast)
    people = school.people(3)
    at = school.begin(host="市委党校", planned_hours="12")
    school.call(at, people)
    for number, lecturer in enumerate(("方明", "宋颖", "方明")):
        school.session(at, f"{7 + number:02}:00", f"{7 + number:02}:45", "4", lecturer=lecturer)
    school.step(at, "submit")
    school.step(at, "approve", school.feng)
    school.all_present(at)
    school.mark(at, 0, 0, "leave", "1.5")
    school.mark(at, 1, 1, "absent")
    school.closed(at)
    with app.app_context(), writing() as session:
        accounts.retire_person(session, people[0].id, on=school.class_of(at).first_day)
    claim = submitted(app, cast)
    post(school.qian, f"/claim-desk/{claim}/confirm")
    post(school.feng, f"/claim-desk/{claim}/approve", hours="15")
    post(school.feng, f"/claim-desk/{claim}/correct", hours="12", reason="半天请假")
    assert hours(app, cast) == [(Decimal(12), 2, True)]
    enter(app, cast.lin.id, source="attempt-9", kind="exam")

    browser = sign_in(app.test_client(), cast.qian)
    head, *rows = sheet(asked(app, browser, "archive", unit=cast.branch_a.public_id)["xlsx"], "学习记录")
    told = {(row[0], row[head.index("记录来源")]): dict(zip(head, row, strict=True)) for row in rows}
    first, second = told["L001", "培训班结班"], told["L002", "培训班结班"]
    results = {one.learner_id: one for one in school.results(at)}

    assert len(rows) == 5
    names = ("主办单位", "承办单位", "地点", "开始日期", "结束日期", "授课人", "审批人", "审批日期", "初审人")
    assert [first[name] for name in names] == [
        "东城分局", "市委党校", "三楼会议室", "2026-03-02", "2026-03-02", "方明、宋颖", cast.feng.name, "2026-03-02", "",
    ]  # fmt: skip
    figures = ("出席课次", "总课次", "请假学时", "请假比例（%）")
    assert [decimal(first[name]) for name in figures] == [3, 3, Decimal("1.5"), Decimal("12.5")]
    assert [decimal(second[name]) for name in figures] == [2, 3, 0, 0]
    assert sorted(row["证书编号"] for row in told.values()) == sorted(
        ["", "", *(one.certificate or "" for one in results.values())]
    )
    trip = told["T1001", "个人申报"]
    names = ("主办单位", "地点", "开始日期", "结束日期", "初审人", "审批人", "审批日期", "证书编号", "授课人")
    assert [trip[name] for name in names] == [
        "市委组织部", "南京", "2026-02-02", "2026-02-04", cast.qian.name, cast.feng.name, "2026-03-02", "", "",
    ]  # fmt: skip
    assert (decimal(trip["佐证材料（件）"]), trip["初审日期"]) == (1, "2026-03-02")
    exam = told["T1001", "在线考试"]
    assert not any(exam[name] for name in head[head.index("主办单位") :])


def test_asking_costs_as_much_for_many_as_for_one(app: Flask, cast: Cast) -> None:
    """
    The number of queries does not grow with people, classes and claims.
    """
    school = School(app, cast)
    people = school.people(12)
    for some in (people[:1], people):
        at = school.approved(some)
        school.all_present(at)
        school.closed(at)
    for number in range(3):
        claim = submitted(app, cast, starts_on=f"2026-01-0{number + 1}", ends_on=f"2026-01-0{number + 1}", days="1")
        post(school.qian, f"/claim-desk/{claim}/confirm")
        post(school.feng, f"/claim-desk/{claim}/approve", hours="6")
    hours(app, cast)

    costs = []
    for some in ([people[0].id, cast.lin.id], [cast.lin.id, *(person.id for person in people)]):
        with app.app_context():
            entries = queries.entries_of(reading(), some)
            with statements(app) as seen:
                details = archive_details.of_entries(reading(), entries)
            costs.append(len(seen))

    assert costs[0] == costs[1] <= 7
    assert len(details.attended) == 13
    assert len(details.learned) == 3
