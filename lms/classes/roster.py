"""The roster of a class: people put on it, taken off it, exempt with a reason."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.audit.service import record
from lms.classes import errors, queries
from lms.classes.models import Attendance, Learner, TrainingClass
from lms.classes.policy import refuse_closed
from lms.clock import now

MOST_LEARNERS = 2000


def add(session: Session, found: TrainingClass, person_ids: Sequence[int]) -> int:
    """
    Put people on the roster; how many were not on it. Who is on it stays as they are, so that twice is once.

    The caller has checked whom the manager may call. Raises NotOpen and TooManyLearners.
    """
    refuse_closed(found)
    held = {one.person_id: one for one in _of_people(session, found.id, person_ids)}
    fresh = [
        person for person in dict.fromkeys(person_ids) if person not in held or held[person].removed_at is not None
    ]
    on_it, _exempt = queries.counts(session, found.id)
    if on_it + len(fresh) > MOST_LEARNERS:
        raise errors.TooManyLearners(most=MOST_LEARNERS)
    people = accounts.people_by_ids(session, fresh)
    for person in fresh:
        if person in held:
            held[person].removed_at, held[person].unit_id = None, people[person].unit_id
        else:
            session.add(
                Learner(
                    class_id=found.id,
                    person_id=person,
                    unit_id=people[person].unit_id,
                    added_at=now(),
                    exempt="",
                    exempt_note="",
                )
            )
    if fresh:
        named = [people[person].public_id for person in fresh]
        record(session, "class.call", thing="class", thing_id=found.public_id, after={"people": named})
    session.flush()
    return len(fresh)


def _of_people(session: Session, class_id: int, person_ids: Sequence[int]) -> Sequence[Learner]:
    query = select(Learner).where(Learner.class_id == class_id, Learner.person_id.in_(person_ids))
    return session.scalars(query).all()


def remove(session: Session, found: TrainingClass, learner: Learner) -> None:
    """Take somebody off the roster who has no attendance yet; others are made exempt instead. Raises NotOpen, LearnerMarked."""
    refuse_closed(found)
    if session.scalar(select(func.count()).where(Attendance.learner_id == learner.id)):
        raise errors.LearnerMarked
    learner.removed_at = now()
    record(session, "class.uncall", thing="class", thing_id=found.public_id, before={"learner": learner.public_id})


def exempt(session: Session, found: TrainingClass, learner: Learner, reason: str, note: str) -> None:
    """Say why somebody need not take part, "" for nobody any more; raises NotOpen."""
    refuse_closed(found)
    before = {"learner": learner.public_id, "exempt": learner.exempt, "note": learner.exempt_note}
    learner.exempt, learner.exempt_note = reason, note if reason else ""
    after = {"learner": learner.public_id, "exempt": learner.exempt, "note": learner.exempt_note}
    record(session, "class.exempt", thing="class", thing_id=found.public_id, before=before, after=after)
