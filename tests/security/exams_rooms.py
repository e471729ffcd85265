"""The rooms of the house where exams are set, sat, marked, appealed against and watched."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from lms.accounts import tickets
from lms.admission import queries as admission_queries
from lms.admission import service as admission
from lms.admission.models import Snapshot
from lms.admission.queries import RuleRow
from lms.analysis.models import CopyingPair, EssayPair
from lms.bank import service as bank_service
from lms.bank.models import Item, ItemVersion
from lms.bank.queries import calibrations
from lms.database import db, reading, writing
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.ids import new_public_id
from lms.jobs import run_waiting
from lms.marking import allotting, plans
from lms.marking.models import Question, Script
from lms.sitting import service as sitting
from lms.sitting import telling
from lms.sitting.deeds import End, Save
from lms.sitting.models import Attempt, Outage
from lms.sitting.writer import Writer
from lms.standards import queries as standard_queries
from lms.standards import service as standards
from question_bank.attempt import Incoming, Kind
from question_bank.moderation import Marking
from question_bank.timing import Allowance
from tests.answer_files.asked import add_file_questions, kept
from tests.cast import Cast, post, sign_in
from tests.conftest import NINE
from tests.exam_day import ExamDay, section
from tests.marking.essays import add_essays, start_of
from tests.security.house import House, keep_token
from tests.sitting.cohort import SESSION


def put_exams(house: House, cast: Cast, day: ExamDay) -> None:
    """An exam that is over; at nine a draft, one to sit, and attempts: open, finished, open in another browser."""
    over = day.published(day.plan(opens_at=house.clock(), hours=2, release="by_hand"))
    written = _written(house, cast, day)
    plan = day.plan(opens_at=house.clock(), hours=2, release="by_hand")
    compared = day.published(replace(plan, blueprint=replace(plan.blueprint, paper="common")))
    house.clock.moment = NINE
    _marking(house, cast, written)
    lin = sign_in(house.app.test_client(), cast.lin)
    keep_token(house, "cadre", lin)
    elsewhere = sign_in(house.app.test_client(), cast.lin)
    fresh, *sat = [day.published() for _each in range(4)]
    started = [
        post(browser, f"/sitting/exam/{exam.public_id}/start").location
        for exam, browser in zip(sat, (lin, lin, elsewhere), strict=True)
    ]
    attempts = [address.rsplit("/", 1)[1] for address in started]
    handed_in = lin.post(f"{started[1]}/hand-in", json={}, headers={tickets.HEADER: house.ticket(attempts[1])})
    assert handed_in.status_code == 200
    house.values |= dict(zip(("attempt", "done", "elsewhere"), attempts, strict=True))
    house.values |= {
        "pool": day.pool_public_id,
        "draft": day.draft().public_id,
        "exam": fresh.public_id,
        "sat": sat[0].public_id,
        "over": over.public_id,
        "compared": compared.public_id,
        "appealed": sat[1].public_id,
        "unit_number": str(cast.branch_a.id),
        "branch": cast.branch_a.public_id,
    }
    with house.app.app_context(), writing() as session:
        items = session.scalars(select(Item).where(Item.pool_id == day.pool_id).order_by(Item.id).limit(2)).all()
        items[1].state = "retired"
        house.values |= {"item": items[0].public_id, "retired": items[1].public_id}


def _written(house: House, cast: Cast, day: ExamDay) -> ExamRow:
    """An exam with an essay that Lin has written, and a file that she has handed in."""
    add_essays(day, 1)
    add_file_questions(day)
    sections = (section("essay", 1, "10"), section("file_answer", 1, "10"))
    plan = day.plan(sections=sections, opens_at=house.clock(), hours=2, release="by_hand")
    exam, at = day.published(plan), house.clock()
    with house.app.app_context():
        versions, writer = exams.frozen(reading(), exam.id).pool.versions, Writer(db.engine)
        begun = start_of(exam, cast.lin, at)
        reading().rollback()
        name = writer.do_all([begun])[0].public_id
        responses = ["先取证，后决定。", kept(house.app, name, 2, "笔录.txt", "先取证。".encode())]
        answers = [
            Incoming("window0001", n, Kind.ANSWER, n, response, 10**6) for n, response in enumerate(responses, 1)
        ]
        writer.do_all([Save(name, SESSION, answers, at)])
        writer.do_all([End(name, SESSION, at, versions, exam.blueprint)])
    house.values["written_attempt"] = name
    return exam


def _marking(house: House, cast: Cast, exam: ExamRow) -> None:
    """It is over, and the essay lies on Chen's desk."""
    by = type("Who", (), {"id": cast.zhao.id, "public_id": cast.zhao.public_id})()
    with house.app.app_context():
        with writing() as session:
            telling.settle(session, exam.id)
        with writing() as session:
            plans.set_rules(session, exam, Marking(double=False), by)
            plans.add_marker(session, exam, cast.chen, by, adjudicates=True)
        with writing() as session:
            allotting.ask(session, exam)
        run_waiting(house.app)
        query = select(Question.public_id, Script.public_id).join(Script, Script.question_id == Question.id)
        (question, script), (file_question, file_script) = reading().execute(query.order_by(Script.slot)).all()
    house.values |= {"written": exam.public_id, "marking_question": question, "script": script}
    house.values |= {"file_question": file_question, "file_script": file_script}
    house.values["marker_person"] = cast.chen.public_id


def put_appeals(house: House) -> None:
    """An appeal of Lin's against the result of the finished attempt."""
    asked = post(house.client("cadre"), f"/appeals/attempt/{house.values['done']}", reason="第一题的答案与法条不符。")
    house.values["appeal"] = asked.location.rsplit("/", 1)[1]


def put_standards(house: House, cast: Cast) -> None:
    """A worksheet for the pass mark of the exam, on whose panel Feng is."""
    by = type("Who", (), {"id": cast.zhao.id})()
    with house.app.app_context(), writing() as session:
        exam = exams.by_public_id(session, house.values["exam"])
        assert exam is not None
        house.values["sheet"] = standards.begin(session, exam, "angoff", by)
        sheet = standard_queries.sheet_of(session, exam.id, house.values["sheet"])
        standards.add_judge(session, exam, sheet, cast.feng.id, by)


def put_supervision(house: House, cast: Cast) -> None:
    """Of the exam that Lin sits a room, more time for somebody, and an outage that nobody has decided on."""
    with house.app.app_context(), writing() as session:
        exam = exams.by_public_id(session, house.values["sat"])
        assert exam is not None
        room = admission.add_room(session, exam.id, "101", rows=3, columns=4)
        granted = sitting.grant_time(
            session, exam.id, cast.qian.id, Allowance(10), approver="钱进", reason="视力", by=cast.zheng.id
        )
        moment = house.clock()
        outage = Outage(exam_id=exam.id, began_at=moment, ended_at=moment + timedelta(minutes=1), attempts=1)
        session.add(outage)
        session.flush()
        house.values |= {"room": room, "accommodation": granted, "outage": outage.public_id}


def put_admission(house: House, cast: Cast, day: ExamDay) -> None:
    """An exam that asks for the code of its room and for pictures; there is one of Lin."""
    exam = day.published()
    with house.app.app_context(), writing() as session:
        admission.add_room(session, exam.id, "102", rows=1, columns=1)
        admission.set_rule(session, exam, RuleRow(code=True, camera="asked"))
        (room,) = admission_queries.room_rules(session, exam.id)
        moment = house.clock()
        picture = Snapshot(exam_id=exam.id, person_id=cast.lin.id, at=moment, until=moment)
        session.add(picture)
        session.flush()
        house.values |= {"guarded": exam.public_id, "room_code": str(room.code), "snapshot": picture.public_id}
        file = admission.snapshot_path(picture.public_id)
        file.parent.mkdir(parents=True)
        file.write_bytes(b"\xff\xd8\xff\xd9")


def put_calibration(house: House) -> None:
    """A calibration of one question."""
    figures = calibrations.Figures(-1.0, 5, True, 0.0, 1.0, 0.05, 1.0, 0, 0, [0.0] * 24, [0] * 24)
    with house.app.app_context(), writing() as session:
        version = session.scalars(select(ItemVersion.id).order_by(ItemVersion.id)).first()
        assert version is not None
        found = calibrations.Measured(version, 0.5, 0.1, 0.39, 0.02, 400, 0, 1.0, 1.0, None, False)
        worked = calibrations.Worked(new_public_id(), None, 500, 500, 400, figures, None, [found])
        house.values["calibration"] = bank_service.keep_calibration(session, worked)


def put_copying(house: House) -> None:
    """A pair of an exam with one paper for all: it names the same attempt twice, because one only is over."""
    with house.app.app_context(), writing() as session:
        exam = exams.by_public_id(session, house.values["compared"])
        attempt = session.scalars(select(Attempt.id).where(Attempt.public_id == house.values["done"])).one()
        assert exam is not None
        pair = CopyingPair(
            exam_id=exam.id, first_id=attempt, second_id=attempt, m4_p=0.001, q=0.01, omega=4.0, right=3, wrong=2, versions=[],
            seats=[["101", 1, 1], ["101", 1, 2]],
        )  # fmt: skip
        session.add(pair)
        session.flush()
        house.values["pair"] = pair.public_id


def put_essays(house: House) -> None:
    """A pair of the exam with an essay: the one there is, twice."""
    with house.app.app_context(), writing() as session:
        exam = exams.by_public_id(session, house.values["written"])
        assert exam is not None
        attempt = session.scalars(select(Attempt.id).where(Attempt.exam_id == exam.id)).one()
        pair = EssayPair(
            exam_id=exam.id, ref="essay-0", first_id=attempt, second_id=attempt, first_slot=1, second_slot=1,
            containment=0.5, characters=8, longest=8, passages=[[0, 8, 0, 8]], seats=[None, None],
        )  # fmt: skip
        session.add(pair)
        session.flush()
        house.values["essays"] = pair.public_id
