"""Papers lie ready before the bell: one for each who may sit, the same however often they are dealt."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms import jobs
from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.accounts.queries import PersonRow
from lms.database import reading, writing
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.jobs import run_waiting
from lms.sitting import papers
from lms.sitting.models import Attempt, Paper
from question_bank.assembly import Form
from tests.cast import FOUNDED, Cast, post, sign_in
from tests.exam_day import ExamDay
from tests.sitting.test_sitting import Candidate


def dealt(app: Flask, exam: ExamRow) -> dict[int, Mapping[str, Any]]:
    """What is stored of the papers of an exam, by person."""
    with app.app_context():
        rows = reading().execute(select(Paper.__table__).where(Paper.exam_id == exam.id)).mappings()
        return {row["person_id"]: dict(row) for row in rows}


def deal_again(app: Flask, exam: ExamRow) -> None:
    """The job runs once more, as after a crash or a second notice."""
    with app.app_context(), writing() as session:
        jobs.enqueue(session, "sitting.deal", {"exam": exam.id})
    assert run_waiting(app) > 0


def form_of(app: Flask, public_id: str) -> Form:
    """The paper of an attempt as it is stored."""
    with app.app_context():
        return Form.from_record(reading().query(Attempt).filter_by(public_id=public_id).one().form)


def newcomer(app: Flask, cast: Cast) -> PersonRow:
    """Somebody who joins Lin's office now."""
    with app.app_context(), writing() as session:
        return accounts.add_person(
            session, staff_number="T3000", name="新来", name_pinyin="xin lai", unit_id=cast.office_a1.id, post="科员",
            rank="一级行政执法员", from_date=FOUNDED,
        )  # fmt: skip


@pytest.fixture
def exam(cast: Cast, exam_day: ExamDay) -> ExamRow:
    """A published exam for the whole bureau; the job that deals waits."""
    return exam_day.published(exam_day.plan(units=(cast.bureau.id,)))


def test_everybody_who_may_sit_is_dealt_a_paper(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Those of the audience whose accounts are open, and nobody else: not other units, not who was closed out.
    """
    with app.app_context(), writing() as session:
        closed = session.query(Person).filter_by(id=cast.qian.id).one()
        closed.enabled = False
    exam = exam_day.published()
    assert dealt(app, exam) == {}
    run_waiting(app)

    assert set(dealt(app, exam)) == {cast.lin.id}


def test_dealing_again_changes_nothing(app: Flask, cast: Cast, exam: ExamRow) -> None:
    """
    Not a byte of a paper that lies there, however often; nor does it deal to somebody who has begun.
    """
    lin = Candidate(app, cast.lin, exam.public_id)
    begun = form_of(app, lin.start())
    kept = dealt(app, exam)
    run_waiting(app)
    first = dealt(app, exam)
    for _each in range(2):
        deal_again(app, exam)

    assert dealt(app, exam) == first
    assert first.get(cast.lin.id) == kept.get(cast.lin.id)
    assert set(first) | {cast.lin.id} == {person.id for person in cast.people.values()}
    assert form_of(app, lin.attempt_id) == begun


def test_a_start_takes_what_was_dealt(app: Flask, cast: Cast, exam: ExamRow) -> None:
    """
    It adds no paper and changes none; going on later is the same paper.
    """
    run_waiting(app)
    before = dealt(app, exam)
    lin = Candidate(app, cast.lin, exam.public_id)
    first = form_of(app, lin.start())
    again = form_of(app, lin.start())

    assert first == again
    assert dealt(app, exam) == before


@pytest.mark.parametrize("ready", [True, False])
def test_every_paper_is_whole(app: Flask, cast: Cast, exam: ExamRow, ready: bool) -> None:
    """
    Dealt before or at the start: as many questions of each section as the blueprint says, none twice, of the frozen
    pool; neighbours have different ones.
    """
    if ready:
        run_waiting(app)
    forms = []
    for name in ("lin", "wang", "zhao"):
        one = Candidate(app, cast[name], exam.public_id)
        forms.append(form_of(app, one.start()))
    with app.app_context():
        versions = exams.snapshot(reading(), exam.id).versions

    for form in forms:
        assert Counter(slot.section for slot in form.slots) == dict.fromkeys(range(7), 2)
        assert len({slot.version for slot in form.slots}) == 14
        assert all(versions[slot.version].type == exam.blueprint.sections[slot.section].title for slot in form.slots)
    assert len({tuple(slot.version for slot in form.slots) for form in forms}) == 3
    assert len({form.seed for form in forms}) == 3


def test_late_comers_sit_too(app: Flask, cast: Cast, exam: ExamRow) -> None:
    """
    Who joined after the papers were dealt gets one at the start; a further dealing gives them none besides, and leaves
    the others' as they are.
    """
    run_waiting(app)
    before = dealt(app, exam)
    late = newcomer(app, cast)
    one = Candidate(app, late, exam.public_id)
    form = form_of(app, one.start())
    deal_again(app, exam)

    assert len(form.slots) == 14
    assert form_of(app, one.start()) == form
    assert {key: row for key, row in dealt(app, exam).items() if key != late.id} == before


def test_who_joined_before_the_bell_is_dealt_one_by_the_next_job(app: Flask, cast: Cast, exam: ExamRow) -> None:
    """
    The next dealing adds theirs to those that lie there.
    """
    run_waiting(app)
    before = dealt(app, exam)
    late = newcomer(app, cast)
    deal_again(app, exam)
    after = dealt(app, exam)

    assert set(after) - set(before) == {late.id}
    assert {key: after[key] for key in before} == before


def test_an_account_closed_after_dealing_does_not_sit(app: Flask, cast: Cast, exam: ExamRow) -> None:
    """
    The paper lies there; the door stays shut, and opens with the account again.
    """
    run_waiting(app)
    lin = sign_in(app.test_client(), cast.lin)
    li = sign_in(app.test_client(), cast.li)
    post(li, f"/people/{cast.lin.public_id}/disable")
    refused = post(lin, f"/sitting/exam/{exam.public_id}/start")
    post(li, f"/people/{cast.lin.public_id}/enable")
    taken = post(sign_in(app.test_client(), cast.lin), f"/sitting/exam/{exam.public_id}/start")

    assert refused.location.startswith("/sign-in")
    assert taken.location.startswith("/sitting/")
    assert cast.lin.id in dealt(app, exam)


def test_what_is_kept_in_memory_is_what_is_stored(
    app: Flask, cast: Cast, exam: ExamRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The paper of an attempt, met for the first time, again, and after it was let go of for others; none for an attempt
    that is not there.
    """
    monkeypatch.setattr(papers, "MOST_KEPT", 2)
    begun = {}
    for name in ("lin", "wang", "zhao", "sun"):
        one = Candidate(app, cast[name], exam.public_id)
        attempt = one.start()
        begun[attempt] = form_of(app, attempt)
    with app.app_context():
        for _twice in range(2):
            for public_id, form in begun.items():
                assert papers.sat(public_id) == papers.sat(public_id) == papers.SatPaper(exam.id, form)
        assert len(app.extensions["sitting.papers"].papers) == 2
        with pytest.raises(NotFound):
            papers.sat("nowhere")
