"""Required training of the demonstration: a plan for all cadres and one for the party and leading cadres, half done."""

from datetime import date, datetime, timedelta

from flask import Flask

from courseware.audience import EVERYBODY, Asked, Branch, Leaf
from courseware.courses import Course, Item, Kind
from courseware.facts import Channel, Facts
from courseware.hours import Hours
from courseware.plans import By, Due, Plan
from lms.accounts.queries import PersonRow
from lms.clock import BUREAU_ZONE
from lms.courses import queries as courses
from lms.database import reading, writing
from lms.demo.clock import at
from lms.demo.learning import viewer_of
from lms.demo.organisation import Organisation
from lms.plans import assigning, queries, service
from lms.plans.models import PlanAssignment
from lms.transcripts import service as transcripts
from question_bank.chance import Chance

TITLE = "全员依法行政轮训"
CLASS_TITLE = "依法行政专题轮训班"
LEADERS = ("处长", "副处长", "分局长", "副分局长", "所长", "副所长")
#: how many of a hundred took part in the class, how many of those passed, and how many of a thousand are exempt
PART, PASSED, EXEMPT = 84, 95, 6
REASONS = (("sick", "三甲医院病假证明"), ("seconded", "借调省局工作"), ("parental", "产假审批表"))


def build(app: Flask, organisation: Organisation, manager: PersonRow, chance: Chance, *, now: datetime) -> None:
    """Make both plans as the manager of the bureau, two months old; let people take part, and exempt some."""
    past = now - timedelta(days=60)
    start = past.astimezone(BUREAU_ZONE).date()
    rows = [courses.row_of(row) for row in reading().execute(courses.units(0).limit(3))]
    units = tuple(Item(f"unit:{row.public_id}", Kind.UNIT, row.title, row.title_en, row.public_id) for row in rows)
    class_ = Item("way:0", Kind.CLASS, hours=Hours.of(8))
    hours = Item("way:0", Kind.HOURS, channel=Channel.NETWORK, hours=Hours.of(1), required=not units)
    leaders = Branch(False, (Leaf(Asked.PARTY), Leaf(Asked.POST, LEADERS)))
    due = start + timedelta(days=40)
    with at(app, past):
        _plan(TITLE, Course((class_,)), Plan(Course((class_,)), EVERYBODY, start, Due(By.DAY, due)), manager)
        asked = Course((*(_elective(item) for item in units), hours), electives=min(1, len(units)))
        _plan("党员和领导干部学法", asked, Plan(asked, leaders, start, Due(By.DAYS, days=90), earlier=True), manager)
    _class(app, organisation.everybody(), chance, past + timedelta(days=20))
    _exempt(manager, chance, due)


def _elective(item: Item) -> Item:
    return Item(item.key, item.kind, item.title, item.title_en, item.ref, required=False)


def _plan(title: str, course: Course, plan: Plan, manager: PersonRow) -> None:
    """Make course and plan, open it, and assign its people at once, as its job does a moment later."""
    by = viewer_of(manager)
    with writing() as session:
        held = service.save_course(session, None, by, title=title, title_en="", holds=course, owner_path="/")
        row = service.save_plan(session, None, by, title=title, course=held, says=plan, owner_path="/")
        service.open_plan(session, row, by)
        work = assigning.work_of(session, row, plan.starts)
        if work is not None:
            for people in work.batches:
                assigning.assign(session, work, people)


def _class(app: Flask, people: list[PersonRow], chance: Chance, day: datetime) -> None:
    """Send word of a class that most took part in."""
    facts = Facts(Channel.CLASS, half_days=2, class_type="专题培训", work="demonstration").to_record()
    words = [
        {
            "person_id": person.id, "kind": "class", "source": f"demonstration-class-{person.public_id}", "revision": 1,
            "title": CLASS_TITLE, "title_en": None, "subject": None, "hours": "8", "score": None, "maximum": None,
            "passed": chance.below(100) < PASSED, "happened_at": day.isoformat(), "facts": facts,
        }
        for person in people
        if chance.below(100) < PART
    ]  # fmt: skip
    with at(app, day), writing() as session:
        transcripts.enter(session, words)


def _exempt(manager: PersonRow, chance: Chance, due: date) -> None:
    """Exempt some of those who did not take part, and bring the rest to what their transcripts say."""
    by = viewer_of(manager)
    with writing() as session:
        plans = {plan.id: queries.plan_of(session, plan) for plan in queries.open_plans(session)}
        rows = [row for plan in plans for row in queries.all_of(session, plan)]
        assigning.learn(session, rows, plans)
        waiting: list[PlanAssignment] = [row for row in rows if row.done_on is None and row.due_on == due]
        for row in chance.shuffled(waiting)[: len(rows) * EXEMPT // 1000]:
            reason, words = REASONS[chance.below(len(REASONS))]
            service.exempt(session, row, reason, words, by)
