"""Required training through forms and jobs: audiences, assignments, rates, reminders, exemptions, and who sees what."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from courseware.audience import Asked, Branch, Leaf, Not, Rule, Who, holds
from courseware.plans import Assignment, State, rated, state_on
from courseware.rates import rates
from lms.accounts import queries as accounts
from lms.accounts import service as people
from lms.accounts.policy import Role
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.jobs import enqueue, run_waiting
from lms.particulars import queries as particulars
from lms.particulars.models import Particulars
from lms.particulars.queries import PARTY
from lms.plans import audience, queries
from lms.plans.models import PlanAssignment, PlanEvent, TrainingPlan
from tests.academy import Academy
from tests.cast import Cast, post, sign_in
from tests.conftest import NINE, TestClock
from tests.plans.academy import PLAN, assignment, learn, make_course, make_plan, opened


def join_party(app: Flask, *person_ids: int) -> None:
    """Let the files say that these people are members of the party."""
    with app.app_context(), writing() as session:
        for person in person_ids:
            session.add(
                Particulars(
                    person_id=person, from_date=date(2024, 7, 1), political="member", category="公务员",
                    appointed_on=date(2024, 1, 1), recorded_at=datetime(2025, 1, 1, tzinfo=UTC), reason="入党",
                )
            )  # fmt: skip


def assign(app: Flask) -> None:
    """What happens every hour."""
    with app.app_context(), writing() as session:
        enqueue(session, "plans.assign", {})
    run_waiting(app)


def after(client: FlaskClient, address: str) -> str:
    """The page that an answer leads to."""
    return client.get(address).text


@pytest.fixture
def qian(app: Flask, cast: Cast, client: FlaskClient) -> FlaskClient:
    """The training manager of branch A at the keyboard."""
    return sign_in(client, cast.qian)


def test_from_a_course_to_a_transcript(
    app: Flask, cast: Cast, academy: Academy, qian: FlaskClient, clock: TestClock
) -> None:
    """A manager makes course and plan; those meant read it at home, learn, and are done; the rates follow."""
    join_party(app, cast.lin.id, cast.wang.id)
    course = make_course(qian, [academy.unit])
    plan = make_plan(qian, course, party="y")
    assert assignment(app, plan, cast.lin.id) is None
    look = post(qian, f"/plans/plan/{plan}/edit", **PLAN | {"course": course, "party": "y", "do": "look"})
    assert post(qian, f"/plans/plan/{plan}/open").status_code == 303
    run_waiting(app)

    assert "林晓" in look.text
    assert "王磊" not in look.text
    lin = sign_in(app.test_client(), cast.lin)
    held = assignment(app, plan, cast.lin.id)
    assert held is not None
    assert [assignment(app, plan, one.id) for one in (cast.qian, cast.wang)] == [None, None]
    assert "党员学法" in lin.get("/").text
    assert f"/courses/{academy.unit}" in lin.get("/my-training/").text
    learn(app, cast.lin.id, academy.unit, at=NINE)
    clock.advance(minutes=5)
    with app.app_context(), writing() as session:
        enqueue(session, "plans.follow", {})
    run_waiting(app)
    done = assignment(app, plan, cast.lin.id)
    assert done is not None
    assert (done.done_on, done.begun) == (NINE.date(), True)
    assert "党员学法" not in lin.get("/").text
    assert "按期完成" in lin.get("/my-training/").text
    assert "＝百分之100" in qian.get(f"/plans/plan/{plan}").text
    learn(app, cast.lin.id, academy.unit, at=NINE, revision=2, passed=False)
    assign(app)
    undone = assignment(app, plan, cast.lin.id)
    assert undone is not None
    assert undone.done_on is None


def test_coming_and_going(app: Flask, cast: Cast, academy: Academy, qian: FlaskClient, clock: TestClock) -> None:
    """Assigned once, however often the job runs; who moves away is let go, who comes back has the same assignment, and days to do it."""
    plan = opened(app, qian, make_course(qian, [academy.unit]), units=cast.office_a1.public_id)
    first = assignment(app, plan, cast.lin.id)
    assert first is not None
    for unit in (cast.branch_b, cast.office_a1, cast.office_a2):
        clock.advance(days=10)
        with app.app_context(), writing() as session:
            people.post_person(session, cast.lin.id, unit_id=unit.id, on=clock().date())
        for _twice in range(2):
            assign(app)

    last = assignment(app, plan, cast.lin.id)
    assert last is not None
    assert (last.id, last.left_on, last.due_on) == (first.id, clock().date(), date(2026, 4, 1))
    with app.app_context():
        kinds = list(
            reading().scalars(select(PlanEvent.kind).where(PlanEvent.assignment_id == first.id).order_by(PlanEvent.id))
        )
        count = reading().scalar(select(func.count()).select_from(PlanAssignment))
        acts = list(reading().scalars(select(AuditEntry.act).where(AuditEntry.act == "plan.assign")))
    assert kinds == ["assigned", "left", "returned", "left"]
    assert count == 1
    assert len(acts) == 4


@pytest.mark.parametrize(("back", "due"), [(20, date(2026, 4, 1)), (60, date(2026, 5, 11))])
def test_a_changed_plan_leaves_the_days_of_who_came_back(
    app: Flask, cast: Cast, academy: Academy, qian: FlaskClient, clock: TestClock, *, back: int, due: date
) -> None:
    """Who came back was given days; another title takes none of them away, a later last day is theirs too."""
    course = make_course(qian, [academy.unit])
    form = {"course": course, "units": cast.office_a1.public_id}
    plan = opened(app, qian, course, units=cast.office_a1.public_id)
    for unit, days in ((cast.branch_b, 10), (cast.office_a1, back - 10)):
        clock.advance(days=days)
        with app.app_context(), writing() as session:
            people.post_person(session, cast.lin.id, unit_id=unit.id, on=clock().date())
        assign(app)
    sign_in(qian, cast.qian)
    days = []
    for fields in ({"title": "党员学法（改）"}, {"day": "2026-06-30"}, {"day": "2026-03-31"}):
        assert post(qian, f"/plans/plan/{plan}/edit", **PLAN | form | fields).status_code == 303
        run_waiting(app)
        held = assignment(app, plan, cast.lin.id)
        days.append(held.due_on if held else None)

    assert days == [due, date(2026, 6, 30), due]


def test_a_changed_plan_moves_last_days(app: Flask, cast: Cast, academy: Academy, qian: FlaskClient) -> None:
    """Saving an open plan counts at once: last days move, and what is learned counts for the items it has now."""
    course = make_course(qian, [academy.unit])
    plan = opened(app, qian, course)
    form = PLAN | {"course": course, "day": "2026-05-31", "units": cast.office_a1.public_id}
    assert post(qian, f"/plans/plan/{plan}/edit", **form).status_code == 303
    run_waiting(app)
    lin, boss = assignment(app, plan, cast.lin.id), assignment(app, plan, cast.qian.id)

    assert lin is not None
    assert boss is not None
    assert (lin.due_on, lin.left_on) == (date(2026, 5, 31), None)
    assert boss.left_on == NINE.date()


def test_reminders_and_the_officer(
    app: Flask, cast: Cast, academy: Academy, qian: FlaskClient, clock: TestClock
) -> None:
    """Once a day and no more, by the calendar and by hand; after some days the nearest manager is told, nobody above."""
    plan = opened(app, qian, make_course(qian, [academy.unit]), units=cast.office_a1.public_id)
    clock.moment = datetime(2026, 4, 1, 1, tzinfo=UTC)
    assign(app)
    held = assignment(app, plan, cast.lin.id)
    assert held is not None
    assert held.reminded_on == date(2026, 4, 1)
    clock.advance(days=1)
    qian = sign_in(app.test_client(), cast.qian)
    said = [after(qian, post(qian, "/my-unit/remind").location) for _twice in range(2)]
    page = sign_in(app.test_client(), cast.lin).get("/").text

    assert ["已提醒 1 人次" in text for text in said] == [True, False]
    assert "2026-04-02 已提醒" in page
    assert "上报给您" in qian.get("/my-unit/").text
    assert "林晓" not in qian.get("/my-unit/?state=escalated").text
    clock.moment = datetime(2026, 4, 14, 1, tzinfo=UTC)
    qian = sign_in(app.test_client(), cast.qian)
    assert "林晓" in qian.get("/my-unit/?state=escalated").text
    with app.app_context(), writing() as session:
        people.grant_role(session, cast.sun.id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=None)
    above = sign_in(app.test_client(), cast.sun)
    assert "林晓" not in above.get("/my-unit/?state=escalated").text
    assert "林晓" in above.get("/my-unit/?state=late").text


def test_an_exemption_is_given_and_taken_back(app: Flask, cast: Cast, academy: Academy, qian: FlaskClient) -> None:
    """The exempt leave both rates with their reason in the footnote; every step is kept with its words."""
    plan = opened(app, qian, make_course(qian, [academy.unit]))
    held = assignment(app, plan, cast.lin.id)
    assert held is not None
    at = f"/plans/assignment/{held.public_id}"
    refused = post(qian, f"{at}/exempt", reason="sick", words="")
    assert post(qian, f"{at}/exempt", reason="sick", words="病假证明").status_code == 303
    again = post(qian, f"{at}/exempt", reason="sick", words="病假证明")
    page, own = qian.get(f"/plans/plan/{plan}").text, sign_in(app.test_client(), cast.lin).get("/my-training/").text

    assert (refused.status_code, again.status_code) == (422, 409)
    assert "病假1人" in page
    assert "免训" in own
    assert post(qian, f"{at}/expect", words="已返岗工作").status_code == 303
    steps = qian.get(at).text
    assert "病假证明" in steps
    assert "已返岗工作" in steps
    assert "病假1人" not in qian.get(f"/plans/plan/{plan}").text


@pytest.mark.one_database
def test_nobody_reaches_beyond_their_part(app: Flask, cast: Cast, academy: Academy, qian: FlaskClient) -> None:
    """A plan of the bureau is seen by a branch with its own people alone; a plan of another branch is not there."""
    with app.app_context(), writing() as session:
        people.grant_role(session, cast.sun.id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=None)
        people.grant_role(
            session, cast.wang.id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=cast.branch_b.id
        )
    sun, wang = (sign_in(app.test_client(), one) for one in (cast.sun, cast.wang))
    course = make_course(sun, [academy.unit])
    whole, other = opened(app, sun, course), opened(app, wang, make_course(wang, [academy.unit]), title="西城")
    wangs = assignment(app, whole, cast.wang.id)
    assert wangs is not None
    names = qian.get(f"/plans/plan/{whole}/people").text

    assert "林晓" in names
    assert "王磊" not in names
    assert assignment(app, other, cast.lin.id) is None
    assert [
        qian.get(f"/plans/plan/{other}").status_code,
        qian.get(f"/plans/plan/{whole}/edit").status_code,
        qian.get(f"/plans/assignment/{wangs.public_id}").status_code,
        post(qian, f"/plans/plan/{whole}/close").status_code,
        post(qian, f"/plans/assignment/{wangs.public_id}/exempt", reason="sick", words="病假证明").status_code,
    ] == [404] * 5
    assert qian.get(f"/plans/plan/{whole}/rates.xlsx").data[:2] == b"PK"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "title-errors"),
        ({"by": "days"}, "by-errors"),
        ({"day": ""}, "by-errors"),
        ({"day": "2026-03-01"}, "day-errors"),
        ({"before": "soon"}, "before-errors"),
        ({"units": "nowhere"}, "units-errors"),
        ({"escalate": "9999999999"}, "escalate-errors"),
        ({"course": "none"}, "course-errors"),
    ],
)
def test_what_a_form_refuses(academy: Academy, qian: FlaskClient, fields: dict[str, Any], said: str) -> None:
    """What cannot be is said at its field, and nothing is kept."""
    course = make_course(qian, [academy.unit])
    answer = post(qian, "/plans/new", **PLAN | {"course": course} | fields)

    assert answer.status_code == 422
    assert said in answer.text
    with qian.application.app_context():
        assert reading().scalar(select(func.count()).select_from(TrainingPlan)) == 0


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 303),
        ({"way-0": "class", "hours-0": "8"}, 303),
        ({"way-0": "network", "hours-0": "8.1"}, 422),
        ({"electives": "1"}, 422),
        ({"electives": "1", "way-0": "outside", "hours-0": "2", "role-0": "elective"}, 303),
        ({"title": ""}, 422),
        ({"way-0": "moon", "hours-0": "2"}, 422),
    ],
)
def test_courses_hold_what_was_said(academy: Academy, qian: FlaskClient, fields: dict[str, str], status: int) -> None:
    """Units by the catalogue, hours by the way of learning; what cannot be is refused, what is saved is shown again."""
    form = {"title": "依法行政", "electives": "0", f"unit:{academy.unit}": "required"} | fields
    answer = post(qian, "/training-courses/new", **form)

    assert answer.status_code == status
    if status == 303:
        again = qian.get(f"{answer.location}/edit").text
        assert all(f'value="{value}"' in again for key, value in fields.items() if key.startswith(("way", "hours")))


words = st.sampled_from(["科员", "所长", "公务员"])
rules = st.recursive(
    st.one_of(
        st.just(Leaf(Asked.PARTY)),
        st.builds(
            Leaf, st.sampled_from([Asked.POST, Asked.RANK, Asked.CATEGORY]), st.lists(words, min_size=1).map(tuple)
        ),
        st.builds(Leaf, st.just(Asked.UNIT), st.just(("branch_a",))),
        st.builds(Leaf, st.just(Asked.APPOINTED_SINCE), st.just(()), st.just(date(2023, 1, 1))),
        st.builds(
            Leaf, st.just(Asked.POSTED_SINCE), st.just(()), st.sampled_from([date(2019, 1, 1), date(2026, 1, 1)])
        ),
    ),
    lambda below: st.one_of(
        st.builds(Branch, st.booleans(), st.lists(below, max_size=3).map(tuple)), st.builds(Not, below)
    ),
    max_leaves=6,
)


def test_the_database_means_what_the_rule_means(app: Flask, cast: Cast) -> None:
    """Whatever rule: who belongs by SQL are those for whom it holds, also where files say nothing."""
    join_party(app, cast.lin.id, cast.zhao.id)
    with app.app_context(), writing() as session:
        people.post_person(session, cast.wang.id, unit_id=cast.office_a2.id, on=NINE.date(), post="所长", rank=None)
    with app.app_context():
        session = reading()
        units = accounts.units(session)
        files = particulars.of_people(session, [one.id for one in cast.people.values()], NINE.date())
        everybody = {row.id: row for row in session.execute(accounts.serving_people())}
        public = {unit.id: unit.public_id for unit in units}

        def who(row: Any) -> Who:
            file = files.get(row.id)
            return Who(
                frozenset(public[int(key)] for key in row.unit_path.strip("/").split("/")), row.post, row.rank,
                file.category if file else None, bool(file and file.political in PARTY), row.posted_on,
                file.appointed_on if file else None,
            )  # fmt: skip

        known = {key: who(row) for key, row in everybody.items()}

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(rules)
        def same(rule: Rule) -> None:
            meant = _with_units(rule, cast.branch_a.public_id)
            found = session.execute(audience.members(meant, units, "/", NINE.date()))
            assert {row.id for row in found} == {key for key, one in known.items() if holds(meant, one)}

        same()


def _with_units(rule: Rule, public_id: str) -> Rule:
    if isinstance(rule, Not):
        return Not(_with_units(rule.rule, public_id))
    if isinstance(rule, Branch):
        return Branch(rule.every, tuple(_with_units(one, public_id) for one in rule.rules))
    return Leaf(rule.asked, (public_id,)) if rule.asked is Asked.UNIT else rule


DAYS = [date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)]


def test_counts_by_the_database_are_those_of_the_rules(
    app: Flask, cast: Cast, academy: Academy, qian: FlaskClient
) -> None:
    """Every state an assignment can have: states, rates and lists of names by SQL are those of the domain."""
    plan = opened(app, qian, make_course(qian, [academy.unit]), units=cast.office_a1.public_id)
    held = assignment(app, plan, cast.lin.id)
    assert held is not None
    wanted = []
    for due in DAYS[:2]:
        for left in (None, DAYS[0]):
            for done in (None, DAYS[0], DAYS[2]):
                for begun in (False, True):
                    wanted += [(Assignment(due, left, begun, done, exempt)) for exempt in ("", "sick")]
    with app.app_context():
        for number, one in enumerate(wanted):
            with writing() as session:
                row = session.get_one(PlanAssignment, held.id)
                row.due_on, row.left_on, row.begun, row.done_on, row.exempt = (
                    one.due, one.left, one.begun, one.done, one.exempt or None,
                )  # fmt: skip
            session = reading()
            day = DAYS[1] if number % 2 else DAYS[2]
            state = session.scalar(select(queries.state(day)).where(PlanAssignment.id == held.id))
            tally = queries.tallies(session, day, [held.unit_id], plan_ids=[held.plan_id], cycle=["once"])
            counted = rated(one)
            assert State(str(state)) is state_on(one, day), one
            assert tally[held.plan_id, held.unit_id].rates == rates([counted] if counted else []), one
            assert tally[held.plan_id, held.unit_id].late == (state == State.LATE)
            names = queries.people(
                day, [held.unit_id], plan_ids=[held.plan_id], cycle=["once"], only=queries.chosen(day, str(state), {})
            )
            assert queries.line(session.execute(names).one()).state is State(str(state))
            reading().rollback()


@pytest.mark.one_database
def test_more_than_a_rule_may_ask_is_refused(academy: Academy, cast: Cast, qian: FlaskClient) -> None:
    """A form with a hundred and one units is answered without asking the database for them, and nothing is kept."""
    course = make_course(qian, [academy.unit])
    plan = make_plan(qian, course)
    many = [cast.office_a1.public_id] * 101
    form = PLAN | {"course": course, "units": many}
    answers = [post(qian, f"/plans/plan/{plan}/edit", **form | {"do": do}) for do in ("look", "save")]

    assert [answer.status_code for answer in answers] == [200, 422]
    with qian.application.app_context():
        assert reading().scalars(select(TrainingPlan.newest)).one() == 1
