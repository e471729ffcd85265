"""Who sees whose transcript, and how much of it.

Everybody sees their own. The training manager of the unit where somebody serves, or served last, sees all of it: whoever
answers for somebody's training must know what they have. The manager of a unit of earlier days sees what was earned there
and nothing else. The auditor reads, each reading is written down, and nothing is printed.
"""

from dataclasses import dataclass

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer, may, unit_paths
from lms.accounts.queries import PersonRow
from lms.errors import NotFound
from lms.transcripts import queries
from lms.transcripts.code import read_code
from lms.transcripts.queries import CertificateRow


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees of a transcript."""

    person: PersonRow
    own: bool = False
    #: ids of the units in which an entry must have been earned; None: every entry
    units: tuple[int, ...] | None = None
    #: seen by the right of an auditor: each reading is written down
    audited: bool = False

    @property
    def prints(self) -> bool:
        """Whether it may be printed: whole, and not by an auditor."""
        return self.units is None and not self.audited


def access_transcript(session: Session, viewer: Viewer, person_id: str) -> Sight:
    """What `viewer` sees of the transcript of the person with this public id; raises NotFound where that is nothing."""
    person = accounts.person_by_public_id(session, person_id)
    if person.id == viewer.id:
        return Sight(person, own=True)
    if answers_for(session, viewer, person):
        return Sight(person)
    if may(viewer, Act.READ_AUDIT, unit_path=person.unit_path or "/"):
        return Sight(person, audited=True)
    paths = unit_paths(viewer, Act.SEE_TRANSCRIPTS)
    if paths and _among(session, accounts.served_once(paths), person):
        return Sight(person, units=tuple(unit.id for unit in accounts.units(session, paths=paths, closed=True)))
    raise NotFound


def access_print(session: Session, viewer: Viewer, person_id: str) -> PersonRow:
    """The person whose transcript `viewer` may print; raises NotFound."""
    sight = access_transcript(session, viewer, person_id)
    if not sight.prints:
        raise NotFound
    return sight.person


def access_certificate(session: Session, viewer: Viewer, code: str) -> CertificateRow:
    """A printed transcript of a person whose transcript `viewer` may print; raises NotFound."""
    read = read_code(code)
    found = queries.certificate(session, read) if read else None
    if found is None:
        raise NotFound
    person = accounts.person_by_id(session, found.person_id)
    if person.id != viewer.id and not answers_for(session, viewer, person):
        raise NotFound
    return found


def answers_for(session: Session, viewer: Viewer, person: PersonRow) -> bool:
    """Whether `viewer` is a training manager of the unit where somebody serves, or from which they retired."""
    if may(viewer, Act.SEE_TRANSCRIPTS, unit_path=person.unit_path or "/"):
        return True
    paths = unit_paths(viewer, Act.SEE_TRANSCRIPTS)
    return bool(paths) and person.unit_path is None and _among(session, accounts.retired(paths), person)


def _among(session: Session, people: Select[int], person: PersonRow) -> bool:
    return session.scalar(select(literal(1)).where(literal(person.id).in_(people))) is not None
