"""Drawing answers among markers, so that nobody marks somebody of their own branch, and drawing again where one falls out."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import queries as accounts
from lms.audit.service import record
from lms.clock import BUREAU_ZONE, now
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.marking import errors, plans
from lms.marking.models import Mark, Marker, Plan, Question, Script, Task
from lms.sitting import queries as sitting
from question_bank.chance import Chance, derive
from question_bank.grading import scores_from_record
from question_bank.moderation import CannotAllot, Marking, allot, control_scripts

#: the job that draws
JOB = "marking.allot"
MARKER, CONTROL, ADJUDICATOR, REVIEW = "marker", "control", "adjudicator", "review"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that people mark, and whose it is."""

    attempt_id: int
    slot: int
    question_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """Answers by number, who marks each (those whose marks count first, then those who are only compared), the order on a desk,
    and of how many gradings they are.
    """

    basis: list[int]
    answers: Sequence[Answer]
    counting: dict[int, tuple[int, ...]]
    compared: dict[int, tuple[int, ...]]
    order: dict[int, int]


def ask(session: Session, exam: ExamRow) -> None:
    """Have the answers drawn among the markers; raises NotAllotted without a plan, Allotted and NotOver."""
    if plans.of_exam(session, exam.id) is None:
        raise errors.NotAllotted
    plans.refuse_allotted(session, exam.id)
    if not sitting.complete(session, exam):
        raise errors.NotOver
    jobs.enqueue(session, JOB, {"exam": exam.id}, unique_key=f"marking:{exam.public_id}")


def under_way(session: Session, exam: ExamRow) -> bool:
    """Whether answers are being drawn."""
    return jobs.under_way(session, f"marking:{exam.public_id}")


def draw(session: Session, exam: ExamRow, marking: Marking, *, report: Callable[[int], None]) -> Drawn:
    """Draw the answers among the markers, controls included; raises TooFewMarkers."""
    basis, answers = sitting.basis(session, exam.id), _answers(session, exam, report)
    panel = [marker.person_id for marker in _panel(session, exam)]
    barred = _barred(session, exam, [answer.person_id for answer in answers], panel)
    numbers = range(len(answers))
    forbidden = {number: barred[answers[number].person_id] for number in numbers}
    chance = Chance(derive(exam.seed, "marking"))
    try:
        counting = allot(numbers, panel, chance=chance, per_script=marking.markers, forbidden=forbidden)
    except CannotAllot as fault:
        raise errors.TooFewMarkers(len(fault.scripts)) from fault
    controls = control_scripts(numbers, marking, chance=chance)
    compared = {
        number: tuple(one for one in panel if one not in counting[number] and one not in forbidden[number])
        for number in controls
    }
    return Drawn(
        basis, answers, counting, compared, {number: n for n, number in enumerate(chance.shuffled(list(numbers)))}
    )


def _panel(session: Session, exam: ExamRow) -> list[Marker]:
    """Who marks the exam, without those who sat it after they were asked to mark."""
    sat = sitting.attempts_of(session, exam.id)
    return [marker for marker in plans.markers(session, exam.id) if marker.person_id not in sat]


def _answers(session: Session, exam: ExamRow, report: Callable[[int], None]) -> list[Answer]:
    """What was written to questions that count and are marked by people, blanks left out."""
    rows = session.execute(
        select(Question.item_version_id, Question.marks, Question.id).where(Question.exam_id == exam.id)
    )
    questions = {(version, marks): key for version, marks, key in rows}
    found, done = list[Answer](), 0
    for some in sitting.counted(session, exam.id):
        for sat in some:
            for slot, score in zip(sat.form.slots, scores_from_record(sat.newest.scores), strict=True):
                key = questions.get((slot.version, slot.marks))
                if key is not None and not score.blank and score.marks:
                    found.append(Answer(sat.id, slot.number, key, sat.person_id))
        done += len(some)
        report(done)
    return found


def _barred(
    session: Session, exam: ExamRow, people: Collection[int], panel: Collection[int]
) -> dict[int, frozenset[int]]:
    """Of each candidate the markers who may not mark their answers: those of the same branch on the day of the exam, the branch
    being the unit below the root under which somebody serves.
    """
    day = exam.closes_at.astimezone(BUREAU_ZONE).date()
    own, theirs = _branches(session, sorted({*people}), day), _branches(session, sorted(panel), day)
    return {
        person: frozenset(marker for marker in panel if theirs.get(marker) == own.get(person, "-")) for person in people
    }


def _branches(session: Session, people: Sequence[int], day: date) -> dict[int, str]:
    found: dict[int, str] = {}
    for first in range(0, len(people), AT_ONCE):
        for person, unit in accounts.units_of(session, people[first : first + AT_ONCE], day).items():
            found[person] = "/".join(unit.path.strip("/").split("/")[:2])
    return found


def keep(session: Session, exam: ExamRow, drawn: Drawn) -> int:
    """Lay the answers on the desks; how many. Raises Allotted, and NotOver where results changed since they were read."""
    plan = session.get_one(Plan, exam.id, with_for_update=True)
    if plan.allotted_at is not None:
        raise errors.Allotted
    if sitting.basis(session, exam.id) != drawn.basis:
        raise errors.NotOver
    scripts = [
        {
            "exam_id": exam.id, "question_id": one.question_id, "attempt_id": one.attempt_id, "slot": one.slot,
            "control": bool(drawn.compared.get(number)),
        }
        for number, one in enumerate(drawn.answers)
    ]  # fmt: skip
    _inserted(session, Script, scripts)
    ids = _script_ids(session, exam.id)
    tasks = [
        _task(ids[one.attempt_id, one.slot], person, role, drawn.order[number])
        for number, one in enumerate(drawn.answers)
        for role, people in ((MARKER, drawn.counting[number]), (CONTROL, drawn.compared.get(number, ())))
        for person in people
    ]
    _inserted(session, Task, tasks)
    plan.allotted_at, plan.lacking = now(), None
    after = {"answers": len(scripts), "tasks": len(tasks), "controls": len(drawn.compared)}
    record(session, "marking.allot", thing="exam", thing_id=exam.public_id, after=after)
    return len(scripts)


def _inserted(session: Session, model: type[Script | Task], rows: Sequence[dict[str, Any]]) -> None:
    for first in range(0, len(rows), AT_ONCE):
        session.execute(insert(model), rows[first : first + AT_ONCE])


def _script_ids(session: Session, exam_id: int) -> dict[tuple[int, int], int]:
    rows = session.execute(select(Script.attempt_id, Script.slot, Script.id).where(Script.exam_id == exam_id))
    return {(attempt, slot): key for attempt, slot, key in rows}


def _task(script: int, person: int, role: str, place: int) -> dict[str, Any]:
    return {"script_id": script, "person_id": person, "role": role, "place": place, "made_at": now()}


def note_lacking(session: Session, exam: ExamRow, answers: int) -> None:
    """Keep for how many answers there were too few markers."""
    session.get_one(Plan, exam.id, with_for_update=True).lacking = answers


def take_back(session: Session, exam: ExamRow) -> None:
    """Take all answers off the desks; raises NotAllotted, and Begun once a mark was given."""
    plan = session.get(Plan, exam.id, with_for_update=True)
    if plan is None or plan.allotted_at is None:
        raise errors.NotAllotted
    scripts = select(Script.id).where(Script.exam_id == exam.id)
    marks = select(func.count(Mark.id)).join(Task, Task.id == Mark.task_id).where(Task.script_id.in_(scripts))
    if session.scalar(marks):
        raise errors.Begun
    session.execute(delete(Task).where(Task.script_id.in_(scripts)))
    session.execute(delete(Script).where(Script.exam_id == exam.id))
    plan.allotted_at = None
    record(session, "marking.take_back", thing="exam", thing_id=exam.public_id)


def give_to_others(session: Session, exam: ExamRow, person_id: int) -> list[int]:
    """What a marker has not marked goes to others, those first who have least; ids of these answers, which the caller settles.
    Raises TooFewMarkers.
    """
    open_tasks = list(
        session.execute(
            select(Task, Script.attempt_id)
            .join(Script, Script.id == Task.script_id)
            .where(Script.exam_id == exam.id, Task.person_id == person_id, _open())
        )
    )
    moved = [(task, attempt) for task, attempt in open_tasks if task.role != CONTROL]
    deal = Deal.of(session, exam, [attempt for _task, attempt in moved])
    lacking = 0
    for task, attempt in moved:
        other = deal.somebody(
            session, task.script_id, attempt, adjudicates=task.role == ADJUDICATOR, fresh=task.role == REVIEW
        )
        if other is None:
            lacking += 1
        else:
            lay(session, task.script_id, other, task.role, task.place)
    if lacking:
        raise errors.TooFewMarkers(lacking)
    session.execute(
        update(Task).where(Task.id.in_([task.id for task, _attempt in open_tasks])).values(taken_back_at=now())
    )
    return [task.script_id for task, _attempt in moved]


def _open() -> Any:
    return Task.done_at.is_(None) & Task.taken_back_at.is_(None)


def lay(session: Session, script_id: int, person_id: int, role: str, place: int) -> Task:
    """Lay an answer on a desk; one that was compared only counts from now on."""
    found = session.scalar(select(Task).where(Task.script_id == script_id, Task.person_id == person_id))
    if found is None:
        found = Task(**_task(script_id, person_id, role, place))
        session.add(found)
    found.role, found.taken_back_at = role, None
    session.flush()
    return found


@dataclass(slots=True)
class Deal:
    """What is needed to give single answers to somebody: who may not have whose, and how much everybody has."""

    barred: dict[int, frozenset[int]]
    people: dict[int, int]
    load: dict[int, int]
    adjudicators: frozenset[int]
    chance: Chance

    @classmethod
    def of(cls, session: Session, exam: ExamRow, attempts: Collection[int]) -> "Deal":
        """As things stand."""
        panel, people = _panel(session, exam), sitting.people_of(session, attempts)
        ids = [marker.person_id for marker in panel]
        loads = session.execute(
            select(Task.person_id, func.count())
            .join(Script, Script.id == Task.script_id)
            .where(Script.exam_id == exam.id, _open())
            .group_by(Task.person_id)
        )
        counts = {person: count for person, count in loads}  # noqa: C416
        newest = session.scalar(select(func.max(Task.id))) or 0
        return cls(
            _barred(session, exam, [*people.values()], ids),
            people,
            {person: counts.get(person, 0) for person in ids},
            frozenset(marker.person_id for marker in panel if marker.adjudicates),
            Chance(derive(exam.seed, f"marking:{newest}")),
        )

    def somebody(
        self, session: Session, script_id: int, attempt_id: int, *, adjudicates: bool, fresh: bool = False
    ) -> int | None:
        """Who gets an answer: nobody whose mark counts for it or is waited for, nobody of the candidate's branch; `fresh`: nobody
        who was to mark it at all. None where there is none.
        """
        query = select(Task.person_id).where(Task.script_id == script_id)
        if not fresh:
            query = query.where(Task.role != CONTROL, Task.taken_back_at.is_(None))
        has = {*session.scalars(query)}
        may = [
            person
            for person in self.load
            if person not in has
            and person not in self.barred[self.people[attempt_id]]
            and (not adjudicates or person in self.adjudicators)
        ]
        if not may:
            return None
        chosen = min(self.chance.shuffled(sorted(may)), key=lambda person: self.load[person])
        self.load[chosen] += 1
        return chosen


def exam_of(session: Session, exam_id: int) -> ExamRow:
    """The exam by its id."""
    return exams.by_ids(session, [exam_id])[exam_id]
