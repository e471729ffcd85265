"""The form of an exam: every rule of a blueprint that candidates can be kept to, old drafts, and the report on its papers."""

from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from lms.bank import queries as bank
from lms.bank.models import Item, Statistic
from lms.clock import now
from lms.database import reading, writing
from lms.exams import errors, proof, queries, service
from lms.exams.models import Exam, ExamItem
from lms.jobs import run_waiting
from question_bank.analysis.versions import Figures
from question_bank.blueprint import Blueprint, Section
from question_bank.difficulty import Difficulty
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ALL_TYPES, ExamDay, section

FIELDS = {
    "title": "季度考试",
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
}


@pytest.fixture
def fields(exam_day: ExamDay, cast: Cast) -> dict[str, str]:
    """A form as it was before it had the new fields."""
    return FIELDS | {"pool": exam_day.pool_public_id, "units": str(cast.branch_a.id)}


def put_on_trial(app: Flask, kind: str, count: int) -> set[str]:
    """The last `count` questions of a type are on trial from now on; their references."""
    with app.app_context(), writing() as session:
        query = select(Item).where(Item.ref.like(f"{kind}-%")).order_by(Item.id.desc()).limit(count)
        items = session.scalars(query).all()
        for item in items:
            item.state = "trial"
        return {item.ref for item in items}


def kept(app: Flask, location: str) -> Blueprint:
    """The blueprint of the exam at an address."""
    with app.app_context():
        found = queries.by_public_id(reading(), location.rsplit("/", 1)[1])
        assert found is not None
        return found.blueprint


def test_what_a_form_leaves_out_is_as_it_was(app: Flask, cast: Cast, fields: dict[str, str]) -> None:
    """
    Without the new fields: a personal paper, mixed questions and options, everything counts, the usual rules.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    made = post(zhao, "/exams/new", **fields)
    usual = Section("单选", ("single_choice",), (), 3, Decimal(2))

    assert kept(app, made.location) == Blueprint((usual,), Decimal(4))


def test_every_rule_can_be_chosen_and_comes_back(app: Flask, cast: Cast, fields: dict[str, str]) -> None:
    """
    A field test, a fixed order, a common paper, options as authored, rules for ordering and matching: all are kept, and
    the form shows them again.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    chosen = fields | {
        "sections-0-order": "fixed", "sections-1-title": "试测", "sections-1-types": "true_false", "sections-1-quota": "2",
        "sections-1-marks": "0", "sections-1-counts": "no", "paper": "common", "shuffle_options": "no",
        "ordering": "relative_next", "matching": "none_wrong", "presentation": "one",
    }  # fmt: skip
    made = post(zhao, "/exams/new", **chosen)
    found = kept(app, made.location)

    assert [(part.order, part.counts, int(part.marks)) for part in found.sections] == [
        ("fixed", True, 2),
        ("shuffled", False, 0),
    ]
    assert (found.paper, found.shuffle_options, str(found.total)) == ("common", False, "6")
    assert found.presentation == "one"
    assert (found.rules.ordering, found.rules.matching) == ("relative_next", "none_wrong")
    page = zhao.get(made.location + "/edit").text
    for option in ("fixed", "no", "common", "relative_next", "none_wrong", "one"):
        assert f'selected value="{option}"' in page
    again = post(zhao, made.location + "/edit", **chosen)
    assert kept(app, again.location) == found


def test_a_fixed_paper_lists_its_questions(app: Flask, cast: Cast, fields: dict[str, str]) -> None:
    """
    By their references, in their order; how many there are follows from the list.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    listed = "single_choice-5\n\nsingle_choice-2\n single_choice-7 "
    fixed = fields | {"paper": "fixed", "sections-0-quota": "1", "sections-0-listed": listed}
    made = post(zhao, "/exams/new", **fixed)
    found = kept(app, made.location)
    with app.app_context():
        versions = bank.versions(reading(), found.sections[0].listed)

    assert found.sections[0].quota == 3
    assert [versions[key].ref for key in found.sections[0].listed] == [
        "single_choice-5",
        "single_choice-2",
        "single_choice-7",
    ]
    assert "single_choice-5\nsingle_choice-2\nsingle_choice-7" in zhao.get(made.location + "/edit").text.replace(
        "\r", ""
    )
    assert post(zhao, made.location + "/publish").status_code == 302
    with app.app_context():
        exam = queries.by_public_id(reading(), made.location.rsplit("/", 1)[1])
        assert exam is not None
        assert queries.snapshot_size(reading(), exam.id) == 3


@pytest.mark.parametrize("listed", ["", "nothing-1", "single_choice-1\nsingle_choice-1"])
def test_a_list_that_cannot_be_is_refused_in_its_place(
    app: Flask, cast: Cast, fields: dict[str, str], listed: str
) -> None:
    """
    Nothing listed, what is not in the pool, the same twice: the field says so, and nothing is kept.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    page = post(zhao, "/exams/new", **fields, paper="fixed", **{"sections-0-listed": listed})

    assert page.status_code == 422
    assert 'id="sections-0-listed-errors"' in page.text


def test_marks_of_what_counts_are_more_than_nothing(app: Flask, cast: Cast, fields: dict[str, str]) -> None:
    """
    Nothing is worth nothing but in a field test.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    page = post(zhao, "/exams/new", **(fields | {"sections-0-marks": "0"}))

    assert page.status_code == 422
    assert 'id="sections-0-marks-errors"' in page.text


def test_drafts_of_older_releases_load(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    A blueprint of format 1 is shown, and kept again as the present format.
    """
    draft = exam_day.draft()
    old = {"format": 1, "pass_mark": "1", "rules": draft.blueprint.rules.to_record(), "sections": [
        {"title": "单选", "types": ["single_choice"], "subjects": [], "quota": 2, "marks": "2"}]}  # fmt: skip
    with app.app_context(), writing() as session:
        session.get_one(Exam, draft.id).blueprint = old
    zhao = sign_in(app.test_client(), cast.zhao)

    assert zhao.get(f"/exams/{draft.public_id}").status_code == 200
    assert zhao.get(f"/exams/{draft.public_id}/edit").status_code == 200


@pytest.mark.parametrize("rule", [{"navigation": "forward"}, {"minutes": 20}])
def test_a_rule_that_nobody_keeps_is_refused(app: Flask, exam_day: ExamDay, rule: dict[str, object]) -> None:
    """
    A time of a section's own and going forward only are not promised: publishing names the section.
    """
    part = replace(section("single_choice"), **rule)  # type: ignore[arg-type]
    draft = exam_day.draft(replace(exam_day.plan(), blueprint=Blueprint((part,), Decimal(1))))

    with app.app_context(), pytest.raises(errors.ExamNotHonoured) as refused, writing() as session:
        service.publish(session, draft.id)
    assert refused.value.facts == {"section": 1}


def test_publishing_freezes_trials_and_difficulties(app: Flask, exam_day: ExamDay) -> None:
    """
    What is on trial then stands in the field test and nowhere else; what exams told of a question is kept as it was then.
    """
    trial = put_on_trial(app, "true_false", 3)
    with app.app_context(), writing() as session:
        (key, _version) = next(iter(bank.pool_for_exams(session, exam_day.pool_id).versions.items()))
        session.add(
            Statistic(item_version_id=key, source="x" * 22, label="前次", exposure=1.0, attempts=40,
                      figures=Figures(40, facility=0.25).to_record(), computed_at=now())
        )  # fmt: skip
    parts = (*ALL_TYPES, replace(section("true_false"), title="试测", counts=False, marks=Decimal(0)))
    exam = exam_day.published(exam_day.plan(sections=parts))
    with app.app_context():
        rows = reading().scalars(select(ExamItem).where(ExamItem.exam_id == exam.id)).all()
        frozen = queries.frozen(reading(), exam.id)
    told = {row.item_version_id: row.difficulty for row in rows if row.difficulty is not None}

    assert {frozen.pool.versions[key].ref for key in frozen.pool.trial} == trial
    assert list(told) == [key]
    assert frozen.difficulties[key] == Difficulty.from_record(told[key])
    assert frozen.difficulties[key].answers == 40
    assert frozen.difficulties[key].p < 0.35


def test_options_stand_as_authored_where_the_exam_says_so(exam_day: ExamDay) -> None:
    """
    Not shuffled: every candidate sees them in the same order, under ids of their own.
    """
    blueprint = Blueprint((section("single_choice"),), Decimal(1), shuffle_options=False)
    exam = exam_day.published(replace(exam_day.plan(), blueprint=blueprint))
    with exam_day.app.app_context():
        versions = queries.frozen(reading(), exam.id).pool.versions.values()
    one, other = bytes(32), bytes([1]) * 32
    for version in versions:
        first, second = (version.interaction.present(version.body, seed).choices for seed in (one, other))
        assert [choice.text for choice in first] == [choice.text for choice in second]
        assert {choice.id for choice in first}.isdisjoint(choice.id for choice in second)


def test_the_report_is_worked_out_by_a_job(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Keeping a draft asks for it; the page says that it is under way, then what was found; a change makes it old.
    """
    draft = exam_day.draft()
    zhao = sign_in(app.test_client(), cast.zhao)
    zhao.post("/language", data={"language": "en", "csrf_token": "x"})
    assert "data-look-again" in zhao.get(f"/exams/{draft.public_id}").text
    run_waiting(app)
    with app.app_context():
        found = proof.report(reading(), draft)
        assert found is not None
        assert found.current
        assert found.facts["method"] == "sliced"
        assert found.facts["lack"] is None
        assert 0 < found.shares[0] <= found.shares[1] <= 1
        changed = replace(draft, blueprint=replace(draft.blueprint, pass_mark=Decimal(2)))
        again = proof.report(reading(), changed)
        assert again is not None
        assert not again.current
    page = zhao.get(f"/exams/{draft.public_id}").text
    assert "data-look-again" not in page
    assert post(zhao, f"/exams/{draft.public_id}/prove").status_code == 302
    assert "data-look-again" in zhao.get(f"/exams/{draft.public_id}").text


def test_the_report_says_why_no_paper_can_be_made(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    The numbers of the shortage stand on the page, and publishing is refused with them.
    """
    draft = exam_day.draft(exam_day.plan(sections=(section("single_choice", quota=9),)))
    run_waiting(app)
    zhao = sign_in(app.test_client(), cast.zhao)
    page = zhao.get(f"/exams/{draft.public_id}").text
    with app.app_context():
        found = proof.report(reading(), draft)
        assert found is not None
        assert found.facts["lack"] == {"sections": [1], "wanted": 9, "held": 8}

    assert page.count("alert-warn") >= 2


def test_the_fingerprint_is_shown_before_and_the_seed_after(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock
) -> None:
    """
    To examiner and candidate alike: the SHA-256 from the publication on, the seed once nobody can sit the exam any more.
    """
    exam = exam_day.published()
    addresses = ((cast.zhao, f"/exams/{exam.public_id}"), (cast.lin, f"/sitting/exam/{exam.public_id}"))
    for person, address in addresses:
        page = sign_in(app.test_client(), person).get(address).text
        assert exam.commitment in page
        assert exam.seed.hex() not in page
    clock.advance(hours=4)
    for person, address in addresses:
        page = sign_in(app.test_client(), person).get(address).text
        assert exam.commitment in page
        assert exam.seed.hex() in page
