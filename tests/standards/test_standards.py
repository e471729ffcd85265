"""Where the pass mark comes from: panels judge in rounds, a standard is settled, kept with its error, and taken."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.database import db, reading, writing
from lms.exams import errors as exam_errors
from lms.exams import service as exams
from lms.exams.queries import ExamRow
from lms.jobs import run_waiting
from lms.sitting import service as sitting
from lms.standards import errors, queries, routes, service
from lms.standards.models import Judgement, Sheet
from question_bank.blueprint import Blueprint
from question_bank.cut_scores import Standard
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay, section
from tests.sitting.cohort import sat_by_many


def begin(zhao: FlaskClient, exam: ExamRow, method: str = "angoff") -> str:
    """A worksheet begun on the page; its address."""
    answer = post(zhao, f"/exams/{exam.public_id}/standards", method=method)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def judge(client: FlaskClient, sheet: str, chances: list[str]) -> int:
    """Send a judge's numbers; the status."""
    page = f"/standards/{sheet.rsplit('/', 1)[1]}"
    return client.post(page, data={"csrf_token": csrf(client), "chance": chances}).status_code


@pytest.fixture
def panel(app: Flask, cast: Cast) -> tuple[FlaskClient, FlaskClient]:
    """Zhao, who examines, and Feng, who reviews."""
    return sign_in(app.test_client(), cast.zhao), sign_in(app.test_client(), cast.feng)


@pytest.fixture
def draft(exam_day: ExamDay) -> ExamRow:
    """A draft of twenty marks: ten for two single choices, ten for two numbers."""
    sections = (section("single_choice", 2, "5"), section("numeric", 2, "5"))
    return exam_day.draft(exam_day.plan(sections=sections))


def test_two_judge_twice_and_the_second_round_is_the_pass_mark(
    exam_day: ExamDay, cast: Cast, draft: ExamRow, panel: tuple[FlaskClient, FlaskClient]
) -> None:
    """
    Of all questions of each section a part stands for the section: judges of 60 and 80 make 14 of 20 with an error of 2; after
    they heard of each other 65 and 75 make 14 with an error of 1, which is kept and taken.
    """
    zhao, feng = panel
    sheet = begin(zhao, draft)
    for person in (cast.zhao, cast.feng):
        post(zhao, f"{sheet}/judges", person=person.public_id)
    with exam_day.app.app_context():
        held = reading().scalars(select(Sheet)).one()
        count = len(held.content)
        assert count == 16
        assert sum(worth for _key, worth in held.content) == 2000
    assert judge(zhao, sheet, ["60"] * count) == judge(feng, sheet, ["80"] * count) == 303
    assert ">14.00<" in zhao.get(sheet).text
    assert ">2.00<" in zhao.get(sheet).text
    post(zhao, f"{sheet}/round")
    assert "70" in feng.get(f"/standards/{sheet.rsplit('/', 1)[1]}").text
    assert judge(zhao, sheet, ["65"] * count) == judge(feng, sheet, ["75"] * count) == 303
    post(zhao, f"{sheet}/settle", reason="两轮评定")
    post(zhao, f"{sheet}/take")

    with exam_day.app.app_context():
        held = reading().scalars(select(Sheet)).one()
        standard = Standard.from_record(held.standard or {})
        assert (standard.method, standard.cut, standard.error) == ("angoff", 14.0, 1.0)
        assert set(standard.judges) == {cast.zhao.id, cast.feng.id}
        assert len(queries.whole(reading(), draft.id)[0]["rounds"]) == 2
    assert exam_day.exam(draft.public_id).blueprint.pass_mark == Decimal(14)
    assert judge(feng, sheet, ["10"] * count) == 422


def test_a_judge_is_found_by_name_and_taken_off_before_they_judged(
    app: Flask, cast: Cast, draft: ExamRow, panel: tuple[FlaskClient, FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Beyond as many as are offered at once; who has judged stays, and nobody is taken off twice.
    """
    monkeypatch.setattr(routes, "FOUND", 0)
    zhao, feng = panel
    sheet = begin(zhao, draft)
    assert f'value="{cast.feng.public_id}"' not in zhao.get(sheet).text
    monkeypatch.setattr(routes, "FOUND", 1)
    assert f'value="{cast.feng.public_id}"' in zhao.get(f"{sheet}?q=冯").text
    assert f'value="{cast.feng.public_id}"' not in zhao.get(f"{sheet}?q=赵").text
    off = f"{sheet}/judges/{cast.feng.public_id}/off"
    for judged in (False, True):
        post(zhao, f"{sheet}/judges?q=冯", person=cast.feng.public_id)
        assert off in zhao.get(sheet).text
        if judged:
            assert judge(feng, sheet, ["60"] * 16) == 303
        assert post(zhao, off).status_code == 303
        with app.app_context():
            held = reading().scalars(select(Sheet)).one()
            assert queries.judges(reading(), held.id) == ([cast.feng.id] if judged else [])
        assert off not in zhao.get(sheet).text
    assert post(zhao, f"{sheet}/judges/{cast.lin.public_id}/off").status_code == 404


@pytest.mark.parametrize(
    "chances", [[], ["50"], ["101"] * 16, ["-1"] * 16, ["x"] * 16, ["5.5"] * 16, ["५"] * 16, ["50"] * 17]
)
def test_numbers_that_are_no_judgement_are_refused(
    exam_day: ExamDay, cast: Cast, draft: ExamRow, panel: tuple[FlaskClient, FlaskClient], chances: list[str]
) -> None:
    """
    Too few, too many, beyond a hundred, no whole numbers: nothing is kept.
    """
    zhao, feng = panel
    sheet = begin(zhao, draft)
    post(zhao, f"{sheet}/judges", person=cast.feng.public_id)

    assert judge(feng, sheet, chances) == 422
    with exam_day.app.app_context():
        assert reading().scalars(select(Judgement)).all() == []


def test_nobody_judges_unasked_and_no_round_ends_before_all_have_judged(
    exam_day: ExamDay, cast: Cast, draft: ExamRow, panel: tuple[FlaskClient, FlaskClient]
) -> None:
    """
    Who is not on the panel finds nothing; a round with a judge missing is neither closed nor settled.
    """
    zhao, feng = panel
    sheet = begin(zhao, draft)
    assert judge(feng, sheet, ["50"] * 16) == 404
    for person in (cast.zhao, cast.feng):
        post(zhao, f"{sheet}/judges", person=person.public_id)
    judge(zhao, sheet, ["50"] * 16)

    with exam_day.app.app_context(), writing() as session:
        held = session.scalars(select(Sheet)).one()
        with pytest.raises(errors.NotJudged):
            service.next_round(session, draft, held)
        with pytest.raises(errors.NotJudged):
            service.settle(session, draft, held, "理由", type("Who", (), {"id": cast.zhao.id})())


def test_what_was_judged_is_never_changed_and_keeps_its_draft(
    exam_day: ExamDay, cast: Cast, draft: ExamRow, panel: tuple[FlaskClient, FlaskClient]
) -> None:
    """
    A judgement is corrected by a further one; a draft with a worksheet cannot be deleted.
    """
    zhao, feng = panel
    sheet = begin(zhao, draft)
    post(zhao, f"{sheet}/judges", person=cast.feng.public_id)
    judge(feng, sheet, ["50"] * 16)
    judge(feng, sheet, ["40"] * 16)

    with exam_day.app.app_context():
        assert [row.values[0] for row in reading().scalars(select(Judgement).order_by(Judgement.id))] == [50, 40]
        reading().rollback()
        with pytest.raises(Exception, match=r"append-only|denied|not authorized"), db.engine.begin() as connection:
            connection.execute(text("UPDATE standard_judgement SET round = 2"))
        with pytest.raises(exam_errors.ExamHeld), writing() as session:
            exams.delete_draft(session, draft.id)
    assert post(zhao, f"/exams/{draft.public_id}/delete").location.endswith(draft.public_id)


def test_hofstee_needs_results_and_leads_to_a_change_that_two_agree_to(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock, panel: tuple[FlaskClient, FlaskClient]
) -> None:
    """
    Before the exam is over it is refused; then the bounds meet the results, and the mark is proposed as a change of scoring.
    """
    cohort = sat_by_many(app, cast, exam_day, clock, count=30)
    zhao, feng = sign_in(app.test_client(), cast.zhao), sign_in(app.test_client(), cast.feng)
    early = exam_day.published(exam_day.plan(opens_at=clock()))
    assert post(zhao, f"/exams/{early.public_id}/standards", method="hofstee").status_code == 422
    sheet = begin(zhao, cohort.exam, "hofstee")
    post(zhao, f"{sheet}/judges", person=cast.feng.public_id)
    page = f"/standards/{sheet.rsplit('/', 1)[1]}"

    assert post(feng, page, lowest="8", highest="7", least="0", most="90").status_code == 422
    assert post(feng, page, lowest="2", highest="22", least="1", most="90").status_code == 303
    post(zhao, f"{sheet}/settle", reason="折中法")
    change = post(zhao, f"{sheet}/take").location
    run_waiting(app)
    assert re.search(r"/scoring/change/[\w-]{22}$", change)
    assert zhao.get(change).status_code == 200
    with app.app_context():
        held = reading().scalars(select(Sheet)).one()
        standard = Standard.from_record(held.standard or {})
        totals = [float(total) for total in sitting.totals(reading(), cohort.exam.id)]
        assert standard.error is None
        assert 2 <= standard.cut <= 22
        line = 0.9 - (standard.cut - 2) / 20 * 0.89
        below, upto = sum(t < standard.cut for t in totals) / 30, sum(t <= standard.cut for t in totals) / 30
        assert below - 0.01 <= line <= upto + 0.01


def test_candidates_do_not_judge(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    Who sat the exam is refused as a judge.
    """
    cohort = sat_by_many(app, cast, exam_day, clock, count=3)
    with app.app_context():
        with writing() as session:
            accounts.grant_role(session, cohort.people[0][0], Role.REVIEWER, reason="测试", by=None, unit_id=None)
        zhao = type("Who", (), {"id": cast.zhao.id})()
        with writing() as session:
            name = service.begin(session, cohort.exam, "angoff", zhao)
            sheet = queries.sheet_of(session, cohort.exam.id, name)
            with pytest.raises(errors.NoJudge):
                service.add_judge(session, cohort.exam, sheet, cohort.people[0][0], zhao)


def test_a_mark_out_of_reach_is_no_pass_mark(exam_day: ExamDay, draft: ExamRow) -> None:
    """
    More than the full marks is refused and changes nothing.
    """
    with exam_day.app.app_context(), pytest.raises(exam_errors.ExamUnfit), writing() as session:
        exams.set_pass_mark(session, draft.id, Decimal(21))

    kept = exam_day.exam(draft.public_id).blueprint
    assert isinstance(kept, Blueprint)
    assert kept.pass_mark == Decimal(1)
