"""Writing rules: further versions, adoptions; asking for trials. Each within the caller's `writing()`."""

from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from courseware.rules.ruleset import RuleSet
from lms import jobs
from lms.accounts.policy import Viewer
from lms.accounts.queries import UnitRow
from lms.audit.service import record
from lms.clock import BUREAU_ZONE, now
from lms.hours import errors, queries
from lms.hours.account import Account, hundredths
from lms.hours.models import Adoption, RulesVersion, Summary, Trial, TrialLine
from lms.hours.queries import TrialRow, VersionRow

WORK_OUT, TRY = "hours.work_out", "hours.trial"
#: how many years before the present one an adoption may reach
YEARS_BACK = 1


def add_version(session: Session, viewer: Viewer, rules: RuleSet, text: str, reason: str) -> str:
    """Keep a text that was read as the next version of its set; its public id. Raises Unchanged."""
    held = queries.versions(session, code=rules.code)
    if held and held[0].text == text:
        raise errors.Unchanged
    made = RulesVersion(
        code=rules.code,
        number=queries.newest_number(session, rules.code) + 1,
        text=text,
        made_at=now(),
        made_by=viewer.id,
        reason=reason,
    )
    session.add(made)
    session.flush()
    record(
        session,
        "hours.version",
        thing="hours_rules",
        thing_id=made.public_id,
        after=_said(made.code, made.number, reason),
    )
    return made.public_id


def adopt(
    session: Session, viewer: Viewer, version: VersionRow | None, unit: UnitRow, *, since: date, reason: str
) -> None:
    """
    Let a part of the organisation go by a version from a day on (None: by what the part above goes by).

    Raises Unfinished, NotYetInForce, TooFarBack.
    """
    today = now().astimezone(BUREAU_ZONE).date()
    if version is not None:
        _refuse_unfit(version.rules, since)
    first = date(today.year - YEARS_BACK, 1, 1)
    if since < first:
        raise errors.TooFarBack(first=first.isoformat())
    session.add(
        Adoption(
            unit_id=unit.id,
            rules_id=version.id if version else None,
            from_date=since,
            made_at=now(),
            made_by=viewer.id,
            reason=reason,
        )
    )
    session.flush()
    told: dict[str, Any] = _said(version.code, version.number, reason) if version else {"reason": reason}
    record(session, "hours.adopt", thing="unit", thing_id=unit.public_id, after={**told, "since": since.isoformat()})
    jobs.enqueue(session, WORK_OUT, {}, unique_key=WORK_OUT)


def _refuse_unfit(rules: RuleSet, since: date) -> None:
    if not rules.is_whole:
        raise errors.Unfinished
    if not rules.holds_on(since):
        raise errors.NotYetInForce(first=rules.starts.isoformat())


def _said(code: str, number: int, reason: str) -> dict[str, Any]:
    return {"code": code, "number": number, "reason": reason}


def begin_trial(session: Session, viewer: Viewer, version: VersionRow, year: int, paths: tuple[str, ...]) -> str:
    """Have a version tried on a year for the people below these paths; public id of the trial. Raises TrialsEnough, Unfinished."""
    if not version.rules.is_whole:
        raise errors.Unfinished
    key = f"{TRY}:{viewer.public_id}"
    if jobs.under_way(session, key):
        raise errors.TrialsEnough
    made = Trial(rules_id=version.id, year=year, paths=list(paths), made_by=viewer.id, made_at=now())
    session.add(made)
    session.flush()
    made.job = jobs.enqueue(session, TRY, {"trial": made.id}, owner=viewer.public_id, unique_key=key)
    record(
        session, "hours.trial", thing="hours_trial", thing_id=made.public_id, after={"year": year, "code": version.code}
    )
    return made.public_id


def keep_summaries(
    session: Session, found: dict[int, Account], kept: queries.Book, *, newest: dict[int, int], year: int, day: date
) -> None:
    """Keep where these people stand in a year; `newest` are the keys of their newest entries, `day` the present one."""
    session.execute(delete(Summary).where(Summary.year == year, Summary.person_id.in_(list(found))))
    known = {(row.code, row.number): row.id for row in queries.versions(session)}
    session.add_all(
        Summary(
            person_id=person,
            year=year,
            state=str(account.overall),
            rules_id=known.get((account.rules.code, account.rules.version)) if account.rules else None,
            category=account.category.code if account.category else None,
            done=hundredths(account.done),
            missing=hundredths(account.missing),
            last_entry=newest.get(person, 0),
            last_adoption=kept.newest,
            day=day,
            worked_at=now(),
        )
        for person, account in found.items()
    )


def forget_lines(session: Session, trial_id: int) -> None:
    """Begin a trial's lines anew: a job may run twice."""
    session.execute(delete(TrialLine).where(TrialLine.trial_id == trial_id))


def keep_lines(session: Session, trial: TrialRow, before: dict[int, Account], after: dict[int, Account]) -> None:
    """Keep what a trial says of some people."""
    for person, now_ in before.items():
        then = after[person]
        line = TrialLine(
            trial_id=trial.id,
            person_id=person,
            before=hundredths(now_.done),
            after=hundredths(then.done),
            before_state=str(now_.overall),
            after_state=str(then.overall),
        )
        line.changed = (line.before, line.before_state) != (line.after, line.after_state)
        session.add(line)


def finish_trial(session: Session, trial_id: int) -> None:
    """Note that a trial is worked out."""
    found = session.get(Trial, trial_id)
    if found is not None:
        found.finished_at = now()
