"""Studying: opening pages, trying the check, completing; and storing units. Each within the caller's `writing()`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courseware.catalogue import problems_of
from courseware.credit import credit
from courseware.problem import Problem
from courseware.progress import Act, Event, ProgressState, completion, replay
from courseware.record import digest, to_record
from courseware.unit import Unit
from lms import jobs
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.clock import BUREAU_ZONE, now
from lms.courses import alarm, errors, queries
from lms.courses.bundled import bundled_units
from lms.courses.models import CourseMedia, CourseUnit, CourseUnitVersion, Progress, ProgressEvent
from lms.courses.queries import OpenUnit
from lms.errors import NotFound
from lms.subjects import CODES
from question_bank.item import ItemVersion
from question_bank.scoring import DEFAULT

TRIES_A_DAY = 10


def open_page(session: Session, viewer: Viewer, found: OpenUnit, page: str) -> ProgressState:
    """Note that the person opened a page (a page opened twice running is noted once); raises NotFound."""
    if found.unit.page(page) is None:
        raise NotFound
    state = queries.state(session, viewer.id, found)
    if state.is_begun and state.position == page and page in state.opened:
        return state
    return _note(session, viewer, found, [Event(Act.OPENED, now(), page)])


def try_check(session: Session, viewer: Viewer, found: OpenUnit, share: Fraction) -> ProgressState:
    """Note a try of the check; raises PagesUnread before all pages are open, TooManyTries after ten in a day."""
    state = queries.state(session, viewer.id, found)
    if state.unseen:
        raise errors.PagesUnread
    today = now().astimezone(BUREAU_ZONE).date()
    tries = [
        event
        for event in queries.events(session, viewer.id, found.id)
        if event.act in (Act.CHECK_FAILED, Act.CHECK_PASSED) and event.at.astimezone(BUREAU_ZONE).date() == today
    ]
    if len(tries) >= TRIES_A_DAY:
        raise errors.TooManyTries
    act = Act.CHECK_PASSED if found.unit.check.passed_with(share) else Act.CHECK_FAILED
    return _note(session, viewer, found, [Event(act, now(), share=share)])


def share_of(versions: Sequence[ItemVersion], responses: Sequence[Any]) -> Fraction:
    """What share of a check's marks the responses earn; every item weighs the same."""
    earned = [
        Fraction(0) if response is None else version.interaction.score(version.body, response, DEFAULT)
        for version, response in zip(versions, responses, strict=True)
    ]
    return sum(earned, Fraction(0)) / len(earned) if earned else Fraction(1)


def store_unit(session: Session, unit: Unit, files: Mapping[str, bytes], *, media: Path) -> str:
    """Keep a unit: "new", "changed" (a new version) or "unchanged". `files` are its media by name."""
    sha256 = digest(unit)
    row = session.scalar(select(CourseUnit).where(CourseUnit.code == unit.code).with_for_update())
    if row is not None:
        stored = session.scalar(
            select(CourseUnitVersion.sha256).where(
                CourseUnitVersion.unit_id == row.id, CourseUnitVersion.number == row.newest
            )
        )
        if stored == sha256:
            return "unchanged"
    for item in unit.media:
        _store_media(session, item.sha256, item.media_type, files[item.name], media)
    outcome = "new" if row is None else "changed"
    if row is None:
        row = CourseUnit(code=unit.code, newest=0)
        session.add(row)
    row.newest += 1
    row.title, row.title_en, row.subject = unit.title, unit.title_en, unit.subject
    row.hours, row.pages = unit.hours.decimal, len(unit.pages)
    session.flush()
    alarm.settle(session, row.id)
    session.add(
        CourseUnitVersion(unit_id=row.id, number=row.newest, record=to_record(unit), sha256=sha256, created_at=now())
    )
    record(
        session, "course.store", thing="unit", thing_id=row.public_id,
        after={"code": unit.code, "version": row.newest, "sha256": sha256},
    )  # fmt: skip
    return outcome


def load_bundled(session: Session, *, media: Path) -> Counter[str]:
    """Store every sound bundled unit; how many were new, changed and unchanged."""
    return Counter(
        store_unit(session, bundled.unit, bundled.files, media=media)
        for bundled in bundled_units()
        if bundled.unit is not None
    )


def check_bundled(items: Mapping[str, str], *, today: date) -> tuple[int, list[str]]:
    """How many bundled units are sound, and what is wrong with the others; `items` are the bank's types by ref."""
    found = list(bundled_units())
    units = [bundled.unit for bundled in found if bundled.unit is not None]
    told = [f"{bundled.name}/{_told(problem)}" for bundled in found for problem in bundled.problems]
    told += [_told(problem) for problem in problems_of(units, subjects=CODES, items=items, today=today)]
    return len(units), told


def _told(problem: Problem) -> str:
    line = f":{problem.line}" if problem.line else ""
    return f"{problem.file}{line} {problem.field} {problem.code} {problem.value}".strip()


def _note(session: Session, viewer: Viewer, found: OpenUnit, happened: list[Event]) -> ProgressState:
    """Append events, and the completion when they bring it about; renew the summary."""
    before = queries.events(session, viewer.id, found.id)
    pages = found.unit.page_keys
    state = replay([*before, *happened], pages=pages)
    completed = completion(state, now=now() + timedelta(microseconds=1))
    if completed is not None:
        happened = [*happened, completed]
        state = replay([*before, *happened], pages=pages)
    for number, event in enumerate(happened, len(before) + 1):
        session.add(
            ProgressEvent(
                person_id=viewer.id,
                unit_id=found.id,
                number=number,
                act=str(event.act),
                page=event.page or None,
                share=str(event.share) if event.share is not None else None,
                at=event.at,
            )
        )
    _summarise(session, viewer.id, found.id, state, last=len(before) + len(happened))
    if completed is not None:
        _tell(session, viewer, found, state)
    return state


def _summarise(session: Session, person_id: int, unit_id: int, state: ProgressState, *, last: int) -> None:
    row = session.get(Progress, (person_id, unit_id))
    if row is None:
        row = Progress(person_id=person_id, unit_id=unit_id, started_at=state.started_at or now())
        session.add(row)
    row.position, row.opened, row.percent = state.position, len(state.opened), state.percent
    row.last_event, row.updated_at, row.completed_at = last, now(), state.completed_at


def _tell(session: Session, viewer: Viewer, found: OpenUnit, state: ProgressState) -> None:
    """Leave word of the hours earned for the transcript, in this transaction."""
    hours = credit(found.unit, state)
    record(session, "course.complete", thing="unit", thing_id=found.public_id, after={"hours": str(hours)})
    word = {
        "person_id": viewer.id,
        "kind": "unit",
        "source": found.public_id,
        "revision": 1,
        "title": found.unit.title,
        "title_en": found.unit.title_en,
        "subject": found.unit.subject,
        "hours": str(hours or 0),
        "score": None,
        "maximum": None,
        "passed": True,
        "happened_at": (state.completed_at or now()).isoformat(),
    }
    jobs.enqueue(
        session,
        "transcripts.record",
        {"words": [word]},
        unique_key=f"transcript:{viewer.public_id}:{found.public_id}:1",
    )


def _store_media(session: Session, sha256: str, media_type: str, data: bytes, folder: Path) -> None:
    """Write the file under its hash (first aside, then in place), and its row."""
    target = folder / sha256[:2] / sha256
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_suffix(".part")
        aside.write_bytes(data)
        aside.replace(target)
    if session.get(CourseMedia, sha256) is None:
        session.add(CourseMedia(sha256=sha256, media_type=media_type, size=len(data)))
        session.flush()
