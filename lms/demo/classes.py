"""Training classes of the demonstration: closed ones with results, one being held, one whose plan waits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from flask import Flask
from sqlalchemy.orm import Session

from courseware.classes.attendance import Kind, Mark
from courseware.classes.states import Move
from courseware.hours import Hours
from lms.accounts.policy import Grant, Role, Viewer
from lms.accounts.queries import PersonRow
from lms.classes import closing, queries, roster, service, sheets, timetable
from lms.classes.models import TrainingClass
from lms.classes.policy import access_class
from lms.classes.service import Plan
from lms.classes.timetable import Slot
from lms.clock import BUREAU_ZONE
from lms.database import writing
from lms.demo.clock import at
from lms.demo.learning import viewer_of
from lms.demo.organisation import Organisation
from question_bank.chance import Chance

#: name, name in English, type, days from today on which it begins, and how far it goes: the last one waits for its approval
CLASSES = (
    ("市场监管所所长任职培训班", "Training for newly appointed heads of offices", "appointment", -60, Move.CONFIRM),
    ("食品安全执法专题培训班", "Food safety enforcement", "topic", -20, Move.CONFIRM),
    ("党员集中轮训班（第一期）", "Training of party members, first round", "party", -1, Move.APPROVE),
    ("新录用人员入职培训班", "Induction of new staff", "entry", 20, Move.SUBMIT),
)
LESSONS = ("行政处罚程序与案卷制作", "食品安全法实务", "现场检查与取证", "以案说法：典型案例研讨")
LECTURERS = ("方明", "宋颖", "贺强", "梁静")
LEARNERS = 40


def build(app: Flask, made: Organisation, learner: PersonRow, chance: Chance, *, now: datetime) -> None:
    """Let the manager of the first branch hold classes, and the manager of all decide; `learner` is called to each."""
    branch = made.branches[0]
    manager = _manager(made.people[branch.id][2], branch.path)
    head = _manager(made.people[made.bureau.id][18], "/")
    people = [learner, *(one for office in made.offices[:7] for one in made.people[office.id] if one.id != learner.id)]
    for number, (name, name_en, kind, begins, reached) in enumerate(CLASSES):
        first = (now + timedelta(days=begins)).astimezone(BUREAU_ZONE).date()
        plan = Plan(
            name=name, name_en=name_en, class_type=kind, level="county", channel="own", unit_id=branch.id, organiser=branch.name, host="",
            place="分局三楼会议室", first_day=first, last_day=first + timedelta(days=1), planned_hours=Decimal(16),
            called="各所业务骨干", required=True, assessment="attendance",
        )  # fmt: skip
        called = [learner, *chance.shuffled(people[1:])[: LEARNERS - 1]]
        with at(app, now + timedelta(days=begins - 10)), writing() as session:
            found = access_class(session, manager, service.create(session, plan, manager))
            roster.add(session, found, [one.id for one in called])
            _timetable(session, found, number)
            service.step(session, found, Move.SUBMIT, manager)
            if reached is not Move.SUBMIT:
                service.step(session, found, Move.APPROVE, head)
        if reached is not Move.SUBMIT:
            _hold(app, found, manager, chance, now=now)
        if reached is Move.CONFIRM:
            _close(app, found, manager, head, now=now + timedelta(days=begins + 3))


def _manager(person: PersonRow, path: str) -> Viewer:
    return replace(viewer_of(person), grants=(Grant(Role.TRAINING_MANAGER, unit_path=path),))


def _timetable(session: Session, found: TrainingClass, number: int) -> None:
    for place, lesson in enumerate(LESSONS):
        starts = 9 * 60 if place % 2 == 0 else 14 * 60
        day = found.first_day + timedelta(days=place // 2)
        lecturer = LECTURERS[(place + number) % len(LECTURERS)]
        timetable.add(session, found, Slot(day, starts, starts + 180, lesson, lecturer, "", Decimal(4)))


def _hold(app: Flask, found: TrainingClass, manager: Viewer, chance: Chance, *, now: datetime) -> None:
    """Mark the sheets of the sessions that are over: most were there, one had leave at the first session, one was ill."""
    with writing() as session:
        held = access_class(session, manager, found.public_id)
        learners = [one.id for one in queries.all_learners(session, held.id)]
        ill = queries.all_learners(session, held.id)[1]
        roster.exempt(session, held, ill, "illness", "住院治疗")
        for place, one in enumerate(queries.sessions(session, held.id)):
            over = sheets.moment(one, one.ends)
            if over > now:
                continue
            with at(app, over):
                sheets.mark(session, held, one, _exceptions(learners, place, chance), manager)
                sheets.all_present(session, held, one, manager)


def _exceptions(learners: Sequence[int], place: int, chance: Chance) -> dict[int, Mark | None]:
    late = learners[2 + chance.below(len(learners) - 3)]
    found: dict[int, Mark | None] = {late: Mark(Kind.LATE)}
    if place == 0:
        found[learners[3]] = Mark(Kind.LEAVE, Hours.of("1.5"))
    if place > 1:
        found[learners[4]] = Mark(Kind.ABSENT)
    return found


def _close(app: Flask, found: TrainingClass, manager: Viewer, head: Viewer, *, now: datetime) -> None:
    with at(app, now), writing() as session:
        held = access_class(session, manager, found.public_id)
        service.step(session, held, Move.PROPOSE, manager)
        service.step(session, held, Move.CONFIRM, head)
        closing.write(session, held, closing.unwritten(session, held), head.id)
