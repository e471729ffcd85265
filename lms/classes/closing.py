"""Closing a class: what is written for each learner, how it is written in batches, how it is corrected afterwards."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courseware.classes.attendance import Tally
from courseware.classes.outcome import Assessment, Outcome, granted, grouped, outcome, standing
from courseware.classes.states import State
from courseware.facts import Channel, Facts, Level
from courseware.hours import MINUTES, Hours
from courseware.rates import Rates
from lms import jobs
from lms.accounts.policy import Viewer
from lms.audit.service import Said, record_all
from lms.classes import errors, policy, queries
from lms.classes.models import ClassResult, ClassSession, Learner, TrainingClass
from lms.classes.service import write_step
from lms.classes.words import TYPES_ZH
from lms.clock import BUREAU_ZONE, now

#: results of one transaction
BATCH = 50


@dataclass(frozen=True, slots=True)
class Planned:
    """What is written for a learner."""

    learner: Learner
    tally: Tally
    outcome: Outcome
    score: Decimal | None
    maximum: Decimal | None
    exempt: str

    @property
    def granted(self) -> Hours:
        """Study hours for the transcript."""
        return granted(self.outcome, self.tally.attended)

    @property
    def share(self) -> str:
        """What was missed of all hours, in percent with one decimal, exact to the tenth below."""
        tenths = int(self.tally.share * 1000)
        return f"{tenths // 10}.{tenths % 10}"


def planned(session: Session, found: TrainingClass, learners: Sequence[Learner]) -> list[Planned]:
    """What is to be written for these learners, as attendance and marks stand."""
    tallies = queries.tallies(session, found.id, [learner.id for learner in learners])
    return [_planned(found, learner, tallies[learner.id]) for learner in learners]


def _planned(found: TrainingClass, learner: Learner, tally: Tally) -> Planned:
    came = outcome(tally, Assessment(found.assessment), assessed=learner.assessed, exempt=bool(learner.exempt))
    return Planned(learner, tally, came, learner.score, learner.maximum, learner.exempt)


def forecast(session: Session, found: TrainingClass, held: Sequence[ClassSession]) -> Rates:
    """The rates that the class, with this timetable, would have if it were closed as it stands."""
    tallies = queries.tallies(session, found.id, held=held, half_days=False)
    lines = [_planned(found, learner, tallies[learner.id]) for learner in queries.all_learners(session, found.id)]
    alike = Counter(standing(line.outcome, line.tally.attended, line.exempt) for line in lines)
    return grouped(alike.items())


def unwritten(session: Session, found: TrainingClass) -> list[int]:
    """Keys of the learners of a closed class who have no result yet."""
    query = queries.learners(found.id).outerjoin(ClassResult, ClassResult.learner_id == Learner.id)
    return [learner.id for learner in session.scalars(query.where(ClassResult.id.is_(None)))]


def write(session: Session, found: TrainingClass, learner_ids: Sequence[int], by: int) -> int:
    """Write the results of these learners who have none, and send word to their transcripts; how many."""
    if found.state != State.CLOSED:
        raise errors.NotOpen
    held = queries.results(session, found.id, learner_ids)
    fresh = [one for one in session.scalars(queries.learners(found.id, ids=learner_ids)) if one.id not in held]
    lines, number = planned(session, found, fresh), _certificates(session, found)
    made = []
    for line in lines:
        number += line.outcome is Outcome.PASSED
        made.append(
            _result(
                found, line, 1, by, certificate=_certificate(found, number) if line.outcome is Outcome.PASSED else None
            )
        )
    _keep(session, found, "class.result", [*zip(lines, made, strict=True)])
    return len(made)


def _certificates(session: Session, found: TrainingClass) -> int:
    """How many certificate numbers of a class were given."""
    query = select(func.count(func.distinct(ClassResult.certificate))).where(ClassResult.class_id == found.id)
    return session.scalar(query) or 0


def _certificate(found: TrainingClass, number: int) -> str:
    return f"{found.last_day.year}-{found.id:05}-{number:04}"


def _result(
    found: TrainingClass, line: Planned, revision: int, by: int, *, certificate: str | None, why: str = ""
) -> ClassResult:
    tally = line.tally
    return ClassResult(
        class_id=found.id, learner_id=line.learner.id, revision=revision, outcome=line.outcome.value, exempt=line.exempt,
        total=tally.total.decimal, attended=tally.attended.decimal, leave=tally.leave.decimal, absent=tally.absent.decimal,
        granted=line.granted.decimal, half_days=tally.half_days, score=line.score, maximum=line.maximum,
        certificate=certificate, why=why, by=by, at=now(),
    )  # fmt: skip


def _keep(session: Session, found: TrainingClass, act: str, made: Sequence[tuple[Planned, ClassResult]]) -> None:
    """Append results, say so in the audit log, and send word of those that transcripts tell of."""
    if not made:
        return
    session.add_all([result for _line, result in made])
    session.flush()
    said = [Said(line.learner.public_id, after=_told(result)) for line, result in made]
    record_all(session, act, said, thing="class_learner")
    words = [
        _word(found, line, result) for line, result in made if line.outcome is not Outcome.EXEMPT or result.revision > 1
    ]
    if words:
        first = made[0][1]
        key = f"class:{found.public_id}:{first.learner_id}:{first.revision}"
        jobs.enqueue(session, "transcripts.record", {"words": words}, unique_key=key)


def _told(result: ClassResult) -> dict[str, Any]:
    told = {"revision": result.revision, "outcome": result.outcome, "granted": str(result.granted)}
    if result.exempt:
        told["exempt"] = result.exempt
    if result.why:
        told["why"] = result.why
    return told


def _word(found: TrainingClass, line: Planned, result: ClassResult) -> dict[str, Any]:
    """What the transcript is told; the day of a class is its last one."""
    marks = {"score": result.score, "maximum": result.maximum}
    return {
        "person_id": line.learner.person_id,
        "kind": "class",
        "source": found.public_id,
        "revision": result.revision,
        "title": found.name,
        "title_en": found.name_en,
        "subject": None,
        "hours": str(line.granted),
        **{name: None if value is None else str(value) for name, value in marks.items()},
        "passed": line.outcome is Outcome.PASSED,
        "void": "exempt" if line.outcome is Outcome.EXEMPT else None,
        "happened_at": datetime.combine(found.last_day, time(12), BUREAU_ZONE).isoformat(),
        "facts": _facts(found, line.tally).to_record(),
        "why": result.why or None,
    }


def _facts(found: TrainingClass, tally: Tally) -> Facts:
    return Facts(
        channel=Channel.IN_HOUSE if found.channel == "own" else Channel.CLASS,
        minutes=tally.attended.quarters * MINUTES // 4,
        half_days=tally.half_days,
        required=found.required,
        level=Level(found.level),
        class_type=TYPES_ZH[found.class_type],
        work=found.public_id,
    )


@dataclass(frozen=True, slots=True)
class Correction:
    """What is right of a learner of a closed class: hours on leave and absent, mark, exemption; and why it is corrected."""

    leave: Hours
    absent: Hours
    score: Decimal | None
    exempt: str
    why: str


def correct(session: Session, found: TrainingClass, learner: Learner, given: Correction, by: Viewer) -> ClassResult:
    """
    Append a further result of a learner, which goes to the transcript; those before it stay.

    What was decided by two is corrected by somebody who may decide; raises NotOpen, SecondPerson, Incomplete.
    """
    past = queries.history(session, learner.id)
    if found.state != State.CLOSED or not past:
        raise errors.NotOpen
    if not policy.may_decide(session, by, found):
        raise errors.SecondPerson
    return append(session, found, past, _corrected(found, learner, past[-1], given), by=by, why=given.why)


def append(
    session: Session, found: TrainingClass, past: Sequence[ClassResult], line: Planned, *, by: Viewer, why: str
) -> ClassResult:
    """Append a further result of a learner after those before it, and send word to the transcript."""
    last, learner = past[-1], line.learner
    line = replace(line, tally=replace(line.tally, half_days=_half_days(session, found, past, line.tally)))
    number = next((one.certificate for one in past if one.certificate), None)
    if number is None and line.outcome is Outcome.PASSED:
        number = _certificate(found, _certificates(session, found) + 1)
    made = _result(
        found,
        line,
        last.revision + 1,
        by.id,
        certificate=number if line.outcome is Outcome.PASSED else None,
        why=why,
    )
    _keep(session, found, "class.corrected", [(line, made)])
    write_step(session, found, "correct", by, why, after={"learner": learner.public_id, "revision": made.revision})
    return made


def _half_days(session: Session, found: TrainingClass, past: Sequence[ClassResult], tally: Tally) -> int:
    """
    The half days of a corrected attendance: none without hours, else as last counted. Of who never attended before they are
    those of the timetable in proportion to the hours, a part of one for a whole.
    """
    counted = next((one.half_days for one in reversed(past) if one.attended), None)
    if counted is None:
        every = len({one.half_day for one in queries.sessions(session, found.id)} - {None})
        counted = -(-every * tally.attended.quarters // max(1, tally.total.quarters))
    return counted if tally.attended else 0


def _corrected(found: TrainingClass, learner: Learner, last: ClassResult, given: Correction) -> Planned:
    """As `_planned`, of what is given, without half days."""
    total = Hours.of(last.total)
    attended = total.quarters - (given.leave + given.absent).quarters
    if attended < 0:
        raise errors.MoreThanAll
    tally = Tally(total, Hours(attended), given.leave, given.absent)
    assessed = learner.assessed
    if found.assessment == Assessment.MARK:
        assessed = None if given.score is None else given.score >= (found.pass_mark or 0)
    came = outcome(tally, Assessment(found.assessment), assessed=assessed, exempt=bool(given.exempt))
    line = Planned(learner, tally, came, last.score, last.maximum, given.exempt)
    if found.assessment == Assessment.MARK:
        line = replace(line, score=given.score, maximum=found.maximum if given.score is not None else None)
    return line
