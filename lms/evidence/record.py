"""What evidence says, as plain JSON: the credential of a certificate, the record of a package, the words in a printed code."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from courseware.evidence import badge, status
from courseware.evidence.badge import Earned, Issuer
from lms.accounts.queries import PersonRow
from lms.clock import BUREAU_ZONE
from lms.evidence.keys import PublicKey
from lms.evidence.keys import iso as iso
from lms.transcripts.queries import RevisionRow

FORMAT = "shuyuan-record-1"
PASSED = {"exam": "考试合格", "class": "培训结业"}


def plain(value: Decimal) -> str:
    """A number as people write it: 2, 1.5, 81.25."""
    return f"{value.normalize():f}" if value else "0"


def day(moment: datetime) -> str:
    """The calendar day where the organisation works, as papers write it."""
    local = moment.astimezone(BUREAU_ZONE)
    return f"{local.year}年{local.month}月{local.day}日"


def outcome(row: RevisionRow) -> str:
    """What came of it, in the words of a certificate."""
    marks = (
        f"成绩 {plain(row.score)} 分（满分 {plain(row.maximum)} 分）" if row.score is not None and row.maximum else ""
    )
    hours = f"{plain(row.hours)} 学时" if row.hours else ""
    return "，".join(filter(None, (PASSED[row.kind], marks, hours)))


def credential(
    row: RevisionRow,
    person: PersonRow,
    issuer: Issuer,
    *,
    address: str,
    entry: Mapping[str, Any],
    issued: str,
    salts: Sequence[str],
) -> dict[str, Any]:
    """The unsigned credential of a certificate; `entry` is its place in a list of revocations, `salts` two random texts."""
    earned = Earned(
        kind=row.kind,
        thing=f"entry:{row.public_id}",
        title=row.title,
        title_en=row.title_en,
        criteria=f"{PASSED[row.kind]} Passed.",
        day=iso(row.happened_at),
        hours=row.hours,
        score=row.score,
        maximum=row.maximum,
    )
    identity = [
        badge.hashed(person.name, "name", salts[0]),
        badge.hashed(person.staff_number, "identifier", salts[1]),
    ]
    return badge.badge(earned, issuer, address=address, identity=identity, status=entry, issued=issued)


def latest(revisions: Iterable[RevisionRow]) -> list[RevisionRow]:
    """Of each source the revision in force, in the order given."""
    kept = {(row.person_id, row.source): row for row in sorted(revisions, key=lambda row: row.revision)}
    return sorted(kept.values(), key=lambda row: (row.happened_at, row.id))


def people(found: Sequence[PersonRow], revisions: Iterable[RevisionRow], papers: Sequence[str]) -> list[dict[str, Any]]:
    """What a package says of each person: the name of their transcript in it, their entries in force, each with the earlier
    revisions that it corrects.
    """
    by_person: dict[int, list[dict[str, Any]]] = {person.id: [] for person in found}
    sums = dict.fromkeys(by_person, Decimal(0))
    for (person_id, _source), group in groupby(
        sorted(revisions, key=lambda row: (row.person_id, row.source, row.revision)),
        lambda row: (row.person_id, row.source),
    ):
        *earlier, row = group
        by_person[person_id].append(_entry(row) | {"earlier": [_earlier(one) for one in earlier]})
        sums[person_id] += row.hours
    return [
        {
            "name": person.name,
            "staffNumber": person.staff_number,
            "unit": person.unit_name or "",
            "post": " ".join(filter(None, (person.post, person.rank))),
            "hours": plain(sums[person.id]),
            "transcript": paper,
            "entries": sorted(by_person[person.id], key=lambda entry: (entry["happenedAt"], entry["id"])),
        }
        for person, paper in zip(found, papers, strict=True)
    ]


def _entry(row: RevisionRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "kind": row.kind,
        "source": row.source,
        "title": row.title,
        "titleEn": row.title_en,
        "subject": row.subject,
        "happenedAt": iso(row.happened_at),
        "unit": row.unit_name,
        "post": row.post,
        "restsOn": row.facts,
        **_earlier(row),
    }


def _earlier(row: RevisionRow) -> dict[str, Any]:
    return {
        "revision": row.revision,
        "hours": plain(row.hours),
        "score": None if row.score is None else plain(row.score),
        "maximum": None if row.maximum is None else plain(row.maximum),
        "passed": row.passed,
        "void": row.void,
        "recordedAt": iso(row.recorded_at),
    }


def listed(keys: Iterable[PublicKey]) -> list[dict[str, Any]]:
    """Public keys as a manifest and the public list name them."""
    return [
        {
            "id": f"did:key:{key.name}",
            "fingerprint": key.fingerprint,
            "from": iso(key.since),
            "until": iso(key.until) if key.until else None,
            "vouched": key.statement,
        }
        for key in keys
    ]


def place(site: str, number: int, at: int) -> dict[str, Any]:
    """A place in a list of revocations that this installation publishes."""
    return status.entry(list_address(site, number), at)


def list_address(site: str, number: int) -> str:
    """Where a list of revocations is published."""
    return f"{site}/evidence/status/{number}"
