"""Candidates who answered alike: who is compared and listed, who may see it, what is written down, and that nothing changes."""

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.admission.models import Room, Seat
from lms.analysis import copying, copying_page
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.jobs import run_waiting
from lms.sitting.deeds import Save
from lms.sitting.models import Attempt, AttemptResult
from lms.sitting.writer import Writer
from question_bank.assembly import Form
from question_bank.attempt import Incoming, Kind
from question_bank.item import ItemVersion
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.cohort import SESSION, Cohort, respond, sat_by_many
from tests.statements import statements

COLUMNS, COUNT, COPIER = 8, 48, 20
#: wrong answers that hardly anybody gives twice by chance
WRONG = [str(1000 + n) for n in range(400)]


def answer(version: ItemVersion, luck: random.Random) -> Any:
    """Right in half of the cases, wrong in one of many ways."""
    if luck.random() < 0.5:
        return respond(version, right=True)
    if version.type == "numeric":
        return luck.choice(WRONG)
    if version.type == "true_false":
        return respond(version, right=False)
    return luck.choice([letter for letter in version.body.letters() if letter not in version.body.right_keys()])


def answered_anew(writer: Writer, attempts: Sequence[str]) -> None:
    """Everybody changes every answer; the copier has those of the one to their left."""
    luck = random.Random(3)
    found = {row.public_id: row for row in reading().scalars(select(Attempt))}
    rows = [found[name] for name in attempts]
    versions = exams.frozen(reading(), rows[0].exam_id).pool.versions
    reading().rollback()
    given: list[dict[int, Any]] = []
    for place, row in enumerate(rows):
        form = Form.from_record(row.form)
        mine = {slot.version: answer(versions[slot.version], luck) for slot in form.slots}
        given.append(given[-1] if place == COPIER else mine)
        events = [
            Incoming("window0002", slot.number, Kind.ANSWER, slot.number, given[-1][slot.version], 10**6)
            for slot in form.slots
        ]
        writer.do_all([Save(row.public_id, SESSION, events, row.started_at + timedelta(minutes=5))])


@pytest.fixture
def hall(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Cohort:
    """Forty-eight have sat one paper in a room of six rows; one copied everything. They were compared."""
    found = sat_by_many(app, cast, exam_day, clock, count=COUNT, paper="common", before_end=answered_anew)
    with app.app_context():
        with writing() as session:
            room = Room(exam_id=found.exam.id, name="101", seat_rows=6, seat_columns=COLUMNS)
            session.add(room)
            session.flush()
            session.add_all(
                Seat(exam_id=found.exam.id, person_id=who, room_id=room.id, number=place + 1)
                for place, (who, _name) in enumerate(found.people)
            )
        with writing() as session:
            copying.ask(session, found.exam)
    run_waiting(app)
    return found


def at(hall: Cohort) -> str:
    """The page of the exam."""
    return f"/exams/{hall.exam.public_id}/analysis/copying"


def test_the_copier_is_listed_first(app: Flask, hall: Cohort) -> None:
    """
    Of all pairs of the room; the answers that both have wrong are named by version, the seats as they were.
    """
    with app.app_context():
        found = copying.of_exam(reading(), hall.exam.id)
        first, *others = reading().scalars(copying.pairs(hall.exam.id)).all()
        ids = [reading().scalars(select(Attempt.id).where(Attempt.public_id == name)).one() for name in hall.attempts]

    assert found is not None
    assert (found.candidates, found.seated, found.questions, found.pairs) == (
        COUNT,
        COUNT,
        12,
        COUNT * (COUNT - 1) // 2,
    )
    assert found.current
    assert found.listed == 1 + len(others)
    assert (first.first_id, first.second_id) == (ids[COPIER - 1], ids[COPIER])
    assert first.right + first.wrong == 12
    assert len(first.versions) == first.wrong >= 3
    assert first.seats == [["101", 3, 4], ["101", 3, 5]]
    assert len(others) <= 2


def test_names_are_told_on_asking_and_that_is_written_down(app: Flask, cast: Cast, hall: Cohort) -> None:
    """
    The list and the page of a pair tell seats; opened, it has names and answers, and the audit log has whom.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    with app.app_context():
        first = reading().scalars(copying.pairs(hall.exam.id)).first()
        assert first is not None
    names = [f"考生{COPIER - 1}", f"考生{COPIER}"]
    page = f"{at(hall)}/{first.public_id}"
    closed = [zhao.get(address).text for address in (at(hall), page)]
    opened = post(zhao, page)

    assert all("第 3 排" in text for text in closed)
    assert not any(name in text for text in closed for name in names)
    assert opened.status_code == 200
    assert all(name in opened.text for name in names)
    with app.app_context():
        entry = reading().scalars(select(AuditEntry).where(AuditEntry.act == "exam.copying.look")).one()
    assert entry.actor == cast.zhao.public_id
    assert entry.thing_id == first.public_id
    assert entry.after == {"exam": hall.exam.public_id, "attempts": list(hall.attempts[COPIER - 1 : COPIER + 1])}


def test_both_are_shown_side_by_side(app: Flask, hall: Cohort) -> None:
    """
    Every question with both answers, the number it had on each paper, and the time of the last change.
    """
    with app.app_context():
        first = reading().scalars(copying.pairs(hall.exam.id)).first()
        assert first is not None
        shown = copying_page.opened(reading(), hall.exam, first)
        plan = copying_page.plan_of(reading(), hall.exam, first)

    assert len(shown.lines) == 12
    assert {line.same for line in shown.lines} == {"right", "wrong"}
    assert sum(line.same == "wrong" for line in shown.lines) == first.wrong
    assert all(line.first.words == line.second.words for line in shown.lines)
    assert sorted(line.second.number for line in shown.lines) == list(range(1, 13))
    assert {line.first.at for line in shown.lines} == {shown.began + timedelta(minutes=5)}
    assert [sum(tick.marked for tick in side) for side in shown.ticks] == [first.wrong] * 2
    assert {round(tick.place, 6) for side in shown.ticks for tick in side} == {round(5 / 30, 6)}
    assert (plan.room, plan.rows, plan.columns, plan.seats) == ("101", 6, COLUMNS, [(3, 4), (3, 5)])


def test_no_candidate_sees_it(app: Flask, cast: Cast, hall: Cohort) -> None:
    """
    Nobody without exams to manage; no examiner who sat this exam, nor one who sits any at this moment.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    assert zhao.get(at(hall)).status_code == 200
    assert sign_in(app.test_client(), cast.lin).get(at(hall)).status_code == 403
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.wang.id, Role.EXAMINER, reason="测试", by=None, unit_id=cast.branch_b.id)
    assert sign_in(app.test_client(), cast.wang).get(at(hall)).status_code == 404
    with app.app_context(), writing() as session:
        mine = update(Attempt).where(Attempt.public_id == hall.attempts[0])
        session.execute(mine.values(person_id=cast.zhao.id))
    for address in (at(hall), f"{at(hall)}/nothing"):
        assert zhao.get(address).status_code == 403
        assert post(zhao, address).status_code == 403
    with app.app_context():
        assert reading().scalars(select(AuditEntry).where(AuditEntry.act == "exam.copying.look")).all() == []


def test_nobody_sees_it_while_sitting_another(
    app: Flask, cast: Cast, hall: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    An examiner who sits an exam at this moment waits until it is over.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    monkeypatch.setattr("lms.sitting.queries.is_sitting", lambda _session, person, _now: person == cast.zhao.id)

    assert zhao.get(at(hall)).status_code == 403


def test_it_changes_no_result(app: Flask, cast: Cast, hall: Cohort) -> None:
    """
    Compared again, every grading is as it was, and one list is kept.
    """
    zhao = sign_in(app.test_client(), cast.zhao)

    def standing() -> list[str]:
        with app.app_context():
            rows = reading().execute(select(AttemptResult.attempt_id, AttemptResult.revision, AttemptResult.scores))
            return sorted(json.dumps(list(row)) for row in rows)

    with app.app_context():
        before = [one.q for one in reading().scalars(copying.pairs(hall.exam.id))]
    results = standing()
    assert post(zhao, at(hall)).location == at(hall)
    assert "data-look-again" in zhao.get(at(hall)).text
    run_waiting(app)
    with app.app_context():
        after = [one.q for one in reading().scalars(copying.pairs(hall.exam.id))]

    assert before == after
    assert standing() == results


def test_personal_papers_are_not_compared(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    They have too few questions in common: no tab, no page.
    """
    found = sat_by_many(app, cast, exam_day, clock, count=2)
    zhao = sign_in(app.test_client(), cast.zhao)

    assert zhao.get(at(found)).status_code == 404
    assert "/analysis/copying" not in zhao.get(f"/exams/{found.exam.public_id}/analysis").text


def test_who_sat_apart_is_not_compared(app: Flask, hall: Cohort) -> None:
    """
    Nor in another room, nor at another time, nor without a seat; the nearest come first.
    """
    with app.app_context():
        found = copying.gather(reading(), hall.exam.id, report=lambda _done: None)
        near = [_distance(found, pair) for pair in found.pairs]
        with writing() as session:
            later = update(Attempt).where(Attempt.public_id == hall.attempts[0])
            session.execute(later.values(started_at=hall.exam.closes_at, ended_at=hall.exam.closes_at))
            room = Room(exam_id=hall.exam.id, name="102", seat_rows=1, seat_columns=1)
            session.add(room)
            session.flush()
            moved = update(Seat).where(Seat.person_id == hall.people[1][0])
            session.execute(moved.values(room_id=room.id, number=1))
            session.execute(delete(Seat).where(Seat.person_id == hall.people[2][0]))
        fewer = copying.gather(reading(), hall.exam.id, report=lambda _done: None)

    assert near == sorted(near)
    assert len(fewer.sat) == COUNT
    assert not {0, 1, 2} & {place for pair in fewer.pairs for place in pair}
    assert len(fewer.pairs) == (COUNT - 3) * (COUNT - 4) // 2


def _distance(hall: copying.Hall, pair: tuple[int, int]) -> int:
    first, second = (hall.seats[place] for place in pair)
    return max(abs(first[1] - second[1]), abs(first[2] - second[2]))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_open_with_few_statements(app: Flask, cast: Cast, hall: Cohort, language: str) -> None:
    """
    The list, and a pair.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    with app.app_context():
        first = reading().scalars(copying.pairs(hall.exam.id)).first()
        assert first is not None
    zhao.get(at(hall))
    for address in (at(hall), f"{at(hall)}/{first.public_id}"):
        with statements(app) as seen:
            shown = zhao.get(address, headers={"Accept-Language": language})

        assert shown.status_code == 200
        assert len(seen) <= 12, address
    assert zhao.get(f"{at(hall)}/nothing").status_code == 404


@pytest.mark.parametrize(
    ("response", "words"),
    [(None, ""), ("A", "A"), (["A", "C"], "A, C"), ({"甲": "一"}, "甲: 一"), ([["1", "2"], "3"], "1, 2, 3"), (3, "3")],
)
def test_answers_in_words(response: Any, words: str) -> None:
    """
    Letters, lists and pairs in a cell.
    """
    assert copying_page.words_of(response) == words
