"""Mock exams: the blueprint of a real exam, drawn from what may be practised. Each within the caller's `writing()`.

A mock exam is a round. Its record keeps the blueprint, the paper and the result; answers are kept when it is handed in.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.bank import queries as bank
from lms.clock import now, today
from lms.exams.queries import ExamRow
from lms.practice import queries, service
from lms.practice.models import Round
from lms.practice.queries import Question
from lms.sitting import queries as sitting
from question_bank.assembly import Form, Slot, draw
from question_bank.blueprint import Blueprint, Shortage, shortage
from question_bank.grading import grade
from question_bank.item import ItemVersion
from question_bank.pool import Pool

KIND = "mock"


def offered(session: Session, person_id: int, unit_path: str | None) -> list[ExamRow]:
    """The exams that the person may sit or has sat, those whose papers are drawn for each candidate."""
    found = sitting.standings(session, person_id=person_id, unit_path=unit_path)
    return [
        one.exam for one in found if one.exam.blueprint.paper == "personal" and counting(one.exam.blueprint).sections
    ]


def counting(blueprint: Blueprint) -> Blueprint:
    """The blueprint without its field tests, which try questions out and count for nothing."""
    return replace(blueprint, sections=tuple(section for section in blueprint.sections if section.counts))


def lacking(session: Session, exam: ExamRow) -> Shortage | None:
    """What practice has too few questions for, None where it has enough."""
    return shortage(_pool(session)[0], counting(exam.blueprint))


def start(session: Session, person_id: int, exam: ExamRow) -> Round:
    """Begin a mock of an exam; raises PoolTooSmall."""
    pool, items = _pool(session)
    blueprint, seed = counting(exam.blueprint), secrets.token_bytes(32)
    form = draw(pool, blueprint, seed=seed)
    record = {
        "exam": exam.public_id,
        "title": exam.title,
        "minutes": exam.minutes,
        "blueprint": blueprint.to_record(),
        "form": form.to_record(),
    }
    held = Round(
        person_id=person_id,
        way=KIND,
        subject="",
        point="",
        items=[items[slot.version] for slot in form.slots],
        seed=seed,
        answered=0,
        right=0,
        started_at=now(),
        record=record,
    )
    session.add(held)
    session.flush()
    return held


def hand_in(session: Session, held: Round, responses: Mapping[int, Any]) -> None:
    """Keep the answers by place, None and absent for none, score them by the exam's rules and end the mock."""
    form, versions = Form.from_record(held.record["form"]), paper(session, held)
    blueprint = blueprint_of(held)
    shown = Form(form.seed, tuple(slot for slot in form.slots if slot.number in versions))
    for slot in shown.slots:
        found = Question(held.items[slot.number - 1], "", slot.version, versions[slot.number])
        given = service.answered(
            session, held, slot.number, found, response=responses.get(slot.number), seconds=None, rules=blueprint.rules
        )
        session.add(given)
        service.remember(session, given)
    by_version = {slot.version: versions[slot.number] for slot in shown.slots}
    result = grade(shown, by_version, responses, blueprint=blueprint)
    held.ended_at = now()
    held.record = held.record | {
        "total": str(result.total),
        "maximum": str(result.maximum),
        "passed": result.passed,
        "earned": {str(score.slot): str(score.earned) for score in result.scores},
    }


def paper(session: Session, held: Round) -> dict[int, ItemVersion]:
    """The questions by their places, without those that may no longer be practised."""
    slots, still = slots_of(held), queries.open_items(session, held.items)
    wanted = {slot.number: slot.version for slot in slots if held.items[slot.number - 1] in still}
    versions = bank.versions(session, list(wanted.values()))
    if not blueprint_of(held).shuffle_options:
        versions = {key: version.in_own_order() for key, version in versions.items()}
    return {number: versions[key] for number, key in wanted.items()}


def slots_of(held: Round) -> tuple[Slot, ...]:
    """The places of the paper."""
    return Form.from_record(held.record["form"]).slots


def blueprint_of(held: Round) -> Blueprint:
    """The blueprint of the paper."""
    return Blueprint.from_record(held.record["blueprint"])


def deadline(held: Round) -> datetime:
    """When the time of the exam would be over."""
    return held.started_at + timedelta(minutes=held.record["minutes"])


def _pool(session: Session) -> tuple[Pool, dict[int, int]]:
    """What may be practised, and the item of each version."""
    held = bank.for_practice(today())
    items = {row.version_id: row.item_id for row in session.execute(select(held.c.version_id, held.c.item_id))}
    return Pool.of(bank.versions(session, list(items)).items()), items
