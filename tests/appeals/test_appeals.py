"""Appeals: made by the candidate within their time, looked at by one, confirmed by another, ended by a change of the result."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.accounts import queries as people
from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.appeals import errors, queries, service
from lms.appeals.models import Appeal, AppealStep
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.exams import service as exams
from lms.paging import paginate
from lms.sitting import queries as sitting
from lms.sitting.models import Remarking
from lms.sitting.policy import access_own_attempt
from tests.budget.measure import MOST_QUERIES
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.cohort import Cohort, sat_by_many
from tests.sitting.test_remarking import Desk, rekey
from tests.statements import statements

REASON, WORDS = "第一题的答案与法条不符，请复核。", "经复核，答案与法条一致，评分无误。"


@pytest.fixture
def cohort(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Cohort:
    """Thirty have sat; Feng and Chen examine as well as Zhao."""
    with app.app_context(), writing() as session:
        for one in (cast.feng, cast.chen):
            accounts.grant_role(session, one.id, Role.EXAMINER, reason="测试", by=None, unit_id=None)
    return sat_by_many(app, cast, exam_day, clock, count=30)


class Bench:
    """Candidates and examiners before the appeals of an exam."""

    def __init__(self, app: Flask, cast: Cast, cohort: Cohort) -> None:
        self.app, self.cast, self.cohort, self.exam = app, cast, cohort, cohort.exam

    @staticmethod
    def viewer(person: int) -> Any:
        """Somebody, as far as appeals go."""
        return type("Who", (), {"id": person})()

    def make(self, place: int = 0, questions: tuple[int, ...] = ()) -> str:
        """The appeal of the candidate at this place."""
        with self.app.app_context():
            me = self.viewer(self.cohort.people[place][0])
            sat = access_own_attempt(me, self.cohort.attempts[place])
            with writing() as session:
                return service.make(session, sat, questions, REASON, me)

    def step(self, appeal: str, name: str, person: int, **more: Any) -> None:
        """One step of it."""
        steps = {
            "take": service.take, "withdraw": service.withdraw, "decide": service.decide,
            "find": lambda s, a, by, finding="right", seen=0: service.find(
                s, a, finding, WORDS, by, seen=seen or sitting.gradings(s, a.attempt_id, a.exam_id)[-1].revision
            ),
        }  # fmt: skip
        with self.app.app_context(), writing() as session:
            row = session.scalars(select(Appeal).where(Appeal.public_id == appeal)).one()
            steps[name](session, row, self.viewer(person), **more)

    def stage(self, appeal: str) -> str:
        """How far it is."""
        with self.session() as session:
            return queries.stage_of(session, session.scalars(select(Appeal).where(Appeal.public_id == appeal)).one())

    @contextmanager
    def session(self) -> Iterator[Session]:
        """To read."""
        with self.app.app_context():
            yield reading()

    def attempt(self, place: int) -> int:
        """The attempt at this place; within a context."""
        me = self.viewer(self.cohort.people[place][0])
        return access_own_attempt(me, self.cohort.attempts[place]).attempt.id

    def places(self, asked: Remarking) -> list[int]:
        """Those whose results a change of scoring changes, in its order."""
        with self.app.app_context():
            by_attempt = {self.attempt(place): place for place in range(len(self.cohort.people))}
        return [by_attempt[row[0]] for row in asked.changed or ()]

    def numbers(self, place: int, version: int | None) -> tuple[int, int]:
        """The number of the question of this version on a paper, and of another one."""
        with self.app.app_context():
            form = sitting.paper_of(reading(), self.attempt(place))[1]
        here = next(slot.number for slot in form.slots if slot.version == version)
        return here, next(slot.number for slot in form.slots if slot.version != version)

    def candidate(self, place: int = 0) -> FlaskClient:
        """The browser of the candidate at this place."""
        with self.app.app_context():
            person = people.people_by_ids(reading(), [self.cohort.people[place][0]])[self.cohort.people[place][0]]
        return sign_in(self.app.test_client(), person)


@pytest.fixture
def bench(app: Flask, cast: Cast, cohort: Cohort) -> Bench:
    """Everybody is there."""
    return Bench(app, cast, cohort)


def test_one_looks_another_confirms_the_candidate_reads(app: Flask, bench: Bench) -> None:
    """
    Every step is kept and stands in the audit log; nothing of the trail can be changed.
    """
    appeal = bench.make(questions=(1, 3))
    bench.step(appeal, "take", bench.cast.zhao.id)
    bench.step(appeal, "find", bench.cast.zhao.id)
    bench.step(appeal, "decide", bench.cast.feng.id, confirm=False)
    bench.step(appeal, "find", bench.cast.zhao.id)
    with pytest.raises(errors.OwnFinding):
        bench.step(appeal, "decide", bench.cast.zhao.id, confirm=True)
    bench.step(appeal, "decide", bench.cast.feng.id, confirm=True)

    assert bench.stage(appeal) == "kept"
    with bench.session() as session:
        kinds = list(session.scalars(select(AppealStep.kind).order_by(AppealStep.number)))
        acts = list(
            session.scalars(select(AuditEntry.act).where(AuditEntry.thing_id == appeal).order_by(AuditEntry.number))
        )
    assert kinds == ["made", "taken", "found", "returned", "found", "confirmed"]
    assert acts == [f"appeal.{kind}" for kind in kinds]
    with pytest.raises(DBAPIError), app.app_context(), writing() as session:
        session.execute(text("UPDATE appeal_step SET kind = 'made'"))


def test_once_for_each_result_and_in_time(
    app: Flask, bench: Bench, clock: TestClock, cast: Cast, cohort: Cohort
) -> None:
    """
    A second one on the same grading is refused, also after the first was withdrawn; one after seven days is; a change of the
    result opens them again for whoever has another grading.
    """
    appeal = bench.make()
    with pytest.raises(errors.Twice):
        bench.make()
    bench.step(appeal, "withdraw", cohort.people[0][0])
    with pytest.raises(errors.Twice):
        bench.make()
    with pytest.raises(errors.Moved):
        bench.step(appeal, "take", cast.zhao.id)
    clock.advance(hours=24 * 7 + 1)
    with pytest.raises(errors.TooLate):
        bench.make(1)

    places = bench.places(Desk(app, cast, cohort).carry_out(rekey(Desk(app, cast, cohort))))

    assert bench.make(places[-1])
    with pytest.raises(errors.TooLate):
        bench.make(next(n for n in range(1, 30) if n not in places))


def test_time_runs_from_when_the_result_became_visible(app: Flask, bench: Bench, cohort: Cohort) -> None:
    """
    At once: from the grading; after the window: from its end; by hand: from the release; a later grading: from it.
    """
    exam = cohort.exam
    with bench.session():
        ended = exam.opens_at + timedelta(minutes=31)
        later = exam.closes_at + timedelta(days=3)

        def since(release: str, graded: Any, released: Any = None) -> Any:
            row = type("Row", (), {"release": release, "closes_at": exam.closes_at, "released_at": released})()
            return queries.visible_since(row, graded)

        seen = [
            since("at_once", ended), since("after_window", ended), since("by_hand", ended, later),
            since("after_window", later), since("at_once", later),
        ]  # fmt: skip

    assert seen == [ended, exam.closes_at, later, later, later]


def test_an_exam_may_have_other_days_or_no_appeals(app: Flask, bench: Bench, clock: TestClock) -> None:
    """
    Thirty days let one in after ten; none refuses.
    """
    with app.app_context(), writing() as session:
        service.set_days(session, bench.exam, 30)
    clock.advance(hours=240)
    assert bench.make()
    with app.app_context(), writing() as session:
        service.set_days(session, bench.exam, 0)
    with pytest.raises(errors.NoAppeals):
        bench.make(1)


def test_nobody_looks_at_their_own_exam_or_decision(app: Flask, bench: Bench, cast: Cast, cohort: Cohort) -> None:
    """
    Who sat the exam takes no part; who proposed or agreed to the change of the question that the appeal is about does not look
    at it, but may confirm; about other questions they may.
    """
    desk = Desk(app, cast, cohort)
    remark = rekey(desk)
    place = bench.places(desk.carry_out(remark))[0]
    touched, other = bench.numbers(place, remark.changes[0].version)
    appeal = bench.make(place, (touched,))

    for person in (cast.zhao.id, cast.feng.id):
        with pytest.raises(errors.Decided):
            bench.step(appeal, "take", person)
    with pytest.raises(errors.SatIt):
        bench.step(appeal, "take", cohort.people[5][0])
    bench.step(appeal, "take", cast.chen.id)
    bench.step(appeal, "find", cast.chen.id)
    with pytest.raises(errors.SatIt):
        bench.step(appeal, "decide", cohort.people[5][0], confirm=True)
    bench.step(appeal, "decide", cast.zhao.id, confirm=True)
    assert bench.stage(appeal) == "kept"
    with app.app_context():
        given = sitting.gradings(reading(), bench.attempt(place), cohort.exam.id)
        form = sitting.paper_of(reading(), bench.attempt(place))[1]
        decided = sitting.in_force(reading(), cohort.exam.id)
        found = [sitting.deciders(decided, form, given, some) for some in ([other], [touched], [])]
        before = sitting.deciders(decided, form, given[:1], [])
    assert found == [set(), {cast.zhao.id, cast.feng.id}, {cast.zhao.id, cast.feng.id}]
    assert before == set()


def test_what_is_to_be_changed_waits_for_the_change(app: Flask, bench: Bench, cast: Cast, cohort: Cohort) -> None:
    """
    It is being mended until a decision later than the finding changed this result; then old and new marks stand there. Until
    then it may be looked at once more.
    """
    desk = Desk(app, cast, cohort)
    remark = rekey(desk)
    asked = desk.ask(remark)
    place, row = bench.places(asked)[0], (asked.changed or [])[0]
    appeal = bench.make(place)
    bench.step(appeal, "take", cast.chen.id)
    bench.step(appeal, "find", cast.chen.id, finding="change")
    bench.step(appeal, "decide", cast.feng.id, confirm=True)
    assert bench.stage(appeal) == "mending"
    bench.step(appeal, "take", cast.zhao.id)
    bench.step(appeal, "find", cast.zhao.id, finding="change")
    bench.step(appeal, "decide", cast.chen.id, confirm=True)
    with bench.session() as session:
        assert queries.undecided(session, bench.exam.id) == 1
    assert WORDS in bench.candidate(place).get(f"/appeals/{appeal}").text

    desk.carry_out(remark)

    assert bench.stage(appeal) == "changed"
    with bench.session() as session:
        found = session.scalars(select(Appeal)).one()
        outcome = queries.outcome(found, sitting.gradings(session, found.attempt_id, found.exam_id))
        assert queries.undecided(session, bench.exam.id) == 0
    assert outcome is not None
    assert [int(outcome.before.total * 100), int(outcome.after.total * 100)] == row[1:3]
    with pytest.raises(errors.Moved):
        bench.step(appeal, "take", cast.chen.id)
    assert "changed" in bench.candidate(place).get(f"/appeals/{appeal}", headers={"Accept-Language": "en"}).text


def test_results_that_are_not_shown_have_no_appeals(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock
) -> None:
    """
    Before the release by hand it is refused, after it not.
    """
    cohort = sat_by_many(app, cast, exam_day, clock, count=30, release="by_hand")
    bench = Bench(app, cast, cohort)
    with pytest.raises(errors.NotVisible):
        bench.make()
    with app.app_context(), writing() as session:
        exams.release(session, cohort.exam.id)
    clock.advance(hours=24 * 6)
    assert bench.make()


def test_the_list_is_sorted_and_counted_by_the_database(bench: Bench, cast: Cast) -> None:
    """
    By time, by state, by name of the state; the open ones are counted.
    """
    made = [bench.make(n) for n in range(4)]
    bench.step(made[1], "take", cast.zhao.id)
    bench.step(made[2], "withdraw", bench.cohort.people[2][0])
    with bench.session() as session:
        down = paginate(session, queries.of_exam(bench.exam.id, descending=True), number=1)
        taken = paginate(session, queries.of_exam(bench.exam.id, stage="taken"), number=1)
        stages = [
            stage for _one, stage in paginate(session, queries.of_exam(bench.exam.id, sort="stage"), number=1).items
        ]
        counts = queries.counts(session, bench.exam.id)

    assert [one.public_id for one, _stage in down.items] == made[::-1]
    assert [one.public_id for one, _stage in taken.items] == [made[1]]
    assert stages == sorted(stages)
    assert counts == {"open": 2, "taken": 1, "withdrawn": 1}


def test_the_pages_lead_from_the_result_to_the_outcome(app: Flask, bench: Bench, cast: Cast) -> None:
    """
    The result has a link, too short a reason is refused, a stranger sees nothing, the examiners see what was answered, and the
    candidate never reads who looked.
    """
    lin, zhao = bench.candidate(), sign_in(app.test_client(), cast.zhao)
    feng, stranger = sign_in(app.test_client(), cast.feng), bench.candidate(1)
    attempt = bench.cohort.attempts[0]
    at, desk = f"/appeals/attempt/{attempt}", f"/exams/{bench.exam.public_id}/appeals"
    assert at in lin.get(f"/sitting/{attempt}/result").text
    assert "(" in lin.get(at).text
    assert stranger.get(at).status_code == 404
    assert post(lin, at, reason="太短").status_code == 422
    assert post(lin, at, reason=REASON, questions="99").status_code == 422
    made = post(lin, at, reason=REASON, questions=["1", "2"])
    assert made.status_code == 303
    assert stranger.get(made.location).status_code == 404
    assert post(lin, at, reason=REASON).status_code == 409
    appeal = made.location.rsplit("/", 1)[1]
    assert appeal in lin.get("/appeals/").text

    listed = zhao.get(f"{desk}?stage=open&sort=stage&order=desc").text
    assert appeal in listed
    page = zhao.get(f"{desk}/{appeal}").text
    assert REASON in page
    assert post(zhao, f"{desk}/{appeal}/take").status_code == 303
    assert post(zhao, f"{desk}/{appeal}/finding", finding="right", words="短").status_code == 422
    assert post(zhao, f"{desk}/{appeal}/finding", finding="right", words=WORDS, grading="2").status_code == 303
    assert bench.stage(appeal) == "taken", "the page was of another grading"
    assert post(zhao, f"{desk}/{appeal}/finding", finding="right", words=WORDS, grading="1").status_code == 303
    assert WORDS not in lin.get(made.location).text
    assert post(feng, f"{desk}/{appeal}/confirm").status_code == 303
    page = lin.get(made.location).text
    assert WORDS in page
    assert not [name for name in (cast.zhao.name, cast.feng.name) if name in page]
    assert post(lin, f"{made.location}/withdraw").status_code == 409
    assert post(zhao, desk, days="3").status_code == 303
    assert post(zhao, desk, days="91").status_code == 422
    assert zhao.get(f"{desk}/{appeal}").status_code == 200
    assert post(zhao, f"{desk}/{appeal}/nothing").status_code == 404


def test_the_home_page_of_an_examiner_leads_to_what_waits(app: Flask, bench: Bench, cast: Cast) -> None:
    """
    With how many, as long as any does; not on that of others.
    """
    appeal, desk = bench.make(), f"/exams/{bench.exam.public_id}/appeals"
    zhao, chief = sign_in(app.test_client(), cast.zhao), sign_in(app.test_client(), cast.qian)
    assert desk in zhao.get("/").text
    assert desk not in chief.get("/").text
    bench.step(appeal, "withdraw", bench.cohort.people[0][0])

    assert desk not in zhao.get("/").text


def test_pages_cost_no_more_than_others(app: Flask, bench: Bench, cast: Cast) -> None:
    """
    Each page of appeals asks at most twelve things of the database, also where a change of scoring is in force.
    """
    desk, zhao = Desk(app, cast, bench.cohort), sign_in(app.test_client(), cast.zhao)
    place = bench.places(desk.carry_out(rekey(desk)))[0]
    lin, appeal = bench.candidate(place), bench.make(place)
    exam, attempt = bench.exam.public_id, bench.cohort.attempts[place]
    cost = {}
    for client, path in (
        (lin, "/appeals/"), (lin, f"/appeals/attempt/{attempt}"), (lin, f"/appeals/{appeal}"),
        (zhao, f"/exams/{exam}/appeals"), (zhao, f"/exams/{exam}/appeals/{appeal}"), (zhao, f"/exams/{exam}/archive"),
    ):  # fmt: skip
        client.get(path)
        with statements(app) as sent:
            assert client.get(path).status_code == 200
        cost[path] = len(sent)

    assert {path: count for path, count in cost.items() if count > MOST_QUERIES} == {}
