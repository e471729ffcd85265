"""Work of hours outside requests: summaries for the lists, trials."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Flask

from courseware.rules.ruleset import Adopted
from lms import jobs
from lms.accounts import queries as accounts
from lms.clock import BUREAU_ZONE, now
from lms.config import Config
from lms.database import reading, writing
from lms.hours import queries, service
from lms.transcripts import queries as transcripts

#: people of one transaction
AT_ONCE = 100
SECONDS = 600


def init_app(app: Flask, config: Config) -> None:
    """Register the handlers."""
    jobs.register(app, service.WORK_OUT, work_out)
    jobs.register(app, service.TRY, try_out)
    if not config.testing:
        jobs.every(app, service.WORK_OUT, SECONDS)


def work_out(run: jobs.JobRun) -> Mapping[str, Any]:
    """Work out where people stand this year and last, of whom something changed since it was last done."""
    today, done = now().astimezone(BUREAU_ZONE).date(), 0
    for year in (today.year, today.year - 1):
        kept = queries.book(reading())
        newest = transcripts.newest_entries(reading())
        stale = queries.stale(reading(), year, kept, today=today)
        reading().rollback()
        for some in _portions(stale):
            found = queries.accounts_of(reading(), some, year, kept, today=today)
            reading().rollback()
            with writing() as session:
                service.keep_summaries(session, found, kept, newest=newest, year=year, day=today)
            done += len(some)
            run.report(done, done + len(stale))
    return {"people": done}


def try_out(run: jobs.JobRun) -> Mapping[str, Any]:
    """Work out a trial: everybody's year by the rules in force, and as if those tried had been in force all of it."""
    trial = queries.trial_by_id(reading(), int(run.payload["trial"]))
    if trial is None:
        raise LookupError(run.payload["trial"])
    today, kept = now().astimezone(BUREAU_ZONE).date(), queries.book(reading())
    (version,) = queries.versions_by_ids(reading(), [trial.rules_id])
    tried = replace(kept, adopted=_as_if(kept.adopted, version, trial))
    people = list(reading().scalars(accounts.serving(trial.paths)))
    reading().rollback()
    with writing() as session:
        service.forget_lines(session, trial.id)
    for place, some in enumerate(_portions(people)):
        before = queries.accounts_of(reading(), some, trial.year, kept, today=today)
        after = queries.accounts_of(reading(), some, trial.year, tried, today=today)
        reading().rollback()
        with writing() as session:
            service.keep_lines(session, trial, before, after)
        run.report(min(len(people), (place + 1) * AT_ONCE), len(people))
    with writing() as session:
        service.finish_trial(session, trial.id)
    return {"people": len(people), "page": ["hours_trials.show", {"trial_id": trial.public_id}]}


def _as_if(adopted: Sequence[Adopted], version: queries.VersionRow, trial: queries.TrialRow) -> tuple[Adopted, ...]:
    """The adoptions with the tried one on top, for all of the year, in every part that has rules of its own.

    It holds from the first day of the year whatever it says of itself: that is what is asked.
    """
    first = date(trial.year, 1, 1)
    rules = replace(version.rules, starts=min(version.rules.starts, first), ends=None)
    parts = {*trial.paths, *(one.path for one in adopted if any(one.path.startswith(path) for path in trial.paths))}
    earlier = [one for one in adopted if one.path not in parts or one.since < first]
    return (*earlier, *(Adopted(part, first, rules) for part in sorted(parts)))


def _portions(people: Sequence[int]) -> Iterator[Sequence[int]]:
    return (people[start : start + AT_ONCE] for start in range(0, len(people), AT_ONCE))
