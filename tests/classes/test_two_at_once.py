"""Several people at one class at once: nobody's page, loaded earlier, undoes what others wrote meanwhile."""

import re
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy import select

from lms.classes.models import Attendance, Learner
from lms.database import reading
from tests.cast import post
from tests.classes.school import School

_INPUT = re.compile(r"<input[^>]*>")


def fields(client: FlaskClient, address: str, action: str) -> dict[str, list[str]]:
    """What a browser sends of the form with this action on a page, but its token."""
    form = client.get(address).text.split(f'action="{action}')[1].split("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in _INPUT.findall(form):
        said = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        if said.get("type") != "radio" or " checked" in tag:
            found.setdefault(said["name"], []).append(said.get("value", ""))
    found.pop("csrf_token")
    return found


def marks(school: School, at: str) -> list[str | None]:
    """What the sheets of a class say of each on the roster; a test marks but one of them."""
    with school.app.app_context():
        query = select(Attendance.kind).select_from(Learner).outerjoin(Attendance, Attendance.learner_id == Learner.id)
        return list(reading().scalars(query.where(Learner.class_id == school.class_of(at).id).order_by(Learner.id)))


def test_a_sheet_that_is_kept_leaves_what_came_meanwhile(school: School) -> None:
    """
    A manager loads a sheet; a learner signs in, another manager marks two; what the first one keeps changes what was changed.
    """
    people = school.people(4)
    at = school.approved(people, ("2", "2"))
    now = school.sessions(at)[1]
    sheet, mine = f"{at}/sheets/{now}", f"/my-classes/{at.rsplit('/', 1)[1]}/sessions/{now}"
    school.mark(at, 1, 1, "present")
    school.mark(at, 1, 2, "absent")
    page = fields(school.qian, sheet, f"{sheet}?page=1")
    code = school.qian.get(f"{sheet}/code").text.split('room-code-signs">')[1].split("<")[0]
    post(school.client(people[0]), mine, code=code)
    school.mark(at, 1, 1, "absent")
    post(school.qian, sheet, **{**page, f"kind-{school.learners(at)[3]}": ["late"]})

    assert marks(school, at) == ["present", "absent", "absent", "late"]
    post(school.qian, sheet, **fields(school.qian, sheet, f"{sheet}?page=1"))
    assert marks(school, at) == ["present", "absent", "absent", "late"]


def test_undo_takes_back_what_was_seen_and_nothing_later(school: School) -> None:
    """
    Undo of a page on which a learner's sign-in does not stand yet is refused: the sign-in stays. Looked at again, it is undone.
    """
    at = school.approved(school.people(2), ("2",))
    sheet = f"{at}/sheets/{school.sessions(at)[0]}"
    school.mark(at, 0, 0, "absent")
    seen = fields(school.qian, sheet, f"{sheet}/undo")
    school.mark(at, 0, 1, "present")
    refused = school.qian.get(post(school.qian, f"{sheet}/undo", **seen).location).text
    kept = marks(school, at)
    post(school.qian, f"{sheet}/undo", **fields(school.qian, sheet, f"{sheet}/undo"))

    assert "Somebody marked this sheet meanwhile" in refused
    assert kept == ["absent", "present"]
    assert marks(school, at) == ["absent", None]


def test_marks_that_are_kept_leave_those_of_others(school: School) -> None:
    """
    Two managers enter the marks of different people on pages loaded at the same time: both stand.
    """
    at = school.approved(school.people(3), assessment="mark", maximum="100", pass_mark="60")
    results, (first, second, third) = f"{at}/results", school.learners(at)
    post(school.qian, results, learner=third, **{f"score-{third}": "70"})
    here, there = (fields(school.qian, results, f"{results}?page=1") for _manager in "ab")
    post(school.qian, results, **{**here, f"score-{first}": ["81"]})
    post(school.qian, results, **{**there, f"score-{second}": ["59"], f"score-{third}": [""]})

    with school.app.app_context():
        scores = list(
            reading().scalars(
                select(Learner.score).where(Learner.class_id == school.class_of(at).id).order_by(Learner.id)
            )
        )
        assert scores == [Decimal(81), Decimal(59), None]
