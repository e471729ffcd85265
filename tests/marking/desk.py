"""What examiners and markers do in the tests of marking, through their pages."""

import re
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.queries import PersonRow
from lms.database import reading
from lms.jobs import run_waiting
from lms.marking.models import Mark, Script, Task
from question_bank.moderation import Marking
from tests.cast import csrf, post
from tests.marking.essays import Essays, panelled

DOUBLE = Marking(share=Decimal("0.1"), marks=Decimal(2), control_share=Decimal(0))


def draw(essays: Essays, marking: Marking = DOUBLE, *, adjudicators: int = 1) -> FlaskClient:
    """Zhao settles the rules and has the answers drawn."""
    panelled(essays, marking, adjudicators=adjudicators)
    zhao = essays.client(essays.cast.zhao)
    post(zhao, at(essays, "draw"))
    run_waiting(essays.app)
    return zhao


def at(essays: Essays, page: str = "") -> str:
    """An address of the examiner's."""
    return f"/exams/{essays.exam.public_id}/marking/{page}".rstrip("/")


def mark_all(essays: Essays, person: PersonRow, points: tuple[str, str]) -> int:
    """Somebody marks everything on their desk through the pages, one answer after the other; how many."""
    client, count = essays.client(person), 0
    for question in set(re.findall(r"/marking/([\w-]{22})/next", client.get("/marking/").text)):
        while (place := client.get(f"/marking/{question}/next").location).count("/") == 4:
            answer = give(client, place, points)
            assert answer.status_code == 303
            count += 1
    return count


def give(client: FlaskClient, place: str, points: tuple[str, ...], **fields: str):  # type: ignore[no-untyped-def]
    """Send the marks of an answer."""
    page = client.get(place).text
    shown = re.search(r'name="shown_at" value="(\d+)"', page)
    assert shown is not None
    data = {"csrf_token": csrf(client), "points": list(points), "shown_at": shown[1], "notes": "[]", "comment": ""}
    return client.post(place, data=data | fields)


def scripts(essays: Essays) -> list[Script]:
    """The answers."""
    with essays.app.app_context():
        return list(reading().scalars(select(Script).order_by(Script.id)))


def tasks(essays: Essays) -> list[Task]:
    """Everything that was laid on desks and not taken back."""
    with essays.app.app_context():
        return list(reading().scalars(select(Task).where(Task.taken_back_at.is_(None)).order_by(Task.id)))


def by_hand(essays: Essays, script: Script) -> float:
    """The mean of two marks, where they differ by more than 2 of the adjudicator's and the nearer, the higher of two as near."""
    with essays.app.app_context():
        rows = reading().execute(
            select(Task.role, Mark.total)
            .join(Mark, Mark.task_id == Task.id)
            .where(Task.script_id == script.id)
            .order_by(Mark.id)
        )
        marks_by = {"marker": list[float](), "adjudicator": list[float](), "control": list[float]()}
        for role, total in rows:
            marks_by[role].append(float(total))
    one, other = marks_by["marker"]
    if abs(one - other) <= 2:
        return (one + other) / 2
    (judge,) = marks_by["adjudicator"]
    nearer = min((one, other), key=lambda mark: (abs(mark - judge), -mark))
    return (nearer + judge) / 2
