"""Writing transcripts: entries as word of results arrives, and prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import apart, exports, jobs
from lms.accounts import queries as accounts
from lms.accounts.policy import Viewer
from lms.accounts.queries import PersonRow, ServedRow, UnitRow
from lms.audit.service import Said, record, record_all
from lms.clock import BUREAU_ZONE, now
from lms.config import Config
from lms.i18n import file_size
from lms.transcripts import queries, tallies
from lms.transcripts.code import grouped as grouped
from lms.transcripts.code import new_code as new_code
from lms.transcripts.code import read_code as read_code
from lms.transcripts.models import Certificate, TranscriptEntry
from lms.transcripts.printed import Line
from lms.transcripts.printed import Printed as Printed
from lms.transcripts.queries import NEVER_FAILED, EntryRow
from lms.transcripts.words import KINDS_ZH

#: the job that hears of entries that were corrected: what was issued on the earlier ones holds no more
CORRECTED = "evidence.corrected"
#: the module that draws many papers, run as a process
DRAWING = "lms.transcripts.drawing_apart"


@dataclass(frozen=True, slots=True)
class ToDraw:
    """A paper to be drawn into a file, under its code; `sealed` is said at its end of its signature."""

    code: str
    printed: Printed
    target: Path
    sealed: str = ""


def note_reading(session: Session, person: PersonRow) -> None:
    """Write down that whoever acts read a transcript by the right of an auditor."""
    record(session, "transcript.read", thing="person", thing_id=person.public_id)


def enter(session: Session, words: Sequence[Mapping[str, Any]]) -> int:
    """Append what features sent word of, leaving out what stands there already (word may come twice); how many."""
    accounts.lock_people(session, sorted({word["person_id"] for word in words}))  # two revisions at once count once
    query = select(TranscriptEntry.person_id, TranscriptEntry.source, TranscriptEntry.revision).where(
        TranscriptEntry.source.in_([word["source"] for word in words])
    )
    held = {tuple(row) for row in session.execute(query)}
    fresh = {key: word for word in words if (key := _key(word)) not in held}
    days = {key: _day(word) for key, word in fresh.items()}
    served = {
        day: accounts.served_as(session, [word["person_id"] for key, word in fresh.items() if days[key] == day], day)
        for day in set(days.values())
    }
    entries = [_entry(word, served[days[key]].get(word["person_id"])) for key, word in fresh.items()]
    session.add_all(entries)
    session.flush()
    if entries:
        tallies.note(session, entries)
    told = ("kind", "source", "revision", "hours", "score", "maximum", "passed")
    said = [
        Said(entry.public_id, after={name: word[name] for name in told})
        for entry, word in zip(entries, fresh.values(), strict=True)
    ]
    if said:
        record_all(session, "transcript.enter", said, thing="transcript")
    corrections = [entry.id for entry in entries if entry.revision > 1]
    if corrections:
        jobs.enqueue(session, CORRECTED, {"entries": corrections}, unique_key=f"corrected:{corrections[0]}")
    return len(said)


def _key(word: Mapping[str, Any]) -> tuple[int, str, int]:
    return word["person_id"], word["source"], word["revision"]


def _day(word: Mapping[str, Any]) -> date:
    return datetime.fromisoformat(word["happened_at"]).astimezone(BUREAU_ZONE).date()


def _entry(word: Mapping[str, Any], served: ServedRow | None) -> TranscriptEntry:
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
        void=_void(word),
        happened_at=datetime.fromisoformat(word["happened_at"]),
        unit_id=served.unit_id if served else None,
        unit_name=served.unit_name if served else None,
        post=served.post if served else None,
        facts=word.get("facts"),
        why=str(word["why"])[:200] if word.get("why") else None,
        recorded_at=now(),
    )


def _void(word: Mapping[str, Any]) -> str | None:
    """What is there only once it is done, and is not done any more, was taken back."""
    if word["kind"] in NEVER_FAILED and not word["passed"]:
        return "taken_back"
    return word.get("void")


def issue(session: Session, viewer: Viewer, person: PersonRow, *, site: str) -> str:
    """Freeze a person's transcript as a print and let a job draw it; its code.

    `site` is the address people reach us by, without a slash at its end.
    """
    accounts.lock_people(session, [person.id])  # a correction is on it, or comes later and revokes it
    entries = {person.id: queries.all_entries(session, person.id)}
    ((code, _printed),) = _frozen(session, [person], entries, site=site, by=viewer.id)
    jobs.enqueue(session, "transcripts.print", {"code": code}, owner=viewer.public_id, unique_key=f"print:{code}")
    return code


def paper(session: Session, person: PersonRow, code: str, moment: datetime, *, site: str) -> Printed:
    """A person's transcript as it is printed at a moment under a code."""
    bureau, issued = _bureau(session), _issued(moment)
    return _paper(person, queries.all_entries(session, person.id), bureau, issued, f"{site}/verify/{code}")


def issue_many(session: Session, people: Sequence[PersonRow], *, site: str, by: int) -> list[tuple[str, Printed]]:
    """Freeze the transcripts of many people, in their order: codes and papers. Whose last print says the same keeps that one, so
    that a job that begins again, or a second one, adds nothing.
    """
    ids = [person.id for person in people]
    accounts.lock_people(session, ids)
    entries, last = queries.entries_of(session, ids), queries.last_certificates(session, ids)
    fresh = {
        person.id: made
        for person, made in zip(people, _papers(session, people, entries, site=site), strict=True)
        if person.id not in last or not last[person.id].printed.says_the_same(made[1])
    }
    _keep(session, [person for person in people if person.id in fresh], list(fresh.values()), by=by)
    return [fresh[one] if one in fresh else (last[one].code, last[one].printed) for one in ids]


def _frozen(
    session: Session, people: Sequence[PersonRow], entries: Mapping[int, Sequence[EntryRow]], *, site: str, by: int
) -> list[tuple[str, Printed]]:
    made = _papers(session, people, entries, site=site)
    _keep(session, people, made, by=by)
    return made


def _papers(
    session: Session, people: Sequence[PersonRow], entries: Mapping[int, Sequence[EntryRow]], *, site: str
) -> list[tuple[str, Printed]]:
    bureau, issued, codes = _bureau(session), _issued(now()), [new_code() for _person in people]
    return [
        (code, _paper(person, entries.get(person.id, ()), bureau, issued, f"{site}/verify/{code}"))
        for code, person in zip(codes, people, strict=True)
    ]


def _bureau(session: Session) -> str:
    return next((unit.name for unit in accounts.units(session) if unit.parent_id is None), "")


def _issued(moment: datetime) -> str:
    return moment.astimezone(BUREAU_ZONE).strftime("%Y-%m-%d %H:%M")


def _paper(person: PersonRow, lines: Sequence[EntryRow], bureau: str, issued: str, url: str) -> Printed:
    return Printed(
        bureau=bureau,
        name=person.name,
        staff_number=person.staff_number,
        unit=person.unit_name or "",
        post=" ".join(filter(None, (person.post, person.rank))),
        issued=issued,
        hours=_plain(sum((line.hours for line in lines if not line.void), Decimal(0))),
        lines=tuple(_line(line) for line in lines),
        url=url,
    )


def draw_files(papers: Sequence[ToDraw], *, invented: bool) -> None:
    """Draw papers into files, in a process of its own. Raises RuntimeError where it fails."""
    sent = [
        {"code": one.code, "printed": one.printed.to_record(), "target": str(one.target), "sealed": one.sealed}
        for one in papers
    ]
    apart.run(DRAWING, {"papers": sent, "invented": invented})


def _keep(session: Session, people: Sequence[PersonRow], made: Sequence[tuple[str, Printed]], *, by: int) -> None:
    moment = now()
    session.add_all(
        Certificate(code=code, person_id=person.id, content=printed.to_record(), issued_at=moment, issued_by=by)
        for person, (code, printed) in zip(people, made, strict=True)
    )
    session.flush()
    said = [
        Said(person.public_id, after={"lines": len(printed.lines)})
        for person, (_code, printed) in zip(people, made, strict=True)
    ]
    if said:
        record_all(session, "transcript.print", said, thing="person")


def exports_of(person_id: str) -> Path:
    """Where the reports that the person with this public id asked for wait."""
    config: Config = current_app.extensions["config"]
    return exports.folder_of(config.data, "transcripts", person_id)


def told_of(path: Path) -> tuple[datetime, str]:
    """When a report was written, and its size in words."""
    found = path.stat()
    return datetime.fromtimestamp(found.st_mtime, UTC), file_size(found.st_size)


def ask_report(session: Session, viewer: Viewer, kind: str, unit: UnitRow, **asked: str | bool) -> str:
    """Have a report written on a unit and all below it: an "archive", "prints" or a "monthly" one; public id of the job."""
    payload = {"unit": unit.path, "unit_name": unit.name, "person": viewer.public_id, "by": viewer.id, **asked}
    record(session, f"transcript.{kind}", thing="unit", thing_id=unit.public_id, after=asked)
    key = f"transcripts:{kind}:{viewer.public_id}:{unit.id}:{':'.join(map(str, asked.values()))}"
    return jobs.enqueue(session, f"transcripts.{kind}", payload, owner=viewer.public_id, unique_key=key[:160])


def entry_count(session: Session) -> int:
    """How many entries all transcripts have together."""
    return session.scalar(select(func.count()).select_from(TranscriptEntry)) or 0


def _line(row: EntryRow) -> Line:
    marks = f"{_plain(row.score)} / {_plain(row.maximum)}" if row.score is not None and row.maximum else ""
    return Line(
        day=row.happened_at.astimezone(BUREAU_ZONE).strftime("%Y-%m-%d"),
        kind=KINDS_ZH[row.kind],
        title=row.title,
        hours=_plain(row.hours) if row.hours else "",
        marks=marks,
        outcome=row.outcome_zh,
        unit=row.unit_name or "",
    )


def _marks(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
