"""Own pass marks of papers: worked out of the sitting itself, decided on by two, appended and told, brought back by two."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import queries as people
from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.exams import service as exam_service
from lms.jobs import run_waiting
from lms.sitting import decisions, equating, service, telling
from lms.sitting.models import Attempt, AttemptResult, Decision, Equating
from lms.transcripts import queries as transcripts
from lms.transcripts.models import TranscriptEntry
from question_bank.assembly import Form
from question_bank.attempt import Kind
from question_bank.equating import Facts
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.cohort import Cohort, sat_by_many
from tests.sitting.test_redraw import complaint, tamper
from tests.statements import statements


@pytest.fixture
def cohort(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Cohort:
    """Eighty have sat; Feng examines as well as Zhao."""
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.feng.id, Role.EXAMINER, reason="测试", by=None, unit_id=None)
    return sat_by_many(app, cast, exam_day, clock)


class Desk:
    """Two examiners before the page of an exam."""

    def __init__(self, app: Flask, cast: Cast, cohort: Cohort) -> None:
        self.app, self.cohort = app, cohort
        self.at = f"/sitting/exam/{cohort.exam.public_id}/pass-marks"
        self.zhao = sign_in(app.test_client(), cast.zhao)
        self.feng = sign_in(app.test_client(), cast.feng)

    def decision(self) -> Decision:
        """The newest one."""
        with self.app.app_context():
            return decisions.all_of(reading(), self.cohort.exam.id)[0]

    def propose(self, kind: str = "equated") -> Any:
        """Zhao proposes."""
        return post(self.zhao, f"{self.at}/propose", kind=kind, reason="试卷难度不一")

    def answer(self, who: FlaskClient, word: str = "agree") -> Any:
        """Somebody decides on the newest proposal; what follows is done."""
        answer = post(who, f"{self.at}/{self.decision().public_id}/{word}")
        run_waiting(self.app)
        return answer

    def adopt(self, kind: str = "equated") -> None:
        """Proposed and agreed to."""
        assert self.propose(kind).status_code == 303
        assert self.answer(self.feng).status_code == 303

    def gradings(self) -> dict[int, list[AttemptResult]]:
        """All gradings by attempt, in order."""
        found: dict[int, list[AttemptResult]] = {}
        with self.app.app_context():
            query = select(AttemptResult).order_by(AttemptResult.attempt_id, AttemptResult.revision)
            for row in reading().scalars(query):
                found.setdefault(row.attempt_id, []).append(row)
        return found


@pytest.fixture
def desk(app: Flask, cast: Cast, cohort: Cohort) -> Desk:
    """The page of the exam."""
    return Desk(app, cast, cohort)


def test_pass_marks_are_worked_out_when_the_exam_is_over(app: Flask, desk: Desk, cohort: Cohort) -> None:
    """
    By the job that tells the bank how its questions did: a mark for every attempt, lower the more hard questions a paper
    has, on average the exam's.
    """
    with app.app_context():
        worked = equating.latest(reading(), cohort.exam.id)
        assert worked is not None
        known = Facts.from_record(worked.facts)
        versions = exams.frozen(reading(), cohort.exam.id).pool.versions
        hard: dict[int, int] = {}
        for attempt in reading().scalars(select(Attempt).where(Attempt.exam_id == cohort.exam.id)):
            refs = [versions[slot.version].ref for slot in Form.from_record(attempt.form).slots]
            hard[attempt.id] = sum(int(ref.rsplit("-", 1)[1]) % 8 < 4 for ref in refs)
    cuts = {key: Decimal(cut) / 100 for key, cut in zip(worked.attempts, worked.cuts, strict=True)}
    by_hard = [[cuts[key] for key in cuts if hard[key] == count] for count in sorted(set(hard.values()))]
    means = [sum(some) / len(some) for some in by_hard]

    assert known.sound
    assert known.papers == len(cuts) == len(cohort.attempts)
    assert means == sorted(means, reverse=True)
    assert means[0] - means[-1] >= 4
    assert abs(sum(cuts.values()) / len(cuts) - 12) < Decimal("0.4")
    assert {cut % 2 for cut in cuts.values()} == {0}, "marks come in twos"
    assert (known.least, known.most) == (min(cuts.values()), max(cuts.values()))
    page = desk.zhao.get(desk.at).text
    assert f"({len(worked.changed)})" in page
    assert known.rise + known.fall == len(worked.changed) > 3


def test_adopting_appends_and_restoring_appends_again(app: Flask, desk: Desk, cohort: Cohort) -> None:
    """
    After one decision every attempt has a second grading by its paper's pass mark, after another a third by the exam's;
    marks never change, earlier gradings stay, and whoever's outcome changed finds it in the transcript, and only they.
    """
    first = {key: rows[0] for key, rows in desk.gradings().items()}
    desk.adopt()
    second = desk.gradings()
    with app.app_context():
        worked = equating.latest(reading(), cohort.exam.id)
        assert worked is not None
        entries = reading().scalars(select(TranscriptEntry).where(TranscriptEntry.revision == 2)).all()
        told = {entry.source: entry.passed for entry in entries}
        names = {row.public_id: row.id for row in reading().execute(select(Attempt.public_id, Attempt.id))}

    assert all([row.revision for row in rows] == [1, 2] for rows in second.values())
    assert all(rows[1].reason == "equated" and rows[1].total == rows[0].total for rows in second.values())
    assert all(rows[1].passed is (rows[1].total >= rows[1].pass_mark) for rows in second.values())  # type: ignore[operator]
    assert all(rows[0].passed is first[key].passed and rows[0].pass_mark is None for key, rows in second.items())
    changed = {key for key, rows in second.items() if rows[1].passed != rows[0].passed}
    assert changed == set(worked.changed)
    assert {names[name]: passed for name, passed in told.items()} == {key: second[key][1].passed for key in changed}

    desk.adopt("restored")
    third = desk.gradings()
    assert all((rows[2].reason, rows[2].pass_mark) == ("restored", None) for rows in third.values())
    assert all(rows[2].passed is rows[0].passed for rows in third.values())
    with app.app_context():
        for name, key in names.items():
            person = reading().query(Attempt).filter_by(id=key).one().person_id
            (line,) = transcripts.all_entries(reading(), person)
            assert (line.source, line.passed) == (name, third[key][0].passed)
    assert complaint(app, cohort.exam) == ""


def test_one_person_alone_changes_nothing(app: Flask, desk: Desk) -> None:
    """
    The author of a proposal cannot agree to it, only take it back; the audit log names both who did.
    """
    desk.propose()
    assert desk.answer(desk.zhao).status_code == 303
    assert desk.decision().agreed is None
    assert desk.propose().status_code == 409, "one proposal after the other"
    assert desk.answer(desk.zhao, "decline").status_code == 303
    assert desk.decision().agreed is False
    assert all(len(rows) == 1 for rows in desk.gradings().values())

    desk.adopt()
    with app.app_context():
        query = select(AuditEntry.act, AuditEntry.actor).where(AuditEntry.act.startswith("result."))
        acts = [(row.act, row.actor) for row in reading().execute(query.order_by(AuditEntry.number))]
    assert [act for act, _actor in acts] == [
        "result.propose", "result.decline", "result.propose", "result.agree", "result.apply",
    ]  # fmt: skip
    assert acts[2][1] != acts[3][1]


def test_who_sat_the_exam_takes_no_part(app: Flask, cast: Cast, desk: Desk, cohort: Cohort) -> None:
    """
    Nobody decides about their own result: neither proposing nor agreeing.
    """
    desk.propose()
    person_id = cohort.people[0][0]
    with app.app_context(), writing() as session:
        accounts.grant_role(session, person_id, Role.EXAMINER, reason="测试", by=None, unit_id=None)
    with app.app_context():
        person = people.person_by_id(reading(), person_id)
    candidate = sign_in(app.test_client(), person)

    desk.answer(candidate)
    assert desk.decision().agreed is None
    desk.answer(candidate, "decline")
    assert desk.decision().agreed is None


def test_candidates_see_before_and_after(app: Flask, desk: Desk, cohort: Cohort) -> None:
    """
    A result never falls in silence: the page of whoever's outcome changed says both, and the paper's pass mark.
    """
    desk.adopt()
    fell = next((rows for rows in desk.gradings().values() if rows[0].passed and not rows[1].passed), None)
    rose = next((rows for rows in desk.gradings().values() if rows[1].passed and not rows[0].passed), None)
    assert fell
    assert rose
    for rows, before, after in ((fell, "Passed", "Not passed"), (rose, "Not passed", "Passed")):
        page = result_page(app, rows[0].attempt_id)
        assert (
            f"By the exam&#39;s pass mark: {before}. Now: {after}." in page
            or f"By the exam's pass mark: {before}. Now: {after}." in page
        )
        assert f"Its pass mark is {rows[1].pass_mark:f}".rstrip("0").rstrip(".") in page


def result_page(app: Flask, attempt_id: int) -> str:
    """The result as its candidate sees it, in English."""
    with app.app_context():
        attempt = reading().query(Attempt).filter_by(id=attempt_id).one()
        person = people.person_by_id(reading(), attempt.person_id)
    client = sign_in(app.test_client(), person)
    return client.get(f"/sitting/{attempt.public_id}/result", headers={"Accept-Language": "en"}).text


def test_a_void_attempt_is_left_out_and_told_last(app: Flask, desk: Desk, cohort: Cohort) -> None:
    """
    Declared void after the figures: they are out of date. Declared void after the decision: the transcript says void,
    whatever revision the grading has, and everything still fits.
    """
    name = cohort.attempts[0]
    with app.app_context():
        service.measure(cohort.exam.id, [name], Kind.VOID, key="a" * 22, reason="作弊", by="x")
    assert desk.propose().status_code == 409
    post(desk.zhao, f"{desk.at}/work-out")
    run_waiting(app)
    desk.adopt()
    other = cohort.attempts[1]
    with app.app_context():
        service.measure(cohort.exam.id, [other], Kind.VOID, key="b" * 22, reason="作弊", by="x")
        with writing() as session:
            telling.tell_voided(session, cohort.exam.id, [other])
    run_waiting(app)
    with app.app_context():
        rows = {a.public_id: a for a in reading().scalars(select(Attempt).where(Attempt.public_id.in_([name, other])))}
        entries = [transcripts.all_entries(reading(), rows[other].person_id)[0]]
        newest = reading().scalars(select(TranscriptEntry.revision).where(TranscriptEntry.source == other)).all()

    assert [len(desk.gradings()[rows[each].id]) for each in (name, other)] == [1, 2]
    assert (entries[0].passed, entries[0].score) == (False, 0)
    assert max(newest) == 3
    assert complaint(app, cohort.exam) == ""


def test_results_released_later_are_told_as_they_stand(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock
) -> None:
    """
    Where results are released by hand after the decision, the transcript has the grading that counts and no other.
    """
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.feng.id, Role.EXAMINER, reason="测试", by=None, unit_id=None)
    cohort = sat_by_many(app, cast, exam_day, clock, release="by_hand")
    desk = Desk(app, cast, cohort)
    desk.adopt()
    with app.app_context():
        assert reading().scalars(select(TranscriptEntry.id)).all() == []
        with writing() as session:
            exam_service.release(session, cohort.exam.id)
    run_waiting(app)
    gradings = desk.gradings()
    with app.app_context():
        names = {row.public_id: row.id for row in reading().execute(select(Attempt.public_id, Attempt.id))}
        entries = reading().scalars(select(TranscriptEntry)).all()

    assert len(entries) == len(cohort.attempts)
    assert {names[entry.source]: (entry.revision, entry.passed) for entry in entries} == {
        key: (2, rows[1].passed) for key, rows in gradings.items()
    }


def test_too_few_answers_are_shown_and_not_adopted(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    Twelve candidates say too little: the figures are there, a proposal is refused and says why.
    """
    cohort = sat_by_many(app, cast, exam_day, clock, count=12)
    desk = Desk(app, cast, cohort)
    with app.app_context():
        worked = equating.latest(reading(), cohort.exam.id)
        assert worked is not None
        assert not Facts.from_record(worked.facts).sound
    page = desk.zhao.get(desk.at, headers={"Accept-Language": "en"}).text

    assert "cannot be adopted" in page
    assert 'name="reason"' not in page
    assert desk.propose().status_code == 409


def test_carrying_out_goes_on_where_it_was_interrupted(
    app: Flask, desk: Desk, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Some attempts in a transaction; done again after a crash nothing is graded twice. Meanwhile verifying is content.
    """
    monkeypatch.setattr(equating, "AT_ONCE", 30)
    desk.propose()
    post(desk.feng, f"{desk.at}/{desk.decision().public_id}/agree")
    with app.app_context(), writing() as session:
        assert equating.carry_out(session, desk.decision().id)
    assert sorted({len(rows) for rows in desk.gradings().values()}) == [1, 2]
    assert complaint(app, cohort.exam) == ""
    run_waiting(app)
    run_waiting(app)

    assert {len(rows) for rows in desk.gradings().values()} == {2}
    assert desk.decision().applied_at is not None
    assert complaint(app, cohort.exam) == ""


SECOND = "revision = 2 AND attempt_id = (SELECT MIN(attempt_id) FROM attempt_result)"
TOUCHED = {
    "a pass mark": (f"UPDATE attempt_result SET pass_mark = pass_mark - 200 WHERE {SECOND}", "not what was decided"),
    "an outcome": (f"UPDATE attempt_result SET passed = NOT passed WHERE {SECOND}", "not what was decided"),
    "a reason": (f"UPDATE attempt_result SET reason = 'automatic' WHERE {SECOND}", "not what was decided"),
    "a score": (f"UPDATE attempt_result SET total = total + 200, maximum = maximum + 200 WHERE {SECOND}", "not what was decided"),
    "a grading taken away": (f"DELETE FROM attempt_result WHERE {SECOND}", "other gradings"),
    "the figures": ("UPDATE sitting_equating SET cuts = replace(cuts, '1200', '1000')", "audit log"),
    "an author": ("UPDATE sitting_decision SET decided_by = proposed_by", "one person alone"),
    "a decision taken away": ("DELETE FROM sitting_decision", "audit log"),
}  # fmt: skip


@pytest.mark.one_database
@pytest.mark.parametrize("what", sorted(TOUCHED))
def test_whatever_is_touched_is_named(app: Flask, desk: Desk, cohort: Cohort, what: str) -> None:
    """
    Verifying recomputes gradings, pass marks and decisions.
    """
    desk.adopt()
    assert complaint(app, cohort.exam) == ""
    statement, part = TOUCHED[what]

    tamper(app, statement)

    assert part in complaint(app, cohort.exam)


def test_pass_marks_written_anew_with_their_decision_are_found(
    app: Flask, desk: Desk, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Figures that the audit log itself vouches for must still follow from what the attempts earned.
    """
    real = equating.work_out

    def generous(session: Any, exam: Any) -> Any:
        worked = real(session, exam)
        assert worked is not None
        cuts = {key: cut - 2 for key, cut in worked.cuts.items()}
        return equating.Worked(cuts, worked.changed, worked.facts)

    monkeypatch.setattr(equating, "work_out", generous)
    post(desk.zhao, f"{desk.at}/work-out")
    run_waiting(app)
    desk.adopt()

    assert "is not what the attempts make it" in complaint(app, cohort.exam)
    with app.app_context():
        assert reading().query(Equating).count() == 2


def test_the_page_asks_the_database_no_more_than_other_pages(app: Flask, desk: Desk) -> None:
    """
    With figures, a full list of papers and decisions.
    """
    desk.adopt()
    with statements(app) as sent:
        assert desk.zhao.get(f"{desk.at}?show=all").status_code == 200

    assert len([one for one in sent if one.lstrip().upper().startswith("SELECT")]) <= 12, sent
