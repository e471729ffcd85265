"""Making exams: what a draft needs before it can be published, and what is frozen then."""

from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask

from lms.database import reading, writing
from lms.errors import Refused
from lms.exams import errors, queries, service
from question_bank.blueprint import Blueprint
from tests.answer_files.asked import add_file_questions
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay, section


def refusal(exam_day: ExamDay, exam_id: int) -> type[Refused] | None:
    """Why the exam cannot be published, None when it was."""
    with exam_day.app.app_context():
        try:
            with writing() as session:
                service.publish(session, exam_id)
        except Refused as refused:
            return type(refused)
        return None


def with_sections(exam_day: ExamDay, *sections: object) -> service.Plan:
    """A plan with these sections."""
    return replace(exam_day.plan(), blueprint=Blueprint(tuple(sections), Decimal(1)))  # type: ignore[arg-type]


def test_a_pool_that_is_too_small_is_named(exam_day: ExamDay) -> None:
    """
    Nine single-choice questions cannot come out of eight.
    """
    draft = exam_day.draft(with_sections(exam_day, section("single_choice", quota=9)))

    assert refusal(exam_day, draft.id) is errors.ExamTooFewItems


def test_sections_that_compete_are_counted_together(exam_day: ExamDay) -> None:
    """
    Two sections of five each want ten of the same eight questions.
    """
    draft = exam_day.draft(
        with_sections(exam_day, section("single_choice", quota=5), section("single_choice", quota=5))
    )

    assert refusal(exam_day, draft.id) is errors.ExamTooFewItems


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"units": ()}, errors.ExamNobody),
        ({"minutes": 600}, errors.ExamWindow),
        ({"blueprint": Blueprint((section("essay"),), Decimal(1))}, errors.ExamMarkedFirst),
        (
            {"blueprint": Blueprint((section("file_answer", 1),), Decimal(1)), "release": "by_hand"},
            errors.ExamTellingFiles,
        ),
        ({"blueprint": Blueprint((section("single_choice"),), Decimal(100))}, errors.ExamUnfit),
        ({"blueprint": Blueprint((), Decimal(1))}, errors.ExamUnfit),
    ],
)
def test_what_keeps_an_exam_from_being_published(
    exam_day: ExamDay, change: dict[str, object], reason: type[Refused]
) -> None:
    """
    Nobody to sit it, a window too short, files, marks of people that would come too late, a pass mark out of reach, no section: each is refused.
    """
    add_file_questions(exam_day, ("pdf", "zip"))
    draft = exam_day.draft(replace(exam_day.plan(), **change))  # type: ignore[arg-type]

    assert refusal(exam_day, draft.id) is reason


def test_a_window_in_the_past_is_refused(exam_day: ExamDay, clock: TestClock) -> None:
    """
    An exam that would be over already cannot be published.
    """
    draft = exam_day.draft()
    clock.advance(hours=4)

    assert refusal(exam_day, draft.id) is errors.ExamWindow


def test_a_published_exam_is_frozen(exam_day: ExamDay) -> None:
    """
    Neither its plan can be changed nor can it be published again or deleted.
    """
    exam = exam_day.published()

    assert refusal(exam_day, exam.id) is errors.ExamFrozen
    with exam_day.app.app_context(), pytest.raises(errors.ExamFrozen), writing() as session:
        service.update_exam(session, exam.id, exam_day.plan())
    with exam_day.app.app_context(), pytest.raises(errors.ExamFrozen), writing() as session:
        service.delete_draft(session, exam.id)


def test_the_snapshot_holds_what_the_sections_take(exam_day: ExamDay) -> None:
    """
    All 56 items fit some section of the usual plan; a plan of one type freezes its eight.
    """
    exam = exam_day.published(with_sections(exam_day, section("true_false")))

    with exam_day.app.app_context():
        assert queries.snapshot_size(reading(), exam.id) == 8


def test_results_are_released_after_the_window_only(exam_day: ExamDay, clock: TestClock) -> None:
    """
    Releasing by hand waits until nobody can sit the exam any more.
    """
    exam = exam_day.published(exam_day.plan(release="by_hand"))
    with exam_day.app.app_context(), pytest.raises(errors.NotOver), writing() as session:
        service.release(session, exam.id)
    clock.advance(hours=3)
    with exam_day.app.app_context(), writing() as session:
        service.release(session, exam.id)

    assert exam_day.exam(exam.public_id).score_visible(clock())


def test_an_examiner_drafts_and_publishes_with_forms(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    From the empty form over a second section to the published exam.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    fields = {
        "title": "季度考试",
        "pool": exam_day.pool_public_id,
        "sections-0-title": "单选",
        "sections-0-types": "single_choice",
        "sections-0-quota": "3",
        "sections-0-marks": "2",
        "multiple": "cn_half",
        "pass_mark": "4",
        "minutes": "30",
        "opens_at": "2026-03-02T09:00",
        "closes_at": "2026-03-02T11:00",
        "release": "at_once",
        "shows": "score",
        "units": str(cast.branch_a.id),
    }
    more = zhao.post("/exams/new", data={**fields, "csrf_token": csrf(zhao), "add_section": "1"})
    assert "sections-1-title" in more.text

    kept = post(zhao, "/exams/new", **fields)
    assert kept.status_code == 302, kept.text
    assert post(zhao, kept.location + "/publish").status_code == 302
    page = zhao.get(kept.location).text
    assert exam_day.exam(kept.location.rsplit("/", 1)[1]).state == "published"
    assert "SHA-256" in page


def test_a_form_names_what_is_wrong(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    A window that ends before it begins comes back with the complaint, and nothing is kept.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    page = post(zhao, "/exams/new", title="x", opens_at="2026-03-02T09:00", closes_at="2026-03-02T08:00")

    assert page.status_code == 422
    with app.app_context():
        assert reading().execute(queries.rows(paths=("/",))).all() == []


def test_an_exam_follows_its_units_when_they_move(exam_day: ExamDay, cast: Cast) -> None:
    """
    Whoever belongs to a unit of the audience may sit the exam, wherever the unit stands in the tree today.
    """
    exam = exam_day.published()
    from_path = cast.lin.unit_path

    with exam_day.app.app_context():
        assert [exam.id] == [row.id for row in queries.sittable(reading(), from_path)]
        assert queries.sittable(reading(), cast.wang.unit_path) == []
