"""Papers dealt anew once seats are known: neighbours share less, everything can be dealt again, and never after the bell."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.exams.queries import ExamRow
from lms.jobs import run_waiting
from lms.sitting import dealing, redraw
from lms.sitting.models import Attempt, Dealt, Paper
from question_bank.blueprint import Blueprint
from tests.cast import Cast, post, sign_in
from tests.conftest import NINE, TestClock
from tests.exam_day import ALL_TYPES, ExamDay
from tests.sitting.cohort import hired
from tests.sitting.test_redraw import complaint
from tests.supervision.conftest import Hall
from tests.supervision.test_rooms import add_room

ROWS, COLUMNS = 5, 6


@pytest.fixture
def room(app: Flask, cast: Cast, clock: TestClock, exam_day: ExamDay) -> Hall:
    """An hour before the bell: papers are dealt, and thirty people are given the seats of a room of thirty."""
    hired(app, cast.branch_b.id, ROWS * COLUMNS)
    plan = exam_day.plan(units=(cast.branch_b.id,), opens_at=NINE + timedelta(hours=1))
    sections = tuple(replace(section, quota=1) for section in ALL_TYPES)
    exam = exam_day.published(replace(plan, blueprint=Blueprint(sections, plan.blueprint.pass_mark)))
    run_waiting(app)
    hall = Hall(app, clock, exam, cast, sign_in(app.test_client(), cast.zheng))
    add_room(hall, rows=str(ROWS), columns=str(COLUMNS))
    lines = "\n".join(f"K{n:05};101;{n + 1}" for n in range(ROWS * COLUMNS))
    assert post(hall.zheng, hall.at("/seats/list"), lines=lines).status_code == 303
    return hall


def deal(hall: Hall) -> str:
    """Zheng has the papers dealt; the page afterwards."""
    answer = post(hall.zheng, hall.at("/deal"))
    assert answer.status_code == 303
    return hall.zheng.get(hall.at("/rooms"), headers={"Accept-Language": "en"}).text


def kept(app: Flask, exam: ExamRow) -> dict[int, tuple[Any, bytes]]:
    """Seat and record of each paper."""
    with app.app_context():
        rows = reading().scalars(select(Paper).where(Paper.exam_id == exam.id)).all()
        return {row.person_id: (row.seat, dealing.opened(exam.id, row.person_id, row.sealed)) for row in rows}


def shared_side_by_side(papers: dict[int, tuple[Any, bytes]], places: dict[int, Any]) -> int:
    """Questions that people on seats side by side have in common, over all such pairs."""
    total = 0
    for one, other in combinations(places, 2):
        if max(abs(places[one][n] - places[other][n]) for n in (1, 2)) == 1:
            total += len(dealing.versions_on(papers[one][1]) & dealing.versions_on(papers[other][1]))
    return total


def test_neighbours_share_less_and_all_can_be_dealt_again(app: Flask, room: Hall, clock: TestClock) -> None:
    """
    The page offers it while seats and papers do not fit; then they do. The seats are kept with the papers, so that
    redrawing gives each byte by byte; later seats make the offer come back; the same seats give the same papers.
    """
    before = kept(app, room.exam)
    assert "Deal the papers anew" in room.zheng.get(room.at("/rooms"), headers={"Accept-Language": "en"}).text
    assert "being dealt" in deal(room)
    run_waiting(app)
    after = kept(app, room.exam)
    places = {person: seat for person, (seat, _record) in after.items() if seat}

    assert len(places) == ROWS * COLUMNS
    assert before.keys() == after.keys()
    assert all(seat is None for seat, _record in before.values())
    assert shared_side_by_side(after, places) < shared_side_by_side(before, places) / 2
    page = room.zheng.get(room.at("/rooms"), headers={"Accept-Language": "en"}).text
    assert "Deal the papers anew" not in page
    with app.app_context():
        assert all(paper.record == paper.kept for paper in redraw.papers(reading(), room.exam))
        state = reading().get_one(Dealt, room.exam.id)
        assert (state.batches, state.papers) == (1, len(after))
        acts = reading().scalars(
            select(AuditEntry).where(AuditEntry.act.in_(["supervision.deal", "sitting.dealt_anew"]))
        )
        told = {entry.act: entry.after or {} for entry in acts}
    assert told["supervision.deal"]["seats"] == told["sitting.dealt_anew"]["seats"] == len(places)

    deal(room)
    run_waiting(app)
    assert kept(app, room.exam) == after
    post(room.zheng, room.at("/seats/list"), lines="K00000;101;2\nK00001;101;1")
    assert "2 papers were dealt" in room.zheng.get(room.at("/rooms"), headers={"Accept-Language": "en"}).text
    clock.advance(hours=5)
    assert complaint(app, room.exam) == ""


def test_batches_regard_the_seats_of_those_before(app: Flask, room: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Dealt four by four, neighbours of different batches share as little, and the batches are dealt again as they were.
    """
    monkeypatch.setattr(dealing, "AT_ONCE", 4)
    before = kept(app, room.exam)
    deal(room)
    run_waiting(app)
    after = kept(app, room.exam)
    places = {person: seat for person, (seat, _record) in after.items() if seat}

    assert shared_side_by_side(after, places) < shared_side_by_side(before, places) / 2
    with app.app_context():
        assert reading().get_one(Dealt, room.exam.id).batches == -(-len(after) // 4)
        assert all(paper.record == paper.kept for paper in redraw.papers(reading(), room.exam))


def test_from_the_bell_on_papers_stay(app: Flask, room: Hall, clock: TestClock) -> None:
    """
    The offer is gone and asking for it is refused; what was asked for before and comes too late changes nothing.
    """
    before = kept(app, room.exam)
    deal(room)
    clock.moment = room.exam.opens_at - timedelta(seconds=59)
    run_waiting(app)
    assert kept(app, room.exam) == before, "a minute before the bell it is too late"

    clock.moment = room.exam.opens_at
    sign_in(room.zheng, room.cast.zheng)
    page = deal(room)
    assert "仅当考试尚未开始" in page
    assert "Deal the papers anew" not in page
    run_waiting(app)
    assert kept(app, room.exam) == before


def test_where_somebody_has_begun_papers_stay(app: Flask, room: Hall) -> None:
    """
    However that came about: the attempt has its paper.
    """
    before = kept(app, room.exam)
    person = next(iter(before))
    deal(room)
    with app.app_context(), writing() as session:
        session.add(
            Attempt(
                exam_id=room.exam.id, person_id=person, form={}, started_at=NINE, deadline_at=NINE, session_id=1,
                chain=bytes(32),
            )
        )  # fmt: skip
    run_waiting(app)

    assert kept(app, room.exam) == before
    assert "仅当考试尚未开始" in deal(room)


def test_one_paper_for_all_has_no_neighbours(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    Where all have the same questions dealing anew would change nothing, and is not offered.
    """
    plan = exam_day.plan(units=(cast.bureau.id,), opens_at=NINE + timedelta(hours=1))
    exam = exam_day.published(replace(plan, blueprint=replace(plan.blueprint, paper="common")))
    run_waiting(app)
    hall = Hall(app, clock, exam, cast, sign_in(app.test_client(), cast.zheng))
    add_room(hall)
    post(hall.zheng, hall.at("/seats/list"), lines="T1001;101;1")

    assert "仅当考试尚未开始" in deal(hall)
