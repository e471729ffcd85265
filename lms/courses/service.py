"""Studying: opening pages, trying the check, completing; and storing units. Each within the caller's `writing()`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from courseware.catalogue import problems_of
from courseware.credit import credit
from courseware.facts import Channel, Facts
from courseware.hours import MINUTES
from courseware.problem import Problem
from courseware.progress import Act, Event, ProgressState, completion, replay
from courseware.record import digest, to_record
from courseware.unit import Media, Unit
from lms import jobs
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.clock import BUREAU_ZONE, now
from lms.courses import alarm, errors, queries, telling
from lms.courses.bundled import bundled_units
from lms.courses.files import place_of, write_once
from lms.courses.models import CourseMedia, CourseUnit, CourseUnitVersion, Progress, ProgressEvent
from lms.courses.queries import OpenUnit
from lms.direct import Plain
from lms.errors import NotFound
from lms.subjects import CODES
from question_bank.item import ItemVersion
from question_bank.scoring import DEFAULT

TRIES_A_DAY = 10
#: milliseconds of a hundredth of a study hour, as hours are stored
LONG = MINUTES * 60_000 // 100
#: why the entry of a unit is told of again
STUDIED_ON = "完成后继续学习，已学满课程时长"

_ADD_TIME = """
INSERT INTO course_study_time (person_id, unit_id, counted, updated_at) VALUES (?, ?, ?, ?)
ON CONFLICT (person_id, unit_id) DO UPDATE
SET counted = course_study_time.counted + excluded.counted, updated_at = excluded.updated_at
"""
_STUDIED = """
SELECT t.counted, u.minutes, p.opened, u.pages, p.completed_at, u.hours FROM course_study_time t JOIN course_unit u ON u.id = t.unit_id
LEFT JOIN course_progress p ON p.unit_id = t.unit_id AND p.person_id = t.person_id WHERE t.person_id = ? AND t.unit_id = ?
"""


_WATCHED = """
SELECT 1 FROM course_progress_event WHERE person_id = ? AND unit_id = ? AND page = ? AND act = 'watched'
"""


class Learner(Protocol):
    """Somebody who studies, as far as it is noted."""

    @property
    def id(self) -> int:
        """The key."""

    @property
    def public_id(self) -> str:
        """What addresses name the person by."""


@dataclass(frozen=True, slots=True)
class Studied:
    """How long somebody has studied a unit, in milliseconds that count, how many minutes it asks for, whether these may
    have been the last that completing it wanted, and whether with them one who had completed it before has studied it for as
    long as it is.
    """

    counted: int
    minutes: int
    may_complete: bool
    fills: bool


def open_page(session: Session, viewer: Viewer, found: OpenUnit, page: str) -> ProgressState:
    """Note that the person opened a page (a page opened twice running is noted once); raises NotFound."""
    if found.unit.page(page) is None:
        raise NotFound
    state = queries.state(session, viewer.id, found)
    if state.position == page and page in state.visited:
        return state
    return _note(session, viewer, found, [Event(Act.OPENED, now(), page)])


def watch_page(session: Session, learner: Learner, found: OpenUnit, page: str) -> None:
    """Note that as much of a page's video was watched as the unit asks; once."""
    if page not in found.unit.to_watch:
        return
    events = queries.events(session, learner.id, found.id)
    if not any(event.act is Act.WATCHED and event.page == page for event in events):
        _note(session, learner, found, [Event(Act.WATCHED, now(), page)])


def is_watched(plain: Plain, person_id: int, unit_id: int, page: str) -> bool:
    """Whether that was noted."""
    return plain.run(_WATCHED, (person_id, unit_id, page)).fetchone() is not None


def try_check(session: Session, viewer: Viewer, found: OpenUnit, share: Fraction) -> ProgressState:
    """Note a try of the check; raises PagesUnread before all pages are open, PrerequisitesLacking before the units that
    come first are completed, TooManyTries after ten in a day.
    """
    state = queries.state(session, viewer.id, found)
    if state.unseen:
        raise errors.PagesUnread
    if not state.is_completed and telling.lacking(session, viewer.id, found.unit):
        raise errors.PrerequisitesLacking
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


def add_time(plain: Plain, person_id: int, unit_id: int, counted: int, *, at: datetime) -> Studied:
    """Add milliseconds of witnessed study to what a person has in a unit; by constant statements, they come all the time."""
    plain.run(_ADD_TIME, (person_id, unit_id, counted, plain.stored(at)))
    total, minutes, opened, pages, completed_at, hours = plain.run(_STUDIED, (person_id, unit_id)).fetchone()
    waits = completed_at is None and (opened or 0) >= pages
    fills = completed_at is not None and total - counted < hours * LONG <= total
    return Studied(total, minutes, bool(minutes) and waits and total >= minutes * 60_000, fills)


def complete_by_time(session: Session, learner: Learner, found: OpenUnit) -> None:
    """Complete a unit of which only the time was missing."""
    if queries.state(session, learner.id, found).is_begun:
        _note(session, learner, found, [])


def tell_filled(session: Session, learner: Learner, found: OpenUnit) -> None:
    """Tell the transcript of a unit that was completed before it was studied for as long as it is, and now is: rules of
    hours may ask for it.
    """
    state = queries.state(session, learner.id, found)
    if state.is_completed:
        _tell(session, learner, found, state, revision=2, why=STUDIED_ON)


def share_of(versions: Sequence[ItemVersion], responses: Sequence[Any]) -> Fraction:
    """What share of a check's marks the responses earn; every item weighs the same."""
    earned = [
        Fraction(0) if response is None else version.interaction.score(version.body, response, DEFAULT)
        for version, response in zip(versions, responses, strict=True)
    ]
    return sum(earned, Fraction(0)) / len(earned) if earned else Fraction(1)


def store_unit(session: Session, unit: Unit, files: Mapping[str, bytes], *, media: Path, authored: bool = False) -> str:
    """Keep a unit: "new", "changed" (a new version) or "unchanged". `files` are its media by name; one that is `authored`
    here is left alone when bundled content is loaded.
    """
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
        keep_media(session, item, files[item.name], folder=media)
    outcome = "new" if row is None else "changed"
    if row is None:
        row = CourseUnit(code=unit.code, newest=0)
        session.add(row)
    row.newest += 1
    row.title, row.title_en, row.subject = unit.title, unit.title_en, unit.subject
    row.hours, row.pages, row.minutes = unit.hours.decimal, len(unit.pages), unit.completion.minutes
    row.presence = unit.presence
    row.authored = bool(row.authored) or authored
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
    """Store every sound bundled unit of which no version was written here; how many were new, changed and unchanged."""
    authored = set(session.scalars(select(CourseUnit.code).where(CourseUnit.authored)))
    return Counter(
        store_unit(session, bundled.unit, bundled.files, media=media)
        for bundled in bundled_units()
        if bundled.unit is not None and bundled.unit.code not in authored
    )


def withdraw(session: Session, public_id: str, *, reason: str) -> bool:
    """Take a unit from learners; those who completed it may still read it, and progress is kept. False when it was
    withdrawn before. Raises NotFound.
    """
    return _set_state(session, public_id, "withdrawn", "course.withdraw", reason)


def reopen(session: Session, public_id: str, *, reason: str) -> bool:
    """Open a withdrawn unit to learners again; False when it was open. Raises NotFound."""
    return _set_state(session, public_id, "open", "course.reopen", reason)


def _set_state(session: Session, public_id: str, state: str, act: str, reason: str) -> bool:
    row = session.scalar(select(CourseUnit).where(CourseUnit.public_id == public_id).with_for_update())
    if row is None:
        raise NotFound
    if row.state == state:
        return False
    row.state = state
    record(session, act, thing="unit", thing_id=public_id, after={"state": state, "reason": reason})
    return True


def id_of(session: Session, public_id: str) -> int:
    """The unit's id inside the database; raises NotFound."""
    found = session.scalar(select(CourseUnit.id).where(CourseUnit.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def keep_media(session: Session, item: Media, data: bytes, *, folder: Path) -> None:
    """Keep a picture or recording: the file under its hash, on the disk before the row that names it."""
    write_once(place_of(folder, item.sha256), data)
    if session.get(CourseMedia, item.sha256) is None:
        session.add(CourseMedia(sha256=item.sha256, media_type=item.media_type, size=len(data)))
        session.flush()


def media_bytes(item: Media, *, folder: Path) -> bytes:
    """The bytes of a kept picture or recording."""
    return place_of(folder, item.sha256).read_bytes()


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


def _note(session: Session, learner: Learner, found: OpenUnit, happened: list[Event]) -> ProgressState:
    """Append events, and the completion when they bring it about; renew the summary."""
    before = queries.events(session, learner.id, found.id)
    pages = found.unit.page_keys
    watch = found.unit.to_watch
    state = replay([*before, *happened], pages=pages, watch=watch)
    studied = queries.studied(session, learner.id, found.id) // 60_000
    completed = completion(
        state, now=now() + timedelta(microseconds=1), studied=studied, wanted=found.unit.completion.minutes
    )
    if completed is not None:
        happened = [*happened, completed]
        state = replay([*before, *happened], pages=pages, watch=watch)
    for number, event in enumerate(happened, len(before) + 1):
        session.add(
            ProgressEvent(
                person_id=learner.id,
                unit_id=found.id,
                number=number,
                act=str(event.act),
                page=event.page or None,
                share=str(event.share) if event.share is not None else None,
                at=event.at,
            )
        )
    _summarise(session, learner.id, found.id, state, last=len(before) + len(happened))
    if completed is not None:
        _tell(session, learner, found, state)
    return state


def _summarise(session: Session, person_id: int, unit_id: int, state: ProgressState, *, last: int) -> None:
    row = session.get(Progress, (person_id, unit_id))
    if row is None:
        row = Progress(person_id=person_id, unit_id=unit_id, started_at=state.started_at or now())
        session.add(row)
    row.position, row.opened, row.percent = state.position, len(state.opened), state.percent
    row.last_event, row.updated_at, row.completed_at = last, now(), state.completed_at


def _tell(
    session: Session,
    learner: Learner,
    found: OpenUnit,
    state: ProgressState,
    *,
    revision: int = 1,
    why: str | None = None,
) -> None:
    """Leave word of the hours earned for the transcript, in this transaction."""
    hours, studied = credit(found.unit, state), ceil(queries.studied(session, learner.id, found.id) / 60_000)
    after = {"hours": str(hours), "studied": studied}
    record(session, "course.complete", thing="unit", thing_id=found.public_id, after=after)
    word = {
        "person_id": learner.id,
        "kind": "unit",
        "source": found.public_id,
        "revision": revision,
        "title": found.unit.title,
        "title_en": found.unit.title_en,
        "subject": found.unit.subject,
        "hours": str(hours or 0),
        "score": None,
        "maximum": None,
        "passed": True,
        "happened_at": (state.completed_at or now()).isoformat(),
        "facts": Facts(Channel.NETWORK, studied=studied).to_record(),
        "why": why,
    }
    jobs.enqueue(
        session,
        "transcripts.record",
        {"words": [word]},
        unique_key=f"transcript:{learner.public_id}:{found.public_id}:{revision}",
    )
