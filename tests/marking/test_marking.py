"""Essays marked by people: drawn, marked blindly, adjudicated, brought in, agreed to, released; verified at each step."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.database import db, reading, writing
from lms.exams import errors as exam_errors
from lms.exams import service as exams
from lms.jobs import run_waiting
from lms.marking import closing, errors, marks, plans
from lms.marking.models import Marker, Question, Script, Task
from lms.sitting.decided import Discrepancy
from lms.sitting.models import Attempt, AttemptResult
from lms.sitting.verification import verify
from lms.transcripts.models import TranscriptEntry
from question_bank.moderation import Criterion, Marking, Rubric
from tests.cast import Cast, post
from tests.conftest import NINE
from tests.marking.desk import DOUBLE, at, by_hand, draw, give, mark_all, scripts, tasks
from tests.marking.essays import Essays, panelled, viewer


def test_two_mark_an_adjudicator_settles_and_the_marks_count(essays: Essays) -> None:
    """
    From the draw to the transcript: two marks each; the adjudicator gets what differs; a second examiner agrees; only then can
    results be released; recomputing agrees.
    """
    zhao = draw(essays, adjudicators=4)
    with essays.app.app_context(), pytest.raises(exam_errors.NotMarked), writing() as session:
        exams.release(session, essays.exam.id)

    styles = [("4", "6"), ("4", "5.5"), ("1", "1"), ("3", "3")]
    given = [
        mark_all(essays, person, points)
        for _round in "12"
        for person, points in zip(essays.markers, styles, strict=True)
    ]
    found = scripts(essays)

    assert len(found) == 16
    assert sum(given) == 32 + sum(task.role == "adjudicator" for task in tasks(essays)) > 32
    assert [float(script.final or 0) for script in found] == [by_hand(essays, script) for script in found]
    change = post(zhao, at(essays, "bring-in")).location
    run_waiting(essays.app)
    post(zhao, f"{change}/propose", reason="阅卷结束")
    feng = essays.client(essays.cast.feng)
    decision = re.search(r"/scoring/([\w-]{22})/agree", feng.get(change).text)
    assert decision is not None
    post(feng, f"/exams/{essays.exam.public_id}/scoring/{decision[1]}/agree")
    run_waiting(essays.app)
    run_waiting(essays.app)
    with essays.app.app_context():
        with writing() as session:
            exams.release(session, essays.exam.id)
        counted = reading().scalars(select(AttemptResult).where(AttemptResult.decision == 1)).all()
        assert {row.reason for row in counted} == {"marked"}
        assert [row.total for row in counted] == [5 + sums(found, row.attempt_id) for row in counted]
        assert verify(reading(), essays.now()).results == 8
        assert closing.unlike(reading(), essays.now()) is None
    run_waiting(essays.app)
    with essays.app.app_context():
        assert reading().scalar(select(func.count()).select_from(TranscriptEntry)) == 8


def counting(essays: Essays) -> FlaskClient:
    """Everybody gave 2 and 2, and the marks count; Zhao's browser."""
    zhao, feng = draw(essays), essays.client(essays.cast.feng)
    for person in essays.markers:
        mark_all(essays, person, ("2", "2"))
    agreed(essays, zhao, feng, post(zhao, at(essays, "bring-in")).location)
    return zhao


def agreed(essays: Essays, zhao: FlaskClient, feng: FlaskClient, change: str) -> None:
    """Worked out, proposed, agreed to and carried out."""
    run_waiting(essays.app)
    post(zhao, f"{change}/propose", reason="阅卷")
    decision = re.search(r"/scoring/([\w-]{22})/agree", feng.get(change).text)
    assert decision is not None
    post(feng, f"/exams/{essays.exam.public_id}/scoring/{decision[1]}/agree")
    run_waiting(essays.app)
    run_waiting(essays.app)


def test_an_answer_that_is_looked_at_again_gets_the_mark_of_somebody_new(essays: Essays) -> None:
    """
    For an appeal: a marker who has not seen it, though marking is closed; the mark counts once two agreed; recomputing agrees
    before, between and after; nobody else's marks change.
    """
    zhao, feng = counting(essays), essays.client(essays.cast.feng)
    script = scripts(essays)[0]
    seen = {task.person_id for task in tasks(essays) if task.script_id == script.id}
    post(zhao, at(essays, f"answers/{script.public_id}/review"))
    post(zhao, at(essays, f"answers/{script.public_id}/review"))
    (task,) = [task for task in tasks(essays) if task.role == "review"]
    person = next(one for one in essays.markers if one.id == task.person_id)

    assert task.person_id not in seen
    with essays.app.app_context():
        before = {row.attempt_id: row.total for row in reading().scalars(select(AttemptResult).filter_by(decision=1))}
        assert verify(reading(), essays.now()).results == 8
    assert mark_all(essays, person, ("4", "5")) == 1
    with essays.app.app_context():
        assert verify(reading(), essays.now()).results == 8
    agreed(essays, zhao, feng, post(zhao, at(essays, "bring-in")).location)
    with essays.app.app_context():
        after = {row.attempt_id: row.total for row in reading().scalars(select(AttemptResult).filter_by(decision=2))}
        assert after == {script.attempt_id: before[script.attempt_id] + 5}
        assert verify(reading(), essays.now()).results == 8
    assert mark_all(essays, person, ("0", "0")) == 0
    assert post(zhao, at(essays, "bring-in")).location.endswith("/marking")


def test_a_candidate_reads_what_is_meant_for_them_once_results_are_out(essays: Essays) -> None:
    """
    Not before, of their own attempt alone, without the names of markers and their comments; words of a mark that was replaced or
    that does not count are not shown, nor is what was typed ever markup.
    """
    zhao, feng = draw(essays, Marking(double=False)), essays.client(essays.cast.feng)
    mine = essays.client(essays.people[0])
    address, result = f"/marking-words/{essays.attempts[0]}", f"/sitting/{essays.attempts[0]}/result"
    for person in essays.markers:
        client = essays.client(person)
        for question in set(re.findall(r"/marking/([\w-]{22})/next", client.get("/marking/").text)):
            while (place := client.get(f"/marking/{question}/next").location).count("/") == 4:
                give(client, place, ("4", "4"), comment="内部意见", told="先前的话")
                give(client, place, ("4", "5"), comment="内部意见", told="<b>依据</b>写得清楚")
    early = mine.get(address)
    agreed(essays, zhao, feng, post(zhao, at(essays, "bring-in")).location)
    unreleased = mine.get(address)
    with essays.app.app_context(), writing() as session:
        exams.release(session, essays.exam.id)
    run_waiting(essays.app)
    page = mine.get(address)

    assert all(one.status_code == 200 and "依据" not in one.text for one in (early, unreleased))
    assert page.text.count("&lt;b&gt;依据&lt;/b&gt;写得清楚") == 2
    assert not any(words in page.text for words in ("内部意见", "先前的话", *(one.name for one in essays.markers)))
    assert address in mine.get(result).text
    assert essays.client(essays.people[1]).get(address).status_code == 404
    assert zhao.get(address).status_code == 404
    script = next(one for one in scripts(essays) if one.attempt_id == attempt_row_id(essays, essays.attempts[0]))
    post(zhao, at(essays, f"answers/{script.public_id}/review"))
    for person in essays.markers:
        client = essays.client(person)
        for question in set(re.findall(r"/marking/([\w-]{22})/next", client.get("/marking/").text)):
            place = client.get(f"/marking/{question}/next").location
            assert give(client, place, ("0", "0"), told="复核的话").status_code == 303
    after = mine.get(address).text
    assert "复核的话" not in after
    assert after.count("写得清楚") == 2


def attempt_row_id(essays: Essays, name: str) -> int:
    """The number under which an attempt is stored."""
    with essays.app.app_context():
        return reading().scalars(select(Attempt.id).where(Attempt.public_id == name)).one()


def sums(found: list[Script], attempt: int) -> Decimal:
    """What the essays of an attempt earn."""
    return sum((script.final or Decimal(0) for script in found if script.attempt_id == attempt), Decimal(0))


def test_no_answer_is_marked_twice_by_one_or_by_somebody_of_the_branch(app: Flask, essays: Essays, cast: Cast) -> None:
    """
    A marker of the candidates' own branch gets nothing; loads differ by one at most.
    """
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.wang.id, Role.MARKER, reason="测试", by=None, unit_id=None)
        panelled_wang = essays.now()
    panelled(essays, DOUBLE)
    with app.app_context(), writing() as session:
        plans.add_marker(session, panelled_wang, cast.wang, viewer(cast.zhao), adjudicates=True)
    post(essays.client(cast.zhao), at(essays, "draw"))
    run_waiting(app)
    loads: dict[int, int] = {}
    for task in tasks(essays):
        loads[task.person_id] = loads.get(task.person_id, 0) + 1

    assert cast.wang.id not in loads
    assert set(loads.values()) == {8}
    assert len({(task.script_id, task.person_id) for task in tasks(essays)}) == 32


def test_a_marker_who_sat_the_exam_after_all_gets_no_answers(essays: Essays) -> None:
    """
    Asked to mark before the exam, then sat it: the draw leaves them out, and what waits for somebody does not come to them.
    """
    panelled(essays, DOUBLE)
    candidate = essays.people[0]
    with essays.app.app_context(), writing() as session:
        session.add(Marker(exam_id=essays.exam.id, person_id=candidate.id, adjudicates=True, added_by=1, added_at=NINE))
        session.flush()
    post(essays.client(essays.cast.zhao), at(essays, "draw"))
    run_waiting(essays.app)
    for person in essays.markers:
        mark_all(essays, person, ("4", "6") if person is essays.markers[0] else ("0", "0"))

    assert candidate.id not in {task.person_id for task in tasks(essays)}


def test_too_few_markers_are_told_and_nothing_is_drawn(essays: Essays, cast: Cast) -> None:
    """
    One marker for two marks each: the page says how many answers lack somebody.
    """
    only = Essays(essays.app, cast, essays.exam, essays.people, essays.attempts, essays.markers[:1])
    zhao = draw(only)

    assert "16" in zhao.get(at(essays)).text
    assert scripts(essays) == []


def test_marks_that_were_brought_in_are_closed_until_they_are_opened_again(essays: Essays) -> None:
    """
    Not before all are there; then nobody can mark; opened again while nothing is proposed, somebody can.
    """
    zhao = draw(essays)
    with essays.app.app_context(), pytest.raises(errors.Incomplete), writing() as session:
        closing.bring_in(session, essays.now(), viewer(essays.cast.zhao))
    for person in essays.markers:
        mark_all(essays, person, ("2", "2"))
    post(zhao, at(essays, "bring-in"))
    task = tasks(essays)[0]
    with essays.app.app_context(), pytest.raises(errors.BroughtIn), writing() as session:
        marks.give(
            session, session.get_one(Task, task.id), [Decimal(1), Decimal(1)], comment="", notes=[], length=9, seconds=1
        )
    post(zhao, at(essays, "open-again"))
    with essays.app.app_context(), writing() as session:
        marks.give(
            session, session.get_one(Task, task.id), [Decimal(1), Decimal(1)], comment="", notes=[], length=9, seconds=1
        )


def test_criteria_are_the_examiners_until_the_draw(essays: Essays) -> None:
    """
    Criteria with anchors that are worth the marks of the question; not others, and not later.
    """
    panelled(essays, DOUBLE)
    zhao = essays.client(essays.cast.zhao)
    question = re.search(r"questions/([\w-]{22})/criteria", zhao.get(at(essays)).text)
    assert question is not None
    place = at(essays, f"questions/{question[1]}/criteria")
    good = {
        "criteria-0-name": "论证",
        "criteria-0-marks": "10",
        "criteria-0-anchors": "2: 罗列\n8：充分",
        "step": "0.5",
    }

    assert post(zhao, place, **good | {"criteria-0-marks": "9"}).status_code == 422
    assert post(zhao, place, **good | {"criteria-0-anchors": "无数字"}).status_code == 422
    assert post(zhao, place, **good).status_code == 303
    with essays.app.app_context():
        kept = plans.question_of(reading(), essays.exam.id, question[1])
        expected = Rubric(
            (Criterion("论证", Decimal(10), ((Decimal(2), "罗列"), (Decimal(8), "充分"))),), Decimal("0.5")
        )
        assert Rubric.from_record(kept.rubric) == expected
    post(zhao, at(essays, "draw"))
    run_waiting(essays.app)
    with essays.app.app_context(), pytest.raises(errors.Allotted), writing() as session:
        plans.set_rubric(session, essays.now(), question[1], expected)


@pytest.mark.parametrize(
    "change", ["UPDATE marking_script SET final = 100 WHERE id = (SELECT min(id) FROM marking_script)"]
)
def test_a_final_mark_that_nobody_gave_is_found(essays: Essays, change: str) -> None:
    """
    What is stored is recomputed from the markers' marks.
    """
    draw(essays)
    for person in essays.markers:
        mark_all(essays, person, ("2", "2"))
    with essays.app.app_context():
        assert closing.unlike(reading(), essays.now()) is None
        reading().rollback()
        with db.engine.begin() as connection:
            connection.execute(text(change))
        with pytest.raises(Discrepancy, match="is not what its markers gave"):
            verify(reading(), essays.now())


def test_candidates_and_strangers_cannot_mark(essays: Essays, cast: Cast) -> None:
    """
    Who sat the exam, and who has no such role, is refused as a marker; nobody opens an answer of another desk.
    """
    with essays.app.app_context(), writing() as session:
        for person in (essays.people[0], cast.wu):
            with pytest.raises(errors.NoMarker):
                plans.add_marker(session, essays.now(), person, viewer(cast.zhao), adjudicates=False)
    draw(essays)
    first = tasks(essays)[0]
    with essays.app.app_context():
        script = reading().get_one(Script, first.script_id)
        of = reading().get_one(Question, script.question_id)
        place = f"/marking/{of.public_id}/answers/{script.public_id}"
    on = {task.person_id for task in tasks(essays) if task.script_id == script.id}
    codes = {essays.client(person).get(place).status_code for person in essays.markers if person.id not in on}

    assert codes == {404}
