"""Writing transcripts: entries as word of results arrives, and prints."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import queries as accounts
from lms.accounts.policy import Viewer
from lms.accounts.queries import PersonRow
from lms.audit.service import Said, record, record_all
from lms.clock import BUREAU_ZONE, now
from lms.transcripts import queries
from lms.transcripts.code import new_code
from lms.transcripts.models import Certificate, TranscriptEntry
from lms.transcripts.printed import Line, Printed
from lms.transcripts.queries import EntryRow

KINDS_ZH = {"unit": "网络课程", "exam": "考试"}


def enter(session: Session, words: Sequence[Mapping[str, Any]]) -> int:
    """Append what features sent word of, leaving out what stands there already (word may come twice); how many."""
    query = select(TranscriptEntry.person_id, TranscriptEntry.source, TranscriptEntry.revision).where(
        TranscriptEntry.source.in_([word["source"] for word in words])
    )
    held = {tuple(row) for row in session.execute(query)}
    fresh = {key: word for word in words if (key := _key(word)) not in held}
    days = {key: _day(word) for key, word in fresh.items()}
    units = {
        day: accounts.units_of(session, [word["person_id"] for key, word in fresh.items() if days[key] == day], day)
        for day in set(days.values())
    }
    entries = [
        _entry(word, unit_name=unit.name if (unit := units[days[key]].get(word["person_id"])) else None)
        for key, word in fresh.items()
    ]
    session.add_all(entries)
    session.flush()
    told = ("kind", "source", "revision", "hours", "score", "maximum", "passed")
    said = [
        Said(entry.public_id, after={name: word[name] for name in told})
        for entry, word in zip(entries, fresh.values(), strict=True)
    ]
    if said:
        record_all(session, "transcript.enter", said, thing="transcript")
    return len(said)


def _key(word: Mapping[str, Any]) -> tuple[int, str, int]:
    return word["person_id"], word["source"], word["revision"]


def _day(word: Mapping[str, Any]) -> date:
    return datetime.fromisoformat(word["happened_at"]).astimezone(BUREAU_ZONE).date()


def _entry(word: Mapping[str, Any], *, unit_name: str | None) -> TranscriptEntry:
    return TranscriptEntry(
        person_id=word["person_id"],
        kind=word["kind"],
        source=word["source"],
        revision=word["revision"],
        title=word["title"],
        title_en=word["title_en"],
        subject=word["subject"],
        hours=Decimal(word["hours"]),
        score=_marks(word["score"]),
        maximum=_marks(word["maximum"]),
        passed=word["passed"],
        happened_at=datetime.fromisoformat(word["happened_at"]),
        unit_name=unit_name,
        recorded_at=now(),
    )


def issue(session: Session, viewer: Viewer, person: PersonRow, *, site: str) -> str:
    """Freeze a person's transcript as a print and let a job draw it; its code.

    `site` is the address people reach us by, without a slash at its end.
    """
    code, moment = new_code(), now()
    lines = queries.all_entries(session, person.id)
    units = accounts.units(session)
    printed = Printed(
        bureau=next((unit.name for unit in units if unit.parent_id is None), ""),
        name=person.name,
        staff_number=person.staff_number,
        unit=person.unit_name or "",
        post=" ".join(filter(None, (person.post, person.rank))),
        issued=moment.astimezone(BUREAU_ZONE).strftime("%Y-%m-%d %H:%M"),
        hours=_plain(sum((line.hours for line in lines), Decimal(0))),
        lines=tuple(_line(line) for line in lines),
        url=f"{site}/verify/{code}",
    )
    session.add(
        Certificate(code=code, person_id=person.id, content=printed.to_record(), issued_at=moment, issued_by=viewer.id)
    )
    session.flush()
    record(session, "transcript.print", thing="person", thing_id=person.public_id, after={"lines": len(lines)})
    jobs.enqueue(session, "transcripts.print", {"code": code}, owner=viewer.public_id, unique_key=f"print:{code}")
    return code


def entry_count(session: Session) -> int:
    """How many entries all transcripts have together."""
    return session.scalar(select(func.count()).select_from(TranscriptEntry)) or 0


def _line(row: EntryRow) -> Line:
    marks = f"{_plain(row.score)} / {_plain(row.maximum)}" if row.score is not None and row.maximum else ""
    ending = ("合格" if row.passed else "不合格") if row.kind == "exam" else "完成"
    return Line(
        day=row.happened_at.astimezone(BUREAU_ZONE).strftime("%Y-%m-%d"),
        kind=KINDS_ZH[row.kind],
        title=row.title,
        hours=_plain(row.hours) if row.hours else "",
        marks=marks,
        outcome=ending,
    )


def _marks(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
