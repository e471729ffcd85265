"""Marks as they are given: refused, corrected, settled, handed on, sent back."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from lms.database import db, reading, writing
from lms.marking import marks
from lms.marking.models import Mark, Question, Script, Task
from question_bank.moderation import Marking
from tests.cast import post
from tests.marking.desk import at, by_hand, draw, give, mark_all, scripts, tasks
from tests.marking.essays import Essays


def test_controls_are_marked_by_everybody_and_count_no_more_than_others(essays: Essays) -> None:
    """
    A quarter of the answers lies on every desk; two marks of each count.
    """
    draw(essays, Marking(share=Decimal("0.1"), marks=Decimal(2), control_share=Decimal("0.25")))
    controls = {script.id for script in scripts(essays) if script.control}
    on = {key: [task.role for task in tasks(essays) if task.script_id == key] for key in controls}

    assert len(controls) == 4
    assert all(sorted(roles) == ["control", "control", "marker", "marker"] for roles in on.values())
    for person in essays.markers:
        mark_all(essays, person, ("2", "2"))
    assert {script.final for script in scripts(essays)} == {Decimal(4)}
    page = essays.client(essays.cast.zhao).get(at(essays, "figures")).text
    assert essays.markers[0].name in page


def test_who_was_compared_settles_where_the_two_that_count_differ(essays: Essays) -> None:
    """
    Everybody marks every answer: the adjudicator is one of those whose marks did not count, and need not mark it again.
    """
    draw(essays, Marking(share=Decimal("0.1"), marks=Decimal(2), control_share=Decimal(1)), adjudicators=4)
    styles = [("4", "6"), ("0", "0"), ("4", "5"), ("1", "0")]
    given = [mark_all(essays, person, points) for person, points in zip(essays.markers, styles, strict=True)]

    assert given == [16] * 4
    assert sum(task.role == "adjudicator" for task in tasks(essays)) > 0
    assert [float(script.final or 0) for script in scripts(essays)] == [by_hand(essays, one) for one in scripts(essays)]


@pytest.mark.parametrize(
    ("points", "fields"),
    [
        (("5", "6"), {}),
        (("4",), {}),
        (("4", "6", "1"), {}),
        (("-1", "6"), {}),
        (("0.25", "6"), {}),
        (("NaN", "6"), {}),
        (("四", "6"), {}),
        (("4", "6"), {"notes": '[[0,999999,"过长"]]'}),
        (("4", "6"), {"notes": '[[3,1,"倒置"]]'}),
        (("4", "6"), {"notes": '[[0,1,""]]'}),
        (("4", "6"), {"notes": '[[0.5,1,"x"]]'}),
        (("4", "6"), {"notes": "{"}),
        (("4", "6"), {"notes": "[" * 30000}),
        (("4", "6"), {"comment": "长" * 2001}),
        (("4", "6"), {"told": "长" * 2001}),
    ],
)
def test_marks_that_cannot_be_are_refused_and_nothing_is_kept(
    essays: Essays, points: tuple[str, ...], fields: dict[str, str]
) -> None:
    """
    Too many marks, too few, between the steps, no numbers; notes on what is not there.
    """
    draw(essays)
    client = essays.client(essays.markers[0])
    question = re.search(r"/marking/([\w-]{22})/next", client.get("/marking/").text)
    assert question is not None
    place = client.get(f"/marking/{question[1]}/next").location

    assert give(client, place, points, **fields).status_code == 422
    with essays.app.app_context():
        assert reading().scalar(select(func.count()).select_from(Mark)) == 0


def test_a_mark_is_corrected_by_a_further_one_and_notes_come_back(essays: Essays) -> None:
    """
    Both are kept, the newer one counts; passages are marked in the answer; the first can never be changed.
    """
    draw(essays)
    client = essays.client(essays.markers[0])
    question = re.search(r"/marking/([\w-]{22})/next", client.get("/marking/").text)
    assert question is not None
    place = client.get(f"/marking/{question[1]}/next").location
    give(client, place, ("4", "6"), notes='[[0,2,"开头"]]', comment="很好")
    give(client, place, ("1", "2"), notes='[[0,2,"再看"]]', comment="再议")
    page = client.get(place).text

    assert "再看" in page
    assert 'name="notes" value="[[0, 2, &#34;' in page
    assert '<mark data-note="1">我是</mark>' in page
    with essays.app.app_context():
        assert [float(mark.total) for mark in reading().scalars(select(Mark).order_by(Mark.number))] == [10, 3]
        with pytest.raises(Exception, match=r"append-only|denied|not authorized"), db.engine.begin() as connection:
            connection.execute(text("UPDATE marking_mark SET total = 0"))


def test_what_two_agree_on_later_needs_no_adjudicator(essays: Essays) -> None:
    """
    The adjudicator's task goes away when one of the two corrects themselves before it is done.
    """
    draw(essays, adjudicators=4)
    first = scripts(essays)[0]
    pair = [task for task in tasks(essays) if task.script_id == first.id]
    with essays.app.app_context():
        for task, mark in ((pair[0], "4"), (pair[1], "0"), (pair[1], "4")):
            with writing() as session:
                row = session.get_one(Task, task.id)
                marks.give(session, row, [Decimal(mark), Decimal(0)], comment="", notes=[], length=9, seconds=3)
        roles = reading().execute(
            select(Task.role, Task.taken_back_at.is_(None)).where(Task.script_id == first.id).order_by(Task.id)
        )
        assert [(role, bool(there)) for role, there in roles] == [
            ("marker", True),
            ("marker", True),
            ("adjudicator", False),
        ]
        assert reading().get_one(Script, first.id).final == 4


def test_answers_wait_for_an_adjudicator_until_there_is_one(essays: Essays) -> None:
    """
    Nobody adjudicates: the page says so; once somebody does, they get what waits.
    """
    zhao = draw(essays, adjudicators=0)
    first = scripts(essays)[0]
    pair = [task for task in tasks(essays) if task.script_id == first.id]
    with essays.app.app_context():
        for task, mark in ((pair[0], "4"), (pair[1], "0")):
            with writing() as session:
                row = session.get_one(Task, task.id)
                marks.give(session, row, [Decimal(mark), Decimal(0)], comment="", notes=[], length=9, seconds=3)
        with writing() as session:
            assert [script.id for script in marks.waiting_for_adjudicator(session, essays.now())] == [first.id]
    other = next(person for person in essays.markers if person.id not in {task.person_id for task in pair})
    post(zhao, at(essays, f"markers/{other.public_id}/off"))
    post(zhao, at(essays, "markers"), person=other.public_id, adjudicates="y")

    assert [task.person_id for task in tasks(essays) if task.role == "adjudicator"] == [other.id]


def test_what_somebody_has_not_marked_goes_to_others(essays: Essays) -> None:
    """
    Taken off the panel: open answers are with others, marks that were given stay, their desk is empty.
    """
    zhao = draw(essays)
    gone, client = essays.markers[0], essays.client(essays.markers[0])
    question = re.search(r"/marking/([\w-]{22})/next", client.get("/marking/").text)
    assert question is not None
    give(client, client.get(f"/marking/{question[1]}/next").location, ("4", "6"))
    waiting = next(task for task in tasks(essays) if task.person_id == gone.id and task.done_at is None)
    with essays.app.app_context():
        script = reading().get_one(Script, waiting.script_id)
        left = f"/marking/{reading().get_one(Question, script.question_id).public_id}/answers/{script.public_id}"

    assert client.get(left).status_code == 200
    post(zhao, at(essays, f"markers/{gone.public_id}/off"))

    assert [task.done_at is not None for task in tasks(essays) if task.person_id == gone.id] == [True]
    assert len([task for task in tasks(essays) if task.role == "marker"]) == 32
    assert client.get(left).status_code == 404


def test_an_answer_comes_back_with_the_reason(essays: Essays) -> None:
    """
    Sent back by the examiner: it is the next one on that desk, with the reason, and has no final mark until it is marked again.
    """
    zhao = draw(essays)
    for person in essays.markers[:3]:
        mark_all(essays, person, ("2", "2"))
    mark_all(essays, essays.markers[3], ("2", "2"))
    script = scripts(essays)[0]
    task = next(task for task in tasks(essays) if task.script_id == script.id)
    person = next(one for one in essays.markers if one.id == task.person_id)
    post(zhao, at(essays, f"answers/{script.public_id}/send-back"), person=person.public_id, reason="漏看第二页")

    assert scripts(essays)[0].final is None
    assert mark_all(essays, person, ("3", "2")) == 1
    assert scripts(essays)[0].final == Decimal("4.5")
