"""Courses, plans and learning for tests, made through forms and jobs."""

from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.clock import now
from lms.database import reading, writing
from lms.jobs import run_waiting
from lms.plans.models import PlanAssignment, TrainingPlan
from lms.transcripts import service as transcripts
from tests.cast import post

PLAN = {
    "title": "党员学法", "match": "all", "starts": "2026-03-02", "by": "day", "day": "2026-03-31", "grace": "10",
    "before": "7", "after": "1", "escalate": "14", "do": "save",
}  # fmt: skip


def make_course(client: FlaskClient, refs: list[str], **fields: Any) -> str:
    """A course of these units, all required; its public id."""
    items = {f"unit:{ref}": "required" for ref in refs}
    answer = post(client, "/training-courses/new", title="依法行政", electives="0", **items | fields)
    assert answer.status_code == 303, answer.text
    return str(answer.location.rsplit("/", 1)[1])


def make_plan(client: FlaskClient, course: str, **fields: Any) -> str:
    """A draft of a plan for everybody; its public id."""
    answer = post(client, "/plans/new", **PLAN | {"course": course} | fields)
    assert answer.status_code == 303, answer.text
    return str(answer.location.rsplit("/", 1)[1])


def opened(app: Flask, client: FlaskClient, course: str, **fields: Any) -> str:
    """A plan that is open, and its people assigned."""
    plan = make_plan(client, course, **fields)
    assert post(client, f"/plans/plan/{plan}/open").status_code == 303
    run_waiting(app)
    return plan


def learn(app: Flask, person_id: int, ref: str, *, at: datetime | None = None, revision: int = 1, **word: Any) -> None:
    """Let a transcript say that somebody finished a unit, and plans follow."""
    with app.app_context(), writing() as session:
        said = {
            "person_id": person_id, "kind": "unit", "source": ref, "revision": revision, "title": "课", "title_en": None,
            "subject": None, "hours": "1", "score": None, "maximum": None, "passed": True,
            "happened_at": (at or now()).isoformat(),
        }  # fmt: skip
        transcripts.enter(session, [said | word])


def assignment(app: Flask, plan: str, person_id: int) -> PlanAssignment | None:
    """What stands of a person in a plan."""
    with app.app_context():
        query = select(PlanAssignment).join(TrainingPlan, TrainingPlan.id == PlanAssignment.plan_id)
        return reading().scalar(query.where(TrainingPlan.public_id == plan, PlanAssignment.person_id == person_id))
