"""Signing an exam off: two people, nothing open; then everything is locked, and its evidence is one package that checks itself."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.appeals import service as appeals
from lms.appeals.models import Appeal
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.exams import service as exam_service
from lms.exams.errors import ExamArchived
from lms.ids import new_public_id
from lms.jobs import run_waiting
from lms.signoff import errors, package, queries, service
from lms.sitting import equating, remarking
from lms.sitting import service as sitting
from lms.sitting.cli import verify
from lms.supervision import service as supervision
from lms.supervision.service import Order
from question_bank.attempt import Incoming, Kind
from tests.appeals.test_appeals import REASON, Bench
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.cohort import Cohort, sat_by_many
from tests.sitting.test_redraw import complaint
from tests.sitting.test_remarking import Desk, rekey


@pytest.fixture
def cohort(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Cohort:
    """Thirty have sat; Feng and Chen examine as well as Zhao."""
    with app.app_context(), writing() as session:
        for one in (cast.feng, cast.chen):
            accounts.grant_role(session, one.id, Role.EXAMINER, reason="测试", by=None, unit_id=None)
    return sat_by_many(app, cast, exam_day, clock, count=30)


class Seal:
    """Two examiners who sign an exam off."""

    def __init__(self, app: Flask, cast: Cast, cohort: Cohort) -> None:
        self.app, self.cast, self.cohort, self.id = app, cast, cohort, cohort.exam.id

    def run(self, act: Callable[[Session, Any], Any]) -> Any:
        """Something in a transaction, with the exam as it is."""
        with self.app.app_context(), writing() as session:
            return act(session, exams.by_ids(session, [self.id])[self.id])

    def propose(self, by: int | None = None) -> str:
        """By Zhao."""
        who = Bench.viewer(by or self.cast.zhao.id)
        return str(self.run(lambda session, exam: service.propose(session, exam, "全部办结", who)))

    def decide(self, name: str, by: int, *, agree: bool = True) -> None:
        """By somebody."""
        self.run(lambda session, exam: service.decide(session, exam, name, Bench.viewer(by), agree=agree))

    def archived(self) -> None:
        """Proposed and agreed to, once nobody can appeal any more."""
        self.run(lambda session, exam: appeals.set_days(session, exam, 0))
        self.decide(self.propose(), self.cast.feng.id)

    def obstacles(self) -> list[str]:
        """What keeps it from being signed off."""
        with self.app.app_context():
            exam = exams.by_ids(reading(), [self.id])[self.id]
            return [one.code for one in queries.obstacles(reading(), exam)]

    def packed(self) -> bytes:
        """The package."""
        with self.app.test_request_context():
            return package.packed(reading(), exams.by_ids(reading(), [self.id])[self.id])


@pytest.fixture
def seal(app: Flask, cast: Cast, cohort: Cohort) -> Seal:
    """The exam is over."""
    return Seal(app, cast, cohort)


def test_two_people_sign_off_and_candidates_do_not(seal: Seal, cast: Cast, cohort: Cohort) -> None:
    """
    The author cannot agree, nor can who sat it; a second proposal waits for the first; one that was declined can be made again.
    """
    seal.run(lambda session, exam: appeals.set_days(session, exam, 0))
    name = seal.propose()
    with pytest.raises(errors.Waiting):
        seal.propose(cast.chen.id)
    with pytest.raises(errors.OwnProposal):
        seal.decide(name, cast.zhao.id)
    with pytest.raises(errors.SatIt):
        seal.decide(name, cohort.people[0][0])
    seal.decide(name, cast.feng.id, agree=False)
    with pytest.raises(errors.SatIt):
        seal.propose(cohort.people[0][0])
    seal.decide(seal.propose(), cast.feng.id)

    with seal.app.app_context():
        acts = list(
            reading().scalars(
                select(AuditEntry.act).where(AuditEntry.act.like("signoff.%")).order_by(AuditEntry.number)
            )
        )
    assert acts == ["signoff.propose", "signoff.decline", "signoff.propose", "signoff.agree"]
    with pytest.raises(ExamArchived):
        seal.propose()


def test_what_is_open_keeps_it_from_being_signed_off(
    app: Flask, seal: Seal, cast: Cast, cohort: Cohort, clock: TestClock
) -> None:
    """
    Appeals that may still be made, that are not settled, and decisions that wait; each is named, also when somebody agrees.
    """
    assert seal.obstacles() == ["signoff.appeals_possible"]
    bench = Bench(app, cast, cohort)
    appeal = bench.make()
    clock.advance(hours=24 * 8)
    assert seal.obstacles() == ["signoff.appeals_open"]
    with pytest.raises(errors.AppealsOpen):
        seal.propose()
    bench.step(appeal, "withdraw", cohort.people[0][0])
    assert seal.obstacles() == []
    name = seal.propose()
    desk = Desk(app, cast, cohort)
    asked = desk.ask(rekey(desk))
    with app.app_context(), writing() as session:
        found = remarking.by_public_id(session, cohort.exam.id, asked.public_id)
        remarking.propose(session, cohort.exam, found, "答案有误", desk.viewer(cast.zhao.id))
    assert seal.obstacles() == ["signoff.decision_open"]
    with pytest.raises(errors.DecisionOpen):
        seal.decide(name, cast.feng.id)
    with app.app_context():
        assert exams.by_ids(reading(), [seal.id])[seal.id].archived_at is None


def test_results_must_be_there_and_released(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    An exam that is open, and one whose results were not released.
    """
    fresh = exam_day.published()
    with app.app_context():
        assert [one.code for one in queries.obstacles(reading(), fresh)] == ["signoff.results_missing"]
    cohort = sat_by_many(app, cast, exam_day, clock, count=30, release="by_hand")
    seal = Seal(app, cast, cohort)
    assert "signoff.not_released" in seal.obstacles()
    seal.run(lambda session, exam: exam_service.release(session, exam.id))
    assert "signoff.not_released" not in seal.obstacles()


def locked(seal: Seal, desk: Desk, bench: Bench, appeal: str) -> dict[str, Callable[[], object]]:
    """Everything that changes results, or what is known of them."""
    zhao, exam, attempt = Bench.viewer(seal.cast.zhao.id), seal.cohort.exam, seal.cohort.attempts[0]
    order = Order(new_public_id(), Kind.VOID, "替考", "all", [attempt])

    def row(session: Session) -> Appeal:
        return session.scalars(select(Appeal).where(Appeal.public_id == appeal)).one()

    def voided() -> None:
        with seal.app.app_context():
            sitting.measure(exam.id, [attempt], Kind.VOID, key="a" * 22, reason="替考", by="x")

    def ordered() -> None:
        with seal.app.app_context():
            supervision.carry_out(exam, order, zhao)

    def leftover() -> None:
        with seal.app.app_context():
            sitting.keep_evidence(attempt, [Incoming("window0002", 1, Kind.ANSWER, 1, "A", 0)])

    return {
        "scoring again": lambda: desk.ask(rekey(desk)),
        "reversing": lambda: desk.ask(None),
        "working out pass marks": lambda: seal.run(equating.ask),
        "proposing pass marks": lambda: seal.run(lambda session, one: equating.propose(session, one, "equated", "测试", zhao)),
        "deciding": lambda: seal.run(lambda session, one: remarking.decide(session, one, "x", zhao, agree=True)),
        "releasing": lambda: seal.run(lambda session, one: exam_service.release(session, one.id)),
        "voiding": voided,
        "a measure": ordered,
        "evidence that comes late": leftover,
        "an incident": lambda: seal.run(
            lambda session, one: supervision.log_incident(
                session, one, happened_at=one.opens_at, place="101", numbers=[], text="停电", by=zhao
            )
        ),
        "an appeal": lambda: bench.make(2),
        "days for appeals": lambda: seal.run(lambda session, one: appeals.set_days(session, one, 9)),
        "taking an appeal on": lambda: seal.run(lambda session, one: appeals.take(session, row(session), zhao)),
        "withdrawing an appeal": lambda: seal.run(lambda session, one: appeals.withdraw(session, row(session), zhao)),
        "signing off again": seal.propose,
    }  # fmt: skip


def test_an_archived_exam_is_locked(app: Flask, seal: Seal, cast: Cast, cohort: Cohort) -> None:
    """
    Nothing that changes its results goes through any more, each time for the same reason, and nothing is left behind of it.
    """
    desk, bench = Desk(app, cast, cohort), Bench(app, cast, cohort)
    appeal = bench.make()
    bench.step(appeal, "withdraw", cohort.people[0][0])
    before = desk.standing()
    seal.archived()
    with app.app_context():
        entries = len(reading().scalars(select(AuditEntry.number)).all())

    through = []
    for name, act in locked(seal, desk, bench, appeal).items():
        try:
            act()
        except ExamArchived:
            continue
        through.append(name)

    assert through == []
    with app.app_context():
        assert len(reading().scalars(select(AuditEntry.number)).all()) == entries
    assert desk.standing() == before


def test_an_archived_exam_can_be_verified(app: Flask, seal: Seal) -> None:
    """
    `./run exam verify` finds nothing.
    """
    seal.archived()

    assert complaint(app, seal.cohort.exam) == ""
    with app.app_context():
        assert app.test_cli_runner().invoke(verify, [seal.cohort.exam.public_id]).output.startswith("OK: 31 papers")


def opened(data: bytes) -> dict[str, bytes]:
    """The files of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_package_checks_itself(app: Flask, seal: Seal, cast: Cast, cohort: Cohort, clock: TestClock) -> None:
    """
    Its sums are right and name every file, the receipts are the candidates', the seed is the one that was made known, entries of
    the audit log can be recomputed as the README says, and gradings, decisions and appeals are all there.
    """
    bench = Bench(app, cast, cohort)
    bench.step(bench.make(questions=(2,)), "withdraw", cohort.people[0][0])
    desk = Desk(app, cast, cohort)
    changed = len(desk.carry_out(rekey(desk)).changed or [])
    zheng = type("Who", (), {"id": cast.zheng.id, "public_id": cast.zheng.public_id})()
    with app.app_context():
        supervision.carry_out(
            cohort.exam, Order(new_public_id(), Kind.VOID, "替考", "all", [cohort.attempts[9]]), zheng
        )
    seal.run(
        lambda session, one: supervision.log_incident(
            session, one, happened_at=one.opens_at, place="101", numbers=["K00009"], text="替考", by=zheng
        )
    )
    seal.archived()

    found = opened(seal.packed())

    sums = dict(line.split("  ")[::-1] for line in found.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in found.items()}
    exam = json.loads(found["exam.json"])
    assert hashlib.sha256(bytes.fromhex(exam["seed"])).hexdigest() == exam["seed_sha256"] == cohort.exam.commitment
    assert (exam["signed"]["proposed_by"], exam["signed"]["agreed_by"]) == (
        cast.zhao.staff_number,
        cast.feng.staff_number,
    )
    assert found["attempts.csv"].decode("utf-8-sig").count("\n") == 31
    assert found["gradings.jsonl"].count(b"\n") == 30 + changed
    assert found["papers.jsonl"].count(b"\n") == 30
    assert [one["kind"] for one in json.loads(found["decisions.json"])] == ["remarked"]
    (appeal,) = json.loads(found["appeals.json"])
    assert (appeal["reason"], [step["kind"] for step in appeal["steps"]]) == (REASON, ["made", "withdrawn"])
    assert found["verification.txt"].startswith(b"OK: 31 papers, 30 attempts")
    assert [one["people"] for one in json.loads(found["incidents.json"])] == [["K00009"]]
    assert [line.split(",")[4] for line in found["attempts.csv"].decode().splitlines()].count("void") == 1
    assert found["analysis.xlsx"].startswith(b"PK")
    lin = bench.candidate()
    receipts = {
        line.split(",")[0]: line.split(",")[7] for line in found["attempts.csv"].decode("utf-8-sig").splitlines()
    }
    assert receipts[cohort.attempts[0]] in lin.get(f"/sitting/{cohort.attempts[0]}/result").text
    rows = [json.loads(line) for line in found["audit.jsonl"].decode().splitlines()]
    assert {"exam.publish", "attempt.settle", "result.apply", "appeal.made", "supervision.void", "signoff.agree"} <= {
        row["act"] for row in rows
    }
    for row in rows:
        values = [value for name, value in row.items() if name not in ("previous", "hash")]
        content = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
        assert hashlib.sha256(bytes.fromhex(row["previous"]) + content).hexdigest() == row["hash"]


def test_the_same_state_is_the_same_bytes(app: Flask, seal: Seal, clock: TestClock) -> None:
    """
    Also a day later, and after packages were written and taken.
    """
    seal.archived()
    first = seal.packed()
    clock.advance(hours=30)
    zhao = sign_in(app.test_client(), seal.cast.zhao)
    at = f"/exams/{seal.cohort.exam.public_id}/archive"
    assert post(zhao, f"{at}/package").status_code == 303
    run_waiting(app)

    assert seal.packed() == first


def test_the_pages_lead_from_the_proposal_to_the_package(app: Flask, seal: Seal, cast: Cast, cohort: Cohort) -> None:
    """
    Two examiners sign it off on its page; whoever asks for the package gets it, nobody else, and both stand in the audit log.
    """
    zhao, feng = sign_in(app.test_client(), cast.zhao), sign_in(app.test_client(), cast.feng)
    at = f"/exams/{cohort.exam.public_id}/archive"
    assert zhao.get(at).status_code == 200
    assert post(zhao, f"{at}/package").status_code == 404
    assert post(zhao, f"{at}/propose", reason="全部办结").status_code == 409
    seal.run(lambda session, exam: appeals.set_days(session, exam, 0))
    assert post(zhao, f"{at}/propose", reason="").status_code == 422
    assert post(zhao, f"{at}/propose", reason="全部办结").status_code == 303
    assert "/agree" not in zhao.get(at).text
    page = feng.get(at).text
    name = page.split("/agree")[0].rsplit("/", 1)[1]
    assert post(feng, f"{at}/{name}/agree").status_code == 303

    job = post(feng, f"{at}/package").location
    run_waiting(app)
    shown = feng.get(job).text
    address = f"{at}/package/{job.rsplit('/', 1)[1]}.zip"
    assert address in shown
    assert zhao.get(address).status_code == 404
    answer = feng.get(address)
    assert answer.status_code == 200
    assert "SHA256SUMS" in opened(answer.data)
    with app.app_context():
        query = select(AuditEntry).where(AuditEntry.thing == "package").order_by(AuditEntry.number)
        told = [(row.act, (row.after or {}).get("sha256")) for row in reading().scalars(query)]
    digest = hashlib.sha256(answer.data).hexdigest()
    assert told == [("signoff.pack", digest), ("signoff.take", digest)]
