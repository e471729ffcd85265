"""A training class from its plan to the transcripts of its learners, and what is refused on the way."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from courseware.facts import Facts
from lms.audit.models import AuditEntry
from lms.classes import errors
from lms.classes.models import ClassResult, Marking
from lms.database import reading, writing
from lms.jobs import run_waiting
from lms.transcripts.models import TranscriptEntry
from tests.cast import Cast, post
from tests.classes.school import School
from tests.conftest import TestClock

ROSTER = "工号,姓名,单位\n" + "".join(f"L{n:03},学员{n},朝阳门所\n" for n in range(1, 59))


def entries(school: School) -> list[TranscriptEntry]:
    """What transcripts say, in order; within a context."""
    return list(reading().scalars(select(TranscriptEntry).order_by(TranscriptEntry.id)))


def test_a_roster_of_sixty_with_two_bad_rows(school: School) -> None:
    """
    58 are called, two rows are named with place and column; mended and sent again there are sixty, each once.
    """
    school.people(60)
    at = school.begin()
    page = school.send(at, ROSTER + "L999,学员59,朝阳门所\n,学员60,西单所\n")
    told = school.qian.get(page).text
    post(school.qian, f"{page}/take")
    called = len(school.learners(at))
    again = school.send(at, ROSTER + "L059,学员59,朝阳门所\n,学员60,朝阳门所\n")
    post(school.qian, f"{again}/take")

    assert "名单.csv:60" in told
    assert "名单.csv:61" in told
    assert called == 58
    assert len(school.learners(at)) == len(set(school.learners(at))) == 60
    assert post(school.qian, f"{again}/take").status_code == errors.UploadTaken.status
    assert "L001" in school.qian.get(f"{at}/roster?search=L001").text


def test_sixty_of_sixty_and_one_exempt(school: School, app: Flask) -> None:
    """
    All present is 100 and 100; a class of the same people with one exempt expects 59, and its footnote says why.
    """
    people = school.people(60)
    for spared in (0, 1):
        at = school.approved(people)
        if spared:
            post(school.qian, f"{at}/roster/people/{school.learners(at)[0]}", exempt="maternity", note="2026年3月起")
        school.all_present(at)
        school.closed(at)
    page = school.qian.get("/class-rates/?by=class").text
    one = f"class={at.rsplit('/', 1)[1]}"
    exempt = school.qian.get(f"/class-rates/people?{one}&show=exempt").text
    alone = school.qian.get(f"/class-rates/?{one}").text

    assert [result.outcome for result in school.results(at)].count("passed") == 59
    assert page.count("100 %") == 6
    assert "took part 59 / counted 59 = 100 per cent" in alone
    assert "Counted 59 = to take part 60 − exempt 1." in alone
    assert "Maternity leave: 1</a>" in alone
    assert school.qian.get(f"/class-rates/print/rates.pdf?{one}").data.startswith(b"%PDF")
    assert "学员1</th>" in exempt
    assert "学员2</th>" not in exempt
    with app.app_context():
        assert len(entries(school)) == 119


def test_from_the_plan_to_the_transcript(school: School, app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    Whoever stands above approves plan and closing, not who handed them in; the transcript has hours, half days and facts.
    """
    people = school.people(3)
    at = school.begin()
    school.call(at, people)
    nothing_planned = school.step(at, "submit")
    for starts, ends in (("09:00", "12:00"), ("14:00", "17:00")):
        school.session(at, starts, ends)
    steps = [
        school.step(at, "submit"), school.step(at, "approve"), school.step(at, "return", school.feng),
        school.step(at, "return", school.feng, why="学时不足"), school.step(at, "submit"), school.step(at, "approve", school.feng),
    ]  # fmt: skip
    clock.advance(hours=9)
    school.enter()
    gaps = school.step(at, "propose")
    school.all_present(at)
    school.mark(at, 1, 2, "absent")
    closing = [school.step(at, "propose"), school.step(at, "confirm")]
    fixed = school.mark(at, 1, 2, "present").status_code, school.session(at, "18:00", "19:00").status_code
    school.step(at, "confirm", school.feng)
    run_waiting(app)

    assert nothing_planned == "draft"
    assert steps == ["submitted", "submitted", "submitted", "draft", "submitted", "approved"]
    assert gaps == "approved"
    assert closing == ["closing", "closing"]
    assert fixed == (303, 409)
    assert [(one.outcome, str(one.granted)) for one in school.results(at)] == [
        ("passed", "8"),
        ("passed", "8"),
        ("withdrawn", "0"),
    ]
    with app.app_context():
        first, _second, third = entries(school)
        facts = Facts.from_record(first.facts)
        acts = list(reading().scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("class."))))
        assert (first.hours, first.passed, third.hours, third.passed) == (Decimal(8), True, Decimal(0), False)
        assert (facts.channel, facts.half_days, facts.minutes, facts.level) == ("in_house", 2, 360, "county")
        assert (facts.class_type, facts.required, facts.work) == ("任职", True, first.source)
        assert {
            "class.create",
            "class.call",
            "class.session",
            "class.submit",
            "class.attendance",
            "class.confirm",
            "class.result",
        } <= set(acts)


def test_results_are_corrected_by_a_further_one(school: School, app: Flask) -> None:
    """
    Somebody above corrects with a reason; the first result stays, the transcript has both revisions, the first job again writes
    nothing.
    """
    at = school.approved(school.people(2))
    school.all_present(at)
    school.mark(at, 1, 0, "leave", "1.25")
    school.closed(at)
    who = f"{at}/results/people/{school.learners(at)[0]}"
    fields = {"leave": "1", "absent": "0", "exempt": "", "why": "请假条为一学时"}
    refused = post(school.qian, who, **fields).status_code
    too_much = post(school.feng, who, **fields | {"leave": "8", "absent": "1"}).status_code
    post(school.feng, who, **fields)
    run_waiting(app)

    assert (refused, too_much) == (errors.SecondPerson.status, errors.MoreThanAll.status)
    told = [(one.revision, one.outcome, str(one.attended), bool(one.certificate)) for one in school.results(at)]
    assert told == [(1, "withdrawn", "6.75", False), (1, "passed", "8", True), (2, "passed", "7", True)]
    assert school.results(at)[1].certificate != school.results(at)[2].certificate
    with app.app_context():
        of_first = [
            (one.revision, str(one.hours)) for one in entries(school) if one.person_id != entries(school)[1].person_id
        ]
        assert of_first == [(1, "0"), (2, "7")]


@pytest.mark.parametrize(
    ("statement", "table"), [("update", ClassResult), ("delete", ClassResult), ("delete", Marking)]
)
def test_what_was_written_stays(school: School, app: Flask, statement: str, table: type) -> None:
    """
    Results and markings refuse to be changed or removed, whoever asks the database.
    """
    at = school.approved(school.people(1))
    school.all_present(at)
    school.closed(at)
    statements = {"update": update(table).values(id=0), "delete": delete(table)}

    with app.app_context(), pytest.raises(DBAPIError), writing() as session:
        session.execute(statements[statement])


def test_a_sheet_is_marked_undone_and_marked_again(school: School, app: Flask) -> None:
    """
    One click, then exceptions; undo takes the last marking back, twice it stands again; each is kept. Leave is at most the session.
    """
    at = school.approved(school.people(4), ("4",))
    one = school.sessions(at)[0]
    post(school.qian, f"{at}/sheets/{one}/all")
    school.mark(at, 0, 0, "leave", "9")
    school.mark(at, 0, 1, "absent")
    school.mark(at, 0, 3, "nonsense", "9")
    bad = school.mark(at, 0, 2, "leave", "abc")
    post(school.qian, f"{at}/sheets/{one}/undo", markings="3")
    back = school.qian.get(f"{at}/roster").text.count("4 / 4")
    post(school.qian, f"{at}/sheets/{one}/undo", markings="4")
    again = school.qian.get(f"{at}/roster").text.count("4 / 4")

    assert bad.status_code == 303
    assert (back, again) == (3, 2)
    with app.app_context():
        ways = list(reading().scalars(select(Marking.way).order_by(Marking.id)))
        assert ways == ["sheet", "sheet", "sheet", "undo", "undo"]


def test_entered_marks_decide(school: School, app: Flask) -> None:
    """
    A mark below the pass mark, or none, has not passed; marks above the full marks and nonsense are refused.
    """
    at = school.approved(school.people(3), assessment="mark", maximum="100", pass_mark="60")
    school.all_present(at)
    learners = school.learners(at)
    bad = [
        post(school.qian, f"{at}/results", **{"learner": learners[0], f"score-{learners[0]}": text}).status_code
        for text in ("101", "x", "-1")
    ]
    for learner, text in zip(learners, ("59.5", "60", ""), strict=True):
        post(school.qian, f"{at}/results", **{"learner": learner, f"score-{learner}": text})
    school.closed(at)

    assert bad == [303, 303, 303]
    assert [(one.outcome, one.score) for one in school.results(at)] == [
        ("failed", Decimal("59.5")), ("passed", Decimal(60)), ("failed", None),
    ]  # fmt: skip


def test_leave_is_asked_granted_and_counted(school: School, app: Flask, clock: TestClock) -> None:
    """
    A learner asks, the manager grants: the session is on leave, and the learner reads how much more may be missed.
    """
    (person,) = school.people(1)
    at = school.approved([person], ("4", "1") * 3)
    mine = f"/my-classes/{at.rsplit('/', 1)[1]}"
    client = school.client(person)
    second, third = school.sessions(at)[1], school.sessions(at)[3]
    post(client, f"{mine}/leave", sessions=second, reason="出差")
    post(client, f"{mine}/leave", sessions=third, reason="家中有事")
    waiting = school.qian.get(f"{at}/leave").text
    requests = [part.split('"')[0] for part in waiting.split(f"{at}/leave/")[1:]]
    grant, refuse = (next(one for one in requests if one.endswith(kind)) for kind in ("grant", "refuse"))
    post(school.qian, f"{at}/leave/{grant}", words="准假")
    twice = post(school.qian, f"{at}/leave/{grant}").status_code
    post(
        school.qian, f"{at}/leave/{next(one for one in requests if one.endswith('refuse') and one[:22] != grant[:22])}"
    )
    page = client.get(mine).text

    assert refuse
    assert twice == errors.LeaveDecided.status
    assert "Leave granted" in page
    assert "Leave refused" in page
    assert page.count("On leave") == 1
    assert "<dt>May still be missed</dt><dd>1</dd>" in page


def test_learners_sign_in_with_the_code_of_the_room(school: School, app: Flask, clock: TestClock) -> None:
    """
    Within the time of the session, with the code of now or of half a minute ago; later as late, before and wrong not at all.
    """
    people = school.people(3)
    at = school.approved(people, ("2",))
    school.session(at, "11:00", "11:45")
    one = school.sessions(at)[1]
    mine = f"/my-classes/{at.rsplit('/', 1)[1]}/sessions/{one}"
    opens = clock.moment + timedelta(hours=2)

    def attempt(person: int, minutes: float, age: float) -> str:
        clock.moment = opens + timedelta(minutes=minutes) - timedelta(seconds=age)
        school.enter()
        text = school.qian.get(f"{at}/sheets/{one}/code").text
        code = text.split('room-code-signs">')[1].split("<")[0] if "room-code-signs" in text else "AAA-AAA"
        clock.moment += timedelta(seconds=age)
        client = school.client(people[person])
        post(client, mine, code=code.lower())
        return client.get(mine.rsplit("/sessions", 1)[0]).text

    early, stale = attempt(0, -31, 0), attempt(0, 0, 61)
    present, late, after = attempt(0, 0, 29), attempt(1, 16, 0), attempt(2, 46, 0)

    assert "not the code" in stale
    assert "half an hour before" in early
    assert "You are signed in: There." in present
    assert "You are signed in: Came late." in late
    assert "half an hour before" in after


def test_clashes_are_named_and_nothing_of_other_units(school: School, app: Flask, cast: Cast) -> None:
    """
    The same room, lecturer and learner at the same time in another class; the name of a class elsewhere is not told.
    """
    people = school.people(2)
    here, there = school.begin(), school.begin(school.feng, name="局机关读书班", unit=cast.bureau.public_id)
    for at, client in ((here, school.qian), (there, school.feng)):
        fields = {
            "day": "2026-03-02",
            "starts": "09:00",
            "ends": "11:00",
            "title": "讲座",
            "lecturer": "方老师",
            "place": "礼堂",
        }
        post(client, f"{at}/timetable", **fields)
        post(client, f"{at}/roster/people", person=people[0].public_id)
    told = school.qian.get(f"{here}/timetable").text

    for words in ("Room wanted twice", "Lecturer wanted twice", "Learners in two classes at once", "another class"):
        assert words in told
    assert "局机关读书班" not in told
    assert "所长任职培训班" in school.feng.get(f"{there}/timetable").text
    assert school.qian.get(there).status_code == 404


def test_only_ones_own_people_can_be_called(school: School, cast: Cast) -> None:
    """
    Wang of branch B is not called by Qian, by whatever way; Feng may call him, and Qian reads nothing of him in the rates.
    """
    at = school.begin()
    school.call(at, [cast.wang, cast.lin])
    post(school.qian, f"{at}/roster/units", unit=cast.branch_b.public_id)
    school.send(at, f"工号\n{cast.wang.staff_number}\n")

    assert len(school.learners(at)) == 1
    assert school.qian.get(f"{at}/roster?call={cast.wang.staff_number}").text.count('name="person"') == 0


def test_a_learner_sees_approved_classes_alone(school: School, app: Flask, cast: Cast) -> None:
    """
    A plan is nobody's business yet; an approved class has a calendar; others' classes are not there.
    """
    at = school.begin()
    school.call(at, [cast.lin])
    school.session(at)
    mine, lin, wang = (
        f"/my-classes/{at.rsplit('/', 1)[1]}",
        school.client(cast.lin),
        school.client(cast.wang),
    )
    before = lin.get(mine).status_code
    school.step(at, "submit")
    school.step(at, "approve", school.feng)
    calendar = lin.get(f"{mine}/timetable.ics").text

    assert (before, lin.get(mine).status_code, wang.get(mine).status_code) == (404, 200, 404)
    assert "所长任职培训班" in lin.get("/my-classes/").text
    assert "DTSTART:20260302T010000Z" in calendar
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))


def test_people_with_attendance_are_not_taken_off(school: School, app: Flask) -> None:
    """
    Taken off by mistake one can be called again; whoever has a mark stays, and can be exempt.
    """
    at = school.approved(school.people(2), ("2",))
    first, second = school.learners(at)
    post(school.qian, f"{at}/roster/people/{first}/remove")
    left = school.learners(at)
    school.mark(at, 0, 0, "present")

    assert left == [second]
    assert post(school.qian, f"{at}/roster/people/{second}/remove").status_code == errors.LearnerMarked.status
    assert post(school.qian, f"{at}/timetable/{school.sessions(at)[0]}/remove").status_code == errors.Marked.status
    with app.app_context():
        assert reading().scalar(select(func.count()).select_from(Marking)) == 1
