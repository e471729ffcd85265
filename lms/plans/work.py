"""Work of plans outside requests: assigning audiences every hour, following what people have learned every five minutes."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask

from lms import jobs
from lms.clock import now, today
from lms.config import Config
from lms.database import reading, writing
from lms.plans import assigning, queries
from lms.plans.models import TrainingPlan
from lms.plans.service import ASSIGN
from lms.transcripts import queries as transcripts

FOLLOW = "plans.follow"
ASSIGN_SECONDS, FOLLOW_SECONDS = 3600, 300
#: how far back entries of transcripts are looked for: more than the time between two runs, so that none is passed over
FOLLOWED, FOLLOWED_HOURLY = timedelta(minutes=20), timedelta(hours=26)


def init_app(app: Flask, config: Config) -> None:
    """Register the handlers."""
    jobs.register(app, ASSIGN, assign)
    jobs.register(app, FOLLOW, follow)
    if not config.testing:
        jobs.every(app, ASSIGN, ASSIGN_SECONDS)
        jobs.every(app, FOLLOW, FOLLOW_SECONDS)


def assign(run: jobs.JobRun) -> Mapping[str, Any]:
    """Work out the audience of one open plan, or of all; remind those whose day it is. Running twice changes nothing."""
    asked = run.payload.get("plan")
    plans = [plan for plan in queries.open_plans(reading()) if asked in (None, plan.public_id)]
    counts = Counter[str]()
    for plan in plans:
        counts.update(_assign(run, plan))
    if asked is None:
        counts["learned"] = _follow(run, FOLLOWED_HOURLY)
    return dict(counts)


def _assign(run: jobs.JobRun, plan: TrainingPlan) -> Mapping[str, int]:
    version = plan.newest
    work = assigning.work_of(reading(), plan, today())
    if work is None:
        return {}
    counts = Counter[str]()
    for number, people in enumerate(work.batches):
        run.report(number, len(work.batches), plan.title)
        with writing() as session:
            counts.update(assigning.assign(session, work, people))
    with writing() as session:
        assigning.finish(session, work, counts, version)
        counts["reminded"] = assigning.remind_due(session, plan.id, work.plan, work.day)
    return counts


def follow(run: jobs.JobRun) -> Mapping[str, Any]:
    """Bring the assignments of those who have learned something lately to what their transcripts say."""
    return {"learned": _follow(run, FOLLOWED)}


def _follow(run: jobs.JobRun, back: timedelta) -> int:
    people, changed = transcripts.entered_since(reading(), now() - back), 0
    for first in range(0, len(people), assigning.AT_ONCE):
        run.rest()
        with writing() as session:
            changed += assigning.followed(session, people[first : first + assigning.AT_ONCE])
    return changed
