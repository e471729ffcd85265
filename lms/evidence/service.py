"""Issuing certificates and packages, and revoking what was issued."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from courseware.evidence import paper, proof, status
from courseware.evidence.badge import Issuer
from courseware.evidence.keys import fingerprint
from lms import jobs
from lms.accounts import queries as accounts
from lms.accounts.policy import Viewer
from lms.accounts.queries import PersonRow
from lms.audit.service import record
from lms.clock import now
from lms.config import Config
from lms.evidence import keys, queries
from lms.evidence.errors import HeldBack, NotCertified, RevokedAlready
from lms.evidence.keys import Signer
from lms.evidence.models import Document, Holder, Revocation
from lms.evidence.queries import CERTIFICATE, PACKAGE
from lms.evidence.record import PASSED, credential, day, iso, list_address, outcome, place
from lms.transcripts import queries as transcripts
from lms.transcripts.queries import RevisionRow
from lms.transcripts.service import CORRECTED, new_code

#: jobs: drawing a certificate, making a package, hearing of corrections
DRAW, PACK, HEAR = "evidence.draw", "evidence.pack", CORRECTED
#: documents in a list of revocations: half of its places stay free, so that a place says nothing
IN_A_LIST = status.BITS // 2
DECISION, CORRECTION = "decision", "correction"
CORRECTED_ZH = "学习档案中的记录已更正"


@dataclass(frozen=True, slots=True)
class Packed:
    """A package that was written: its file's hash and size, the key that signed it, and the paper in it as it is printed, where it
    is about one person.
    """

    code: str
    sha256: str
    size: int
    key: str
    papers: Sequence[Mapping[str, Any]]
    at: tuple[int, int]
    issued: datetime


def issuer(session: Session, signer: Signer, site: str) -> Issuer:
    """Who vouches: the top of the organisation, with the key in use."""
    config: Config = current_app.extensions["config"]
    top = next((unit.name for unit in accounts.units(session) if unit.parent_id is None), "")
    name = f"{top}（演示环境）" if config.demonstration else top
    return Issuer(name or "Shuyuan", signer.public, site, demonstration=config.demonstration)


def certify(session: Session, by: int, person: PersonRow, row: RevisionRow, *, site: str, again: bool = False) -> str:
    """Issue the certificate of an entry in force; its code. One that holds is not issued twice, one that was revoked by decision
    only `again`: by somebody who may decide that.

    `site` is the address people reach us by, without a slash at its end. Raises NotCertified, HeldBack, KeyLost.
    """
    if not row.passed or row.kind not in PASSED:
        raise NotCertified
    accounts.lock_people(session, [person.id])  # two at once issue one
    held = queries.of_entry(session, person.id, row.public_id)
    if held:
        return held[0].code
    if not again and queries.held_back(session, person.id, row.public_id, DECISION):
        raise HeldBack
    signer, code, moment = keys.signer(session), new_code(), now()
    at, vouching = free_place(session), issuer(session, signer, site)
    unsigned = credential(
        row, person, vouching, address=f"{site}/verify/{code}", entry=place(site, *at), issued=iso(moment),
        salts=(secrets.token_hex(16), secrets.token_hex(16)),
    )  # fmt: skip
    whole = proof.signed(unsigned, created=iso(moment), public=signer.public, sign=signer.sign)
    facts = {
        "c": code,
        "n": person.name,
        "t": row.title,
        "d": day(row.happened_at),
        "r": outcome(row),
        "i": vouching.name,
    }
    printed = {
        "name": person.name, "number": person.staff_number, "unit": row.unit_name or "", "title": row.title,
        "title_en": row.title_en or "", "kind": row.kind, "day": day(row.happened_at), "outcome": outcome(row), "issuer": vouching.name,
        "issued": day(moment), "key": fingerprint(signer.public),
        "url": f"{site}/verify/{code}", "sealed": paper.sealed(facts, public=signer.public, sign=signer.sign),
    }  # fmt: skip
    content = {"credential": whole, "paper": printed}
    _add(session, [person.id], Document(
        code=code, kind=CERTIFICATE, entry=row.public_id, status_list=at[0], status_place=at[1], content=content,
        issued_at=moment, issued_by=by,
    ))  # fmt: skip
    record(
        session,
        "evidence.certify",
        thing="person",
        thing_id=person.public_id,
        after={"code": code, "entry": row.public_id},
    )
    return code


def ask_for_drawing(session: Session, viewer: Viewer, code: str) -> None:
    """Let a job draw the PDF of a certificate."""
    jobs.enqueue(session, DRAW, {"code": code}, owner=viewer.public_id, unique_key=f"draw:{code}")


def ask_for_package(session: Session, viewer: Viewer, people: Sequence[PersonRow], *, site: str) -> str:
    """Have a package about some people made for whoever asks; public id of the job, that of one that waits for the same."""
    code = new_code()
    ids = [person.id for person in people]
    payload = {"code": code, "people": ids, "person": viewer.id, "site": site}
    for person in people:
        record(session, "evidence.ask", thing="person", thing_id=person.public_id, after={"code": code})
    whom = hashlib.sha256(" ".join(map(str, sorted(ids))).encode()).hexdigest()[:24]
    return jobs.enqueue(session, PACK, payload, owner=viewer.public_id, unique_key=f"package:{viewer.id}:{whom}")


def keep_package(session: Session, made: Packed, people: Sequence[int], by: int) -> None:
    """Enter a package whose file is on disk."""
    content = {"sha256": made.sha256, "bytes": made.size, "key": made.key, "papers": list(made.papers)}
    _add(session, people, Document(
        code=made.code, kind=PACKAGE, status_list=made.at[0], status_place=made.at[1], content=content,
        issued_at=made.issued, issued_by=by,
    ))  # fmt: skip
    record(
        session,
        "evidence.pack",
        thing="package",
        thing_id=made.code,
        after={"sha256": made.sha256, "people": len(people)},
    )


def _add(session: Session, people: Sequence[int], made: Document) -> None:
    session.add(made)
    session.flush()
    session.add_all([Holder(document_id=made.id, person_id=person) for person in people])
    session.flush()


def free_place(session: Session) -> tuple[int, int]:
    """A list of revocations and a place in it that nobody has, drawn so that it says nothing of when or whom."""
    number = 1 + queries.count(session) // IN_A_LIST
    while True:
        at = secrets.randbelow(status.BITS)
        if not queries.is_taken(session, number, at):
            return number, at


def revoke(session: Session, viewer: Viewer, code: str, reason: str) -> None:
    """Say that a document or print holds no more; raises RevokedAlready."""
    if queries.revocation(session, code) is not None:
        raise RevokedAlready
    _revoke(session, code, DECISION, reason, by=viewer.id)


def hear(session: Session, entries: Sequence[int]) -> int:
    """Revoke what rests on entries that were corrected: certificates of the earlier revisions, and packages and prints that
    were issued while these were in force; how many.
    """
    rested: set[str] = set()
    for row, last in transcripts.corrected(session, entries):
        rested |= {found.code for found in queries.of_entry(session, row.person_id, row.public_id)}
        rested |= set(transcripts.printed_between(session, row.person_id, row.recorded_at, last))
        rested |= {
            found.code
            for found in queries.documents_of(session, row.person_id)
            if found.kind == PACKAGE and row.recorded_at <= found.issued_at < last
        }
    fresh = rested - queries.revocations(session, sorted(rested)).keys()
    for code in sorted(fresh):
        _revoke(session, code, CORRECTION, CORRECTED_ZH, by=None)
    return len(fresh)


def _revoke(session: Session, code: str, cause: str, reason: str, *, by: int | None) -> None:
    session.add(Revocation(code=code, cause=cause, reason=reason, revoked_at=now(), revoked_by=by))
    session.flush()
    record(session, "evidence.revoke", thing="document", thing_id=code, after={"cause": cause, "reason": reason})


def status_list(session: Session, number: int, *, site: str) -> dict[str, Any]:
    """The signed list of revocations `number`, as of now. Raises KeyLost."""
    signer, moment = keys.signer(session), iso(now())
    unsigned = status.list_credential(
        list_address(site, number),
        issuer(session, signer, site).profile(),
        queries.revoked_places(session, number),
        valid_from=moment,
    )
    return proof.signed(unsigned, created=moment, public=signer.public, sign=signer.sign)
