"""Making, publishing and releasing exams: one function a use case, one transaction each."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import queries as accounts
from lms.audit.service import record
from lms.bank import queries as bank
from lms.clock import now
from lms.errors import NotFound
from lms.exams import errors, policy, proof, queries
from lms.exams.models import Exam, ExamAudience, ExamItem
from lms.exams.proof import pool_of_draft
from lms.exams.queries import ExamRow
from question_bank.blueprint import Blueprint, Shortage, by_hand, shortage
from question_bank.interactions.file_answer import FileAsked
from question_bank.pool import Pool

RELEASES = ("at_once", "after_window", "by_hand")
SHOWS = ("score", "answers", "explanations")


@dataclass(frozen=True, slots=True)
class Plan:
    """What an examiner decides about an exam. `units` are ids of the units whose people may sit it."""

    title: str
    pool_id: int
    blueprint: Blueprint
    minutes: int
    opens_at: datetime
    closes_at: datetime
    release: str
    shows: str
    units: tuple[int, ...]


def create_exam(session: Session, plan: Plan, *, owner_path: str, by: int) -> str:
    """Keep a draft; its public id."""
    exam = Exam(owner_path=owner_path, seed=secrets.token_bytes(32), created_by=by, created_at=now(), state="draft")
    _apply(exam, plan)
    session.add(exam)
    session.flush()
    _set_audience(session, exam.id, plan.units)
    record(session, "exam.create", thing="exam", thing_id=exam.public_id, after=_told(plan))
    proof.ask(session, exam.id, exam.public_id)
    return exam.public_id


def update_exam(session: Session, exam_id: int, plan: Plan) -> None:
    """Change a draft; raises ExamFrozen once it is published."""
    exam = _draft(session, exam_id)
    before = {"title": exam.title, "minutes": exam.minutes, "blueprint": exam.blueprint}
    _apply(exam, plan)
    _set_audience(session, exam.id, plan.units)
    record(session, "exam.update", thing="exam", thing_id=exam.public_id, before=before, after=_told(plan))
    proof.ask(session, exam.id, exam.public_id)


def publish(session: Session, exam_id: int) -> None:
    """Freeze blueprint and items and let candidates see the exam.

    Raises a Refused that says why not: an unfit blueprint, too few items, types for markers, nobody, a bad window.
    """
    exam = _draft(session, exam_id)
    blueprint = Blueprint.from_record(exam.blueprint)
    _check_window(exam)
    pool = pool_of_draft(session, exam.pool_id)
    refuse_unfit(blueprint, exam.release)
    lack = shortage(pool, blueprint)
    if lack:
        raise too_few(lack)
    units = queries.audience(session, exam.id)
    if not units:
        raise errors.ExamNobody
    frozen = _freeze(session, exam.id, pool, blueprint)
    exam.state, exam.published_at, exam.assembly = "published", now(), queries.DEALT
    seed = queries.seed_of(exam.seed, assembly=exam.assembly)
    commitment = {"items": frozen, "seed_sha256": hashlib.sha256(seed).hexdigest()}
    record(session, "exam.publish", thing="exam", thing_id=exam.public_id, after=commitment)
    jobs.enqueue(session, "sitting.deal", {"exam": exam.id}, unique_key=f"deal:{exam.public_id}")
    proof.ask(session, exam.id, exam.public_id)


def _freeze(session: Session, exam_id: int, pool: Pool, blueprint: Blueprint) -> int:
    """Keep what papers may hold, with what is known of it today; how many versions. Raises ExamTellingFiles."""
    listed = {key for section in blueprint.sections for key in section.listed}
    wanted = {
        key: version
        for key, version in pool.versions.items()
        if (key in listed if blueprint.paper == "fixed" else any(s.draws(pool, key) for s in blueprint.sections))
    }
    for version in wanted.values():
        if isinstance(version.body, FileAsked) and version.body.telling:
            raise errors.ExamTellingFiles(ref=version.ref, endings=", ".join(version.body.telling))
    known = {key: found.to_record() for key, found in bank.difficulties(session, wanted).items()}
    session.add_all(
        ExamItem(exam_id=exam_id, item_version_id=key, trial=key in pool.trial, difficulty=known.get(key))
        for key in wanted
    )
    return len(wanted)


def release(session: Session, exam_id: int) -> None:
    """Let candidates see their results; raises NotOver before the window has closed, NotMarked before people's marks are in."""
    exam = session.get(Exam, exam_id)
    if exam is None:
        raise NotFound
    if exam.state != "published" or now() < exam.closes_at:
        raise errors.NotOver
    policy.refuse_archived(session, exam_id)
    if exam.marked_at is None and by_hand(Blueprint.from_record(exam.blueprint)):
        raise errors.NotMarked
    if exam.released_at is None:
        exam.released_at = now()
        record(session, "exam.release", thing="exam", thing_id=exam.public_id)
        if exam.release == "by_hand":
            jobs.enqueue(session, "sitting.released", {"exam": exam.id}, unique_key=f"released:{exam.public_id}")


def set_pass_mark(session: Session, exam_id: int, mark: Decimal) -> None:
    """Set the pass mark of a draft; raises ExamFrozen once it is published, ExamUnfit for one that cannot be reached."""
    exam = _draft(session, exam_id)
    before = Blueprint.from_record(exam.blueprint)
    blueprint = replace(before, pass_mark=mark)
    refuse_unfit(blueprint, exam.release)
    exam.blueprint = blueprint.to_record()
    was, now_is = {"blueprint": before.to_record()}, {"blueprint": exam.blueprint}
    record(session, "exam.update", thing="exam", thing_id=exam.public_id, before=was, after=now_is)
    proof.ask(session, exam.id, exam.public_id)


def set_marked(session: Session, exam_id: int, *, marked: bool) -> None:
    """Note that marks which people gave count now, or that none do any more."""
    exam = session.get_one(Exam, exam_id)
    if (exam.marked_at is not None) != marked:
        exam.marked_at = now() if marked else None


def archive(session: Session, exam_id: int) -> None:
    """Lock an exam for good; the caller has seen that it may be, and writes to the audit log who agreed."""
    exam = session.get_one(Exam, exam_id, with_for_update=True, populate_existing=True)
    policy.refuse_archived(session, exam_id)
    exam.archived_at = now()


def set_guarded(session: Session, exam_id: int, *, guarded: bool) -> None:
    """Note whether anything is asked of those who enter; the caller, who knows what, writes it to the audit log."""
    session.execute(update(Exam).where(Exam.id == exam_id).values(guarded=guarded))


def delete_draft(session: Session, exam_id: int) -> None:
    """Forget a draft; raises ExamFrozen once it is published, ExamHeld where something rests on it that is kept."""
    exam = _draft(session, exam_id)
    session.execute(delete(ExamAudience).where(ExamAudience.exam_id == exam.id))
    session.delete(exam)
    try:
        session.flush()
    except IntegrityError as fault:
        raise errors.ExamHeld from fault
    record(session, "exam.delete", thing="exam", thing_id=exam.public_id, before={"title": exam.title})


def refuse_unfit(blueprint: Blueprint, release: str) -> None:
    """Raise for a blueprint that no pool could serve, and for results that would be shown before people gave their marks."""
    problems = blueprint.problems()
    if problems:
        raise errors.ExamUnfit(field=problems[0].field, value=problems[0].value, reason=problems[0].code)
    if by_hand(blueprint) and release != "by_hand":
        raise errors.ExamMarkedFirst
    for number, section in enumerate(blueprint.sections, 1):
        if section.navigation != "free" or section.minutes is not None:
            raise errors.ExamNotHonoured(section=number)


def too_few(lack: Shortage) -> errors.ExamTooFewItems:
    """The refusal for a shortage."""
    return errors.ExamTooFewItems(sections=", ".join(map(str, lack.sections)), wanted=lack.wanted, held=lack.held)


def doubt(session: Session, exam: ExamRow) -> Shortage | None:
    """What would keep a draft from being published as far as its pool goes."""
    return shortage(pool_of_draft(session, exam.pool_id), exam.blueprint)


def _draft(session: Session, exam_id: int) -> Exam:
    exam = session.get(Exam, exam_id, with_for_update=True)
    if exam is None:
        raise NotFound
    if exam.state != "draft":
        raise errors.ExamFrozen
    return exam


def _apply(exam: Exam, plan: Plan) -> None:
    exam.title, exam.pool_id, exam.minutes = plan.title, plan.pool_id, plan.minutes
    exam.blueprint = plan.blueprint.to_record()
    exam.opens_at, exam.closes_at = plan.opens_at, plan.closes_at
    exam.release, exam.shows = plan.release, plan.shows


def _set_audience(session: Session, exam_id: int, unit_ids: Sequence[int]) -> None:
    session.execute(delete(ExamAudience).where(ExamAudience.exam_id == exam_id))
    for unit_id in dict.fromkeys(unit_ids):
        unit = accounts.unit_by_id(session, unit_id)
        session.add(ExamAudience(exam_id=exam_id, unit_id=unit.id))
    session.flush()


def _check_window(exam: Exam) -> None:
    if exam.closes_at <= now() or exam.closes_at - exam.opens_at < timedelta(minutes=exam.minutes):
        raise errors.ExamWindow


def _told(plan: Plan) -> dict[str, Any]:
    return {
        "title": plan.title,
        "minutes": plan.minutes,
        "opens_at": plan.opens_at.isoformat(),
        "closes_at": plan.closes_at.isoformat(),
        "release": plan.release,
        "shows": plan.shows,
        "units": list(plan.units),
        "blueprint": plan.blueprint.to_record(),
    }
