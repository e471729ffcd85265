"""The package of evidence of an exam that was signed off: one zip with what was asked, answered, earned, decided and recorded,
the sums of all files, and how to check them. The same state of the exam is the same bytes.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.analysis import service as analysis
from lms.appeals import queries as appeals
from lms.audit import queries as audit
from lms.audit.service import AuditEntry
from lms.database import dumps
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.marking import queries as marking
from lms.signoff import queries
from lms.sitting import service as sitting
from lms.standards import queries as standards
from lms.supervision import queries as supervision
from question_bank.formats.record import to_record

SUMS = "SHA256SUMS"
#: moment of all entries of the zip: it says nothing
EPOCH = (1980, 1, 1, 0, 0, 0)
READABLE = 0o100644 << 16
#: columns of the tables that are read in Excel; everything stands in the JSON files
ATTEMPTS = ("attempt", "person", "began", "ended", "how", "answered", "events", "receipt", "end", "head")
GRADINGS = ("attempt", "grading", "total", "maximum", "passed", "pass_mark", "at", "reason", "decision")


def packed(session: Session, exam: ExamRow) -> bytes:
    """The zip, its tables of analysis in the language of this context."""
    return zipped(files(session, exam))


def files(session: Session, exam: ExamRow) -> dict[str, bytes]:
    """The files of the package by name, without their sums."""
    kept, told = sitting.kept_of(session, exam), appeals.whole(session, exam.id)
    measures = [row.public_id for row in session.scalars(supervision.measures(exam.id))]
    found = {
        "README.md": current_app.jinja_env.get_template("signoff/package.md").render().encode(),
        "exam.json": _json(_exam(session, exam)),
        "proof.json": _json(exams.proof_of(session, exam.id)),
        "questions.json": _json(_questions(session, exam)),
        "attempts.csv": _table(ATTEMPTS, kept["attempts"]),
        "papers.jsonl": _lines(kept["papers"]),
        "gradings.csv": _table(GRADINGS, kept["gradings"]),
        "gradings.jsonl": _lines(kept["gradings"]),
        "files.jsonl": _lines(kept["files"]),
        "decisions.json": _json(kept["decisions"]),
        "appeals.json": _json(told),
        "standards.json": _json(standards.whole(session, exam.id)),
        "marks.jsonl": _lines(marking.whole(session, exam.id)),
        "incidents.json": _json(_incidents(session, exam)),
        "audit.jsonl": _lines(_audit(session, [exam.public_id, *(one["appeal"] for one in told), *measures])),
    }
    workbook = analysis.workbook_of(session, exam)
    if workbook is not None:
        found["analysis.xlsx"] = workbook
    found["verification.txt"] = f"{sitting.verified(session, exam)}\n".encode()  # last: it empties the session
    return found


def zipped(found: Mapping[str, bytes]) -> bytes:
    """Files and their sums as a zip."""
    sums = "".join(f"{hashlib.sha256(found[name]).hexdigest()}  {name}\n" for name in sorted(found))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [(SUMS, sums.encode()), *sorted(found.items())]:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, READABLE, 3
            archive.writestr(entry, data)
    return target.getvalue()


def _exam(session: Session, exam: ExamRow) -> dict[str, Any]:
    signed = next((one for one in queries.signings(session, exam.id) if one.agreed), None)
    both = [] if signed is None else [one for one in (signed.proposed_by, signed.decided_by) if one is not None]
    people = {key: row.staff_number for key, row in accounts.people_by_ids(session, both).items()}
    return {
        "exam": exam.public_id, "title": exam.title, "minutes": exam.minutes, "opens_at": exam.opens_at.isoformat(),
        "closes_at": exam.closes_at.isoformat(), "release": exam.release, "shows": exam.shows,
        "released_at": exam.released_at.isoformat() if exam.released_at else None, "seed": exam.seed.hex(),
        "seed_sha256": exam.commitment, "blueprint": exam.blueprint.to_record(),
        "archived_at": exam.archived_at.isoformat() if exam.archived_at else None,
        "signed": None if signed is None else {
            "reason": signed.reason, "proposed_by": people[both[0]], "proposed_at": signed.proposed_at.isoformat(),
            "agreed_by": people[both[-1]], "agreed_at": signed.decided_at.isoformat() if signed.decided_at else None,
        },
    }  # fmt: skip


def _questions(session: Session, exam: ExamRow) -> list[dict[str, Any]]:
    """The frozen versions by the number under which papers name them."""
    frozen = exams.stored(session, exam.id)
    return [
        {
            "version": key, "trial": key in frozen.pool.trial, "question": to_record(version),
            "difficulty": frozen.difficulties[key].to_record() if key in frozen.difficulties else None,
        }
        for key, version in sorted(frozen.pool.versions.items())
    ]  # fmt: skip


def _incidents(session: Session, exam: ExamRow) -> list[dict[str, Any]]:
    """What was written down as having happened."""
    return [
        {
            "reference": row.reference, "at": row.happened_at.isoformat(), "place": row.place, "text": row.text,
            "people": [person.staff_number for person in row.people], "by": row.by.staff_number,
            "written_at": row.created_at.isoformat(),
        }
        for row in supervision.incidents(session, exam)
    ]  # fmt: skip


def _audit(session: Session, things: Sequence[str]) -> Iterable[dict[str, Any]]:
    """What the audit log says of these things, in its order."""
    rows = [row for thing in things for row in session.scalars(audit.entries(thing_id=thing))]
    return map(_entry, sorted(rows, key=lambda row: row.number))


def _entry(row: AuditEntry) -> dict[str, Any]:
    return {
        "number": row.number, "at": row.at.isoformat(timespec="microseconds"), "actor": row.actor, "act": row.act,
        "thing": row.thing, "thing_id": row.thing_id, "before": row.before, "after": row.after, "result": row.result,
        "address": row.address, "request_id": row.request_id, "previous": row.previous.hex(), "hash": row.hash.hex(),
    }  # fmt: skip


def _json(content: object) -> bytes:
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()


def _lines(rows: Iterable[object]) -> bytes:
    """One row a line, in the form in which the audit log hashes its entries."""
    return "".join(f"{dumps(row)}\n" for row in rows).encode()


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """With the mark by which Excel knows UTF-8."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[column] for column in columns] for row in rows)
    return b"\xef\xbb\xbf" + target.getvalue().encode()
