"""What librarians decide at the desk: pairs of documents, short names of laws."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lms import jobs
from lms.audit.service import record
from lms.clock import now
from lms.errors import NotFound
from lms.library import joining
from lms.library.citation import short_name
from lms.library.desk import queries
from lms.library.desk.models import Alike, Settled
from lms.library.desk.queries import PairRow
from lms.library.errors import NameTaken, NoSuchLaw
from lms.library.models import Alias, Document

#: kind of the job that works the desk out
JOB = "library.desk"


def look(session: Session, *, owner: str) -> str:
    """Have the whole library looked through; the public id of the job. One that waits already will do."""
    return jobs.enqueue(session, JOB, {}, owner=owner, unique_key=f"{JOB}:{owner}")


def tell_apart(session: Session, pair_id: str, *, by: int) -> None:
    """The two documents of a pair are no duplicates. Raises NotFound."""
    pair = _undecided(session, pair_id)
    _settle(session, pair, "different", by)
    after = {"first": pair.first_title, "second": pair.second_title, "other": pair.second}
    record(session, "library.tell_apart", thing="document", thing_id=pair.first, after=after)


def ask_again(session: Session, first: str, second: str) -> None:
    """Take back that two documents (public ids) are no duplicates. Raises NotFound."""
    found = session.get(Settled, (first, second), with_for_update=True)
    if found is None or found.how != "different":
        raise NotFound
    before = {"other": second, "decided_at": found.decided_at.isoformat()}
    session.delete(found)
    record(session, "library.ask_again", thing="document", thing_id=first, before=before)


def join(session: Session, pair_id: str, *, newer: str, by: int) -> str:
    """The two documents of a pair are texts of one, `newer` (a public id) has the newer text; the public id of the one that
    stays. Raises NotFound or ComesWithProgram.
    """
    pair = _undecided(session, pair_id)
    if newer not in (pair.first, pair.second):
        raise NotFound
    older = pair.first if newer == pair.second else pair.second
    joining.join(session, older, newer, by=by)
    _settle(session, pair, "versions", by)
    return older


def _undecided(session: Session, pair_id: str) -> PairRow:
    """A pair on which nobody decides at the same time. Raises NotFound."""
    session.scalar(select(Alike.id).where(Alike.public_id == pair_id).with_for_update())
    return queries.pair(session, pair_id)


def _settle(session: Session, pair: PairRow, how: str, by: int) -> None:
    session.add(Settled(first=pair.first, second=pair.second, how=how, decided_by=by, decided_at=now()))


def add_name(session: Session, alias: str, law: str) -> None:
    """Let a short name mean a law that the library has. Raises NoSuchLaw or NameTaken."""
    alias, name = short_name(alias), short_name(law)
    if session.scalar(select(Document.id).where(Document.name == name).limit(1)) is None:
        raise NoSuchLaw
    taken = exists().where(Alias.alias == alias), exists().where(Document.name == alias)
    if any(session.scalar(select(each)) for each in taken):
        raise NameTaken
    session.add(Alias(alias=alias, name=name))
    record(session, "library.add_name", thing="library", thing_id=alias, after={"law": name})


def remove_name(session: Session, alias: str) -> None:
    """A short name means nothing any more. Raises NotFound."""
    found = session.get(Alias, alias, with_for_update=True)
    if found is None:
        raise NotFound
    record(session, "library.remove_name", thing="library", thing_id=alias, before={"law": found.name})
    session.delete(found)
