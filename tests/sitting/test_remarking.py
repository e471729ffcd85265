"""Scoring an exam again: worked out, agreed to by two, carried out at once, told, taken back; verified at each step."""

import random
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.jobs import run_waiting
from lms.sitting import decisions, equating, errors, queries, remarking, service
from lms.sitting.models import Attempt, AttemptResult, Decision, Remarking
from lms.transcripts.models import TranscriptEntry
from question_bank.assembly import Form
from question_bank.attempt import Kind
from question_bank.rekeying import rekeyed
from question_bank.remarking import Change, Remark
from question_bank.scoring import Rules
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.cohort import Cohort, sat_by_many
from tests.sitting.test_redraw import complaint, tamper


@pytest.fixture
def cohort(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Cohort:
    """Thirty have sat; Feng examines as well as Zhao."""
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.feng.id, Role.EXAMINER, reason="测试", by=None, unit_id=None)
    return sat_by_many(app, cast, exam_day, clock, count=30)


class Desk:
    """Two examiners before the scoring of an exam."""

    def __init__(self, app: Flask, cast: Cast, cohort: Cohort) -> None:
        self.app, self.cohort = app, cohort
        self.at = f"/exams/{cohort.exam.public_id}/scoring"
        self.zhao = sign_in(app.test_client(), cast.zhao)
        self.feng = sign_in(app.test_client(), cast.feng)
        self.author, self.other = cast.zhao.id, cast.feng.id
        with app.app_context():
            self.versions = exams.frozen(reading(), cohort.exam.id).pool.versions

    def key(self, kind: str, place: int = 0) -> int:
        """The number of a version of this type that papers hold."""
        return [key for key, version in sorted(self.versions.items()) if version.type == kind][place]

    def ask(self, remark: Remark | None) -> Remarking:
        """Asked and worked out."""
        with self.app.app_context():
            with writing() as session:
                exam = exams.by_ids(session, [self.cohort.exam.id])[self.cohort.exam.id]
                name = remarking.ask(session, exam, remark, self.viewer(self.author))
            run_waiting(self.app)
            return remarking.by_public_id(reading(), self.cohort.exam.id, name)

    @staticmethod
    def viewer(person: int) -> Any:
        """Somebody, as far as deciding goes."""
        return type("Who", (), {"id": person})()

    def carry_out(self, remark: Remark | None) -> Remarking:
        """Asked, proposed, agreed to, done."""
        asked = self.ask(remark)
        with self.app.app_context():
            exam = self.cohort.exam
            with writing() as session:
                found = remarking.by_public_id(session, exam.id, asked.public_id)
                name = remarking.propose(session, exam, found, "答案有误", self.viewer(self.author))
            with writing() as session:
                remarking.decide(session, exam, name, self.viewer(self.other), agree=True)
            run_waiting(self.app)
            run_waiting(self.app)
        return asked

    def standing(self) -> dict[int, tuple[Any, ...]]:
        """What counts of each attempt."""
        found: dict[int, tuple[Any, ...]] = {}
        with self.app.app_context():
            for row in reading().scalars(select(AttemptResult).order_by(AttemptResult.revision)):
                found[row.attempt_id] = (row.total, row.maximum, row.passed, row.scores, row.pass_mark)
        return found

    def gains(self, key: int) -> dict[int, int]:
        """By attempt the hundredths of marks for whoever has the question when its key becomes what the others chose."""
        found = dict[int, int]()
        with self.app.app_context():
            for row in reading().scalars(select(Attempt)).all():
                for slot in Form.from_record(row.form).slots:
                    if slot.version == key:
                        answers = queries.answers_of(reading(), [row.id], {slot.number})
                        right = answers[row.id][slot.number] in self.versions[key].body.right_keys()
                        found[row.id] = -200 if right else 200
        return found

    def decision(self) -> Decision:
        """The newest one."""
        with self.app.app_context():
            return decisions.all_of(reading(), self.cohort.exam.id)[0]


@pytest.fixture
def desk(app: Flask, cast: Cast, cohort: Cohort) -> Desk:
    """The page of the exam."""
    return Desk(app, cast, cohort)


def rekey(desk: Desk, place: int = 0, *, favour: bool = False) -> Remark:
    """The first wrong option of a single choice is right."""
    key = desk.key("single_choice", place)
    version = desk.versions[key]
    wrong = next(letter for letter in version.body.letters() if letter not in version.body.right_keys())
    return Remark((Change("key", key, rekeyed(version, [wrong])),), favour)


def test_a_key_is_mended_and_brought_back_bit_by_bit(app: Flask, desk: Desk, cohort: Cohort) -> None:
    """
    Whoever had the question gains or loses as was shown beforehand; earlier gradings stay; the reversal restores every
    stored score; transcripts and the audit log tell of both; recomputing everything agrees each time.
    """
    before, expected = desk.standing(), desk.gains(desk.key("single_choice"))

    asked = desk.carry_out(rekey(desk))
    after = desk.standing()

    changed = {row[0]: row for row in asked.changed or []}
    assert 5 <= len(changed) <= 30
    assert {key for key in before if before[key] != after[key]} == set(changed)
    assert {name: row[2] - row[1] for name, row in changed.items()} == expected, "marks come in twos"
    assert complaint(app, cohort.exam) == ""
    with app.app_context():
        told = reading().scalars(select(TranscriptEntry).where(TranscriptEntry.revision == 2)).all()
        acts = [row.act for row in reading().scalars(select(AuditEntry).where(AuditEntry.act.like("result.%")))]
    assert len(told) == len(changed)
    assert acts == ["result.propose", "result.agree", "result.apply"]

    desk.carry_out(None)

    assert desk.standing() == before
    assert complaint(app, cohort.exam) == ""


def test_any_order_of_remarks_and_reversals_keeps_the_books(app: Flask, desk: Desk, cohort: Cohort) -> None:
    """
    Twelve random steps: after each, everything recomputes bit by bit; each reversal restores what was there before.
    """
    luck, stack = random.Random(3), [desk.standing()]
    kinds = {
        0: lambda: rekey(desk, luck.randrange(3), favour=luck.random() < 0.5),
        1: lambda: Remark((Change("void", desk.key("true_false", luck.randrange(4))),)),
        2: lambda: Remark((Change("full", desk.key("numeric", luck.randrange(4))),)),
        3: lambda: Remark((Change("pass_mark", None, Decimal(luck.randrange(4, 20))),)),
        4: lambda: Remark((Change("accept", desk.key("numeric", luck.randrange(4)), "7"), Change("rules", None, Rules("all_or_nothing"))), favour=False),
    }  # fmt: skip
    for _step in range(12):
        if len(stack) > 1 and luck.random() < 0.4:
            desk.carry_out(None)
            stack.pop()
            assert desk.standing() == stack[-1]
        else:
            desk.carry_out(kinds[luck.randrange(5)]())
            stack.append(desk.standing())
        assert complaint(app, cohort.exam) == ""


def test_a_remark_that_changes_nothing_is_worked_out_as_nothing(desk: Desk) -> None:
    """
    An answer that nobody gave.
    """
    asked = desk.ask(Remark((Change("accept", desk.key("numeric"), "123456"),)))

    assert asked.changed == []
    assert asked.facts is not None
    assert (asked.facts["papers"], asked.facts["changed"]) == (30, 0)


def test_parts_of_the_organisation_are_told_apart(desk: Desk, cast: Cast) -> None:
    """
    Whose results change, by branch; the sums are those of the whole.
    """
    asked = desk.ask(rekey(desk))

    assert asked.facts is not None
    assert asked.facts["units"] == {cast.branch_b.public_id: [asked.facts[n] for n in ("gain", "lose", "rise", "fall")]}


def test_in_favour_nobody_loses(desk: Desk) -> None:
    """
    The same key in favour: only gains.
    """
    places = range(4)  # papers are drawn by chance: a question by whose key some gain and some lose
    found = ((place, desk.ask(rekey(desk, place))) for place in places)
    place, plain = next((place, one) for place, one in found if one.facts and one.facts["gain"] and one.facts["lose"])
    favour = desk.ask(rekey(desk, place, favour=True))

    assert plain.facts is not None
    assert favour.facts is not None
    assert plain.facts["lose"] > 0
    assert favour.facts["lose"] == 0
    assert favour.facts["gain"] == plain.facts["gain"] > 0


def test_one_person_alone_and_candidates_change_nothing(app: Flask, desk: Desk, cohort: Cohort) -> None:
    """
    The author cannot agree; who sat the exam can neither ask nor agree.
    """
    asked, exam = desk.ask(rekey(desk)), cohort.exam
    with app.app_context():
        with writing() as session:
            found = remarking.by_public_id(session, exam.id, asked.public_id)
            name = remarking.propose(session, exam, found, "答案有误", desk.viewer(desk.author))
        with pytest.raises(errors.OwnProposal), writing() as session:
            remarking.decide(session, exam, name, desk.viewer(desk.author), agree=True)
        with pytest.raises(errors.SatIt), writing() as session:
            remarking.decide(session, exam, name, desk.viewer(cohort.people[0][0]), agree=True)
        with pytest.raises(errors.SatIt), writing() as session:
            remarking.ask(session, exam, rekey(desk), desk.viewer(cohort.people[0][0]))
        found = remarking.by_public_id(reading(), exam.id, asked.public_id)
        with pytest.raises(errors.Undecided), writing() as session:
            remarking.propose(session, exam, found, "再来", desk.viewer(desk.author))
        further = reading().scalars(select(AttemptResult).where(AttemptResult.revision > 1)).all()

    assert further == []


def test_what_changed_since_is_not_carried_out(app: Flask, desk: Desk, cohort: Cohort) -> None:
    """
    An attempt is declared void between agreeing and carrying out: nothing is written, the decision is turned down.
    """
    asked, exam = desk.ask(rekey(desk)), cohort.exam
    victim = next(iter(asked.changed or []))[0]
    with app.app_context():
        with writing() as session:
            found = remarking.by_public_id(session, exam.id, asked.public_id)
            name = remarking.propose(session, exam, found, "答案有误", desk.viewer(desk.author))
        with writing() as session:
            remarking.decide(session, exam, name, desk.viewer(desk.other), agree=True)
        public_id = reading().get_one(Attempt, victim).public_id
        service.measure(exam.id, [public_id], Kind.VOID, key="a" * 22, reason="替考", by="x")
        run_waiting(app)
        count = len(reading().scalars(select(AttemptResult).where(AttemptResult.decision.is_not(None))).all())

    assert count == 0
    assert desk.decision().agreed is False
    assert complaint(app, cohort.exam) == ""
    desk.carry_out(rekey(desk))
    assert complaint(app, cohort.exam) == ""


def test_carrying_out_twice_is_carrying_out_once(app: Flask, desk: Desk) -> None:
    """
    A job may run twice.
    """
    desk.carry_out(rekey(desk))
    decision, before = desk.decision(), desk.standing()
    with app.app_context():
        prepared = remarking.Prepared(queries.basis(reading(), decision.exam_id), [])
        with writing() as session:
            done = remarking.carry_out(session, decision.id, prepared)

    assert done is False
    assert desk.standing() == before


def test_a_change_of_scoring_is_not_decided_on_the_page_of_pass_marks(app: Flask, desk: Desk, cohort: Cohort) -> None:
    """
    The page of pass marks does not show a proposal to change the scoring, and nobody agrees to it there.
    """
    asked = desk.ask(rekey(desk))
    with app.app_context():
        with writing() as session:
            found = remarking.by_public_id(session, cohort.exam.id, asked.public_id)
            name = remarking.propose(session, cohort.exam, found, "答案有误", desk.viewer(desk.author))
        with pytest.raises(NotFound), writing() as session:
            equating.decide(session, cohort.exam, name, desk.viewer(desk.other), agree=True)
    page = desk.feng.get(f"/sitting/exam/{cohort.exam.public_id}/pass-marks")

    assert page.status_code == 200
    assert name not in page.text
    assert name in desk.feng.get(f"{desk.at}/change/{asked.public_id}").text


REMARKED = "decision = 1 AND attempt_id = (SELECT MIN(attempt_id) FROM attempt_result WHERE decision = 1)"
TOUCHED = {
    "marks": (f"UPDATE attempt_result SET total = total + 100 WHERE {REMARKED}", "not what was decided"),
    "an outcome": (f"UPDATE attempt_result SET passed = NOT passed WHERE {REMARKED}", "not what was decided"),
    "a grading taken away": (f"DELETE FROM attempt_result WHERE {REMARKED}", "other gradings"),
    "a grading more": (
        "INSERT INTO attempt_result (attempt_id, revision, total, maximum, passed, scores, graded_at, reason, decision)"
        " SELECT attempt_id, revision + 1, total + 100, maximum, passed, scores, graded_at, reason, decision"
        f" FROM attempt_result WHERE {REMARKED}",
        "other gradings",
    ),
    "what it changes": ("UPDATE sitting_remarking SET changed = '[]'", "audit log"),
    "the key": ("UPDATE sitting_remarking SET remark = replace(remark, 'true', 'false')", "audit log"),
    "an author": ("UPDATE sitting_decision SET decided_by = proposed_by", "one person alone"),
    "a decision taken away": ("DELETE FROM sitting_decision", "audit log"),
}


@pytest.mark.parametrize("what", sorted(TOUCHED))
def test_whatever_is_touched_is_named(app: Flask, desk: Desk, cohort: Cohort, what: str) -> None:
    """
    Verifying folds the decisions over every attempt.
    """
    desk.carry_out(rekey(desk))
    assert complaint(app, cohort.exam) == ""
    statement, part = TOUCHED[what]

    tamper(app, statement)

    assert part in complaint(app, cohort.exam)


def finish(desk: Desk, address: str, who: FlaskClient) -> str:
    """The page once its jobs are done."""
    run_waiting(desk.app)
    return who.get(address).text


def test_the_pages_lead_from_the_question_to_the_reversal(app: Flask, desk: Desk, cohort: Cohort) -> None:
    """
    Choose the question, tick the right option, see who gains, give a reason; the other examiner agrees; candidates read why;
    it is taken back in the same way.
    """
    first = desk.standing()
    key = desk.key("single_choice")
    version = desk.versions[key]
    wrong = next(letter for letter in version.body.letters() if letter not in version.body.right_keys())
    form = desk.zhao.get(f"{desk.at}/question/{version.ref}")
    assert form.status_code == 200
    refused = post(desk.zhao, f"{desk.at}/question/{version.ref}", kind="key", ticked=sorted(version.body.right_keys()))
    assert refused.status_code == 422

    asked = post(desk.zhao, f"{desk.at}/question/{version.ref}", kind="key", ticked=[wrong], favour="y")
    assert asked.status_code == 303
    page = finish(desk, asked.location, desk.zhao)
    assert "考生" in page
    assert post(desk.zhao, f"{asked.location}/propose", reason="").status_code == 422
    assert post(desk.zhao, f"{asked.location}/propose", reason="第一题答案有误").status_code == 303
    assert "/agree" not in desk.zhao.get(asked.location).text
    assert post(desk.feng, f"{desk.at}/{desk.decision().public_id}/agree").status_code == 303
    run_waiting(app)

    assert desk.standing() != first
    assert "第一题答案有误" in desk.zhao.get(desk.at).text

    back = post(desk.feng, f"{desk.at}/reverse")
    finish(desk, back.location, desk.feng)
    assert post(desk.feng, f"{back.location}/propose", reason="改回").status_code == 303
    assert post(desk.zhao, f"{desk.at}/{desk.decision().public_id}/agree").status_code == 303
    run_waiting(app)
    assert desk.standing() == first
    assert complaint(app, cohort.exam) == ""


def test_the_whole_exam_can_get_another_pass_mark(app: Flask, desk: Desk, cohort: Cohort) -> None:
    """
    With what holds now filled in; unchanged it is refused.
    """
    rules = {"multiple": "cn_half", "ordering": "all_or_nothing", "matching": "per_pair"}
    assert 'value="12' in desk.zhao.get(desk.at).text
    assert post(desk.zhao, desk.at, pass_mark="12", **rules).status_code == 422
    assert post(desk.zhao, desk.at, pass_mark="99", **rules).status_code == 422

    asked = post(desk.zhao, desk.at, pass_mark="8", **rules)

    assert asked.status_code == 303
    assert finish(desk, asked.location, desk.zhao)
