"""A generated organisation: people who move and retire, learning of every kind, closed classes, plans; and what is known of it.

Everything is made from one seed. `Facts` keeps in plain Python what was told to the product, so that figures can be counted
without it: no query, no rule of the product is used to say what they should be.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from faker import Faker
from flask import Flask
from sqlalchemy import select

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow
from lms.classes import closing
from lms.classes.models import Attendance, ClassSession, Learner, TrainingClass
from lms.clock import BUREAU_ZONE
from lms.database import writing
from lms.jobs import run_waiting
from lms.plans.models import PlanAssignment, TrainingPlan
from lms.transcripts import service as transcripts
from tests.academy import Academy
from tests.cast import FOUNDED, Cast, post, sign_in
from tests.plans.academy import make_course, opened

UNITS = ("bureau", "branch_a", "branch_b", "office_a1", "office_a2", "office_b1")
ABOVE = {
    "branch_a": "bureau",
    "branch_b": "bureau",
    "office_a1": "branch_a",
    "office_a2": "branch_a",
    "office_b1": "branch_b",
}
KINDS = ("unit", "exam", "class", "outside")
SUBJECTS = (None, "penalty", "food")
FIRST = datetime(2024, 11, 1, tzinfo=UTC)
REASONS = ("sick", "seconded")
SPARED = ("illness", "duty")
VOID = ("taken_back", "exempt", None)
TODAY = date(2026, 3, 2)


def within(unit: str | None, top: str) -> bool:
    """Whether a unit of the cast is another one or lies below it."""
    while unit is not None and unit != top:
        unit = ABOVE.get(unit)
    return unit == top


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry in force as it was told: `unit` is where its person served on that day, None for nowhere."""

    person: int
    kind: str
    subject: str | None
    unit: str | None
    day: date
    hours: Decimal
    passed: bool
    void: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is a person-time: exams and classes unless they are void, all else when completed."""
        return not self.void and (self.passed or self.kind in ("exam", "class"))


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody called to a closed class, by the sheets: hours of the class, hours attended; `exempt` the reason or ""."""

    person: int
    unit: str
    at: str
    class_type: str
    year: int
    total: Decimal
    attended: Decimal
    exempt: str

    @property
    def counted(self) -> frozenset[str]:
        """Under which numbers of the page of rates this person is counted."""
        if self.exempt:
            return frozenset({"called", "exempt"})
        if not self.attended:
            return frozenset({"called", "expected", "away"})
        passed = (self.total - self.attended) * 7 <= self.total
        return frozenset({"called", "expected", "took_part", "passed" if passed else "not_passed"})


@dataclass(frozen=True, slots=True)
class Assigned:
    """An assignment: where its person serves, its days, why nothing is expected."""

    plan: str
    unit: str
    due: date
    left: date | None
    begun: bool
    done: date | None
    exempt: str | None

    @property
    def state(self) -> str:
        """Where it stands today, by the words of the addresses."""
        if self.exempt:
            return "exempt"
        if self.done:
            return "done" if self.done <= self.due else "done_late"
        if self.left:
            return "left"
        return "late" if self.due < TODAY else "begun" if self.begun else "not_begun"

    @property
    def counted(self) -> frozenset[str]:
        """Under which numbers of the page of a plan it is counted."""
        took_part = self.begun or self.done is not None
        found = {"called"} if took_part or self.left is None else set()
        if self.exempt is None:
            found |= {"expected"} if found else set()
            found |= {"took_part"} if took_part else set()
            found |= {"passed"} if self.done else set()
        elif found:
            found |= {"exempt"}
        return frozenset(found | {self.state} - {"exempt"})


@dataclass(slots=True)
class Facts:
    """All that was told: people by key with their stations, entries in force by person and source, classes, assignments."""

    people: dict[int, PersonRow] = field(default_factory=dict)
    stations: dict[int, list[tuple[date, str | None]]] = field(default_factory=dict)
    told: dict[tuple[int, str], Entry] = field(default_factory=dict)
    called: list[Called] = field(default_factory=list)
    assigned: list[Assigned] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)

    def unit_on(self, person: int, day: date) -> str | None:
        """Where somebody served on a day."""
        return [unit for since, unit in self.stations[person] if since <= day][-1]

    def last_unit(self, person: int) -> str | None:
        """Where somebody serves, or served last."""
        return [unit for _since, unit in self.stations[person] if unit is not None][-1]

    def entries(self, top: str = "bureau", *, year: int, person: int | None = None) -> list[Entry]:
        """The entries of a year that count, earned in a unit or below it; in the whole organisation also those of nowhere."""
        return [
            one
            for one in self.told.values()
            if one.counts and one.day.year == year and (top == "bureau" or within(one.unit, top))
            if person in (None, one.person)
        ]


def generate(app: Flask, cast: Cast, academy: Academy, seed: int) -> Facts:
    """Put all of it into the database of `app`; Feng manages the whole, Qian branch A."""
    chance, facts = random.Random(seed), Facts()
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.feng.id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=None)
    _people(app, cast, facts, chance, seed)
    _learning(app, facts, chance)
    for number in range(3):
        _closed_class(app, cast, facts, chance, number)
    run_waiting(app)
    for manager, units in ((cast.feng, ""), (cast.qian, cast.branch_a.public_id)):
        _plan(app, facts, chance, academy, manager, units, cast)
    return facts


def _people(app: Flask, cast: Cast, facts: Facts, chance: random.Random, seed: int) -> None:
    """The cast, and thirty more; half of those move twice, and of these every other one retires."""
    Faker.seed(seed)
    fake = Faker("zh_CN")
    keys = {getattr(cast, unit).id: unit for unit in UNITS}
    for person in cast.people.values():
        facts.people[person.id] = person
        facts.stations[person.id] = [(FOUNDED, keys[person.unit_id or 0])]
    for number in range(30):
        stations: list[tuple[date, str | None]] = [(FOUNDED, chance.choice(UNITS[1:]))]
        if number % 2:
            for day in (date(2025, 2, 1), date(2025, 8, 1)):
                stations.append((day, chance.choice([one for one in UNITS if one != stations[-1][1]])))
        if number % 4 == 3:
            stations.append((date(2025, 12, 1), None))
        with app.app_context(), writing() as session:
            row = accounts.add_person(
                session, staff_number=f"G{number:03}", name=fake.name(), post="科员",
                unit_id=getattr(cast, str(stations[0][1])).id, from_date=FOUNDED,
            )  # fmt: skip
        for since, unit in stations[1:]:
            with app.app_context(), writing() as session:
                if unit is None:
                    accounts.retire_person(session, row.id, on=since)
                else:
                    accounts.post_person(session, row.id, unit_id=getattr(cast, unit).id, post="科员", on=since)
        facts.people[row.id], facts.stations[row.id] = row, stations


def _learning(app: Flask, facts: Facts, chance: random.Random) -> None:
    """Entries of every kind over three years; a third corrected once or twice, some of them taken back with no hours left."""
    people, words, final = sorted(facts.people)[2:], list[dict[str, Any]](), dict[tuple[int, str], Entry]()
    for number in range(220):
        person, kind, source = chance.choice(people), chance.choice(KINDS), f"thing-{number}"
        for revision in range(1, 2 + chance.choice((0, 0, 0, 0, 1, 2))):
            moment = FIRST + timedelta(hours=chance.randrange(0, 24 * 480))
            passed = chance.random() < 0.75
            void = chance.choice(VOID) if revision > 1 and kind in ("exam", "class") and not passed else None
            hours = Decimal(chance.randrange(0, 24)) / 4 if passed else Decimal(0)
            subject, day = chance.choice(SUBJECTS), moment.astimezone(BUREAU_ZONE).date()
            marks = ("61", "100") if kind == "exam" else (None, None)
            words.append(
                {
                    "person_id": person, "kind": kind, "source": source, "revision": revision, "title": f"学习{number}",
                    "title_en": None, "subject": subject, "hours": str(hours), "score": marks[0], "maximum": marks[1],
                    "passed": passed, "void": void, "happened_at": moment.isoformat(), "why": "更正" if revision > 1 else None,
                }
            )  # fmt: skip
            final[person, source] = Entry(
                person, kind, subject, facts.unit_on(person, day), day, hours, passed, bool(void)
            )
    facts.told |= final
    chance.shuffle(words)
    for first in range(0, len(words), 60):
        with app.app_context(), writing() as session:
            transcripts.enter(session, words[first : first + 60])


def _closed_class(app: Flask, cast: Cast, facts: Facts, chance: random.Random, number: int) -> None:
    """A class of seven sessions of two hours with its sheets, closed; two of its results are corrected by Feng, one of them to exempt."""
    top, kind = ("bureau", "branch_a", "branch_b")[number], ("appointment", "topic", "appointment")[number]
    last = (date(2025, 9, 12), date(2025, 11, 3), date(2026, 1, 20))[number]
    people = [one for one in sorted(facts.people) if within(facts.unit_on(one, TODAY), top)][:16]
    hours = Decimal(2)
    with app.app_context(), writing() as session:
        found = TrainingClass(
            name=f"第{number}期培训班", class_type=kind, level="county", channel="own", unit_id=getattr(cast, top).id, organiser="局",
            host="", place="会议室", first_day=last, last_day=last, planned_hours=hours * 7, called="", required=True,
            assessment="attendance", state="closed", created_by=cast.feng.id, created_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(found)
        session.flush()
        sessions = [
            ClassSession(
                class_id=found.id, day=last, starts=480 + 60 * n, ends=525 + 60 * n, half_day=last.toordinal() * 2, title="课",
                lecturer="", place="", hours=hours,
            )
            for n in range(7)
        ]  # fmt: skip
        session.add_all(sessions)
        session.flush()
        made = []
        for person in people:
            unit = str(facts.unit_on(person, TODAY))
            exempt = chance.choice((*SPARED, "", "", "", "", "", ""))
            learner = Learner(
                class_id=found.id, person_id=person, unit_id=getattr(cast, unit).id, exempt=exempt,
                added_at=datetime.now(UTC),
            )  # fmt: skip
            session.add(learner)
            session.flush()
            kinds = _sheet(chance)
            for one, came in zip(sessions, kinds, strict=True):
                leave = hours if came == "leave" else Decimal(0)
                session.add(Attendance(session_id=one.id, learner_id=learner.id, kind=came, leave=leave))
            attended = hours * sum(came in ("present", "late") for came in kinds)
            made.append((learner, Called(person, unit, found.public_id, kind, last.year, hours * 7, attended, exempt)))
        session.flush()
        closing.write(session, found, [learner.id for learner, _called in made], cast.feng.id)
        told = [(learner.public_id, called) for learner, called in made]
        at = found.public_id
    some = [(who, called) for who, called in told if not called.exempt and called.attended]
    (who, wrong), (spared_who, spared) = some[:2]
    feng = sign_in(app.test_client(), cast.feng)
    for learner, exempt, why in ((who, "", "签到表有误"), (spared_who, "illness", "住院，补交证明")):
        given = {"leave": "0", "absent": "0", "exempt": exempt, "why": why}
        assert post(feng, f"/classes/{at}/results/people/{learner}", **given).status_code == 303
    right = {wrong: replace(wrong, attended=wrong.total), spared: replace(spared, exempt="illness")}
    facts.called += [right.get(one, one) for _learner, one in told]
    facts.told[spared.person, at] = Entry(
        spared.person, "class", None, facts.unit_on(spared.person, last), last, Decimal(0), passed=False, void=True
    )
    for one in facts.called:
        if one.at == at and not one.exempt:
            passed = "passed" in one.counted
            granted = one.attended if passed else Decimal(0)
            facts.told[one.person, at] = Entry(
                one.person, "class", None, facts.unit_on(one.person, last), last, granted, passed
            )


def _sheet(chance: random.Random) -> Sequence[str]:
    """Sessions of one learner: all there, one missed (exactly a seventh), two missed, or none attended."""
    missed = chance.choice((0, 0, 0, 1, 1, 2, 7))
    kinds = [*(chance.choice(("leave", "absent")) for _one in range(missed)), *["present", "late"] * 4][:7]
    chance.shuffle(kinds)
    return kinds


def _plan(
    app: Flask, facts: Facts, chance: random.Random, academy: Academy, manager: PersonRow, units: str, cast: Cast
) -> None:
    """An open plan whose assignments stand in every way there is."""
    client = sign_in(app.test_client(), manager)
    fields: Mapping[str, str] = {"title": f"{manager.name}的学法计划"} | ({"units": units} if units else {})
    plan = opened(app, client, make_course(client, [academy.unit]), **fields)
    keys = {getattr(cast, unit).id: unit for unit in UNITS}
    facts.plans.append(plan)
    with app.app_context(), writing() as session:
        query = select(PlanAssignment).join(TrainingPlan, TrainingPlan.id == PlanAssignment.plan_id)
        for row in session.scalars(query.where(TrainingPlan.public_id == plan).order_by(PlanAssignment.person_id)):
            row.due_on = TODAY + timedelta(days=chance.choice((-40, -5, -1, 0, 5)))
            row.begun = chance.random() < 0.5
            row.done_on = row.due_on + timedelta(days=chance.choice((-3, 0, 2))) if chance.random() < 0.35 else None
            row.left_on = TODAY - timedelta(days=3) if chance.random() < 0.2 else None
            row.exempt = chance.choice(REASONS) if chance.random() < 0.2 else None
            one = Assigned(plan, keys[row.unit_id], row.due_on, row.left_on, row.begun, row.done_on, row.exempt)
            facts.assigned.append(one)
