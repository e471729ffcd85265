"""Who sees whose transcript: everybody their own, a training manager those of their units."""

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer, may
from lms.accounts.queries import PersonRow
from lms.errors import NotFound
from lms.transcripts import queries
from lms.transcripts.code import read_code
from lms.transcripts.queries import CertificateRow


def access_transcript(session: Session, viewer: Viewer, person_id: str) -> PersonRow:
    """The person whose transcript `viewer` may see; raises NotFound for everybody else."""
    person = accounts.person_by_public_id(session, person_id)
    if not _may_see(viewer, person):
        raise NotFound
    return person


def access_certificate(session: Session, viewer: Viewer, code: str) -> CertificateRow:
    """A printed transcript of a person whose transcript `viewer` may see; raises NotFound."""
    read = read_code(code)
    found = queries.certificate(session, read) if read else None
    if found is None or not _may_see(viewer, accounts.person_by_id(session, found.person_id)):
        raise NotFound
    return found


def _may_see(viewer: Viewer, person: PersonRow) -> bool:
    return person.id == viewer.id or may(viewer, Act.SEE_TRANSCRIPTS, unit_path=person.unit_path or "/")
