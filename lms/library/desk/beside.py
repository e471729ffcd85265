"""Two documents that may be one, side by side."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.library import version_queries
from lms.library.desk.queries import PairRow
from lms.library.policy import access_document
from lms.library.queries import DocumentFacts, DocumentRow
from lms.library.version_queries import Compared

#: characters of both texts together that are compared while somebody waits
LONGEST = 600_000


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its facts, and the first day of its present text as far as it says."""

    row: DocumentRow
    facts: DocumentFacts
    begins: date | None


@dataclass(frozen=True, slots=True)
class Beside:
    """Both, the older one first, and what differs between their present texts; None where they are too long for that."""

    both: tuple[Side, Side]
    compared: tuple[Compared, ...] | None

    @property
    def newer(self) -> str:
        """The public id of the one whose text is the newer, as far as one can see."""
        return self.both[1].row.public_id


def beside(session: Session, viewer: Viewer, pair: PairRow) -> Beside:
    """The documents of a pair: by the first days of their texts, else in the order in which they came."""
    first, second = _side(session, viewer, pair.first), _side(session, viewer, pair.second)
    if first.begins and second.begins and first.begins > second.begins:
        first, second = second, first
    before, after = (
        version_queries.text_of(session, one.row.public_id, one.facts.version) or "" for one in (first, second)
    )
    short = len(before) + len(after) <= LONGEST
    return Beside((first, second), version_queries.compare(before, after) if short else None)


def _side(session: Session, viewer: Viewer, public_id: str) -> Side:
    row, facts = access_document(session, viewer, public_id)
    versions = version_queries.corrected(version_queries.versions_of(session, public_id), row, facts)
    return Side(row, facts, versions[0].begins_on if versions else None)
