"""Who sees what is issued about whom: everybody their own, a training manager that of their units; who may revoke it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer, may
from lms.accounts.queries import PersonRow
from lms.errors import NotFound
from lms.evidence import queries
from lms.evidence.errors import NobodyChosen, TooMany
from lms.evidence.queries import DocumentRow
from lms.transcripts import queries as transcripts
from lms.transcripts.policy import answers_for
from lms.transcripts.service import read_code

#: people in one package: what a browser checks within seconds
MOST_PEOPLE = 100


def access_document(session: Session, viewer: Viewer, code: str, kind: str) -> tuple[DocumentRow, list[PersonRow]]:
    """A document of a kind and whom it is about, where `viewer` may see the transcripts of all of them; raises NotFound."""
    read = read_code(code)
    found = queries.document(session, read) if read else None
    if found is None or found.kind != kind:
        raise NotFound
    people = people_of(session, found.code)
    if not sees(session, viewer, people):
        raise NotFound
    return found, people


def access_revocable(session: Session, viewer: Viewer, code: str) -> tuple[str, list[PersonRow]]:
    """The code of a document or print that `viewer` may revoke, and whom it is about; raises NotFound."""
    read = read_code(code)
    people = people_of(session, read) if read else []
    if read is None or not people:
        raise NotFound
    if not all(may(viewer, Act.REVOKE_EVIDENCE, unit_path=person.unit_path or "/") for person in people):
        raise NotFound
    return read, people


def access_chosen(session: Session, viewer: Viewer, ids: Sequence[str]) -> list[PersonRow]:
    """The people with these public ids, by their staff numbers, where `viewer` may see the transcripts of all of them.

    Raises NobodyChosen, TooMany, and NotFound where one is not there or not to be seen.
    """
    wanted = set(ids)
    if not wanted:
        raise NobodyChosen
    if len(wanted) > MOST_PEOPLE:
        raise TooMany(most=MOST_PEOPLE)
    found = list(accounts.people_by_public_ids(session, wanted).values())
    if len(found) != len(wanted) or not sees(session, viewer, found):
        raise NotFound
    return sorted(found, key=lambda person: person.staff_number)


def people_of(session: Session, code: str) -> list[PersonRow]:
    """Whom the document or print with this code is about; nobody where there is none."""
    ids = queries.holders(session, code)
    if not ids:
        printed = transcripts.certificate(session, code)
        ids = [printed.person_id] if printed else []
    return list(accounts.people_by_ids(session, ids).values()) if ids else []


def sees(session: Session, viewer: Viewer, people: list[PersonRow]) -> bool:
    """Whether all of these people are oneself or those for whose training one answers, the retired of one's units included."""
    return all(person.id == viewer.id or answers_for(session, viewer, person) for person in people)
